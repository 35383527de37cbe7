// Reading a request's head: no socket, no Asio, so that the fuzzer calls what the server calls.
#pragma once

#include <cstddef>
#include <string_view>

#include "http/server.hpp"

namespace tessera::http {

struct Head {
  Request request;         // all but body and peer
  std::size_t length = 0;  // of the body; 0 when it is chunked
  bool chunked = false;
  bool http_1_0 = false;
  bool keep_alive = true;  // what the client asked for
  bool expects_continue = false;
};

inline constexpr std::size_t kUnfinished = 0;
inline constexpr std::size_t kBroken = static_cast<std::size_t>(-1);

// The size of the head that `seen` begins with, its empty line included; kUnfinished while more must arrive; kBroken as
// soon as it cannot become one (a line that ends in a bare LF, a first octet that begins no method), so that nobody
// waits for the rest. The first `searched` octets were looked at by an earlier call.
std::size_t head_size(std::string_view seen, std::size_t searched);

// `text` is a whole head. Gives 0, or the status to refuse with: 400, 417, 431 (over 100 fields), 501, 505.
int parse_head(std::string_view text, Head& out);

}  // namespace tessera::http
