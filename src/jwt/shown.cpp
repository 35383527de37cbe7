#include "jwt/shown.hpp"

#include <cstdint>

#include "base/utf8.hpp"

namespace tessera::detail {

namespace {

constexpr char kHex[] = "0123456789abcdef";

void append_hex(std::string& out, std::uint32_t value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kHex[value >> shift & 15];
}

// One character of valid UTF-8: its octets and its code point.
struct Character {
  std::string_view octets;
  std::uint32_t code;
};
Character character_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t code = size == 1 ? first : first & (0x7FU >> size);
  for (std::size_t k = 1; k < size; ++k) code = code << 6 | (static_cast<unsigned char>(text[at + k]) & 0x3FU);
  return {text.substr(at, size), code};
}

bool turns_direction(std::uint32_t code) {
  return code == 0x61C || code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

std::string escaped(Character character) {
  std::string out;
  if (character.code == '\\') return "\\\\";
  if (character.code < 0x20 || (character.code >= 0x7F && character.code < 0xA0))
    append_hex(out += "\\x", character.code, 2);
  else if (turns_direction(character.code))
    append_hex(out += "\\u", character.code, 4);
  else
    out = character.octets;
  return out;
}

}  // namespace

std::string shown(std::string_view text) {
  const bool utf8 = valid_utf8(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto octet = static_cast<unsigned char>(text[at]);
    std::string next;
    if (utf8 || octet < 0x80) {
      const Character character = character_at(text, at);
      next = escaped(character);
      at += character.octets.size();
    } else {
      append_hex(next += "\\x", octet, 2);
      ++at;
    }
    if (out.size() + next.size() > kMaxShown) return out + "…";
    out += next;
  }
  return out;
}

std::string shown_any(const std::vector<std::string>& values) {
  if (values.empty()) return "nothing: the list is empty";
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == kMaxListed) return out + " or " + std::to_string(values.size() - i) + " more";
    if (i > 0) out += " or ";
    out += shown(values[i]);
  }
  return out;
}

std::string shown_instant(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const auto padded = [](std::int64_t value, std::size_t width) {
    std::string digits = std::to_string(value);
    return digits.size() < width ? digits.insert(0, width - digits.size(), '0') : digits;
  };
  return padded(static_cast<int>(date.year()), 4) + "-" + padded(static_cast<unsigned>(date.month()), 2) + "-" +
         padded(static_cast<unsigned>(date.day()), 2) + "T" + padded(clock.hours().count(), 2) + ":" +
         padded(clock.minutes().count(), 2) + ":" + padded(clock.seconds().count(), 2) + "Z";
}

std::string shown_span(std::chrono::seconds span) {
  const auto count = span.count() < 0 ? -span.count() : span.count();
  if (count < 120) return std::to_string(count) + " s";
  if (count < 2 * 3600) return std::to_string(count / 60) + " min";
  if (count < 2 * 86400) return std::to_string(count / 3600) + " h";
  return std::to_string(count / 86400) + " days";
}

}  // namespace tessera::detail
