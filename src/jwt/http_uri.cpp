#include "jwt/http_uri.hpp"

#include <algorithm>

namespace tessera::detail {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_unreserved(char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~'; }
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int hex(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::string_view kSubDelims = "!$&'()*+,;=";

// RFC 3986 sections 6.2.2.1 and 6.2.2.2. Nothing where a character is neither unreserved nor one of `others`.
std::optional<std::string> normal_text(std::string_view text, std::string_view others) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!is_unreserved(text[i]) && !is_one_of(text[i], others)) return std::nullopt;
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return std::nullopt;
    const int octet = hex(text[i + 1]) * 16 + hex(text[i + 2]);
    const char c = static_cast<char>(octet);
    if (octet < 0x80 && is_unreserved(c))
      out += c;
    else
      ((out += '%') += kHex[static_cast<std::size_t>(octet >> 4)]) += kHex[static_cast<std::size_t>(octet & 15)];
    i += 2;
  }
  return out;
}

// RFC 3986 section 5.2.4, of a path that is empty or begins with "/".
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const auto end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(1, end - 1);
    path.remove_prefix(end);
    if (segment == "..") out.resize(out.empty() ? 0 : out.rfind('/'));
    if (segment != "." && segment != "..")
      (out += '/') += segment;
    else if (path.empty())
      out += '/';
  }
  return out.empty() ? "/" : out;
}

struct Authority {
  std::string_view host, port;
};

// Nothing where a colon or an "@" stands where it must not.
std::optional<Authority> split_authority(std::string_view text) {
  if (text.find('@') != std::string_view::npos) return std::nullopt;
  const bool literal = text.starts_with('[');
  const auto close = literal ? text.find(']') : 0;
  if (close == std::string_view::npos) return std::nullopt;
  const auto colon = text.find(':', close);
  const Authority out{text.substr(0, colon), colon == std::string_view::npos ? "" : text.substr(colon + 1)};
  if (literal && out.host.size() != close + 1) return std::nullopt;
  if (out.host.empty() || !std::ranges::all_of(out.port, is_digit) || out.port.size() > 5) return std::nullopt;
  return out;
}

std::optional<std::string> normal_host(std::string_view host) {
  const bool literal = host.starts_with('[');
  auto out = literal ? normal_text(host, "[]:") : normal_text(host, kSubDelims);
  if (!out) return std::nullopt;
  // Percent-encoded octets keep their upper case.
  for (std::size_t i = 0; i < out->size(); ++i) {
    if ((*out)[i] == '%')
      i += 2;
    else
      (*out)[i] = lower((*out)[i]);
  }
  return out;
}

}  // namespace

std::optional<std::string> normal_http_uri(std::string_view uri) {
  const auto colon = uri.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  std::string scheme(uri.substr(0, colon));
  std::ranges::transform(scheme, scheme.begin(), lower);
  if (scheme != "http" && scheme != "https") return std::nullopt;
  std::string_view rest = uri.substr(colon + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const auto slash = std::min(rest.find('/'), rest.size());
  const auto authority = split_authority(rest.substr(0, slash));
  if (!authority) return std::nullopt;
  const auto host = normal_host(authority->host);
  const auto path = normal_text(rest.substr(slash), "/:@!$&'()*+,;=");
  if (!host || !path) return std::nullopt;
  std::string out = scheme + "://" + *host;
  if (!authority->port.empty() && authority->port != (scheme == "https" ? "443" : "80"))
    (out += ':') += authority->port;
  return out + without_dot_segments(*path);
}

}  // namespace tessera::detail
