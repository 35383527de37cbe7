#include "issuer/remote_keys.hpp"

#include <algorithm>

namespace tessera::issuer {

namespace {
bool holds(const Keys& keys, std::string_view kid) {
  if (kid.empty()) return !keys.empty();
  return std::ranges::any_of(keys.all(), [&](const PublicKey& key) { return key.info().kid == kid; });
}
}  // namespace

RemoteKeys::Held RemoteKeys::look(const std::string& url, std::string_view kid, Instant now) {
  const std::lock_guard lock(mutex_);
  const auto it = sets_.find(url);
  if (it == sets_.end()) return {nullptr, true};
  Set& set = it->second;
  set.used = std::max(set.used, now);
  const bool waits = set.in_vain && now < *set.in_vain + limits_.again;
  if (!set.keys || now >= set.fetched + limits_.stale) return {nullptr, !waits};
  const bool wanted = now >= set.fetched + limits_.fresh || !holds(*set.keys, kid);
  return {set.keys, wanted && !waits};
}

void RemoteKeys::take(const std::string& url, std::string_view kid, const std::optional<std::string>& body,
                      Instant now) {
  std::shared_ptr<const Keys> keys;
  if (body)
    if (auto parsed = Keys::parse(*body)) keys = std::make_shared<const Keys>(std::move(*parsed));

  const std::lock_guard lock(mutex_);
  Set& set = sets_[url];
  set.used = std::max(set.used, now);
  if (!keys || !holds(*keys, kid))
    set.in_vain = now;
  else
    set.in_vain.reset();
  if (keys) {
    octets_ += body->size() - set.octets;
    set.keys = std::move(keys);
    set.octets = body->size();
    set.fetched = now;
  }
  make_room();
}

// Those go that nobody has used for longest.
void RemoteKeys::make_room() {
  while (sets_.size() > limits_.sets || octets_ > limits_.octets) {
    const auto oldest = std::ranges::min_element(sets_, {}, [](const auto& entry) { return entry.second.used; });
    octets_ -= oldest->second.octets;
    sets_.erase(oldest);
  }
}

std::size_t RemoteKeys::size() const {
  const std::lock_guard lock(mutex_);
  return sets_.size();
}

}  // namespace tessera::issuer
