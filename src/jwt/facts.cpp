#include "jwt/facts.hpp"

#include <algorithm>
#include <mutex>

namespace tessera {

namespace {
std::string key_of(FactKind kind, std::string_view value) {
  std::string key(1, static_cast<char>('0' + static_cast<int>(kind)));
  return key += value;
}
}  // namespace

class FactSet::Reading {
 public:
  explicit Reading(const FactSet& set) : lock_(set.mutex_, std::defer_lock) {
    while (const int writers = set.writers_.load(std::memory_order_relaxed)) set.writers_.wait(writers);
    lock_.lock();
  }

 private:
  std::shared_lock<std::shared_mutex> lock_;
};

class FactSet::Writing {
 public:
  explicit Writing(FactSet& set) : set_(set) {
    set_.writers_.fetch_add(1);
    set_.mutex_.lock();
  }
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;
  ~Writing() {
    set_.mutex_.unlock();
    set_.writers_.fetch_sub(1);
    set_.writers_.notify_all();
  }

 private:
  FactSet& set_;
};

void FactSet::apply(const Fact& fact) {
  const Writing writing(*this);
  auto& place = facts_[key_of(fact.kind, fact.value)];
  const Instant expires = std::max(place.expires, fact.expires);
  if (fact.number >= place.number) place = fact;
  place.expires = expires;
  applied_ = std::max(applied_, fact.number);
}

std::int64_t FactSet::applied() const {
  const Reading reading(*this);
  return applied_;
}

bool FactSet::ended(const TokenMarks& token) const {
  const Reading reading(*this);
  if (facts_.empty()) return false;
  const auto named = [&](FactKind kind, std::string_view value) {
    return !value.empty() && facts_.contains(key_of(kind, value));
  };
  const auto overtaken = [&](FactKind kind, std::string_view value) {
    const auto it = facts_.find(key_of(kind, value));
    return it != facts_.end() && token.rev < it->second.number;
  };
  return named(FactKind::session, token.session) || named(FactKind::grant, token.grant) ||
         named(FactKind::jti, token.jti) || overtaken(FactKind::subject, token.subject) ||
         overtaken(FactKind::client, token.client) || overtaken(FactKind::audience, token.audience) ||
         overtaken(FactKind::realm, "") ||
         std::ranges::any_of(token.roles, [&](auto role) { return overtaken(FactKind::role, role); }) ||
         std::ranges::any_of(token.from_clients, [&](auto client) { return overtaken(FactKind::client, client); }) ||
         std::ranges::any_of(token.from_jtis, [&](auto jti) { return named(FactKind::jti, jti); });
}

void FactSet::forget(Instant now) {
  const Writing writing(*this);
  std::erase_if(facts_, [&](const auto& entry) { return entry.second.expires <= now; });
}

std::size_t FactSet::size() const {
  const Reading reading(*this);
  return facts_.size();
}

}  // namespace tessera
