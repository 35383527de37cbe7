// The outbound client. One request, no redirect followed, limits on size and time, and, for a URL that somebody else
// chose, only public addresses, checked on the socket that is being connected (a name may resolve differently a moment
// later). Proxy variables of the environment are ignored.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <vector>

#include "base/form.hpp"
#include "base/networks.hpp"
#include "tessera/result.hpp"

namespace tessera::fetch {

enum class Trust {
  operators,  // chosen by whoever runs this: https anywhere, http on this machine
  strangers,  // came with a client or a token: https, public addresses only, and of the ports below 1024 only 443; http
              // to what is reachable on this machine
};

struct Options {
  Trust trust = Trust::operators;
  std::size_t max_bytes = 1 << 20;            // of the body; a head has 64 KiB
  std::chrono::milliseconds timeout{10'000};  // from the name's resolution to the last octet
  std::string ca_file{};                      // PEM, to trust beside the system's; "" for none
  Networks reachable{};                       // by strangers' URLs too, whatever is there
};

struct Response {
  int status = 0;  // as it came: a redirect is one of 3xx
  std::string body;
};

struct Failure {
  Error error;          // unsupported (the URL), too_large, unavailable (no answer, refused address)
  std::string message;  // one sentence: what, what went wrong; without the URL's query
};

// "localhost" and names under it are this machine, whatever the name service says (RFC 6761 section 6.3). Any thread;
// blocks, at most for the timeout.
std::expected<Response, Failure> get(const std::string& url, const Options& options = {});
// As application/x-www-form-urlencoded.
std::expected<Response, Failure> post(const std::string& url, const std::vector<form::Pair>& fields,
                                      const Options& options = {});

// As a request to this URL reads it, in small letters; "" where there will be none.
std::string host_of(const std::string& url);

// Whether an address, as inet_ntop prints it, is public: not loopback, private, link-local, shared, multicast,
// reserved, documentation, nor one of these inside an IPv6 address (mapped, NAT64, 6to4, Teredo).
bool is_public_address(const std::string& address);

}  // namespace tessera::fetch
