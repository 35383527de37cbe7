// HTTP heads: what is accepted has one Host, one length at most, and no octet that another reader could split at.
#include <algorithm>

#include "fuzz.hpp"
#include "http/server.hpp"

using namespace tessera::http;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  Request request;
  const int status = parse_head(as_text(data, size), request);
  HOLDS(status == 0 || status == 400 || status == 431 || status == 501 || status == 505);
  if (status != 0) return 0;
  HOLDS(request.path.starts_with('/') && !request.method.empty());
  const auto count = [&](std::string_view name) {
    return std::ranges::count(request.headers, name, [](const Header& h) { return std::string_view(h.name); });
  };
  HOLDS(count("host") <= 1 && count("content-length") + count("transfer-encoding") <= 1);
  for (const auto& header : request.headers) {
    HOLDS(header.value.find_first_of("\r\n") == std::string::npos);
    HOLDS(std::ranges::none_of(header.name, [](char c) { return c >= 'A' && c <= 'Z'; }));
  }
  return 0;
}
