// Tells clients who has logged out (OpenID Connect Back-Channel Logout 1.0): what waits in the store, on threads of its
// own. An attempt says first when the next one is due; so one that fails needs no more than that, and neither does one
// whose node is gone.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "fetch/fetch.hpp"
#include "issuer/snapshot.hpp"
#include "issuer/store.hpp"
#include "server/log.hpp"
#include "server/pool.hpp"

namespace tessera::server {

class Logouts {
 public:
  struct Options {
    issuer::Store& store;
    const Log& log;
    fetch::Options outbound;
    std::function<Instant()> clock;
    std::function<std::string()> new_id;
    std::function<void()> freed;  // an attempt has ended: there is room for another. From any thread
  };
  explicit Logouts(Options options);

  // Begins attempts for what is due, as many as there is room for: of each client few at once, so that a slow one
  // delays nobody else. Errors: the store's. One caller at a time; never on a thread of the store.
  Result<void> send_due(const std::shared_ptr<const issuer::Snapshot>& snapshot);
  // Until every attempt that has begun has ended.
  void wait();

 private:
  using Client = std::pair<issuer::RealmId, issuer::ClientId>;
  std::size_t room() const;
  bool has_room(const Client& client) const;
  Result<std::vector<issuer::PendingLogout>> begin(const issuer::RealmId& realm);
  void attempt(const issuer::Snapshot& snapshot, const issuer::PendingLogout& logout) const;
  void end(const Client& client);

  Options options_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::map<Client, std::size_t> under_way_;
  std::size_t all_under_way_ = 0;
  Pool pool_;
};

}  // namespace tessera::server
