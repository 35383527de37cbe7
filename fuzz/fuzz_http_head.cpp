// HTTP heads: what is accepted has one Host, one length at most, and no octet that another reader could split at; it
// ends at the same place however it arrives, and what was read of it reads the same again.
#include <algorithm>
#include <string>

#include "fuzz.hpp"
#include "http/head.hpp"

using namespace tessera::http;

namespace {

// As a connection finds it: in pieces.
std::size_t size_in_pieces(std::string_view text, std::size_t piece) {
  for (std::size_t seen = 0, searched = 0; seen < text.size(); searched = seen) {
    seen = std::min(seen + piece, text.size());
    if (const auto size = head_size(text.substr(0, seen), searched); size != kUnfinished) return size;
  }
  return kUnfinished;
}

std::string printed(const Head& head) {
  std::string out =
      head.request.method + " " + head.request.target + (head.http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const auto& [name, value] : head.request.headers) out += name + ":" + value + "\r\n";
  return out + "\r\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto text = as_text(data, size);
  const std::size_t end = head_size(text, 0);
  HOLDS(size_in_pieces(text, 1) == end && size_in_pieces(text, 7) == end);
  HOLDS(end == kUnfinished || end == kBroken || text.substr(0, end).ends_with("\r\n\r\n"));

  const std::size_t whole = end == kUnfinished || end == kBroken ? text.size() : end;
  Head head;
  const int status = parse_head(text.substr(0, whole), head);
  HOLDS(status == 0 || status == 400 || status == 417 || status == 431 || status == 501 || status == 505);
  if (status != 0) return 0;
  HOLDS(end == whole);
  const Request& request = head.request;
  HOLDS(request.path.starts_with('/') && !request.method.empty());
  HOLDS(request.target == request.path || request.target == request.path + "?" + request.query);
  const auto count = [&](std::string_view name) {
    return std::ranges::count(request.headers, name, [](const Header& h) { return std::string_view(h.name); });
  };
  HOLDS(count("host") == 1 && count("content-length") + count("transfer-encoding") <= 1);
  HOLDS(head.chunked == (count("transfer-encoding") == 1) && (head.length == 0 || count("content-length") == 1));
  for (const auto& header : request.headers) {
    HOLDS(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    HOLDS(std::ranges::none_of(header.name, [](char c) { return c >= 'A' && c <= 'Z'; }));
  }
  Head again;
  const std::string text_again = printed(head);
  HOLDS(parse_head(text_again, again) == 0 && printed(again) == text_again);
  HOLDS(again.length == head.length && again.keep_alive == head.keep_alive);
  return 0;
}
