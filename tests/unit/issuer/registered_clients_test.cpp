// Clients that registered themselves, as a node remembers them; the endpoint is tried by tests/interop/registration.test.mjs.
#include "issuer/registered_clients.hpp"

#include <gtest/gtest.h>

#include "unit/issuer/harness.hpp"

namespace tessera::issuer::test {
namespace {

const RealmId kOne("one"), kTwo("two");
const Instant kStart(seconds(1'800'000'000));

std::shared_ptr<const Registered> named(std::string_view name) {
  Registered one;
  one.row.client.name = name;
  return std::make_shared<const Registered>(std::move(one));
}

TEST(RegisteredClientsTest, S30_are_remembered_for_a_second_and_by_realm) {
  RegisteredClients clients;
  EXPECT_FALSE(clients.find(kOne, "reg_a", kStart));
  clients.keep(kOne, "reg_a", named("a"), kStart);
  clients.keep(kOne, "reg_none", nullptr, kStart);
  EXPECT_EQ((*clients.find(kOne, "reg_a", kStart + milliseconds(999)))->row.client.name, "a");
  EXPECT_EQ(*clients.find(kOne, "reg_none", kStart), nullptr);
  EXPECT_FALSE(clients.find(kTwo, "reg_a", kStart));
  EXPECT_FALSE(clients.find(kOne, "reg_a", kStart + seconds(1)));
}

TEST(RegisteredClientsTest, S14_what_was_read_before_a_change_is_not_kept_after_it) {
  RegisteredClients clients;
  clients.keep(kOne, "reg_a", named("before"), kStart);
  clients.forget(kOne, "reg_a", kStart + milliseconds(10));
  EXPECT_FALSE(clients.find(kOne, "reg_a", kStart + milliseconds(10)));
  clients.keep(kOne, "reg_a", named("before"), kStart + milliseconds(5));  // a slow request
  EXPECT_FALSE(clients.find(kOne, "reg_a", kStart + milliseconds(11)));
  clients.keep(kOne, "reg_a", named("after"), kStart + milliseconds(12));
  EXPECT_EQ((*clients.find(kOne, "reg_a", kStart + milliseconds(13)))->row.client.name, "after");
}

TEST(RegisteredClientsTest, are_bounded_and_keep_what_has_changed) {
  RegisteredClients clients(10);
  clients.forget(kOne, "reg_changed", kStart);
  for (int i = 0; i < 100; ++i) clients.keep(kOne, "reg_" + std::to_string(i), named("x"), kStart);
  EXPECT_TRUE(clients.find(kOne, "reg_99", kStart));
  EXPECT_FALSE(clients.find(kOne, "reg_0", kStart));
  clients.keep(kOne, "reg_changed", named("before"), kStart - milliseconds(1));
  EXPECT_FALSE(clients.find(kOne, "reg_changed", kStart));
}

TEST(RegisteredClientsTest, an_id_of_another_shape_costs_no_database) {
  House house;
  for (const auto& id : {std::string("nobody"), std::string("reg"), "reg_" + std::string(200, 'x')})
    EXPECT_EQ(house.call(authorize, get({{"client_id", id}})).transactions, 0) << id;
  EXPECT_EQ(house.call(authorize, get({{"client_id", "reg_nobody"}})).code(), "unknown_client");
}

}  // namespace
}  // namespace tessera::issuer::test
