#include "http/server.hpp"

#include <array>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <unordered_map>

#include "base/try.hpp"
#include "http/head.hpp"
#include "http/response.hpp"
#include "http/tls.hpp"
#include "http/watch.hpp"

namespace tessera::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
template <class T>
using Awaitable = asio::awaitable<T, Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using TlsStream = asio::ssl::stream<Socket&>;

constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> kAwait;
constexpr int kBacklog = 4096;
constexpr std::size_t kReadSize = 4096;
constexpr std::size_t kBodyReadSize = 65536;
constexpr std::size_t kChunkHeadSize = 8192;  // of a chunk's size line with its extensions, or of the trailer
constexpr std::chrono::milliseconds kGoodbye{500};

// One thread's. Nothing in it is shared but the posting to `io`.
struct Loop {
  Watch::Set watches;  // before io: what io destroys last unregisters here
  asio::io_context io{1};
  asio::executor_work_guard<Executor> work{io.get_executor()};
};

// The connections that there are, of all and of each address.
class Places {
 public:
  // False, and nothing taken, when there are enough. `key` is "" for an address that is not counted.
  bool take(const std::string& key, const Limits& limits) {
    const std::lock_guard lock(mutex_);
    if (all_ >= limits.max_connections) return false;
    if (!key.empty()) {
      auto& count = by_address_[key];
      if (count >= limits.max_per_address) return false;
      ++count;
    }
    ++all_;
    return true;
  }
  void give_back(const std::string& key) {
    const std::lock_guard lock(mutex_);
    --all_;
    if (const auto it = by_address_.find(key); it != by_address_.end() && --it->second == 0) by_address_.erase(it);
  }
  bool empty() const {
    const std::lock_guard lock(mutex_);
    return all_ == 0;
  }

 private:
  mutable std::mutex mutex_;
  std::size_t all_ = 0;
  std::unordered_map<std::string, std::size_t> by_address_;
};

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Impl> {
  Options options;
  Handler handler;
  Places places;
  std::atomic<bool> draining{false};
  std::atomic<std::shared_ptr<asio::ssl::context>> tls;
  std::deque<Loop> loops;
  Acceptor acceptor;  // of the first loop
  std::uint16_t port = 0;

  Impl(Options o, Handler h)
      : options(std::move(o)),
        handler(std::move(h)),
        loops(std::max(1U, options.threads)),
        acceptor(loops.front().io.get_executor()) {}
};

namespace {

using Shared = std::shared_ptr<Server::Impl>;

// Where a handler's answer and the connection that waits for it meet, in either order. Until the answer it keeps the
// server's parts alive, so that a late one, from another thread, finds a place to go.
class Answer {
 public:
  explicit Answer(Shared server) : keep_(std::move(server)) {}

  void give(Response response) {
    Shared keep;  // released last: with it may go the waiting connection, and this
    std::move_only_function<void(Response)> waiting;
    {
      const std::lock_guard lock(mutex_);
      INVARIANT(keep_, "a request is answered twice");
      keep = std::move(keep_);
      waiting = std::move(waiting_);
      if (!waiting) response_ = std::move(response);
    }
    if (waiting) waiting(std::move(response));
  }
  void drop() {
    if (!given()) give(refusal(500));
  }
  // When it was given at once, nobody has to wait.
  std::optional<Response> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(response_, std::nullopt);
  }
  void wait(std::move_only_function<void(Response)> resume) {
    std::optional<Response> early;
    {
      const std::lock_guard lock(mutex_);
      if (!response_) return static_cast<void>(waiting_ = std::move(resume));
      early = std::exchange(response_, std::nullopt);
    }
    resume(std::move(*early));
  }

 private:
  bool given() {
    const std::lock_guard lock(mutex_);
    return keep_ == nullptr;
  }

  std::mutex mutex_;
  Shared keep_;
  std::optional<Response> response_;
  std::move_only_function<void(Response)> waiting_;
};

// What a handler holds: called, or dropped.
class Responder {
 public:
  explicit Responder(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
  Responder(Responder&&) = default;
  Responder& operator=(Responder&&) = delete;
  ~Responder() {
    if (answer_) answer_->drop();
  }
  void operator()(Response response) { answer_->give(std::move(response)); }

 private:
  std::shared_ptr<Answer> answer_;
};

// Of IPv4 on a socket of IPv6: that of IPv4.
asio::ip::address address_of(const Socket& socket) {
  error_code error;
  const auto address = socket.remote_endpoint(error).address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address;
}

template <class Stream>
class Connection {
 public:
  Connection(Server::Impl& server, Stream& stream, Socket& socket, Watch& watch)
      : server_(server), limits_(server.options.limits), stream_(stream), socket_(socket), watch_(watch) {
    peer_ = address_of(socket).to_string();
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);
  }

