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
  std::mutex facts_mutex{};  // facts go into parts.facts in order and without holes

  std::shared_ptr<const Live> live() const {
    const std::lock_guard lock(live_mutex_);
    return live_;
  }
  void swap(std::shared_ptr<const Live> newer, Instant now) {
    const std::lock_guard lock(live_mutex_);
    live_ = std::move(newer);
    built_ = now;
  }
  Instant built() const {
    const std::lock_guard lock(live_mutex_);
    return built_;
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
  std::shared_ptr<const Live> live{};
  const issuer::Route* route = nullptr;
  issuer::Request request{};
  std::optional<issuer::Ctx> ctx{};
  std::optional<issuer::Step<issuer::Reply>> result{};
  std::string refused_code{}, refused_at{}, refused_why{};  // for the log
  unsigned rounds = 0;
  bool committed = false;
  bool waited = false;  // it has left the thread that it came on

  Job(Node& owner, http::Request request_in, http::Respond respond_in);
  ~Job();
  Asked asked() const;
};

}  // namespace tessera::server
