#include <algorithm>
#include <array>

#include "http/server.hpp"

namespace tessera::http {

namespace {

bool is_token(char c) {
  constexpr std::string_view kSpecial = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kSpecial.find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The next line without its CRLF; a bare CR or LF, or NUL, makes the head malformed.
bool next_line(std::string_view& rest, std::string_view& line) {
  const auto end = rest.find("\r\n");
  if (end == std::string_view::npos) return false;
  line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return std::ranges::none_of(line, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

int parse_request_line(std::string_view line, Request& out, bool& http_1_1) {
  const auto first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return 400;
  const auto method = line.substr(0, first), target = line.substr(first + 1, last - first - 1),
             version = line.substr(last + 1);
  if (method.empty() || method.size() > 16 || !std::ranges::all_of(method, is_token)) return 400;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return version.starts_with("HTTP/") ? 505 : 400;
  http_1_1 = version == "HTTP/1.1";
  // Origin form only: nobody uses this as a proxy. Octets that a URI may hold.
  if (!target.starts_with('/')) return 400;
  if (!std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7F && c != '#' && c != '"' && c != '<' && c != '>'; }))
    return 400;
  out.method = method;
  out.target = target;
  const auto question = target.find('?');
  out.path = target.substr(0, question);
  out.query = question == std::string_view::npos ? "" : target.substr(question + 1);
  return 0;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const auto& header : headers)
    if (header.name == name) return header.value;
  return {};
}

int parse_head(std::string_view head, Request& out) {
  std::string_view line;
  bool http_1_1 = false;
  if (!next_line(head, line)) return 400;
  if (const int status = parse_request_line(line, out, http_1_1)) return status;
  std::size_t hosts = 0, lengths = 0, codings = 0;
  while (true) {
    if (!next_line(head, line)) return 400;
    if (line.empty()) break;
    if (out.headers.size() >= 100) return 431;
    const auto colon = line.find(':');
    // No name, or white space in or after it (which a folded line begins with too): RFC 9112 sections 5.1, 5.2.
    if (colon == std::string_view::npos || colon == 0 || !std::ranges::all_of(line.substr(0, colon), is_token)) return 400;
    const auto value = trimmed(line.substr(colon + 1));
    if (!std::ranges::all_of(value, [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); }))
      return 400;
    auto& header = out.headers.emplace_back(lower(line.substr(0, colon)), std::string(value));
    if (header.name == "host") ++hosts;
    if (header.name == "content-length") {
      ++lengths;
      if (header.value.empty() || header.value.size() > 15 ||
          !std::ranges::all_of(header.value, [](char c) { return c >= '0' && c <= '9'; }))
        return 400;
    }
    if (header.name == "transfer-encoding") {
      ++codings;
      if (lower(header.value) != "chunked") return 501;
    }
  }
  if (!head.empty()) return 400;
  if (hosts > 1 || (http_1_1 && hosts == 0)) return 400;
  //= RFC9112#6.3
  // A server that receives both fields, or two lengths, cannot know where the message ends.
  if (lengths > 1 || codings > 1 || (lengths == 1 && codings == 1) || (codings == 1 && !http_1_1)) return 400;
  return 0;
}

}  // namespace tessera::http
