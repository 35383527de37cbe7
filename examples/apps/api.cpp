// An API that checks every token by itself: the keys are fetched once from the issuer, and no request asks it anything.
#include <httplib.h>

#include <chrono>
#include <cstdio>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "tessera/tessera.hpp"
#include "web.hpp"

using namespace tessera;

namespace {

using Clock = std::chrono::system_clock;

class Guard {
 public:
  Guard(std::string issuer, std::string audience, std::string ca_file)
      : issuer_(std::move(issuer)), audience_(std::move(audience)), ca_file_(std::move(ca_file)) {}

  // False when the issuer's keys cannot be had.
  bool fetch_keys() {
    const auto metadata = example::http_get(issuer_ + "/.well-known/openid-configuration", ca_file_);
    const auto jwks_uri = example::json_string(metadata.body, "jwks_uri");
    if (!jwks_uri || example::json_string(metadata.body, "issuer") != issuer_) return false;
    const auto keys = Keys::parse(example::http_get(*jwks_uri, ca_file_).body);
    if (!keys) return false;
    std::unique_lock lock(mutex_);
    verifier_.emplace(
        *keys,
        Policy{.issuer = issuer_, .audience = audience_, .typ = "at+jwt", .algs = {Alg::ES256}, .leeway = seconds(10)});
    fetched_ = Clock::now();
    return true;
  }

  Result<Claims> verify(std::string_view token) {
    const auto now = std::chrono::floor<seconds>(Clock::now());
    auto claims = current().verify(token, now);
    // A kid that is not in the set: the issuer has a new key. Ask at most once a minute, whatever tokens claim.
    if (!claims && claims.error().code == Err::key_not_found && may_fetch() && fetch_keys())
      return current().verify(token, now);
    return claims;
  }

 private:
  Verifier current() {
    std::shared_lock lock(mutex_);
    return *verifier_;
  }
  bool may_fetch() {
    std::unique_lock lock(mutex_);
    if (Clock::now() < fetched_ + std::chrono::minutes(1)) return false;
    fetched_ = Clock::now();
    return true;
  }

  std::string issuer_, audience_, ca_file_;
  std::shared_mutex mutex_;
  std::optional<Verifier> verifier_;
  Clock::time_point fetched_;
};

void answer_json(httplib::Response& reply, int status, const std::string& json) {
  reply.status = status;
  reply.set_content(json, "application/json");
}

// Runs `answer` only for a good token that carries `permission`; says why otherwise (RFC 6750 section 3).
auto needs(const std::string& permission, Guard& guard, std::function<std::string(const Claims&)> answer) {
  return [&guard, permission, answer](const httplib::Request& request, httplib::Response& reply) {
    const auto header = request.get_header_value("Authorization");
    if (!header.starts_with("Bearer ")) {
      reply.set_header("WWW-Authenticate", "Bearer");
      return answer_json(reply, 401, R"({"error":"missing_token"})");
    }
    const auto claims = guard.verify(std::string_view(header).substr(7));
    if (!claims) {
      reply.set_header("WWW-Authenticate", "Bearer error=\"invalid_token\"");
      return answer_json(reply, 401, R"({"error":"invalid_token"})");
    }
    if (!claims->contains("permissions", permission)) {
      reply.set_header("WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"" + permission + "\"");
      return answer_json(reply, 403, R"({"error":"insufficient_scope","needs":")" + permission + "\"}");
    }
    answer_json(reply, 200, answer(*claims));
  };
}

class Orders {
 public:
  std::string list() {
    std::lock_guard lock(mutex_);
    std::string items;
    for (const auto& item : items_) items += (items.empty() ? "\"" : ",\"") + item + "\"";
    return R"({"items":[)" + items + "]}";
  }
  void add() {
    std::lock_guard lock(mutex_);
    if (items_.size() < 100) items_.push_back("order " + std::to_string(items_.size() + 1));
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> items_{"order 1", "order 2"};
};

}  // namespace

int main(int argc, char** argv) {
  auto given = example::arguments(argc, argv);
  if (given["issuer"].empty() || given["audience"].empty() || given["port"].empty()) {
    std::fprintf(stderr, "usage: %s --issuer URL --audience URI --port N [--ca FILE]\n", argv[0]);
    return 2;
  }
  Guard guard(given["issuer"], given["audience"], given["ca"]);
  if (!guard.fetch_keys()) {
    std::fprintf(stderr, "%s: no keys from %s; is the issuer running?\n", argv[0], given["issuer"].c_str());
    return 3;
  }
  Orders orders;
  httplib::Server server;
  server.Get("/orders", needs("orders:read", guard, [&](const Claims&) { return orders.list(); }));
  server.Post("/orders", needs("orders:write", guard, [&](const Claims&) { return orders.add(), orders.list(); }));
  server.Get("/reports", needs("reports:read", guard, [](const Claims&) {
               return std::string(R"({"items":["turnover by month","open orders"]})");
             }));
  if (!server.listen("127.0.0.1", std::stoi(given["port"]))) {
    std::fprintf(stderr, "%s: cannot listen on port %s\n", argv[0], given["port"].c_str());
    return 3;
  }
  return 0;
}
