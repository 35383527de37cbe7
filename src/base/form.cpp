#include "base/form.hpp"

#include "base/try.hpp"
#include "base/utf8.hpp"

namespace tessera::form {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus { space, plus };

Result<std::string> decoded(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      ENSURE(i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0, malformed,
             "percent escape");
      c = static_cast<char>(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
      i += 2;
    } else if (c == '+' && plus == Plus::space) {
      c = ' ';
    }
    ENSURE(c != '\0', malformed, "NUL");
    out += c;
  }
  ENSURE(valid_utf8(out), malformed, "UTF-8");
  return out;
}

}  // namespace

Result<std::vector<Pair>> parse(std::string_view text) {
  std::vector<Pair> pairs;
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto part = text.substr(0, end);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    if (part.empty()) continue;
    ENSURE(pairs.size() < kMaxPairs, too_large, "pairs");
    const auto equals = part.find('=');
    std::string name = TRY(decoded(part.substr(0, equals), Plus::space));
    std::string value;
    if (equals != std::string_view::npos) value = TRY(decoded(part.substr(equals + 1), Plus::space));
    pairs.emplace_back(std::move(name), std::move(value));
  }
  return pairs;
}

std::string encode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved)
      out += c;
    else
      (out += '%') += {kHex[static_cast<unsigned char>(c) >> 4], kHex[static_cast<unsigned char>(c) & 15]};
  }
  return out;
}

std::string print(const std::vector<Pair>& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out += encode(name) + '=' + encode(value);
  }
  return out;
}

Result<std::string> decode(std::string_view text) { return decoded(text, Plus::plus); }

}  // namespace tessera::form
