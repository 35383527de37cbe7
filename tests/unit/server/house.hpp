// A node in its house, in process, with a clock that a test moves.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/base64url.hpp"
#include "base/form.hpp"
#include "json/json.hpp"
#include "server/boot.hpp"
#include "server/dev_house.hpp"

// A JWK Set with the public key of RFC 7515 appendix A.3.
#define SOME_JWKS                                                                            \
  R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)" \
  R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","alg":"ES256"}]})"

namespace tessera::server::test {

// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tessera-test-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

inline std::string base64(std::string_view text) {
  std::string out = base64url::encode(text);
  for (auto& c : out) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return out.append((4 - out.size() % 4) % 4, '=');
}

inline std::string header(const http::Response& response, std::string_view name) {
  for (const auto& one : response.headers)
    if (one.name == name) return one.value;
  return "";
}

inline std::string member(const std::string& body, std::string_view name) {
  json::Document document;
  const auto object = document.parse_object(body);
  const auto value = object ? object->find(name) : std::nullopt;
  return value ? value->string() ? std::string(*value->string()) : value->text() : "";
}

inline http::Request get(std::string_view target, std::vector<http::Header> headers = {}) {
  http::Request request;
  request.method = "GET";
  request.target = target;
  request.path = target.substr(0, target.find('?'));
  if (const auto mark = target.find('?'); mark != std::string_view::npos) request.query = target.substr(mark + 1);
  request.headers = std::move(headers);
  request.peer = "127.0.0.1";
  return request;
}

inline http::Request post(std::string_view target, std::string body, std::vector<http::Header> headers = {}) {
  auto request = get(target, std::move(headers));
  request.method = "POST";
  request.body = std::move(body);
  if (request.header("content-type").empty())
    request.headers.push_back({"content-type", "application/x-www-form-urlencoded"});
  return request;
}

class Lines {
 public:
  Log log() {
    return {LogLevel::debug, [this](std::string_view line) {
              const std::lock_guard lock(mutex_);
              text_ += line;
              text_ += '\n';
            }};
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

class House {
 public:
  explicit House(const std::function<void(Config&)>& change = {}) {
    dev = dev_house(8080, secrets, [](std::span<std::byte> out) { crypto::random(out); });
    dev.config.settings.store = "sqlite::memory:";
    dev.config.settings.password_cost = {64, 1};
    if (change) change(dev.config);
    BootOptions options;
    options.master_key = Secret(std::string_view("0123456789abcdef0123456789abcdef"));
    options.clock = [this] {
      if (at_clock) std::exchange(at_clock, {})();
      return now.load();
    };
    options.hash_threads = 1;
    options.log = lines.log();
    auto booted = boot(dev.config, std::move(options));
    if (!booted) throw std::runtime_error(booted.error().sentence);
    node = std::move(booted->node);
  }

  http::Response ask(http::Request request) {
    std::promise<http::Response> promise;
    auto future = promise.get_future();
    node->answer(std::move(request), [&promise](http::Response response) { promise.set_value(std::move(response)); });
    return future.get();
  }
  std::string secret(std::string_view client) const {
    for (const auto& app : dev.apps)
      if (app.id == client) return app.secret;
    return "";
  }
  http::Header basic(std::string_view client) const {
    return {"authorization", "Basic " + base64(std::string(client) + ":" + secret(client))};
  }

  std::function<void()> at_clock;  // called once, when the node next asks for the time
  std::atomic<Instant> now{Instant(std::chrono::seconds(1'800'000'000))};
  Lines lines;
  DevSecrets secrets;
  DevHouse dev;
  std::unique_ptr<Node> node;
};

}  // namespace tessera::server::test
