#include "http/server.hpp"

#include <openssl/ssl.h>

#include <array>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstring>
#include <ctime>
#include <mutex>
#include <set>
#include <thread>

#include "base/try.hpp"

namespace tessera::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

std::string_view reason(int status) {
  return beast::http::obsolete_reason(static_cast<beast::http::status>(status));
}

// "Mon, 23 Nov 2026 18:46:00 GMT", made once a second and thread.
std::string_view date() {
  thread_local std::time_t made = 0;
  thread_local std::array<char, 40> text{};
  const std::time_t now = std::time(nullptr);
  if (now != made) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made = now;
  }
  return text.data();
}

bool clean(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

enum class After { keep_alive, close };

std::string print_head(const Response& response, After after) {
  std::string out;
  out.reserve(512);
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += reason(response.status);
  out += "\r\nDate: ";
  out += date();
  for (const auto& [name, value] : response.headers) {
    INVARIANT(clean(name) && clean(value), "a header of a response holds a line break");
    out += "\r\n";
    out += name;
    out += ": ";
    out += value;
  }
  if (response.status != 204 && response.status != 304) {
    out += "\r\nContent-Length: ";
    out += std::to_string(response.body.size());
  }
  if (after == After::close) out += "\r\nConnection: close";
  out += "\r\n\r\n";
  return out;
}

Response refusal(int status) {
  std::string name;
  for (const char c : reason(status)) name += c == ' ' ? '_' : static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  return {status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, "{\"error\":\"" + name + "\"}"};
}

bool lists(std::string_view value, std::string_view token) {
  while (!value.empty()) {
    const auto comma = value.find(',');
    auto item = value.substr(0, comma);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (item.size() == token.size() && beast::iequals(item, token)) return true;
    value = comma == std::string_view::npos ? "" : value.substr(comma + 1);
  }
  return false;
}

}  // namespace

class Watch;

struct Server::Impl {
  Options options;
  Handler handler;
  asio::io_context io;
  std::unique_ptr<asio::ssl::context> tls;
  tcp::acceptor acceptor;
  std::atomic<std::size_t> connections{0};
  std::atomic<bool> draining{false};
  std::mutex mutex;
  std::set<Watch*> watches;  // of the open connections

  Impl(Options o, Handler h)
      : options(std::move(o)), handler(std::move(h)), io(static_cast<int>(std::max(1U, options.threads))), acceptor(io) {}
};

namespace {

// Ends an operation that takes too long, by cancelling the socket: the connection can still be answered. One pending wait
// serves the whole connection; setting a new deadline only writes a number.
class WatchState {
 public:
  tcp::socket* socket = nullptr;  // null once the connection is gone
  asio::steady_timer timer;
  Clock::time_point deadline, armed;
  bool timed_out = false, idle = false;

  explicit WatchState(tcp::socket& s) : socket(&s), timer(s.get_executor()) {}
};

void wait(const std::shared_ptr<WatchState>& state) {
  state->armed = state->deadline;
  state->timer.expires_at(state->armed);
  state->timer.async_wait([state](error_code error) {
    if (error || !state->socket) return;
    if (Clock::now() < state->deadline) return wait(state);
    state->timed_out = true;
    error_code ignored;
    state->socket->cancel(ignored);
    state->deadline = Clock::now() + std::chrono::seconds(5);
    wait(state);
  });
}

}  // namespace

class Watch {
 public:
  Watch(Server::Impl& server, tcp::socket& socket) : server_(server), state_(std::make_shared<WatchState>(socket)) {
    set(server.options.limits.idle);
    wait(state_);
    std::lock_guard lock(server_.mutex);
    server_.watches.insert(this);
  }
  ~Watch() {
    {
      std::lock_guard lock(server_.mutex);
      server_.watches.erase(this);
    }
    state_->socket = nullptr;
    state_->timer.cancel();
  }
  void set(std::chrono::milliseconds time) {
    state_->deadline = Clock::now() + time;
    if (state_->deadline < state_->armed) wait(state_);
  }
  void idle(bool is) { state_->idle = is; }
  bool timed_out() const { return state_->timed_out; }
  // From another thread: an idle connection ends now.
  void end_if_idle() {
    asio::post(state_->timer.get_executor(), [state = state_] {
      error_code ignored;
      if (state->socket && state->idle) state->socket->cancel(ignored);
    });
  }

