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
