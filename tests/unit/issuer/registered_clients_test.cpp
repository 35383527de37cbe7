// Clients that registered themselves, as a node remembers them; the endpoint is tried by
// tests/interop/registration.test.mjs.
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
  RegisteredClients clients(32 * 1024);
  clients.forget(kOne, "reg_changed", kStart);
  for (int i = 0; i < 100; ++i) clients.keep(kOne, "reg_" + std::to_string(i), named("x"), kStart);
  EXPECT_TRUE(clients.find(kOne, "reg_99", kStart));
  EXPECT_FALSE(clients.find(kOne, "reg_0", kStart));
  clients.keep(kOne, "reg_changed", named("before"), kStart - milliseconds(1));
  EXPECT_FALSE(clients.find(kOne, "reg_changed", kStart));
}

TEST(RegisteredClientsTest, are_bounded_by_what_they_take_whatever_they_registered) {
  constexpr std::size_t kOctets = 16 * 1024;
  const auto kept = [&](Registered one) {
    RegisteredClients clients(64 * kOctets);
    const auto shared = std::make_shared<const Registered>(std::move(one));
    int most = 0;
    for (int i = 0; i < 1000; ++i) {
      clients.keep(kOne, "reg_" + std::to_string(i), shared, kStart);
      int now = 0;
      for (int j = 0; j <= i; ++j) now += clients.find(kOne, "reg_" + std::to_string(j), kStart).has_value();
      most = std::max(most, now);
    }
    return most;
  };
  Registered large, keys;
  large.row.metadata = std::string(kOctets, 'x');
  EXPECT_LE(kept(large), 32);  // it is there twice: as text, and as read
  EXPECT_GE(kept(large), 25);
  std::vector<PublicKey> list;
  for (int i = 0; i < 64; ++i) list.push_back(PrivateKey::generate(Alg::Ed25519)->public_key());
  keys.keys.keys = Keys::of(std::move(list));
  EXPECT_LE(kept(keys), 4);
  EXPECT_GE(kept({}), 100);
}

TEST(RegisteredClientsTest, what_is_replaced_and_forgotten_takes_nothing_any_more) {
  Registered large;
  large.row.metadata = std::string(16 * 1024, 'x');
  RegisteredClients clients(128 * 1024);
  clients.keep(kOne, "reg_other", named("other"), kStart);
  for (int i = 1; i < 1000; ++i) {
    const auto now = kStart + microseconds(i);
    clients.keep(kOne, "reg_a", std::make_shared<const Registered>(large), now);
    if (i % 2) clients.forget(kOne, "reg_a", now);
  }
  EXPECT_TRUE(clients.find(kOne, "reg_other", kStart));
}

TEST(RegisteredClientsTest, an_id_of_another_shape_costs_no_database) {
  House house;
  for (const auto& id : {std::string("nobody"), std::string("reg"), "reg_" + std::string(200, 'x')})
    EXPECT_EQ(house.call(authorize, get({{"client_id", id}})).transactions, 0) << id;
  EXPECT_EQ(house.call(authorize, get({{"client_id", "reg_nobody"}})).code(), "unknown_client");
}

}  // namespace
}  // namespace tessera::issuer::test
