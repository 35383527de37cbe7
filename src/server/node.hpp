// One node: a store, a snapshot of each realm, threads for hashes, limits, a clock. It answers requests, with or
// without sockets: http::Server calls it, and so does a test in process with a clock that stands still.
//
// A request is driven to its end: the endpoint runs, and runs again each time it needed something (a transaction, a
// password hash). After the commit, and never before, facts are applied, events logged, tokens signed and the answer
// sent.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "http/server.hpp"
#include "issuer/ctx.hpp"
#include "issuer/limits.hpp"
#include "issuer/store.hpp"
#include "server/adapter.hpp"
#include "server/failure.hpp"
#include "server/fetcher.hpp"
#include "server/keys.hpp"
#include "server/log.hpp"
#include "server/logouts.hpp"
#include "server/master_key.hpp"
#include "server/pool.hpp"
#include "server/refusals.hpp"
#include "server/snapshot_builder.hpp"

namespace tessera::server {

class Node {
 public:
  struct Options {
    std::unique_ptr<issuer::Store> store;
    std::string issuer;  // base URL, without a path
    MasterKeys master_keys;
    crypto::PasswordCost password_cost{};
    Proxies trusted_proxies{};
    Outbound outbound{};
    std::function<Instant()> clock{};  // the system's when empty
    issuer::Ctx::Random random{};      // the system's when empty
    unsigned hash_threads = 0;         // 0: one less than there are cores, at least one
    Log log = Log::nowhere();
    RotationRule rotation{};
  };

  // Makes what must be there to answer: an ES256 key for each realm of the store, and the snapshots.
  static Started<std::unique_ptr<Node>> start(Options options);
  ~Node();  // waits until every answer is given
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // From any thread; `respond` is called once, on any thread.
  void answer(http::Request request, http::Respond respond);
  // The most octets of body that a request may bring.
  std::size_t body_limit(std::string_view method, std::string_view path) const;

  // One round of what keeps a node up to date: newer configuration, facts of other nodes, realms, keys that are due;
  // and of telling clients who has logged out, to its end.
  void keep();
  // The same four times a second in the background, from now on, and who has logged out here is told at once.
  void keep_in_background();

  std::shared_ptr<const issuer::Snapshot> snapshot(std::string_view realm) const;  // nullptr: no such realm
  issuer::Store& store() { return *store_; }
  issuer::Limits& limits() { return limits_; }
  const Refusals& refusals() const { return refusals_; }
  const Log& log() const { return log_; }
  Instant now() const { return clock_(); }

 private:
  struct Job;
  struct RealmState;
  using Realms = std::map<std::string, std::shared_ptr<RealmState>, std::less<>>;

  explicit Node(Options options);
  std::shared_ptr<RealmState> realm(std::string_view name) const;

  // the drive loop
  void drive(std::shared_ptr<Job> job);
  void open_transaction(std::shared_ptr<Job> job, issuer::Access access);
  void hash(std::shared_ptr<Job> job, issuer::NeedHash need);
  void use_once(std::shared_ptr<Job> job, issuer::NeedUse need);
  void fetch(std::shared_ptr<Job> job, issuer::NeedFetch need);
  void fetch_keys(std::shared_ptr<Job> job, issuer::NeedKeys need);
  void send_out(std::shared_ptr<Job> job, Fetcher::Errand errand);
  void drive_elsewhere(std::shared_ptr<Job> job);
  void run(Job& job);
  void settle(std::shared_ptr<Job> job);
  void apply_facts(std::shared_ptr<Job> job);
  void reply(std::shared_ptr<Job> job);
  void send(Job& job, issuer::Reply reply);
  void fail(Job& job, Error fault);
  void remember_refusal(const Job& job, int status);
  void log_request(Job& job, const http::Response& response) const;
  void respond_plain(Job& job, http::Response response);
  void health(std::shared_ptr<Job> job);
  std::string random_id() const;

  // keeping up
  void follow();  // what other nodes wrote
  void tend();    // keys and old rows
  void tell();    // clients, of logouts
  void tell_soon();
  void sweep(RealmState& state);
  void sweep_registered(RealmState& state);
  void complain(const char* what, const Result<void>& result) const;
  std::shared_ptr<const Realms> realms() const;
  Result<void> refresh(RealmState& state);
  Result<void> load_realms();
  Result<void> make_keys(RealmState& state);
  std::shared_ptr<issuer::SealKeys> seals_of(const issuer::RealmId& id) const;

  std::unique_ptr<issuer::Store> store_;
  std::string issuer_;
  MasterKeys master_keys_;
  crypto::PasswordCost password_cost_;
  std::function<Instant()> clock_;
  issuer::Ctx::Random random_;
  Log log_;
  RotationRule rotation_;
  Proxies proxies_;
  issuer::Limits limits_;
  issuer::RemoteKeys remote_keys_;
  issuer::RegisteredClients registered_;
  Refusals refusals_;
  bool https_;

  mutable std::mutex realms_mutex_;
  std::shared_ptr<const Realms> realms_;

  std::mutex jobs_mutex_;
  std::condition_variable jobs_done_;
  std::size_t jobs_ = 0;

  Instant keys_checked_{}, swept_{};  // of tend
  std::mutex keeper_mutex_;
  std::condition_variable keeper_wake_;
  std::atomic<bool> ending_ = false;
  bool to_tell_ = false;  // there may be something for tell

  Pool hash_pool_;
  Pool sign_pool_;
  Fetcher fetcher_;
  Logouts logouts_;
  std::vector<std::thread> keepers_;
};

}  // namespace tessera::server