  Awaitable<void> serve() {
    while (!server_.draining) {
      Head head;
      const std::size_t size = co_await read_head();
      if (size == kUnfinished) co_return;
      int status = size == kBroken ? 400 : size > limits_.head_bytes ? 431 : parse_head(seen().substr(0, size), head);
      if (status == 0) status = co_await read_body(size, head);
      if (status == kGone) co_return;
      const Body body = head.request.method == "HEAD" ? Body::withheld : Body::sent;
      if (status != 0) co_return co_await refuse(status, body);
      head.request.peer = peer_;
      const Response response = co_await ask(std::move(head.request));
      const After after = !head.keep_alive || server_.draining ? After::close
                          : head.http_1_0                      ? After::keep_alive_1_0
                                                               : After::keep_alive;
      if (!co_await write(response, after, body)) co_return;
      if (after == After::close) break;
    }
    co_await part();
  }

 private:
  enum class Body { sent, withheld };
  static constexpr bool kPlain = std::is_same_v<Stream, Socket>;
  static constexpr int kGone = -1;  // instead of a status: there is nobody left to answer

  std::string_view seen() const { return {static_cast<const char*>(buffer_.data().data()), buffer_.size()}; }

  Awaitable<error_code> read_some(std::size_t most) {
    auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(most), kAwait);
    if (!error) buffer_.commit(size);
    co_return error;
  }

  // The size of the head that now begins the buffer, or kBroken; kUnfinished when the client went away or was idle for
  // too long. A head that is too slow is answered here.
  Awaitable<std::size_t> read_head() {
    bool begun = buffer_.size() != 0;
    if (!begun && buffer_.capacity() > kBodyReadSize) buffer_.shrink_to_fit();
    watch_.set(begun || std::exchange(new_, false) ? limits_.head_time : limits_.idle);
    std::size_t searched = 0;
    while (true) {
      // Empty lines before a request are passed over (RFC 9112 section 2.2).
      while (seen().starts_with("\r\n")) buffer_.consume(2), searched = 0;
      if (seen() != "\r")
        if (const auto size = head_size(seen(), searched); size != kUnfinished) co_return size;
      if (buffer_.size() > limits_.head_bytes) co_return buffer_.size();
      searched = buffer_.size();
      watch_.begin_idle();
      const error_code error = co_await read_some(kReadSize);
      watch_.end_idle();
      if (error) {
        if (begun && watch_.timed_out()) co_await refuse(408, Body::sent);
        co_return kUnfinished;
      }
      if (!begun) watch_.set(limits_.head_time);
      begun = true;
    }
  }

  // 0 when the request is whole; else the status to refuse with, or kGone.
  Awaitable<int> read_body(std::size_t head_bytes, Head& head) {
    const auto& ask_limit = server_.options.body_limit;
    const std::size_t limit = ask_limit ? ask_limit(head.request.method, head.request.path) : 0;
    if (head.length > limit) co_return 413;
    if (head.length == 0 && !head.chunked) {
      buffer_.consume(head_bytes);
      co_return 0;
    }
    watch_.set(limits_.body_time);
    watch_.begin_idle();  // until it is whole
    const int status = co_await receive_body(head_bytes, limit, head);
    watch_.end_idle();
    co_return status;
  }

  Awaitable<int> receive_body(std::size_t head_bytes, std::size_t limit, Head& head) {
    if (head.expects_continue) {
      constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      auto [error, sent] = co_await asio::async_write(stream_, asio::buffer(kContinue), kAwait);
      if (error) co_return kGone;
    }
    // Two statements: g++ 12 destroys a coroutine twice that a conditional operator chose.
    if (head.chunked) co_return co_await read_chunks(head_bytes, limit, head);
    co_return co_await read_length(head_bytes, head);
  }

  Awaitable<int> read_length(std::size_t head_bytes, Head& head) {
    buffer_.consume(head_bytes);
    while (buffer_.size() < head.length) {
      if (server_.draining) co_return kGone;
      // Not in the condition: g++ 12 makes a frame that cannot be resumed of a co_await there.
      const error_code error = co_await read_some(std::min(head.length - buffer_.size(), kBodyReadSize));
      if (error) co_return watch_.timed_out() ? 408 : kGone;
    }
    head.request.body.assign(seen().substr(0, head.length));
    buffer_.consume(head.length);
    co_return 0;
  }

  // Chunks are Beast's to read; the bound on the buffer is what bounds a chunk's extensions.
  Awaitable<int> read_chunks(std::size_t head_bytes, std::size_t limit, Head& head) {
    beast::http::request_parser<beast::http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.head_bytes + kChunkHeadSize));
    parser.body_limit(limit);
    // Beast lets a quoted extension hold a bare LF, where another reader sees the end of the line.
    auto on_chunk = [](std::uint64_t, beast::string_view extensions, error_code& refused) {
      if (extensions.find_first_of("\r\n") != beast::string_view::npos)
        refused = beast::http::error::bad_chunk_extension;
    };
    parser.on_chunk_header(on_chunk);
    error_code error;
    parser.put(asio::buffer(seen().substr(0, head_bytes)), error);
    buffer_.consume(head_bytes);
    if (error && error != beast::http::error::need_more) co_return 400;
    if (server_.draining) co_return kGone;
    buffer_.max_size(std::max(buffer_.size(), kBodyReadSize) + kChunkHeadSize);
    auto [failure, size] = co_await beast::http::async_read(stream_, buffer_, parser, kAwait);
    buffer_.max_size(std::numeric_limits<std::size_t>::max());
    if (failure == beast::http::error::body_limit) co_return 413;
    if (failure == beast::http::error::end_of_stream || failure == beast::http::error::partial_message) co_return kGone;
    if (failure.category() == make_error_code(beast::http::error::need_more).category()) co_return 400;
    if (failure) co_return watch_.timed_out() ? 408 : kGone;
    head.request.body = std::move(parser.get().body());
    co_return 0;
  }

  Awaitable<Response> ask(Request request) {
    const auto answer = std::make_shared<Answer>(server_.shared_from_this());
    try {
      server_.handler(std::move(request), Responder(answer));
    } catch (...) {
      // Its Responder is gone, and has answered 500.
    }
    if (auto response = answer->take()) co_return std::move(*response);
    watch_.rest();
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Response)>(
        [&](auto resume) {
          answer->wait([resume = std::move(resume), on = socket_.get_executor()](Response response) mutable {
            asio::post(on, [resume = std::move(resume), response = std::move(response)]() mutable {
              std::move(resume)(std::move(response));
            });
          });
        },
        asio::use_awaitable_t<Executor>());
  }

  Awaitable<bool> write(const Response& response, After after, Body body) {
    const std::string head = print_head(response, after);
    const bool with_body = body == Body::sent && may_have_body(response.status);
    std::array<asio::const_buffer, 2> parts{asio::buffer(head),
                                            asio::buffer(with_body ? response.body : std::string_view())};
    // Whatever else is ready is computed first (the loop looks at 128 connections a turn), and the answers leave
    // together: a client or proxy that sleeps is woken once for all of them. Waking it costs more than sending.
    co_await asio::post(socket_.get_executor(), kAwait);
    // Mostly the kernel takes a whole answer at once, and the loop needs no turn for it.
    if constexpr (kPlain) {
      error_code error;
      std::size_t sent = socket_.write_some(parts, error);
      if (error && error != asio::error::would_block) co_return false;
      for (auto& part : parts) {
        const auto taken = std::min(sent, part.size());
        part += taken;
        sent -= taken;
      }
      if (asio::buffer_size(parts) == 0) co_return true;
    }
    watch_.set(limits_.write_time);
    auto [error, size] = co_await asio::async_write(stream_, parts, kAwait);
    co_return !error;
  }

  Awaitable<void> refuse(int status, Body body) {
    const Response response = refusal(status);
    if (!co_await write(response, After::close, body)) co_return;
    co_await part();
    // Takes what is still on its way, a little and for a moment, so that a reset does not overtake the answer.
    watch_.set(kGoodbye);
    buffer_.clear();
    for (int reads = 0; reads < 64; ++reads) {
      auto [error, size] = co_await socket_.async_read_some(buffer_.prepare(kBodyReadSize), kAwait);
      if (error) break;
    }
  }

  // Says that nothing follows.
  Awaitable<void> part() {
    watch_.set(kGoodbye);
    if constexpr (!kPlain) co_await stream_.async_shutdown(kAwait);
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }

  Server::Impl& server_;
  const Limits& limits_;
  Stream& stream_;
  Socket& socket_;
  Watch& watch_;
  beast::flat_buffer buffer_;
  std::string peer_;
  bool new_ = true;  // nothing was asked yet
};

