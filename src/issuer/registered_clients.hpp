// Clients that registered themselves, as a node remembers them: any number may be in the store, so they are no part of
// the snapshot. Each is remembered for a second, within which a change of another node's is felt; a change of this
// node's is felt at once.
#pragma once

#include <functional>
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
  // At most about so many octets, whatever the clients registered.
  explicit RegisteredClients(std::size_t most = std::size_t{32} << 20) : most_(most) {}

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
    std::size_t octets() const;
  };
  using Key = std::pair<std::string, std::string>;
  void put(Key key, Kept kept);
  void make_room(std::size_t octets, Instant now);
  void drop(const std::function<bool(const Kept&)>& which);
  std::size_t most_, octets_ = 0;
  mutable std::mutex mutex_;
  std::map<Key, Kept> kept_;
};

}  // namespace tessera::issuer
