// Ranges of IP addresses, as an operator writes them: "10.0.0.0/8", "::1".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tessera {

// 4 or 16 octets of an address as inet_ntop prints it, an IPv4 address inside IPv6 (::ffff:…) as 4; "" when it is none.
std::string address_octets(std::string_view text);

class Networks {
 public:
  bool add(std::string_view cidr);  // false when it is no network
  bool contain(std::string_view address) const;

 private:
  struct Network {
    std::string octets;  // 4 or 16
    unsigned bits;
  };
  std::vector<Network> networks_;
};

}  // namespace tessera
