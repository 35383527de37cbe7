#include "base/networks.hpp"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(Networks, contain_what_their_prefix_says_and_nothing_beside_it) {
  Networks networks;
  for (const char* cidr : {"10.0.0.0/8", "192.0.2.7", "172.16.0.0/12", "2001:db8::/33", "::1"})
    EXPECT_TRUE(networks.add(cidr)) << cidr;
  for (const char* address : {"10.0.0.0", "10.255.255.255", "192.0.2.7", "172.31.0.1", "2001:db8:7fff::1", "::1",
                              "::ffff:10.1.2.3", "::ffff:192.0.2.7"})
    EXPECT_TRUE(networks.contain(address)) << address;
  for (const char* address : {"11.0.0.0", "9.255.255.255", "192.0.2.6", "192.0.2.8", "172.32.0.1", "2001:db8:8000::1",
                              "::2", "::", "::10.1.2.3", "::ffff:11.0.0.1", "", "10", "10.0.0.0/8", "localhost"})
    EXPECT_FALSE(networks.contain(address)) << address;
  EXPECT_FALSE(Networks().contain("10.0.0.1"));
}

TEST(Networks, all_of_a_kind_is_a_network_and_nonsense_is_none) {
  Networks all;
  EXPECT_TRUE(all.add("0.0.0.0/0"));
  EXPECT_TRUE(all.contain("8.8.8.8"));
  EXPECT_FALSE(all.contain("2001:db8::1"));
  for (const char* cidr : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8", "::/129",
                           "example.com", "10.0.0.0/ 8", " 10.0.0.0/8"})
    EXPECT_FALSE(Networks().add(cidr)) << cidr;
}

TEST(Networks, an_address_is_its_octets) {
  EXPECT_EQ(address_octets("1.2.3.4"), "\1\2\3\4");
  EXPECT_EQ(address_octets("::ffff:1.2.3.4"), "\1\2\3\4");
  EXPECT_EQ(address_octets("::2"), std::string(15, '\0') + "\2");
  for (const char* text : {"", "1.2.3", "1.2.3.4 ", "::1%lo", "0x1.2.3.4", "16909060"})
    EXPECT_EQ(address_octets(text), "") << text;
}

}  // namespace
}  // namespace tessera