 private:
  Server::Impl& server_;
  std::shared_ptr<WatchState> state_;
};

namespace {

template <class Stream>
class Connection {
 public:
  Connection(Server::Impl& server, Stream& stream, tcp::socket& socket)
      : server_(server), stream_(stream), socket_(socket), watch_(server, socket) {
    error_code ignored;
    peer_ = socket.remote_endpoint(ignored).address().to_string(ignored);
    socket.set_option(tcp::no_delay(true), ignored);
  }

  Watch& watch() { return watch_; }

  asio::awaitable<void> serve() {
    while (!server_.draining) {
      const auto head = co_await read_head();
      if (head == 0) co_return;
      Request request;
      request.peer = peer_;
      const std::string_view text(static_cast<const char*>(buffer_.data().data()), head);
      int status = parse_head(text, request);
      if (status == 0) status = co_await read_body(text, request);
      if (status == kGone) co_return;
      if (status != 0) {
        co_await write(refusal(status), After::close, true);
        co_await linger();
        co_return;
      }
      const bool with_body = request.method != "HEAD";
      const bool http_1_0 = text_is_1_0_;
      const auto wants = request.header("connection");
      const After after = lists(wants, "close") || (http_1_0 && !lists(wants, "keep-alive")) ? After::close
                                                                                            : After::keep_alive;
      watch_.set(std::chrono::hours(24));  // the handler answers in its own time
      Response response = co_await ask(std::move(request));
      const After then = server_.draining ? After::close : after;
      if (!co_await write(response, then, with_body) || then == After::close) break;
    }
    shut();
  }

 private:
  static constexpr int kGone = -1;

