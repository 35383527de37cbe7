#include "issuer/permissions.hpp"

#include <gtest/gtest.h>

#include "issuer/steps/scope.hpp"
#include "unit/issuer/harness.hpp"

namespace tessera::issuer::test {
namespace {

using Names = std::vector<std::string>;

struct Permissions : testing::Test {
  House house;
  Rights rights(const Names& held, const Names& scope, std::string_view audience = kApi,
                std::string_view client = "orders") {
    return rights_at(house.config(), house.client(client), held, scope, audience);
  }
};

TEST_F(Permissions, are_what_is_held_and_usable_and_covered) {
  EXPECT_EQ(rights({"boss"}, {"orders", "orders.write"}).permissions, (Names{"orders:read", "orders:write"}));
  EXPECT_EQ(rights({"boss"}, {"orders"}).permissions, Names{"orders:read"});                   // covered
  EXPECT_EQ(rights({"clerk"}, {"orders", "orders.write"}).permissions, Names{"orders:read"});  // held
  house.client("orders").access = {{kApi, {"orders:write"}}};
  EXPECT_EQ(rights({"boss"}, {"orders", "orders.write"}).permissions, Names{"orders:write"});  // usable
  EXPECT_EQ(rights({"boss"}, {"orders"}).permissions, Names{});
}

TEST_F(Permissions, belong_to_one_resource_server) {
  EXPECT_EQ(rights({"boss"}, {"stock"}, kStock).permissions, Names{});  // not the client's
  house.client("orders").access.push_back({kStock, {"*"}});
  EXPECT_EQ(rights({"boss"}, {"stock"}, kStock).permissions, Names{"stock:read"});
  EXPECT_EQ(rights({"boss"}, {"stock"}, kApi).permissions, Names{});
  EXPECT_EQ(rights({"boss"}, {"orders"}, kStock).permissions, Names{});
  EXPECT_EQ(rights({"boss"}, {"orders"}, kIssuer).permissions, Names{});
}

TEST_F(Permissions, roles_are_those_of_which_something_survived) {
  EXPECT_EQ(rights({"boss", "clerk"}, {"orders"}).roles, (Names{"boss", "clerk"}));
  EXPECT_EQ(rights({"boss", "clerk"}, {"orders.write"}).roles, Names{"boss"});
  EXPECT_EQ(rights({"boss", "clerk"}, {"openid", "profile"}).roles, Names{});
  EXPECT_EQ(rights({"clerk", "clerk", "nonsense"}, {"orders"}).roles, Names{"clerk"});
}

TEST_F(Permissions, what_the_resource_server_does_not_declare_does_not_exist) {
  house.config().roles.at("clerk").permissions[kApi].push_back("orders:burn");
  house.config().resource_servers.at(kApi).scopes["orders"].push_back("orders:burn");
  EXPECT_EQ(rights({"clerk"}, {"orders"}).permissions, Names{"orders:read"});
}

TEST_F(Permissions, only_a_first_party_client_may_need_no_scope) {
  house.client("orders").scope_need = ScopeNeed::none;
  EXPECT_EQ(rights({"boss"}, {}).permissions, (Names{"orders:read", "orders:write"}));
  house.client("orders").party = Party::third;
  EXPECT_EQ(rights({"boss"}, {}).permissions, Names{});
}

TEST_F(Permissions, roles_come_from_the_user_and_from_groups) {
  EXPECT_EQ(roles_of(house.config(), house.user("usr_ann")), (Names{"boss", "clerk"}));
  EXPECT_EQ(roles_of(house.config(), house.user("usr_bob")), Names{});
  User user;
  user.groups = {"staff", "no such group"};
  user.roles = {"clerk"};
  EXPECT_EQ(roles_of(house.config(), user), Names{"clerk"});
}

TEST(Scope, is_parsed_strictly) {
  EXPECT_EQ(*parse_scope(""), Names{});
  EXPECT_EQ(*parse_scope("openid"), Names{"openid"});
  EXPECT_EQ(*parse_scope("b a b"), (Names{"b", "a"}));
  EXPECT_EQ(*parse_scope("!#[]~"), Names{"!#[]~"});
  for (const char* text : {" ", " a", "a ", "a  b", "a\tb", "a\"b", "a\\b", "a\nb", "\x7f", "\xc3\xa4"})
    EXPECT_FALSE(parse_scope(text)) << text;
  std::string fifty = "s0";
  for (int i = 1; i < 50; ++i) fifty += " s" + std::to_string(i);
  EXPECT_EQ(parse_scope(fifty)->size(), 50u);
  EXPECT_FALSE(parse_scope(fifty + " s50"));
}

}  // namespace
}  // namespace tessera::issuer::test
