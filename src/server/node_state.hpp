// What a Node keeps of one request and of one realm. Of node*.cpp alone.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/node.hpp"

namespace tessera::server {

struct Node::RealmState {
  explicit RealmState(RealmParts all) : parts(std::move(all)) {}
  RealmParts parts;
  std::int64_t keys_made_for = -1;  // the version of the configuration; of Node::tend
  std::mutex facts_mutex{};         // facts go into parts.facts in order and without holes

  // What one read of the store found to be newer than what is here: a snapshot, unless it is the newest, and facts.
  struct Newer {
    std::shared_ptr<const issuer::Snapshot> snapshot{};
    std::vector<Fact> facts{};
  };
  Result<Newer> look(issuer::Tx& tx, Instant now, const RotationRule& rule) const;
  // The snapshot first, then the facts: whoever has seen a fact's number has, or gets, the configuration that the fact
  // was written with. The other way round a request could mint by the old one under the new number, and what it mints
  // would survive the fact.
  void take(Newer newer, Instant now);

  std::shared_ptr<const Live> live() const {
    const std::lock_guard lock(live_mutex_);
    return live_;
  }

 private:
  mutable std::mutex live_mutex_{};
  std::shared_ptr<const Live> live_{};
  Instant built_{};
};

// One request on its way. One thread works on it at a time.
struct Node::Job {
  Node& node;
  http::Request http;
  http::Respond respond;
  std::string id, address;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  Place place{};
  std::shared_ptr<RealmState> realm{};
  std::int64_t rev = 0;  // see Ctx::rev
  std::shared_ptr<const Live> live{};
  const issuer::Route* route = nullptr;
  issuer::Request request{};
  std::optional<issuer::Ctx> ctx{};
  std::optional<issuer::Step<issuer::Reply>> result{};
  std::optional<issuer::Refusal> refused{};  // for the log
  std::string log_lines{};                   // of events, written with the request's
  unsigned rounds = 0;
  bool committed = false;
  bool waited = false;  // it has left the thread that it came on

  Job(Node& owner, http::Request request_in, http::Respond respond_in);
  ~Job();
  Asked asked() const;
};

}  // namespace tessera::server