  // The size of the next head in the buffer; 0 when the connection is to end (and, where due, has been answered).
  asio::awaitable<std::size_t> read_head() {
    const auto& limits = server_.options.limits;
    if (buffer_.size() == 0) {
      watch_.idle(true);
      watch_.set(limits.idle);
      auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(4096), kAwait);
      watch_.idle(false);
      if (error) co_return 0;
      buffer_.commit(size);
    }
    watch_.set(limits.head_time);
    std::size_t searched = 0;
    while (true) {
      const std::string_view seen(static_cast<const char*>(buffer_.data().data()), buffer_.size());
      // Empty lines before a request are passed over (RFC 9112 section 2.2).
      if (seen.starts_with("\r\n")) {
        buffer_.consume(2);
        continue;
      }
      if (const auto end = seen.find("\r\n\r\n", searched > 3 ? searched - 3 : 0); end != std::string_view::npos) {
        if (end + 4 <= limits.head_bytes) co_return end + 4;
      }
      if (seen.size() >= limits.head_bytes) {
        co_await write(refusal(431), After::close, true);
        co_await linger();
        co_return 0;
      }
      searched = seen.size();
      auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(4096), kAwait);
      if (error) {
        if (watch_.timed_out()) co_await write(refusal(408), After::close, true);
        co_return 0;
      }
      buffer_.commit(size);
    }
  }

  // 0 when the request is whole; else the status to refuse with, or kGone.
  asio::awaitable<int> read_body(std::string_view head, Request& request) {
    const std::size_t limit = server_.options.body_limit ? server_.options.body_limit(request.method, request.path) : 0;
    text_is_1_0_ = head.substr(0, head.find("\r\n")).ends_with("HTTP/1.0");
    const auto length = request.header("content-length");
    const bool chunked = !request.header("transfer-encoding").empty();
    const std::size_t size = length.empty() ? 0 : std::stoull(std::string(length));
    if (size > limit) co_return 413;
    if (size == 0 && !chunked) {
      buffer_.consume(head.size());
      co_return 0;
    }
    watch_.set(server_.options.limits.body_time);
    if (beast::iequals(request.header("expect"), "100-continue") && !text_is_1_0_) {
      constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      auto [error, sent] = co_await asio::async_write(stream_, asio::buffer(kContinue), kAwait);
      if (error) co_return kGone;
    }
    if (!chunked) {
      buffer_.consume(head.size());
      while (buffer_.size() < size) {
        auto [error, got] = co_await stream_.async_read_some(buffer_.prepare(std::min<std::size_t>(size - buffer_.size(), 65536)), kAwait);
        if (error) co_return watch_.timed_out() ? 408 : kGone;
        buffer_.commit(got);
      }
      request.body.assign(static_cast<const char*>(buffer_.data().data()), size);
      buffer_.consume(size);
      co_return 0;
    }
    // Chunks are Beast's to read.
    beast::http::request_parser<beast::http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(server_.options.limits.head_bytes));
    parser.body_limit(limit);
    error_code error;
    parser.put(asio::buffer(head.data(), head.size()), error);
    buffer_.consume(head.size());
    if (error && error != beast::http::error::need_more) co_return 400;
    auto [read_error, got] = co_await beast::http::async_read(stream_, buffer_, parser, kAwait);
    if (read_error == beast::http::error::body_limit) co_return 413;
    if (watch_.timed_out()) co_return 408;
    if (read_error.category() == beast::http::make_error_code(beast::http::error::need_more).category() &&
        read_error != beast::http::error::end_of_stream && read_error != beast::http::error::partial_message)
      co_return 400;
    if (read_error) co_return kGone;
    request.body = std::move(parser.get().body());
    co_return 0;
  }

  asio::awaitable<Response> ask(Request request) {
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Response)>(
        [this](auto done, Request r) {
          // Answers from any thread come back to this connection's own; a dropped answer is one too.
          auto executor = socket_.get_executor();
          struct Once {
            decltype(done) complete;
            decltype(executor) on;
            bool called = false;
            Once(decltype(done) c, decltype(executor) e) : complete(std::move(c)), on(std::move(e)) {}
            void answer(Response response) {
              called = true;
              asio::post(on, [c = std::move(complete), response = std::move(response)]() mutable {
                std::move(c)(std::move(response));
              });
            }
            ~Once() {
              if (!called) answer(refusal(500));
            }
          };
          auto once = std::make_unique<Once>(std::move(done), std::move(executor));
          server_.handler(std::move(r), [once = std::move(once)](Response response) { once->answer(std::move(response)); });
        },
        asio::use_awaitable, std::move(request));
  }

  asio::awaitable<bool> write(const Response& response, After after, bool with_body) {
    watch_.set(server_.options.limits.write_time);
    const std::string head = print_head(response, after);
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head),
                                                  with_body ? asio::buffer(response.body) : asio::const_buffer{}};
    auto [error, size] = co_await asio::async_write(stream_, parts, kAwait);
    co_return !error;
  }

  void shut() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }

  // After a refusal: takes what is still on its way, a little and for a moment, so that the answer is not lost to a reset.
  asio::awaitable<void> linger() {
    shut();
    watch_.set(std::chrono::milliseconds(500));
    for (int i = 0; i < 64; ++i) {
      buffer_.clear();
      auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(16384), kAwait);
      if (error) break;
    }
  }

  Server::Impl& server_;
  Stream& stream_;
  tcp::socket& socket_;
  Watch watch_;
  beast::flat_buffer buffer_;
  std::string peer_;
  bool text_is_1_0_ = false;
};

struct Counted {
  std::atomic<std::size_t>& count;
  explicit Counted(std::atomic<std::size_t>& c) : count(c) { ++count; }
  Counted(const Counted&) = delete;
  ~Counted() { --count; }
};

