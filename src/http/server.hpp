// An HTTP/1.1 server with limits. It knows no token and no OAuth; no Asio or Beast type is seen from outside.
//
// A request reaches the handler whole and within limits, or not at all: a head over `head_bytes` is answered 431, a
// body over the limit of its path 413, a head or body that does not arrive in time 408, anything malformed or ambiguous
// 400 (two lengths, a length beside a transfer coding, folded or bare-LF lines, a target that is no path, none or two
// Host fields), an unknown transfer coding 501; the connection is closed after each. A client that goes away in the
// middle of a request is forgotten. Pipelined requests are answered in order.
//
// Each of `threads` serves connections of its own, so a handler that computes for long holds up those of its thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tessera::http {

struct Header {
  std::string name, value;
};

struct Request {
  std::string method, target;   // as sent
  std::string path, query;      // of the target, around the first '?'; not decoded
  std::vector<Header> headers;  // names in lower case, in order, duplicates kept
  std::string body;
  std::string peer;  // address of the socket's other end: "127.0.0.1", "2001:db8::1"

  // "" when absent; the first of several.
  std::string_view header(std::string_view name) const;
};

// Content-Length, Date and Connection are added. A header's name or value that holds CR, LF or NUL aborts: that is
// our fault.
struct Response {
  int status = 200;
  std::vector<Header> headers{};
  std::string body{};
};

// To be called exactly once, from any thread; dropping it answers 500, and so does a handler that throws.
using Respond = std::move_only_function<void(Response)>;
using Handler = std::function<void(Request, Respond)>;

struct Limits {
  std::size_t head_bytes = 32 * 1024;
  std::size_t max_connections = 10'000;         // beyond, a connection is accepted and closed
  std::size_t max_per_address = 1'000;          // the same; of an IPv6 address its first 64 bits count
  std::chrono::milliseconds idle{60'000};       // between two requests
  std::chrono::milliseconds head_time{10'000};  // also until the first octet of a new connection
  std::chrono::milliseconds body_time{30'000};
  std::chrono::milliseconds write_time{30'000};
};

struct Tls {
  std::string certificate_file, key_file;  // PEM; the certificate with its chain
};

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the kernel chooses
  unsigned threads = 1;
  Limits limits{};
  // The most octets of body that a request may bring.
  std::function<std::size_t(std::string_view method, std::string_view path)> body_limit{};
  // Addresses for which max_per_address does not count: proxies, behind which there are many.
  std::function<bool(std::string_view address)> uncounted{};
  std::unique_ptr<Tls> tls{};
};

class Server {
 public:
  // Listens; the error is one sentence: what, what the system said, what to do.
  static std::expected<std::unique_ptr<Server>, std::string> listen(Options options, Handler handler);
  ~Server();

  std::uint16_t port() const;
  // Serves until stop; blocks. Once.
  void run();
  // No new connections, idle and half-sent ones end; what is being answered gets `drain` to finish. From any thread
  // (not in a signal handler). A Respond that is still held when the server is gone may be called or dropped: nobody
  // hears it.
  void stop(std::chrono::milliseconds drain);

  bool has_tls() const;
  // Reads the files again. What is good takes the place of what was, for connections that come from now on; else
  // nothing changes, and the error is one sentence. From any thread.
  std::expected<void, std::string> reload_tls();

  struct Impl;

 private:
  explicit Server(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace tessera::http
