#include "issuer/registered_clients.hpp"

namespace tessera::issuer {

namespace {
constexpr seconds kRemembered{1};
// Longer than a request takes that saw the client before a change of it.
constexpr seconds kChanged = std::chrono::minutes(2);
}  // namespace

std::optional<std::shared_ptr<const Registered>> RegisteredClients::find(const RealmId& realm, std::string_view id,
                                                                         Instant now) const {
  const std::lock_guard lock(mutex_);
  const auto it = kept_.find(Key(realm.text, id));
  if (it == kept_.end() || !it->second.known || now >= it->second.since + kRemembered) return std::nullopt;
  return it->second.one;
}

void RegisteredClients::keep(const RealmId& realm, std::string_view id, std::shared_ptr<const Registered> one,
                             Instant now) {
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= most_) make_room(now);
  const auto [it, fresh] = kept_.try_emplace(Key(realm.text, id));
  if (fresh || now > it->second.since) it->second = {std::move(one), true, now};
}

void RegisteredClients::forget(const RealmId& realm, std::string_view id, Instant now) {
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= most_) make_room(now);
  kept_[Key(realm.text, id)] = {nullptr, false, now};
}

void RegisteredClients::make_room(Instant now) {
  std::erase_if(kept_, [&](const auto& entry) {
    return now >= entry.second.since + (entry.second.known ? kRemembered : kChanged);
  });
  if (kept_.size() >= most_) std::erase_if(kept_, [](const auto& entry) { return entry.second.known; });
}

}  // namespace tessera::issuer
