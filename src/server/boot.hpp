// From a configuration to a node that answers: the store opened, the master key at hand, the declarations written.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "http/server.hpp"
#include "server/config.hpp"
#include "server/control.hpp"
#include "server/declare.hpp"
#include "server/failure.hpp"
#include "server/node.hpp"

namespace tessera::server {

struct BootOptions {
  Vanished vanished = Vanished::keep;
  // By the store when empty: one that other nodes share takes changes only when the start says so, else every restart
  // of a rolling deployment would undo what the one before has declared.
  std::optional<Apply> apply{};
  std::optional<Secret> master_key{};  // instead of the file's: for a store in memory
  std::function<Instant()> clock{};    // the system's when empty
  issuer::Ctx::Random random{};        // the system's when empty
  unsigned hash_threads = 0;
  std::optional<Log> log{};  // instead of standard error
};

struct Booted {
  std::unique_ptr<Node> node;
  Declared declared;
};
Started<Booted> boot(const Config& config, BootOptions options);

// SIGTERM and SIGINT are waited for by a thread of its own. The first one stops what on_end names; one that comes
// before that, or while the stop takes its time, ends the program at once, with success: nothing that was acknowledged
// is lost. SIGHUP does what on_hangup names. SIGPIPE and SIGUSR1 are nothing. To be made before any other thread,
// because threads inherit what is blocked.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  void on_end(std::function<void()> stop);  // an empty one: nothing is to be stopped any more
  void on_hangup(std::function<void()> reload);

 private:
  void wait();
  std::mutex mutex_;
  std::function<void()> stop_, reload_;
  bool stopping_ = false;
  std::atomic<bool> over_ = false;
  std::thread waiter_;
};

// A socket before there is a node: whoever wants port 0 must know the port before it can declare anything.
class Listener {
 public:
  static Started<std::unique_ptr<Listener>> open(const Settings& settings);
  ~Listener();
  std::uint16_t port() const { return server_->port(); }
  // Serves `node` until a signal or stop(), which give what is being answered ten seconds. `ready` is called before the
  // first request is answered. SIGHUP reads certificate and key anew.
  void serve(Node& node, Signals& signals, const std::function<void()>& ready);
  void stop();  // from any thread

 private:
  Listener() = default;
  Node* node_ = nullptr;
  void reload_tls();

  std::unique_ptr<http::Server> server_;
  std::unique_ptr<ControlSocket> control_;  // none where the settings name none
};

}  // namespace tessera::server
