#include "fetch/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <span>

#include "fetch/fetch.hpp"

namespace tessera::fetch {

namespace {

using Octets = std::span<const unsigned char>;

struct Block {
  std::array<unsigned char, 16> prefix;
  int bits;
};

bool inside(Octets address, const Block& block) {
  for (int bit = 0; bit < block.bits; ++bit) {
    const auto i = static_cast<std::size_t>(bit / 8);
    const int shift = 7 - bit % 8;
    if (((address[i] ^ block.prefix[i]) >> shift & 1) != 0) return false;
  }
  return true;
}

// IANA's registries of special-purpose addresses (RFC 6890 and after).
constexpr Block kSpecial4[] = {{{0}, 8},         {{10}, 8},         {{100, 64}, 10},  // shared by a carrier's customers
                               {{127}, 8},       {{169, 254}, 16},  // link-local: where clouds keep their credentials
                               {{172, 16}, 12},  {{192, 0, 0}, 24}, {{192, 0, 2}, 24},    {{192, 88, 99}, 24},
                               {{192, 168}, 16}, {{198, 18}, 15},   {{198, 51, 100}, 24}, {{203, 0, 113}, 24},
                               {{224}, 4},   // multicast
                               {{240}, 4}};  // reserved, broadcast

// All of IPv6 but this is special, and with it mapped addresses and NAT64, which lead to IPv4.
constexpr Block kGlobal6 = {{0x20}, 3};
constexpr Block kSpecial6[] = {{{0x20, 0x01, 0x00}, 23},        // IETF assignments, Teredo
                               {{0x20, 0x01, 0x0D, 0xB8}, 32},  // documentation
                               {{0x20, 0x02}, 16},              // 6to4
                               {{0x3F, 0xFF, 0x00}, 20}};       // documentation

bool is_public4(Octets address) {
  for (const auto& block : kSpecial4)
    if (inside(address, block)) return false;
  return true;
}

bool is_public6(Octets address) {
  if (!inside(address, kGlobal6)) return false;
  for (const auto& block : kSpecial6)
    if (inside(address, block)) return false;
  return true;
}

Octets octets_of(const sockaddr& address) {
  if (address.sa_family == AF_INET)
    return {reinterpret_cast<const unsigned char*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr), 4};
  if (address.sa_family == AF_INET6) return {reinterpret_cast<const sockaddr_in6&>(address).sin6_addr.s6_addr, 16};
  return {};
}

}  // namespace

bool is_public(const sockaddr& address) {
  const Octets octets = octets_of(address);
  return octets.size() == 4 ? is_public4(octets) : octets.size() == 16 && is_public6(octets);
}

bool is_loopback(const sockaddr& address) {
  const Octets octets = octets_of(address);
  if (octets.size() == 4) return octets[0] == 127;
  constexpr Block kLoopback6 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128};
  return octets.size() == 16 && inside(octets, kLoopback6);
}

std::string printed(const sockaddr& address) {
  const Octets octets = octets_of(address);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (octets.empty()) return {};
  const char* made = inet_ntop(address.sa_family, octets.data(), text.data(), text.size());
  return made ? made : "";
}

bool is_public_address(const std::string& address) {
  std::array<unsigned char, 16> octets{};
  if (inet_pton(AF_INET, address.c_str(), octets.data()) == 1) return is_public4(Octets(octets).first(4));
  return inet_pton(AF_INET6, address.c_str(), octets.data()) == 1 && is_public6(octets);
}

}  // namespace tessera::fetch
