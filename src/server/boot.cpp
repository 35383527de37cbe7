#include "server/boot.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "base/try.hpp"
#include "server/master_key.hpp"
#include "server/pool.hpp"
#include "store/open.hpp"

namespace tessera::server {

namespace {

constexpr auto kDrain = std::chrono::seconds(10);

sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int one : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, one);
  return set;
}

// Few arenas, small ones given back: a server that idles should be small.
void tame_malloc() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_TRIM_THRESHOLD, 256 * 1024);
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

// A connection is a descriptor, and the soft limit is mostly 1,024, which a few hundred idle clients of a proxy
// exhaust.
std::size_t most_connections() {
  constexpr rlim_t kMost = 10'000, kOthers = 128;  // the store, files, pipes
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024 - kOthers;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return std::min(kMost, std::max(limit.rlim_cur, 2 * kOthers) - kOthers);
}

Log with_level(std::optional<Log> given, const Settings& settings) {
  return given ? std::move(*given) : Log::to_stderr(settings.log_level);
}

}  // namespace

Signals::Signals() {
  const auto set = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  for (const int one : {SIGPIPE, SIGUSR1}) signal(one, SIG_IGN);
  waiter_ = std::thread([this] { wait(); });
}

Signals::~Signals() {
  over_ = true;
  pthread_kill(waiter_.native_handle(), SIGTERM);
  waiter_.join();
  const auto set = awaited_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void Signals::on_end(std::function<void()> stop) {
  const std::lock_guard lock(mutex_);
  stop_ = std::move(stop);
}

void Signals::on_hangup(std::function<void()> reload) {
  const std::lock_guard lock(mutex_);
  reload_ = std::move(reload);
}

void Signals::wait() {
  const auto set = awaited_signals();
  while (true) {
    int caught = 0;
    sigwait(&set, &caught);
    if (over_) return;
    const std::lock_guard lock(mutex_);
    if (caught == SIGHUP) {
      if (reload_) reload_();
      continue;
    }
    if (!stop_ || stopping_) _exit(0);
    stopping_ = true;
    stop_();
  }
}

Started<Booted> boot(const Config& config, BootOptions options) {
  tame_malloc();
  if (!options.clock)
    options.clock = [] { return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now()); };
  if (!options.random) options.random = [](std::span<std::byte> out) { crypto::random(out); };
  Log log = with_level(std::move(options.log), config.settings);
  auto opened = store::open({.url = config.settings.store, .log = [log, clock = options.clock](std::string_view text) {
                               log.write(LogLevel::error, clock(), "store", {{"why", std::string(text)}});
                             }});
  if (!opened) return cannot_start(opened.error());
  auto& store = **opened;
  auto masters = options.master_key
                     ? TRY(check_master_keys(store, std::move(*options.master_key), {}, "memory"))
                     : TRY(load_master_keys(store, config.settings.master_key, config.settings.previous_master_key));
  Declared declared = TRY(
      declare(store, config.declaration,
              {.vanished = options.vanished,
               .apply = options.apply.value_or(store::is_shared(config.settings.store) ? Apply::first : Apply::changes),
               .password_cost = config.settings.password_cost,
               .now = options.clock(),
               .random = options.random,
               .masters = masters.masters()}));
  if (declared.outcome == Declared::Outcome::differs)
    log.write(LogLevel::warn, options.clock(),
              "the declarations differ from those in the store, and are not applied; --declare applies them");
  for (const auto& what : declared.kept)
    log.write(LogLevel::warn, options.clock(), "no longer declared, and kept; --prune removes it", {{"what", what}});
  for (const auto& what : declared.pruned) log.write(LogLevel::warn, options.clock(), "removed", {{"what", what}});
  Node::Options parts{.store = std::move(*opened),
                      .issuer = config.settings.issuer,
                      .master_keys = std::move(masters),
                      .password_cost = config.settings.password_cost,
                      .trusted_proxies = config.settings.trusted_proxies,
                      .outbound = config.settings.outbound,
                      .clock = std::move(options.clock),
                      .random = std::move(options.random),
                      .hash_threads = options.hash_threads,
                      .log = log};
  auto node = TRY(Node::start(std::move(parts)));
  log.write(LogLevel::info, node->now(), "started",
            {{"issuer", config.settings.issuer}, {"address", config.settings.address}, {"port", config.settings.port}});
  return Booted{std::move(node), std::move(declared)};
}

Started<std::unique_ptr<Listener>> Listener::open(const Settings& settings) {
  std::unique_ptr<Listener> listener(new Listener);
  auto* self = listener.get();
  http::Options options{.address = settings.address, .port = settings.port};
  options.limits.max_connections = most_connections();
  options.uncounted = [proxies = settings.trusted_proxies](std::string_view address) {
    return proxies.trusts(address);
  };
  options.threads = usable_cores();
  options.body_limit = [self](std::string_view method, std::string_view path) {
    return self->node_->body_limit(method, path);
  };
  if (!settings.tls_certificate.empty())
    options.tls = std::make_unique<http::Tls>(http::Tls{settings.tls_certificate, settings.tls_key});
  auto server = http::Server::listen(std::move(options), [self](http::Request request, http::Respond respond) {
    self->node_->answer(std::move(request), std::move(respond));
  });
  if (!server) return cannot_start(server.error());
  listener->server_ = std::move(*server);
  if (!settings.control_socket.empty()) listener->control_ = TRY(ControlSocket::open(settings.control_socket));
  return listener;
}

Listener::~Listener() = default;

void Listener::stop() { server_->stop(kDrain); }

void Listener::serve(Node& node, Signals& signals, const std::function<void()>& ready) {
  node_ = &node;
  signals.on_end([this] { stop(); });
  signals.on_hangup([this] { reload_tls(); });
  node.keep_in_background();
  if (control_)
    control_->serve([&node](std::string_view id) {
      const auto refused = node.refusals().find(id);
      return refused ? print(*refused) : std::string(R"({"unknown":true})");
    });
  ready();
  server_->run();
  control_.reset();
  signals.on_hangup({});
  signals.on_end({});
}

// A bad file changes nothing: the certificate before it goes on.
void Listener::reload_tls() {
  if (!server_->has_tls()) return;
  if (const auto done = server_->reload_tls(); done)
    node_->log().write(LogLevel::info, node_->now(), "the TLS certificate was read anew");
  else
    node_->log().write(LogLevel::error, node_->now(), "the TLS certificate before stays", {{"why", done.error()}});
}

}  // namespace tessera::server
