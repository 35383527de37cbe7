#include "server/declare.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "house.hpp"
#include "issuer/digest.hpp"
#include "issuer/model/codec.hpp"
#include "issuer/subject.hpp"
#include "server/keys.hpp"
#include "server/narrowing.hpp"
#include "store/open.hpp"

namespace tessera::server {
namespace {

constexpr Instant kNow{std::chrono::seconds(1'800'000'000)};
const issuer::RealmId kRealm("");

issuer::Client public_client(std::string_view id) {
  issuer::Client client;
  client.id = issuer::ClientId(id);
  client.auth = issuer::ClientAuth::none;
  return client;
}

struct Fixture : testing::Test {
  std::unique_ptr<issuer::Store> store = std::move(*store::open({.url = "sqlite::memory:"}));
  DevSecrets secrets;
  const Secret master = Secret(std::string_view("0123456789abcdef0123456789abcdef"));

  Declaration house() {
    auto dev = dev_house(8080, secrets, [](std::span<std::byte> out) { crypto::random(out); });
    return std::move(dev.config.declaration);
  }
  Declared apply(const Declaration& declaration, Vanished vanished = Vanished::keep, Apply how = Apply::changes) {
    auto declared = declare(*store, declaration,
                            {.vanished = vanished,
                             .apply = how,
                             .password_cost = {64, 1},
                             .now = kNow,
                             .random = [](auto out) { crypto::random(out); },
                             .masters = {{'a', &master}}});
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
  using Endings = std::vector<Ending>;
  Endings ended() {
    Endings list;
    const auto all = facts();
    for (const auto& fact : all) list.emplace_back(fact.kind, fact.value);
    return list;
  }
  void write(const std::function<void(issuer::Tx&)>& body) {
    ASSERT_TRUE(store->write_now([&](issuer::Tx& tx) {
      body(tx);
      return issuer::Outcome::commit;
    }));
  }
  std::vector<Fact> facts() {
    std::vector<Fact> found;
    look([&](issuer::Tx& tx) { found = tx.facts_after(kRealm, 0).value(); });
    return found;
  }
};
using declaring = Fixture;

TEST_F(declaring, everything_is_there_and_owned_by_the_file) {
  EXPECT_EQ(apply(house()).outcome, Declared::Outcome::written);
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
  EXPECT_EQ(apply(house()).outcome, Declared::Outcome::same);
  EXPECT_EQ(version(), before);
}

TEST_F(declaring, a_password_or_secret_sets_the_first_value_only) {
  apply(house());
  const auto hash = user("alice").password_hash;
  const auto digests = client("orders").secret_digests;
  const auto id = user("alice").id;
  secrets["alice"] = "another password";
  secrets["orders"] = "another-secret-another-secret-another";
  EXPECT_EQ(apply(house()).outcome, Declared::Outcome::same);
  auto changed = house();
  changed.realms[0].clients[0].client.name = "Orders 2";
  changed.realms[0].users[0].user.name = "Alice 2";
  EXPECT_EQ(apply(changed).outcome, Declared::Outcome::written);
  EXPECT_EQ(user("alice").password_hash, hash);
  EXPECT_EQ(user("alice").name, "Alice 2");
  EXPECT_EQ(user("alice").id, id);
  EXPECT_EQ(client("orders").secret_digests, digests);
  EXPECT_EQ(client("orders").name, "Orders 2");
}

TEST_F(declaring, the_secret_of_client_secret_jwt_lies_sealed_and_is_the_first_value) {
  const issuer::SealKeys seals(kRealm, {{'a', &master}});
  const auto declare_as = [&](issuer::ClientAuth auth) {
    auto changed = house();
    changed.realms[0].clients[0].client.auth = auth;
    apply(changed);
  };
  const auto opened = [&] {
    return seals.open(issuer::SealKind::client_secret, client("orders").sealed_secret).value();
  };
  declare_as(issuer::ClientAuth::client_secret_jwt);
  const auto first = secrets["orders"];
  EXPECT_EQ(opened(), first);
  EXPECT_TRUE(client("orders").secret_digests.empty());
  look([&](issuer::Tx& tx) {
    const auto rows = tx.config(kRealm).value();
    for (const auto& row : rows) EXPECT_EQ(row.body.find(first), std::string::npos);
  });

  secrets["orders"] = "another-secret-another-secret-another";
  auto changed = house();
  changed.realms[0].clients[0].client.auth = issuer::ClientAuth::client_secret_jwt;
  changed.realms[0].clients[0].client.name = "Orders 2";
  apply(changed);
  EXPECT_EQ(opened(), first);

  // Another method keeps nothing of it, and a change back begins anew.
  declare_as(issuer::ClientAuth::client_secret_basic);
  EXPECT_EQ(client("orders").sealed_secret, "");
  EXPECT_EQ(client("orders").secret_digests, std::vector{issuer::digest_of(secrets["orders"])});
  declare_as(issuer::ClientAuth::client_secret_jwt);
  EXPECT_EQ(opened(), secrets["orders"]);
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

TEST_F(declaring, what_vanished_is_reported_at_each_start) {
  apply(house());
  auto less = house();
  less.realms[0].clients.pop_back();
  less.realms[0].users.pop_back();
  const auto first = apply(less), second = apply(less);
  EXPECT_EQ(second.outcome, Declared::Outcome::same);
  EXPECT_EQ(second.kept, first.kept);
}

TEST_F(declaring, prune_removes_a_client_disables_a_person_and_ends_their_tokens) {
  apply(house());
  const issuer::ClientId partner("partner"), web("web");
  const auto alice = user("alice").id;
  write([&](issuer::Tx& tx) {
    EXPECT_TRUE(tx.put_consent(kRealm, {alice, partner, {"openid"}, kNow}));
    EXPECT_TRUE(tx.put_consent(kRealm, {alice, web, {"openid"}, kNow}));
  });
  auto less = house();
  less.realms[0].clients.pop_back();
  less.realms[0].users.pop_back();
  apply(less);
  const auto report = apply(less, Vanished::prune);
  EXPECT_EQ(report.pruned, (std::vector<std::string>{"client \"partner\"", "user \"bob\""}));
  EXPECT_TRUE(report.kept.empty());
  EXPECT_TRUE(client("partner").id.empty());
  EXPECT_FALSE(user("bob").enabled);
  look([&](issuer::Tx& tx) {
    EXPECT_FALSE(tx.consent(kRealm, alice, partner)->has_value());
    EXPECT_TRUE(tx.consent(kRealm, alice, web)->has_value());
  });
  EXPECT_EQ(ended(), (Endings{{FactKind::subject, user("bob").id.text}, {FactKind::client, "partner"}}));
  EXPECT_TRUE(apply(less).kept.empty());
}

TEST_F(declaring, prune_removes_a_realm_and_ends_its_tokens) {
  const issuer::RealmId shop("shop");
  auto both = house();
  both.realms.push_back({.realm = {.id = shop, .name = "Shop", .lifetimes = {}}});
  both.realms[1].users.emplace_back().user.username = "carol";
  both.realms[1].clients.push_back({public_client("till")});
  apply(both);
  EXPECT_EQ(apply(house()).kept, (std::vector<std::string>{"realm \"shop\""}));
  EXPECT_EQ(apply(house(), Vanished::prune).pruned, (std::vector<std::string>{"realm \"shop\""}));
  look([&](issuer::Tx& tx) {
    EXPECT_EQ(*tx.realms(), (std::vector<issuer::RealmId>{kRealm}));
    EXPECT_TRUE(tx.config(shop)->empty());
    EXPECT_FALSE(tx.user_by_name(shop, "carol")->value().enabled);
    const auto facts = *tx.facts_after(shop, 0);
    EXPECT_EQ(facts.front().kind, FactKind::realm);
  });
  apply(both);
  look([&](issuer::Tx& tx) {
    EXPECT_EQ(tx.realms()->size(), 2u);
    EXPECT_TRUE(tx.user_by_name(shop, "carol")->value().enabled);
  });
}

TEST_F(declaring, a_password_that_is_declared_later_is_the_first) {
  auto later = house();
  later.realms[0].users[0].password = Secret();
  apply(later);
  EXPECT_TRUE(user("alice").password_hash.empty());
  apply(house());
  EXPECT_TRUE(crypto::verify_password(Secret(secrets["alice"]), user("alice").password_hash));
}

TEST_F(declaring, a_store_that_others_share_takes_the_first_declaration_and_no_change) {
  EXPECT_EQ(apply(house(), Vanished::keep, Apply::first).outcome, Declared::Outcome::written);
  EXPECT_EQ(apply(house(), Vanished::keep, Apply::first).outcome, Declared::Outcome::same);
  auto changed = house();
  changed.realms[0].clients[0].client.name = "Orders 2";
  changed.realms[0].clients.pop_back();
  const auto before = version();
  const auto report = apply(changed, Vanished::keep, Apply::first);
  EXPECT_EQ(report.outcome, Declared::Outcome::differs);
  EXPECT_TRUE(report.kept.empty());
  EXPECT_EQ(version(), before);
  EXPECT_EQ(apply(changed).outcome, Declared::Outcome::written);
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
  EXPECT_EQ(ended(), (Endings{{FactKind::subject, user("alice").id.text},
                              {FactKind::client, changed.realms[0].clients[0].client.id.text},
                              {FactKind::role, changed.realms[0].roles[0].name}}));
}

TEST_F(declaring, S14_whoever_changes_a_person_ends_the_tokens_that_bear_a_pairwise_sub) {
  const auto pairwise_house = [&] {
    auto made = house();
    made.realms[0].clients[0].client.subject_type = issuer::SubjectType::pairwise;
    return made;
  };
  const auto first = pairwise_house();
  apply(first);
  const issuer::SealKeys seals(kRealm, {{'a', &master}});
  ASSERT_TRUE(keep_salt(*store, kRealm, seals));
  issuer::Snapshot snapshot;
  look([&](issuer::Tx& tx) { snapshot.pairwise_salt = salt_of(tx, kRealm, seals).value(); });
  const auto alice = user("alice").id, bob = user("bob").id;
  const auto web = client(first.realms[0].clients[0].client.id.text);
  write([&](issuer::Tx& tx) {
    std::vector<issuer::GrantId> gone;
    for (const auto& [id, of] : {std::pair("g1", web.id), std::pair("g2", issuer::ClientId("reports"))}) {
      issuer::Grant grant;
      grant.id = issuer::GrantId(id);
      grant.user = alice;
      grant.client = of;
      EXPECT_TRUE(tx.redeem_code(kRealm, grant, gone));
    }
  });
  auto changed = pairwise_house();
  for (auto& one : changed.realms[0].users) one.user.roles.clear();
  apply(changed);
  auto expected = Endings{{FactKind::subject, alice.text},
                          {FactKind::subject, bob.text},
                          {FactKind::subject, issuer::subject_of(snapshot, web, alice)}};
  std::ranges::sort(expected);
  auto found = ended();
  std::ranges::sort(found);
  EXPECT_EQ(found, expected) << "bob has no grant, and reports is public";
}

TEST_F(declaring, S14_another_sub_ends_the_tokens_that_bear_the_old_one) {
  issuer::Client was = public_client("x");
  was.redirect_uris = {"https://a.example/cb"};
  const auto ends = [](const issuer::Client& before, const issuer::Client& after) {
    const issuer::ConfigRow one{issuer::ConfigKind::client, "x", issuer::print(before), true},
        two{issuer::ConfigKind::client, "x", issuer::print(after), true};
    return endings(one, &two).value() == Endings{{FactKind::client, "x"}};
  };
  auto is = was;
  is.subject_type = issuer::SubjectType::pairwise;
  EXPECT_TRUE(ends(was, is));
  EXPECT_TRUE(ends(is, was));
  auto other = is;
  other.redirect_uris = {"https://b.example/cb"};
  EXPECT_TRUE(ends(is, other));
  other.sector_identifier_uri = "https://a.example/sector.json";
  EXPECT_FALSE(ends(is, other));
}

TEST_F(declaring, a_person_who_may_less_is_logged_out_and_the_clients_of_each_session_are_to_be_told) {
  auto declaration = house();
  auto& clients = declaration.realms[0].clients;
  clients[0].client.backchannel_logout_uri = "https://a.example/out";
  apply(declaration);
  const auto id = clients[0].client.id;
  const auto person = user(declaration.realms[0].users[0].user.username);
  const auto other = user(declaration.realms[0].users[1].user.username);
  ASSERT_TRUE(store->write_now([&](issuer::Tx& tx) {
    for (const auto& [name, owner] : {std::pair("s1", &person), {"s2", &person}, {"s3", &other}}) {
      issuer::Session session;
      session.id = issuer::SessionId(name);
      session.cookie_digest = name;
      session.user = owner->id;
      session.created = session.authenticated = session.seen = kNow;
      EXPECT_TRUE(tx.insert_session(kRealm, session));
      std::vector<issuer::GrantId> ended;
      for (const auto& client : {id, clients[1].client.id}) {
        issuer::Grant grant;
        grant.id = issuer::GrantId(name + client.text);
        grant.session = session.id;
        grant.user = owner->id;
        grant.client = client;
        EXPECT_TRUE(tx.redeem_code(kRealm, grant, ended));
      }
    }
    return issuer::Outcome::commit;
  }));
  declaration.realms[0].users[0].user.enabled = false;
  apply(declaration);
  look([&](issuer::Tx& tx) {
    EXPECT_TRUE(tx.sessions_of(kRealm, person.id)->empty());
    EXPECT_EQ(tx.sessions_of(kRealm, other.id)->size(), 1u);
    EXPECT_EQ(tx.due_logouts(kRealm, kNow, 10, 10).value(),
              (std::vector<issuer::PendingLogout>{{issuer::SessionId("s1"), id, person.id},
                                                  {issuer::SessionId("s2"), id, person.id}}));
  });
}

TEST_F(declaring, S14_what_ends_by_its_rev_stays_ended_as_long_as_a_session_may_live) {
  apply(house());
  auto changed = house();
  changed.realms[0].users[0].user.enabled = false;
  changed.realms[0].roles[0].permissions.begin()->second.pop_back();
  apply(changed);
  const auto list = facts();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].expires, kNow + issuer::kMaxSessionLife + minutes(10));
  EXPECT_EQ(list[1].expires, kNow + issuer::kMaxTokenLife + minutes(10));
}

TEST(narrowing, S14_another_word_or_none_ends_the_tokens_of_whom_it_reached) {
  const issuer::TrustedIssuer was{"https://idp.example", SOME_JWKS, "sub", issuer::UserBy::username, {"x", "y"}};
  const auto row = [](const issuer::TrustedIssuer& one) {
    return issuer::ConfigRow{issuer::ConfigKind::trusted_issuer, one.issuer, issuer::print(one), true};
  };
  const std::vector<Ending> both{{FactKind::client, "x"}, {FactKind::client, "y"}};
  EXPECT_EQ(*endings(row(was), nullptr), both);
  auto is = was;
  is.jwks = R"({"keys":[]})";
  const auto other_keys = row(is);
  EXPECT_EQ(*endings(row(was), &other_keys), both);
  is = was;
  is.user_claim = "mail";
  const auto other_claim = row(is);
  EXPECT_EQ(*endings(row(was), &other_claim), both);
  is = was;
  is.user_by = issuer::UserBy::id;
  const auto other_rule = row(is);
  EXPECT_EQ(*endings(row(was), &other_rule), both);
  is = was;
  is.clients.emplace_back("z");
  const auto wider = row(is);
  EXPECT_TRUE(endings(row(was), &wider)->empty());
}

// Each way to take something away, what it ends, and that giving it back ends nothing.
TEST_F(declaring, S14_narrowing_ends_tokens_and_widening_none) {
  DeclaredRealm wide{.realm = {.id = kRealm, .name = "Wide", .lifetimes = {}}};
  wide.resource_servers = {{"urn:a", "", {"p", "q"}, {{"s", {"p", "q"}}, {"t", {"p"}}}}};
  wide.roles = {{"r", {{"urn:a", {"p", "q"}}}}, {"r2", {{"urn:a", {"p"}}}}};
  wide.groups = {{"g", {"r", "r2"}}};
  auto& client = wide.clients.emplace_back(DeclaredClient{public_client("x")}).client;
  client.scopes = {"openid", "s"};
  client.access = {{"urn:a", {"p", "q"}}};
  client.roles = {"r"};
  client.scope_need = issuer::ScopeNeed::none;
  client.grant_types.push_back(issuer::GrantType::token_exchange);
  client.acts_as = {"urn:a"};
  auto& person = wide.users.emplace_back().user;
  person.username = "ann";
  person.roles = {"r"};
  person.groups = {"g"};
  wide.trusted_issuers = {{"https://idp.example", SOME_JWKS, "sub", issuer::UserBy::username, {"x", "y"}}};
  const auto copy = [&] {
    DeclaredRealm one{.realm = wide.realm,
                      .resource_servers = wide.resource_servers,
                      .roles = wide.roles,
                      .groups = wide.groups,
                      .trusted_issuers = wide.trusted_issuers};
    one.clients.push_back({client});
    one.users.push_back({person});
    return one;
  };
  const auto declared = [&](DeclaredRealm realm) {
    Declaration declaration;
    declaration.realms.push_back(std::move(realm));
    return declaration;
  };
  apply(declared(copy()));
  ASSERT_TRUE(ended().empty());
  const auto ann = user("ann").id.text;
  struct Case {
    const char* what;
    std::function<void(DeclaredRealm&)> narrow;
    Endings ends;
  };
  const Case cases[] = {
      {"user's roles", [](auto& r) { r.users[0].user.roles.clear(); }, {{FactKind::subject, ann}}},
      {"user's groups", [](auto& r) { r.users[0].user.groups.clear(); }, {{FactKind::subject, ann}}},
      {"group's roles", [](auto& r) { r.groups[0].roles = {"r"}; }, {{FactKind::role, "r2"}}},
      {"role's permission", [](auto& r) { r.roles[0].permissions["urn:a"] = {"p"}; }, {{FactKind::role, "r"}}},
      {"role's audience", [](auto& r) { r.roles[1].permissions.clear(); }, {{FactKind::role, "r2"}}},
      {"client's scopes", [](auto& r) { r.clients[0].client.scopes = {"openid"}; }, {{FactKind::client, "x"}}},
      {"client's roles", [](auto& r) { r.clients[0].client.roles.clear(); }, {{FactKind::client, "x"}}},
      {"client's resource server", [](auto& r) { r.clients[0].client.acts_as.clear(); }, {{FactKind::client, "x"}}},
      {"client's grant type", [](auto& r) { r.clients[0].client.grant_types.pop_back(); }, {{FactKind::client, "x"}}},
      {"client's access",
       [](auto& r) { r.clients[0].client.access[0].permissions = {"p"}; },
       {{FactKind::client, "x"}}},
      {"client's audience", [](auto& r) { r.clients[0].client.access.clear(); }, {{FactKind::client, "x"}}},
      {"client's need",
       [](auto& r) { r.clients[0].client.scope_need = issuer::ScopeNeed::scope; },
       {{FactKind::client, "x"}}},
      {"client's party", [](auto& r) { r.clients[0].client.party = issuer::Party::third; }, {{FactKind::client, "x"}}},
      {"client's tokens without a key",
       [](auto& r) { r.clients[0].client.dpop_bound_access_tokens = true; },
       {{FactKind::client, "x"}}},
      {"scope covers less",
       [](auto& r) { r.resource_servers[0].scopes["s"] = {"p"}; },
       {{FactKind::audience, "urn:a"}}},
      {"scope is gone", [](auto& r) { r.resource_servers[0].scopes.erase("t"); }, {{FactKind::audience, "urn:a"}}},
      {"permission is gone",
       [](auto& r) { r.resource_servers[0].permissions = {"p"}; },
       {{FactKind::audience, "urn:a"}}},
      {"trusted issuer's client", [](auto& r) { r.trusted_issuers[0].clients = {"x"}; }, {{FactKind::client, "y"}}},
      {"what requests must be",  // no token was got by a request that must be another one now
       [](auto& r) {
         r.clients[0].client.require_pushed_authorization_requests = true;
         r.realm.require_signed_request_object = true;
       },
       {}},
      {"names alone",
       [](auto& r) { r.resource_servers[0].name = r.clients[0].client.name = r.users[0].user.name = "N"; },
       {}},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.what);
    const auto before = ended();
    auto narrow = copy();
    one.narrow(narrow);
    apply(declared(std::move(narrow)));
    auto after = ended();
    ASSERT_GE(after.size(), before.size());
    after.erase(after.begin(), after.begin() + static_cast<std::ptrdiff_t>(before.size()));
    EXPECT_EQ(after, one.ends);
    const auto count = ended().size();
    apply(declared(copy()));
    EXPECT_EQ(ended().size(), count) << "widening";
  }
}

TEST_F(declaring, a_list_instead_of_every_permission_is_narrower) {
  const auto row = [](std::vector<std::string> permissions) {
    auto client = public_client("x");
    client.access = {{"urn:a", std::move(permissions)}};
    return issuer::ConfigRow{issuer::ConfigKind::client, "x", issuer::print(client), true};
  };
  const auto all = row({"*"}), some = row({"p"});
  EXPECT_EQ(endings(all, &some)->size(), 1u);
  EXPECT_EQ(endings(some, &all)->size(), 0u);
}

}  // namespace
}  // namespace tessera::server
