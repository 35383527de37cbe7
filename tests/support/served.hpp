// An HTTP server on a thread of its own.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "http/server.hpp"

using namespace std::chrono_literals;
namespace http = tessera::http;

inline constexpr std::size_t kBodyLimit = 1000;

class Served {
 public:
  explicit Served(http::Handler handler, http::Limits limits = {}, unsigned threads = 1) {
    http::Options options;
    options.limits = limits;
    options.threads = threads;
    start(std::move(options), std::move(handler));
  }
  Served(http::Options options, http::Handler handler) { start(std::move(options), std::move(handler)); }
  ~Served() { stop(1s); }

  void stop(std::chrono::milliseconds drain) {
    if (!thread_.joinable()) return;
    server_->stop(drain);
    thread_.join();
  }
  // With it go the connections that are still open.
  void destroy() { server_.reset(); }
  http::Server& server() { return *server_; }
  std::uint16_t port() const { return server_->port(); }

 private:
  void start(http::Options options, http::Handler handler) {
    if (!options.body_limit) options.body_limit = [](std::string_view, std::string_view) { return kBodyLimit; };
    auto server = http::Server::listen(std::move(options), std::move(handler));
    if (!server) throw std::runtime_error(server.error());
    server_ = std::move(*server);
    thread_ = std::thread([this] { server_->run(); });
  }

  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

// Answers with the request: "POST /path?query body".
inline void echo(http::Request request, http::Respond respond) {
  respond({200, {{"Content-Type", "text/plain"}}, request.method + " " + request.target + " " + request.body});
}