asio::awaitable<void> connection(Server::Impl& server, tcp::socket socket) {
  const Counted counted(server.connections);
  if (server.connections > server.options.limits.max_connections) co_return;
  try {
    if (!server.tls) {
      Connection<tcp::socket> plain(server, socket, socket);
      co_await plain.serve();
      co_return;
    }
    asio::ssl::stream<tcp::socket&> stream(socket, *server.tls);
    Connection<asio::ssl::stream<tcp::socket&>> secure(server, stream, socket);
    secure.watch().set(server.options.limits.head_time);
    auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
    if (!error) co_await secure.serve();
  } catch (const std::exception&) {
    // Memory or a broken socket: this connection ends, the others go on.
  }
}

asio::awaitable<void> accept(Server::Impl& server) {
  while (server.acceptor.is_open()) {
    auto [error, socket] = co_await server.acceptor.async_accept(asio::make_strand(server.io), kAwait);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      // Out of descriptors, most likely: wait until some are free instead of spinning.
      asio::steady_timer pause(server.io, std::chrono::milliseconds(50));
      co_await pause.async_wait(kAwait);
      continue;
    }
    auto executor = socket.get_executor();
    asio::co_spawn(executor, connection(server, std::move(socket)), asio::detached);
  }
}

std::unique_ptr<asio::ssl::context> tls_context(const Tls& files) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->use_certificate_chain_file(files.certificate_file);
  context->use_private_key_file(files.key_file, asio::ssl::context::pem);
  if (SSL_CTX_check_private_key(context->native_handle()) != 1)
    throw std::runtime_error("the key in " + files.key_file + " is not the certificate's");
  return context;
}

}  // namespace

std::expected<std::unique_ptr<Server>, std::string> Server::listen(Options options, Handler handler) {
  const std::string where = options.address + ":" + std::to_string(options.port);
  try {
    auto impl = std::make_unique<Impl>(std::move(options), std::move(handler));
    if (impl->options.tls) {
      try {
        impl->tls = tls_context(*impl->options.tls);
      } catch (const std::exception& error) {
        return std::unexpected("cannot use the TLS files " + impl->options.tls->certificate_file + " and " +
                               impl->options.tls->key_file + ": " + error.what());
      }
    }
    const tcp::endpoint endpoint(asio::ip::make_address(impl->options.address), impl->options.port);
    impl->acceptor.open(endpoint.protocol());
    impl->acceptor.set_option(tcp::acceptor::reuse_address(true));
    impl->acceptor.bind(endpoint);
    impl->acceptor.listen(4096);
    return std::unique_ptr<Server>(new Server(std::move(impl)));
  } catch (const boost::system::system_error& error) {
    return std::unexpected("cannot listen on " + where + ": " + error.code().message() +
                           (error.code() == asio::error::address_in_use
                                ? "; stop what uses the port, or choose another"
                                : "; give an address of this machine and a port that this user may open"));
  }
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

std::uint16_t Server::port() const { return impl_->acceptor.local_endpoint().port(); }

void Server::run() {
  asio::co_spawn(impl_->io, accept(*impl_), asio::detached);
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < impl_->options.threads; ++i) others.emplace_back([this] { impl_->io.run(); });
  impl_->io.run();
}

void Server::stop(std::chrono::milliseconds drain) {
  asio::post(impl_->io, [this, drain] {
    error_code ignored;
    impl_->draining = true;
    impl_->acceptor.close(ignored);
    {
      std::lock_guard lock(impl_->mutex);
      for (auto* watch : impl_->watches) watch->end_if_idle();
    }
    auto timer = std::make_shared<asio::steady_timer>(impl_->io, drain);
    auto check = std::make_shared<std::function<void()>>();
    const auto end = Clock::now() + drain;
    *check = [this, timer, check, end] {
      if (impl_->connections == 0 || Clock::now() >= end) return impl_->io.stop();
      timer->expires_after(std::chrono::milliseconds(10));
      timer->async_wait([check](error_code) { (*check)(); });
    };
    (*check)();
  });
}

}  // namespace tessera::http