// One of the places, until it goes.
class Place {
 public:
  // Empty when there is none.
  static std::optional<Place> of(Server::Impl& server, const Socket& socket) {
    std::string key;
    const auto address = address_of(socket);
    const auto& uncounted = server.options.uncounted;
    if (!uncounted || !uncounted(address.to_string())) key = counted_as(address);
    if (!server.places.take(key, server.options.limits)) return std::nullopt;
    return Place(server.places, std::move(key));
  }
  Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)), key_(std::move(other.key_)) {}
  Place& operator=(Place&&) = delete;
  ~Place() {
    if (places_ != nullptr) places_->give_back(key_);
  }

 private:
  Place(Places& places, std::string key) : places_(&places), key_(std::move(key)) {}
  // Whoever has one address of a network of IPv6 has them all.
  static std::string counted_as(const asio::ip::address& address) {
    if (!address.is_v6()) return address.to_string();
    const auto octets = address.to_v6().to_bytes();
    return {octets.begin(), octets.begin() + 8};
  }

  Places* places_;
  std::string key_;
};

// Exceptions end here: memory or a broken socket ends this connection, and the others go on.
Awaitable<void> connection(Server::Impl& server, Loop& loop, Socket socket, Place) {
  try {
    Watch watch(loop.watches, socket, server.options.limits.head_time);
    const auto tls = server.tls.load();
    if (!tls) {
      Connection<Socket> plain(server, socket, socket, watch);
      co_return co_await plain.serve();
    }
    TlsStream stream(socket, *tls);
    watch.begin_idle();
    auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
    watch.end_idle();
    if (error) co_return;
    Connection<TlsStream> secure(server, stream, socket, watch);
    co_await secure.serve();
  } catch (const std::exception&) {
  }
}

