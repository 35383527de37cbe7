// Clients that registered themselves, as a node remembers them: any number may be in the store, so they are no part of
// the snapshot. Each is remembered for a second, within which a change of another node's is felt; a change of this
// node's is felt at once.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.hpp"
#include "issuer/model/realm.hpp"
#include "issuer/snapshot.hpp"

namespace tessera::issuer {

struct Registered {
  RegisteredClient row;
  ClientKeys keys;
};

// Safe for any number of threads.
class RegisteredClients {
 public:
  explicit RegisteredClients(std::size_t most = 10'000) : most_(most) {}

  // Nothing where it is not remembered; a null pointer where there is no such client.
  std::optional<std::shared_ptr<const Registered>> find(const RealmId& realm, std::string_view id, Instant now) const;
  // As a request saw it that began at `now`.
  void keep(const RealmId& realm, std::string_view id, std::shared_ptr<const Registered> one, Instant now);
  // It has changed, and the change is committed. What requests saw that had begun before is not kept.
  void forget(const RealmId& realm, std::string_view id, Instant now);

 private:
  struct Kept {
    std::shared_ptr<const Registered> one;
    bool known = false;  // false: only that it has changed at `since`
    Instant since{};
  };
  using Key = std::pair<std::string, std::string>;
  void make_room(Instant now);
  std::size_t most_;
  mutable std::mutex mutex_;
  std::map<Key, Kept> kept_;
};

}  // namespace tessera::issuer
