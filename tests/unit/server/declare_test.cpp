#include "server/declare.hpp"

#include <gtest/gtest.h>

#include "house.hpp"
#include "issuer/model/codec.hpp"
#include "store/open.hpp"

namespace tessera::server {
namespace {

constexpr Instant kNow{std::chrono::seconds(1'800'000'000)};
const issuer::RealmId kRealm("");

struct Fixture : testing::Test {
  std::unique_ptr<issuer::Store> store = std::move(*store::open({.url = "sqlite::memory:"}));
  DevSecrets secrets;

  Declaration house() {
    auto dev = dev_house(8080, secrets, [](std::span<std::byte> out) { crypto::random(out); });
    return std::move(dev.config.declaration);
  }
  Declared apply(const Declaration& declaration, Vanished vanished = Vanished::keep) {
    auto declared = declare(
        *store, declaration,
        {.vanished = vanished, .password_cost = {64, 1}, .now = kNow, .random = [](auto out) { crypto::random(out); }});
    EXPECT_TRUE(declared) << declared.error().sentence;
    return std::move(*declared);
  }
  template <class F>
  void look(F body) {
    ASSERT_TRUE(store->read_now([&](issuer::Tx& tx) {
      body(tx);
      return issuer::Outcome::roll_back;
    }));
  }
  issuer::User user(std::string_view name) {
    issuer::User found;
    look([&](issuer::Tx& tx) { found = tx.user_by_name(kRealm, name).value().value(); });
    return found;
  }
  issuer::Client client(std::string_view id) {
    issuer::Client found;
    look([&](issuer::Tx& tx) {
      const auto rows = tx.config(kRealm).value();
      for (const auto& row : rows)
        if (row.kind == issuer::ConfigKind::client && row.id == id) found = issuer::parse_client(row.body).value();
    });
    return found;
  }
  std::int64_t version() {
    std::int64_t found = 0;
    look([&](issuer::Tx& tx) { found = tx.config_version(kRealm).value(); });
    return found;
  }
  std::vector<Fact> facts() {
    std::vector<Fact> found;
    look([&](issuer::Tx& tx) { found = tx.facts_after(kRealm, 0).value(); });
    return found;
  }
};
using declaring = Fixture;

TEST_F(declaring, everything_is_there_and_owned_by_the_file) {
  EXPECT_TRUE(apply(house()).changed);
  look([&](issuer::Tx& tx) {
    const auto rows = tx.config(kRealm).value();
    EXPECT_EQ(rows.size(), 1u + 1 + 3 + 4);  // realm, API, roles, clients
    for (const auto& row : rows) EXPECT_TRUE(row.declared);
  });
  EXPECT_TRUE(user("alice").id.text.starts_with("usr_"));
  EXPECT_TRUE(crypto::verify_password(Secret(secrets["alice"]), user("alice").password_hash));
}

TEST_F(declaring, the_same_again_writes_nothing) {
  apply(house());
  const auto before = version();
  EXPECT_FALSE(apply(house()).changed);
  EXPECT_EQ(version(), before);
}

TEST_F(declaring, a_password_or_secret_sets_the_first_value_only) {
  apply(house());
  const auto hash = user("alice").password_hash;
  const auto digests = client("orders").secret_digests;
  const auto id = user("alice").id;
  secrets["alice"] = "another password";
  secrets["orders"] = "another-secret-another-secret-another";
  EXPECT_FALSE(apply(house()).changed);
  auto changed = house();
  changed.realms[0].clients[0].client.name = "Orders 2";
  changed.realms[0].users[0].user.name = "Alice 2";
  EXPECT_TRUE(apply(changed).changed);
  EXPECT_EQ(user("alice").password_hash, hash);
  EXPECT_EQ(user("alice").name, "Alice 2");
  EXPECT_EQ(user("alice").id, id);
  EXPECT_EQ(client("orders").secret_digests, digests);
  EXPECT_EQ(client("orders").name, "Orders 2");
}

TEST_F(declaring, what_vanished_is_reported_and_stays) {
  apply(house());
  auto less = house();
  less.realms[0].clients.pop_back();
  less.realms[0].users.pop_back();
  const auto report = apply(less);
  EXPECT_EQ(report.kept, (std::vector<std::string>{"client \"partner\"", "user \"bob\""}));
  EXPECT_TRUE(report.pruned.empty());
  EXPECT_EQ(client("partner").id.text, "partner");
  EXPECT_TRUE(user("bob").enabled);
}

TEST_F(declaring, prune_removes_a_client_disables_a_person_and_ends_their_tokens) {
  apply(house());
  auto less = house();
  less.realms[0].clients.pop_back();
  less.realms[0].users.pop_back();
  apply(less);
  const auto report = apply(less, Vanished::prune);
  EXPECT_EQ(report.pruned, (std::vector<std::string>{"client \"partner\"", "user \"bob\""}));
  EXPECT_TRUE(client("partner").id.empty());
  EXPECT_FALSE(user("bob").enabled);
  const auto ended = facts();
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].kind, FactKind::client);
  EXPECT_EQ(ended[0].value, "partner");
  EXPECT_EQ(ended[1].kind, FactKind::subject);
  EXPECT_EQ(ended[1].value, user("bob").id.text);
}

TEST_F(declaring, what_the_file_does_not_own_is_left_alone) {
  apply(house());
  ASSERT_TRUE(store->write_now([&](issuer::Tx& tx) {
    issuer::Client own;
    own.id = issuer::ClientId("own");
    EXPECT_TRUE(tx.put_config(kRealm, {issuer::ConfigKind::client, "own", issuer::print(own), false}));
    return issuer::Outcome::commit;
  }));
  EXPECT_TRUE(apply(house(), Vanished::prune).pruned.empty());
  EXPECT_EQ(client("own").id.text, "own");
}

TEST_F(declaring, S14_disabling_ends_tokens) {
  apply(house());
  auto changed = house();
  changed.realms[0].users[0].user.enabled = false;
  changed.realms[0].clients[0].client.enabled = false;
  changed.realms[0].roles[0].permissions.begin()->second.pop_back();
  apply(changed);
  std::vector<FactKind> kinds;
  const auto ended = facts();
  for (const auto& fact : ended) kinds.push_back(fact.kind);
  EXPECT_EQ(kinds, (std::vector<FactKind>{FactKind::role, FactKind::client, FactKind::subject}));
}

}  // namespace
}  // namespace tessera::server
