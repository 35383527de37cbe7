#pragma once

#include <string>

#include "tessera/bytes.hpp"

// Octets as the vectors print them.
inline std::string hex(tessera::BytesView octets) {
  std::string out;
  for (const auto b : octets) {
    constexpr char kHex[] = "0123456789abcdef";
    out += kHex[std::to_integer<int>(b >> 4)];
    out += kHex[std::to_integer<int>(b & std::byte{15})];
  }
  return out;
}
inline tessera::Bytes octets_of_hex(std::string_view text) {
  tessera::Bytes out;
  for (std::size_t i = 0; i < text.size(); i += 2)
    out.push_back(std::byte(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return out;
}
