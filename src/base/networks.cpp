#include "base/networks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace tessera {

std::string address_octets(std::string_view text) {
  const std::string address(text);
  char octets[16];
  if (inet_pton(AF_INET, address.c_str(), octets) == 1) return {octets, 4};
  if (inet_pton(AF_INET6, address.c_str(), octets) != 1) return "";
  constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12);
  if (std::string_view(octets, 12) == kMapped) return {octets + 12, 4};
  return {octets, 16};
}

bool Networks::add(std::string_view cidr) {
  const auto slash = cidr.find('/');
  Network network{address_octets(cidr.substr(0, slash)), 0};
  const auto most = static_cast<unsigned>(network.octets.size() * 8);
  network.bits = most;
  if (slash != std::string_view::npos) {
    const auto bits = cidr.substr(slash + 1);
    const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), network.bits);
    if (error != std::errc() || end != bits.data() + bits.size()) return false;
  }
  if (most == 0 || network.bits > most) return false;
  networks_.push_back(std::move(network));
  return true;
}

bool Networks::contain(std::string_view address) const {
  const std::string octets = address_octets(address);
  if (octets.empty()) return false;
  return std::ranges::any_of(networks_, [&](const Network& network) {
    if (network.octets.size() != octets.size()) return false;
    for (unsigned bit = 0; bit < network.bits; ++bit) {
      const auto mask = 0x80 >> (bit % 8);
      if ((network.octets[bit / 8] & mask) != (octets[bit / 8] & mask)) return false;
    }
    return true;
  });
}

}  // namespace tessera
