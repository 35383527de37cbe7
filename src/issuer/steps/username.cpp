#include "issuer/steps/username.hpp"

#include "base/utf8.hpp"

namespace tessera::issuer {

std::optional<std::string> canonical_username(std::string_view text) {
  if (text.empty() || text.size() > kMaxUsername || !valid_utf8(text)) return std::nullopt;
  if (text.front() == ' ' || text.back() == ' ') return std::nullopt;
  std::string out;
  unsigned char before = 0;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7F) return std::nullopt;
    if (before == 0xC2 && octet < 0xA0) return std::nullopt;  // U+0080 to U+009F
    before = octet;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return out;
}

}  // namespace tessera::issuer
