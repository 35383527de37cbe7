#include "server/keys.hpp"

#include <gtest/gtest.h>

#include "house.hpp"
#include "server/master_key.hpp"
#include "store/open.hpp"

namespace tessera::server {
namespace {

using issuer::KeyState;
using issuer::SigningKey;
using Kind = KeyStep::Kind;

constexpr Instant kStart{std::chrono::seconds(1'800'000'000)};
const RotationRule kRule;

SigningKey key(std::string kid, KeyState state, Instant changed) {
  return {std::move(kid), Alg::ES256, state, "", changed, changed};
}

TEST(keys, a_first_key_signs_at_once) {
  EXPECT_EQ(due({}, Alg::ES256, kStart, kRule), (std::vector<KeyStep>{{Kind::make_active, "", ""}}));
  const std::vector<SigningKey> other{key("a", KeyState::active, kStart)};
  EXPECT_EQ(due(other, Alg::RS256, kStart, kRule).size(), 1u);
}

TEST(keys, the_next_is_published_before_it_is_needed_and_long_enough) {
  std::vector<SigningKey> keys{key("a", KeyState::active, kStart)};
  const auto lead = kRule.interval - kRule.published_before;
  EXPECT_TRUE(due(keys, Alg::ES256, kStart + lead - seconds(1), kRule).empty());
  EXPECT_EQ(due(keys, Alg::ES256, kStart + lead, kRule), (std::vector<KeyStep>{{Kind::make_next, "", "a"}}));
  // It came late: it waits its whole time although the active one is over its interval.
  keys.push_back(key("b", KeyState::next, kStart + kRule.interval));
  EXPECT_TRUE(due(keys, Alg::ES256, kStart + kRule.interval + kRule.published_before - seconds(1), kRule).empty());
  EXPECT_EQ(due(keys, Alg::ES256, kStart + kRule.interval + kRule.published_before, kRule),
            (std::vector<KeyStep>{{Kind::promote, "b", "a"}}));
}

TEST(keys, a_retired_key_is_published_until_its_last_token_has_expired) {
  const auto retired = key("a", KeyState::retired, kStart);
  EXPECT_TRUE(is_published(retired, kStart + kRule.published_after - seconds(1), kRule));
  EXPECT_FALSE(is_published(retired, kStart + kRule.published_after, kRule));
  EXPECT_TRUE(is_published(key("b", KeyState::next, kStart), kStart, kRule));
}

TEST(keys, rotation_lives_through_all_states) {
  test::House house;
  const auto sign_kid = [&] { return house.node->snapshot("")->signing_key(Alg::ES256)->info().kid; };
  const auto published = [&](Alg alg) {
    std::size_t count = 0;
    for (const auto& one : house.node->snapshot("")->published.all()) count += one.info().alg == alg;
    return count;
  };
  house.node->keep();
  const auto first = sign_kid();
  EXPECT_EQ(published(Alg::ES256), 1u);
  EXPECT_EQ(published(Alg::RS256), 1u);
  house.now = house.now.load() + kRule.interval - kRule.published_before;
  house.node->keep();
  EXPECT_EQ(published(Alg::ES256), 2u);
  EXPECT_EQ(sign_kid(), first);
  house.now = house.now.load() + kRule.published_before;
  house.node->keep();
  EXPECT_NE(sign_kid(), first);
  EXPECT_EQ(published(Alg::ES256), 2u);
  house.now = house.now.load() + kRule.published_after;
  house.node->keep();
  EXPECT_EQ(published(Alg::ES256), 1u);
}

TEST(keys, two_nodes_make_one_key) {
  const test::Folder folder;
  const std::string url = "sqlite://" + (folder / "two.db");
  auto one = store::open({.url = url}), two = store::open({.url = url});
  ASSERT_TRUE(one && two);
  const Secret master = new_master_key();
  const issuer::SealKeys seals(issuer::RealmId(""), {{'a', &master}});
  std::vector<std::thread> threads;
  for (auto* store : {one->get(), two->get(), one->get(), two->get()})
    threads.emplace_back([&seals, store] {
      EXPECT_TRUE(keep_keys(*store, issuer::RealmId(""), Alg::ES256, seals, kStart, kRule).has_value());
    });
  for (auto& thread : threads) thread.join();
  std::size_t count = 0;
  ASSERT_TRUE((*one)->read_now([&](issuer::Tx& tx) {
    count = tx.signing_keys(issuer::RealmId("")).value().size();
    return issuer::Outcome::roll_back;
  }));
  EXPECT_EQ(count, 1u);
}

TEST(keys, the_store_holds_no_private_key) {
  test::House house;
  ASSERT_TRUE(house.node->store().read_now([&](issuer::Tx& tx) {
    const auto keys = tx.signing_keys(issuer::RealmId("")).value();
    EXPECT_FALSE(keys.empty());
    for (const auto& one : keys) {
      EXPECT_EQ(one.sealed_jwk.find("\"d\""), std::string::npos);
      EXPECT_EQ(one.sealed_jwk.front(), 'a');
    }
    return issuer::Outcome::roll_back;
  }));
}

}  // namespace
}  // namespace tessera::server
