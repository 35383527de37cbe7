#include "base/printable.hpp"

#include <cstdint>

#include "base/utf8.hpp"

namespace tessera {

namespace {

constexpr std::size_t kLongestEscape = 6;

void append_hex(std::string& out, std::uint32_t value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 15];
}

// The octets of the character at the front, or 0 when it is none; its code point in `code`.
std::size_t read_front(std::string_view text, std::uint32_t& code) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (size > text.size() || !valid_utf8(text.substr(0, size))) return 0;
  code = size == 1 ? first : first & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return size;
}

// C0, DEL, C1, bidirectional controls, line separators, the byte order mark.
bool steers(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || (code >= 0x200E && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

}  // namespace

std::size_t append_printable_front(std::string& out, std::string_view text) {
  std::uint32_t code = 0;
  const std::size_t size = read_front(text, code);
  if (size == 0) {
    append_hex(out += "\\x", static_cast<unsigned char>(text[0]), 2);
    return 1;
  }
  if (steers(code))
    append_hex(out += "\\u", code, 4);
  else
    out += text.substr(0, size);
  return size;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(kLongestEscape * text.size());  // never moved as it grows: it may hold a secret
  while (!text.empty()) text.remove_prefix(append_printable_front(out, text));
  return out;
}

}  // namespace tessera
