#include "http/head.hpp"

#include <algorithm>

namespace tessera::http {

namespace {

constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kMaxMethod = 16;
constexpr std::size_t kMaxLengthDigits = 15;

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_token(char c) { return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c); }
// RFC 3986's host and port; `_` is in names that people use.
bool is_host(char c) { return is_alphanumeric(c) || std::string_view("-._~%!$&'()*+,;=:[]").contains(c); }
// What a URI may hold, and what browsers send unescaped.
bool is_target(char c) { return c > 0x20 && c < 0x7F && !std::string_view("#\"<>").contains(c); }
bool is_field(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool lists(std::string_view value, std::string_view word) {
  while (!value.empty()) {
    const auto comma = value.find(',');
    if (same_word(trimmed(value.substr(0, comma)), word)) return true;
    value = comma == std::string_view::npos ? "" : value.substr(comma + 1);
  }
  return false;
}

// The next line, without its CRLF.
bool next_line(std::string_view& rest, std::string_view& line) {
  const auto end = rest.find("\r\n");
  if (end == std::string_view::npos) return false;
  line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return true;
}

int parse_request_line(std::string_view line, Head& out) {
  const auto first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return 400;
  const auto method = line.substr(0, first), target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (method.empty() || method.size() > kMaxMethod || !std::ranges::all_of(method, is_token)) return 400;
  // Origin form only: nobody uses this as a proxy.
  if (!target.starts_with('/') || !std::ranges::all_of(target, is_target)) return 400;
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return version.starts_with("HTTP/") && version.size() == 8 && is_digit(version[5]) && version[6] == '.' &&
                   is_digit(version[7])
               ? 505
               : 400;
  out.http_1_0 = version == "HTTP/1.0";
  const auto question = target.find('?');
  out.request.method = method;
  out.request.target = target;
  out.request.path = target.substr(0, question);
  if (question != std::string_view::npos) out.request.query = target.substr(question + 1);
  return 0;
}

bool parse_length(std::string_view digits, std::size_t& out) {
  if (digits.empty() || digits.size() > kMaxLengthDigits || !std::ranges::all_of(digits, is_digit)) return false;
  out = 0;
  for (const char c : digits) out = out * 10 + static_cast<std::size_t>(c - '0');
  return true;
}

// The fields that decide where the message ends and who it is for, each counted: two that differ are how one message is
// read as two by somebody else.
struct Counts {
  int hosts = 0, lengths = 0, codings = 0;
  bool close = false, keep_alive = false;
};

int take_field(const Header& field, Head& out, Counts& counts) {
  const std::string_view value = field.value;
  if (field.name == "host") {
    ++counts.hosts;
    if (!std::ranges::all_of(value, is_host)) return 400;
  } else if (field.name == "content-length") {
    ++counts.lengths;
    if (!parse_length(value, out.length)) return 400;
  } else if (field.name == "transfer-encoding") {
    ++counts.codings;
    if (!same_word(value, "chunked")) return 501;
    out.chunked = true;
  } else if (field.name == "connection") {
    counts.close |= lists(value, "close");
    counts.keep_alive |= lists(value, "keep-alive");
  } else if (field.name == "expect") {
    if (!same_word(value, "100-continue")) return 417;
    out.expects_continue = true;
  }
  return 0;
}

int parse_field(std::string_view line, Head& out, Counts& counts) {
  if (out.request.headers.size() >= kMaxFields) return 431;
  const auto colon = line.find(':');
  // No name, or white space in it, before it (a folded line) or behind it: RFC 9112 sections 5.1 and 5.2.
  if (colon == std::string_view::npos || colon == 0 || !std::ranges::all_of(line.substr(0, colon), is_token))
    return 400;
  const auto value = trimmed(line.substr(colon + 1));
  if (!std::ranges::all_of(value, is_field)) return 400;
  return take_field(out.request.headers.emplace_back(lowered(line.substr(0, colon)), std::string(value)), out, counts);
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const auto& header : headers)
    if (header.name == name) return header.value;
  return {};
}

std::size_t head_size(std::string_view seen, std::size_t searched) {
  if (!seen.empty() && !is_token(seen.front())) return kBroken;
  for (auto at = seen.find('\n', searched); at != std::string_view::npos; at = seen.find('\n', at + 1)) {
    if (at == 0 || seen[at - 1] != '\r') return kBroken;
    if (at >= 3 && seen[at - 2] == '\n') return at + 1;
  }
  return kUnfinished;
}

int parse_head(std::string_view text, Head& out) {
  if (head_size(text, 0) != text.size()) return 400;
  std::string_view line;
  if (!next_line(text, line)) return 400;
  if (const int status = parse_request_line(line, out)) return status;
  Counts counts;
  while (next_line(text, line) && !line.empty())
    if (const int status = parse_field(line, out, counts)) return status;
  if (counts.hosts != 1) return 400;
  if (counts.lengths + counts.codings > 1 || (out.chunked && out.http_1_0)) return 400;
  out.keep_alive = !counts.close && (!out.http_1_0 || counts.keep_alive);
  if (out.http_1_0) out.expects_continue = false;
  return 0;
}

}  // namespace tessera::http
