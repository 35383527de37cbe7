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
  const auto there = kept_.find(Key(realm.text, id));
  if (there == kept_.end() || now > there->second.since) put(Key(realm.text, id), {std::move(one), true, now});
}

void RegisteredClients::forget(const RealmId& realm, std::string_view id, Instant now) {
  const std::lock_guard lock(mutex_);
  put(Key(realm.text, id), {nullptr, false, now});
}

// What an entry takes, roughly. The metadata stands there as text and as read, and a key takes what its maker likes.
std::size_t RegisteredClients::Kept::octets() const {
  constexpr std::size_t kEntry = 512, kKey = 4096;
  if (!one) return kEntry;
  const std::size_t keys = one->keys.keys.all().size() + one->keys.secret.size();
  return kEntry + sizeof(Registered) + 2 * one->row.metadata.size() + keys * kKey;
}

void RegisteredClients::put(Key key, Kept kept) {
  if (octets_ + kept.octets() > most_) make_room(kept.octets(), kept.since);
  const auto [place, fresh] = kept_.try_emplace(std::move(key));
  if (!fresh) octets_ -= place->second.octets();
  octets_ += kept.octets();
  place->second = std::move(kept);
}

void RegisteredClients::make_room(std::size_t octets, Instant now) {
  drop([&](const Kept& kept) { return now >= kept.since + (kept.known ? kRemembered : kChanged); });
  if (octets_ + octets > most_) drop([](const Kept& kept) { return kept.known; });
}

void RegisteredClients::drop(const std::function<bool(const Kept&)>& which) {
  std::erase_if(kept_, [&](const auto& entry) {
    if (!which(entry.second)) return false;
    octets_ -= entry.second.octets();
    return true;
  });
}

}  // namespace tessera::issuer
