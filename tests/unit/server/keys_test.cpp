#include "server/keys.hpp"

#include <gtest/gtest.h>

#include "house.hpp"
#include "issuer/model/codec.hpp"
#include "server/master_key.hpp"
#include "store/open.hpp"

namespace tessera::server {
namespace {

using issuer::KeyState;
using issuer::SigningKey;
using Kind = KeyStep::Kind;
using std::string_literals::operator""s;

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

std::string salt_in(issuer::Store& store, const issuer::RealmId& realm, const issuer::SealKeys& seals) {
  std::string salt;
  EXPECT_TRUE(store.read_now([&](issuer::Tx& tx) {
    const auto found = salt_of(tx, realm, seals).value();
    salt = found ? std::string(found->expose_text("a test")) : "";
    return issuer::Outcome::roll_back;
  }));
  return salt;
}

TEST(salt, is_made_once_by_whichever_node_and_lies_sealed) {
  const test::Folder folder;
  const std::string url = "sqlite://" + (folder / "two.db");
  auto one = store::open({.url = url}), two = store::open({.url = url});
  ASSERT_TRUE(one && two);
  const Secret master = new_master_key();
  const issuer::RealmId realm("shop");
  const issuer::SealKeys seals(realm, {{'a', &master}});
  EXPECT_EQ(salt_in(**one, realm, seals), "");
  std::vector<std::thread> threads;
  std::atomic<int> made = 0;
  for (auto* store : {one->get(), two->get(), one->get(), two->get()})
    threads.emplace_back([&, store] { made += keep_salt(*store, realm, seals).has_value(); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made, 4);
  const auto salt = salt_in(**one, realm, seals);
  EXPECT_EQ(salt.size(), 32u);
  ASSERT_TRUE(keep_salt(**two, realm, seals));
  EXPECT_EQ(salt_in(**two, realm, seals), salt);
  EXPECT_EQ(salt_in(**two, issuer::RealmId("other"), seals), "");
  ASSERT_TRUE((*one)->read_now([&](issuer::Tx& tx) {
    const auto stored = tx.setting("pairwise salt shop").value().value();
    EXPECT_EQ(stored.front(), 'a');
    EXPECT_EQ(stored.find(base64url::encode(bytes_of(salt))), std::string::npos);
    return issuer::Outcome::roll_back;
  }));
}

// Copied: a Secret moves only.
std::optional<Secret> copy(const Secret& key) { return Secret(key.expose("copied by a test")); }

TEST(master_keys, a_store_is_changed_to_a_new_key_once_and_what_it_holds_sealed_with_it) {
  auto store = std::move(*store::open({.url = "sqlite::memory:"}));
  const Secret one = new_master_key(), two = new_master_key(), three = new_master_key();
  const auto check = [&](const Secret& newest, const Secret* previous) {
    return check_master_keys(*store, *copy(newest), previous ? copy(*previous) : std::nullopt, "x");
  };
  const issuer::RealmId shop("shop");
  auto first = check(one, nullptr);
  ASSERT_TRUE(first);
  const issuer::SealKeys seals(shop, first->masters());
  issuer::Client client;
  client.id = issuer::ClientId("c");
  client.sealed_secret = seals.seal(issuer::SealKind::client_secret, "a secret");
  ASSERT_TRUE(store->write_now([&](issuer::Tx& tx) {
    EXPECT_TRUE(tx.put_config(shop, {issuer::ConfigKind::realm, "shop", "{}", true}));
    EXPECT_TRUE(tx.put_config(shop, {issuer::ConfigKind::client, "c", issuer::print(client), true}));
    // Clients that registered themselves, one of them with a secret that no key opens.
    issuer::RegisteredClient own{.client = client, .metadata = "{}", .token_digest = "digest"};
    for (const auto& [id, secret] : {std::pair("reg_good", client.sealed_secret), std::pair("reg_odd", "z.odd"s)}) {
      own.client.id = issuer::ClientId(id);
      own.client.sealed_secret = secret;
      EXPECT_TRUE(tx.insert_registered(shop, own, 10).value());
    }
    return issuer::Outcome::commit;
  }));
  ASSERT_TRUE(keep_keys(*store, shop, Alg::ES256, seals, kStart, kRule));
  ASSERT_TRUE(keep_salt(*store, shop, seals));
  const auto salt = salt_in(*store, shop, seals);
  const auto sealed = seals.seal(issuer::SealKind::code, "a code");
  const auto mac = seals.refresh_mac('a', bytes_of("x"));

  EXPECT_FALSE(check(two, nullptr));
  EXPECT_FALSE(check(two, &three));
  EXPECT_FALSE(check(one, &two));
  for (int i = 0; i < 2; ++i) {  // a second start, or node, finds it done
    const auto changed = check(two, &one);
    ASSERT_TRUE(changed) << changed.error().sentence;
    EXPECT_EQ(changed->generation, 'b');
    const issuer::SealKeys after(shop, changed->masters());
    EXPECT_EQ(after.newest(), 'b');
    EXPECT_EQ(*after.open(issuer::SealKind::code, sealed), "a code");
    EXPECT_EQ(*after.refresh_mac('a', bytes_of("x")), *mac);
  }
  EXPECT_FALSE(check(one, nullptr));
  const auto alone = check(two, nullptr);
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->generation, 'b');
  const issuer::SealKeys now(shop, alone->masters());
  EXPECT_FALSE(now.open(issuer::SealKind::code, sealed));
  ASSERT_TRUE(store->read_now([&](issuer::Tx& tx) {
    const auto keys = tx.signing_keys(shop).value();
    EXPECT_EQ(keys.size(), 1u);
    EXPECT_TRUE(now.open(issuer::SealKind::signing_key, keys.at(0).sealed_jwk));
    const auto resealed = issuer::parse_client(tx.config(shop).value().front().body).value();
    EXPECT_EQ(now.open(issuer::SealKind::client_secret, resealed.sealed_secret).value(), "a secret");
    EXPECT_GE(tx.config_version(shop).value(), 1);
    return issuer::Outcome::roll_back;
  }));
  EXPECT_EQ(salt_in(*store, shop, now), salt) << "pairwise subjects stay what they were";
  const auto again = check(three, &two);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->generation, 'c');
  const auto third = check(three, nullptr);
  ASSERT_TRUE(third);
  ASSERT_TRUE(store->read_now([&](issuer::Tx& tx) {
    const auto own = tx.registered(shop, issuer::ClientId("reg_good")).value().value();
    const issuer::SealKeys last(shop, third->masters());
    EXPECT_EQ(last.open(issuer::SealKind::client_secret, own.client.sealed_secret).value(), "a secret");
    EXPECT_EQ(own.token_digest, "digest");
    EXPECT_EQ(tx.registered(shop, issuer::ClientId("reg_odd")).value()->client.sealed_secret, "z.odd");
    return issuer::Outcome::roll_back;
  }));
}

}  // namespace
}  // namespace tessera::server