// Connections go to the loops in turn.
Awaitable<void> accept(Server::Impl& server) {
  for (std::size_t turn = 0; !server.draining; ++turn) {
    Loop& loop = server.loops[turn % server.loops.size()];
    auto [error, socket] = co_await server.acceptor.async_accept(loop.io, kAwait);
    if (error == asio::error::operation_aborted || server.draining) co_return;
    try {
      if (error) {
        // Out of descriptors, most likely: wait until some are free instead of spinning.
        Timer pause(server.loops.front().io.get_executor(), std::chrono::milliseconds(50));
        co_await pause.async_wait(kAwait);
        continue;
      }
      auto place = Place::of(server, socket);
      if (!place) continue;
      asio::co_spawn(loop.io, connection(server, loop, std::move(socket), std::move(*place)), asio::detached);
    } catch (const std::exception&) {
      // No memory for this one.
    }
  }
}

Awaitable<void> end(Server::Impl& server, std::chrono::milliseconds drain) {
  const auto last = Clock::now() + drain;
  server.draining = true;
  error_code ignored;
  server.acceptor.close(ignored);
  for (auto& loop : server.loops)
    asio::post(loop.io, [&loop] {
      for (auto* watch : loop.watches) watch->end_if_idle();
    });
  Timer timer(server.loops.front().io.get_executor());
  while (!server.places.empty() && Clock::now() < last) {
    timer.expires_after(std::chrono::milliseconds(5));
    co_await timer.async_wait(kAwait);
  }
  for (auto& loop : server.loops) loop.io.stop();
}

// Nothing that runs here lets an exception through; if something did, it would not take the server with it.
void run_loop(Loop& loop) {
  while (!loop.io.stopped()) {
    try {
      loop.io.run();
    } catch (const std::exception&) {
    }
  }
}

}  // namespace

std::expected<std::unique_ptr<Server>, std::string> Server::listen(Options options, Handler handler) {
  const std::string where = options.address + " port " + std::to_string(options.port);
  try {
    auto impl = std::make_shared<Impl>(std::move(options), std::move(handler));
    if (impl->options.tls) impl->tls = std::shared_ptr(TRY(tls_context(*impl->options.tls)));
    const tcp::endpoint endpoint(asio::ip::make_address(impl->options.address), impl->options.port);
    impl->acceptor.open(endpoint.protocol());
    impl->acceptor.set_option(Acceptor::reuse_address(true));
    impl->acceptor.bind(endpoint);
    impl->acceptor.listen(kBacklog);
    impl->port = impl->acceptor.local_endpoint().port();
    return std::unique_ptr<Server>(new Server(std::move(impl)));
  } catch (const boost::system::system_error& error) {
    return std::unexpected("cannot listen on " + where + ": " + error.code().message() +
                           (error.code() == asio::error::address_in_use
                                ? "; stop what uses the port, or choose another"
                                : "; give an address of this machine and a port that this user may open"));
  }
}

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

std::uint16_t Server::port() const { return impl_->port; }

bool Server::has_tls() const { return impl_->options.tls != nullptr; }

std::expected<void, std::string> Server::reload_tls() {
  impl_->tls = std::shared_ptr(TRY(tls_context(*impl_->options.tls)));
  return {};
}

void Server::run() {
  auto& loops = impl_->loops;
  asio::co_spawn(loops.front().io, accept(*impl_), asio::detached);
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < loops.size(); ++i) others.emplace_back([&loop = loops[i]] { run_loop(loop); });
  run_loop(loops.front());
}

void Server::stop(std::chrono::milliseconds drain) {
  asio::co_spawn(impl_->loops.front().io, end(*impl_, drain), asio::detached);
}

}  // namespace tessera::http
