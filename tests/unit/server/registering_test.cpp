// Clients that register themselves, as a node and its operator keep them; what they may register is tried by
// tests/interop/registration.test.mjs.
#include <cstring>
#include <optional>

#include "house.hpp"
#include "issuer/digest.hpp"
#include "issuer/model/codec.hpp"
#include "server/clients.hpp"

namespace tessera::server::test {
namespace {

using issuer::ClientId;
using issuer::RealmId;
using issuer::Registration;
using issuer::Tx;
using std::chrono::days;

constexpr const char* kMetadata =
    R"({"client_name":"An app","redirect_uris":["https://app.example.com/cb"],"scope":"openid"})";
const http::Header kJson{"content-type", "application/json"};
const RealmId kRealm("");

std::function<void(Config&)> with(Registration registration, const std::string& file = ":memory:") {
  return [=](Config& config) {
    config.settings.store = file == ":memory:" ? "sqlite::memory:" : "sqlite://" + file;
    config.declaration.realms.front().realm.registration = registration;
  };
}

struct Client {
  std::string id, token;
  std::string path() const { return "/register?client_id=" + id; }
  http::Header bearer() const { return {"authorization", "Bearer " + token}; }
};

http::Response ask_to_register(House& house, std::string body = kMetadata, std::string peer = "127.0.0.1") {
  auto request = post("/register", std::move(body), {kJson});
  request.peer = std::move(peer);
  return house.ask(std::move(request));
}

Client registered(House& house) {
  const auto response = ask_to_register(house);
  EXPECT_EQ(response.status, 201) << response.body;
  return {member(response.body, "client_id"), member(response.body, "registration_access_token")};
}

http::Response put(House& house, const Client& client, std::string body = kMetadata) {
  auto request = post(client.path(), std::move(body), {kJson, client.bearer()});
  request.method = "PUT";
  return house.ask(std::move(request));
}

int status_of(House& house, const Client& client) { return house.ask(get(client.path(), {client.bearer()})).status; }

void write(House& house, const std::function<void(Tx&)>& work) {
  ASSERT_TRUE(house.node->store().write_now([&](Tx& tx) { return work(tx), issuer::Outcome::commit; }));
}

std::optional<issuer::RegisteredClient> row(House& house, const Client& client) {
  std::optional<issuer::RegisteredClient> found;
  write(house, [&](Tx& tx) { found = tx.registered(kRealm, ClientId(client.id)).value(); });
  return found;
}

// As another node changes it.
void change(House& house, const Client& client, const std::function<void(issuer::RegisteredClient&)>& how) {
  write(house, [&](Tx& tx) {
    auto one = tx.registered(kRealm, ClientId(client.id)).value().value();
    how(one);
    EXPECT_TRUE(tx.replace_registered(kRealm, one).value());
  });
}

std::int64_t facts(House& house) { return house.node->snapshot("")->facts->applied(); }

TEST(registering, S24_is_limited_by_48_bits_of_an_ipv6_address) {
  House house(with(Registration::open));
  int last = 201;
  for (int i = 0; i <= 100; ++i)
    last = ask_to_register(house, kMetadata, "2001:db8:1:" + std::to_string(i) + "::1").status;
  EXPECT_EQ(last, 429);
  EXPECT_EQ(ask_to_register(house, kMetadata, "2001:db8:2::1").status, 201);
}

TEST(registering, takes_16_KiB_and_no_more) {
  House house(with(Registration::open));
  const auto of_size = [&](std::size_t size) { return kMetadata + std::string(size - std::strlen(kMetadata), ' '); };
  EXPECT_EQ(ask_to_register(house, of_size(16 * 1024)).status, 201);
  EXPECT_EQ(ask_to_register(house, of_size(16 * 1024 + 1)).status, 413);
}

TEST(registering, a_logo_that_is_no_longer_registered_is_gone_and_goes_with_its_client) {
  House house(with(Registration::open));
  const auto one = registered(house), two = registered(house);
  std::optional<issuer::Logo> first, second;
  write(house, [&](Tx& tx) {
    for (const auto& client : {one, two})
      EXPECT_TRUE(tx.put_logo(kRealm, ClientId(client.id), issuer::Logo{"image/png", "octets"}));
  });
  EXPECT_EQ(put(house, one).status, 200);
  auto request = get(two.path(), {two.bearer()});
  request.method = "DELETE";
  EXPECT_EQ(house.ask(std::move(request)).status, 204);
  write(house, [&](Tx& tx) {
    first = tx.logo(kRealm, ClientId(one.id)).value();
    second = tx.logo(kRealm, ClientId(two.id)).value();
  });
  EXPECT_FALSE(first);
  EXPECT_FALSE(second);
}

TEST(registering, S14_what_a_change_takes_away_counts_from_what_another_node_has_just_written) {
  House house(with(Registration::open));
  const auto client = registered(house);
  house.now = house.now.load() + milliseconds(1);
  EXPECT_EQ(status_of(house, client), 200);  // remembered, for a second
  change(house, client, [](auto& one) { one.client.scopes.emplace_back("profile"); });
  EXPECT_EQ(put(house, client).status, 200);
  EXPECT_EQ(facts(house), 1);
}

TEST(registering, S29_whoever_was_its_owner_a_moment_ago_changes_nothing) {
  House house(with(Registration::open));
  const auto client = registered(house);
  house.now = house.now.load() + milliseconds(1);
  EXPECT_EQ(status_of(house, client), 200);  // remembered, for a second
  change(house, client, [](auto& one) { one.token_digest = issuer::digest_of("another"); });
  const auto before = row(house, client);
  EXPECT_EQ(put(house, client, R"({"redirect_uris":["https://evil.example/cb"]})").status, 401);
  EXPECT_EQ(row(house, client), before);
}

// Three clients: one of these 30 days that nobody allows anything, one that somebody does, one that is younger.
struct Sweep {
  House house;
  Client unused, used, young;
  explicit Sweep(Registration registration) : house(with(Registration::open)) {
    unused = registered(house), used = registered(house);
    write(house, [&](Tx& tx) {
      EXPECT_TRUE(tx.put_consent(kRealm, {issuer::UserId("usr_ann"), ClientId(used.id), {"openid"}, house.now.load()}));
      EXPECT_TRUE(tx.put_logo(kRealm, ClientId(unused.id), issuer::Logo{"image/png", "octets"}));
    });
    house.now = house.now.load() + seconds(1);
    young = registered(house);
    if (registration != Registration::open)
      write(house, [&](Tx& tx) {
        issuer::Realm realm;
        realm.registration = registration;
        EXPECT_TRUE(tx.put_config(kRealm, {issuer::ConfigKind::realm, "", issuer::print(realm), true}));
        EXPECT_TRUE(tx.bump_config_version(kRealm));
      });
    house.now = house.now.load() + days(30);
    for (const auto& client : {unused, used, young}) EXPECT_EQ(status_of(house, client), 200);  // remembered
    house.node->keep();
  }
};

TEST(registering, whom_nobody_has_allowed_anything_in_30_days_is_gone_at_once) {
  for (const auto registration : {Registration::open, Registration::off}) {
    Sweep sweep(registration);
    EXPECT_EQ(status_of(sweep.house, sweep.unused), 401);
    EXPECT_EQ(status_of(sweep.house, sweep.used), 200);
    EXPECT_EQ(status_of(sweep.house, sweep.young), 200);
    EXPECT_NE(sweep.house.lines.text().find(R"("event":"client_removed","realm":"","client":")" + sweep.unused.id),
              std::string::npos);
    sweep.house.node->keep();
    EXPECT_EQ(facts(sweep.house), 1);  // which ends its tokens
    write(sweep.house, [&](Tx& tx) { EXPECT_FALSE(tx.logo(kRealm, ClientId(sweep.unused.id)).value()); });
  }
}

TEST(registering, whoever_had_an_initial_access_token_stays_whatever_the_realm_takes_now) {
  Sweep sweep(Registration::token);
  EXPECT_EQ(status_of(sweep.house, sweep.unused), 401);  // it had none
  House house(with(Registration::open));
  issuer::RegisteredClient one;
  one.client.id = ClientId("reg_vouched");
  one.created = house.now.load() - days(31);
  write(house, [&](Tx& tx) { EXPECT_TRUE(tx.insert_registered(kRealm, one, 1000).value()); });
  house.node->keep();
  write(house, [&](Tx& tx) { EXPECT_TRUE(tx.registered(kRealm, one.client.id)->has_value()); });
}

TEST(registering, more_than_one_round_of_unused_clients_goes) {
  House house(with(Registration::open));
  std::size_t left = 0;
  write(house, [&](Tx& tx) {
    for (int i = 0; i < 250; ++i) {
      issuer::RegisteredClient one;
      one.client.id = ClientId("reg_" + std::to_string(i));
      one.client.vouched_for = false;
      one.created = house.now.load() - days(31);
      EXPECT_TRUE(tx.insert_registered(kRealm, one, 1000).value());
    }
  });
  house.node->keep();
  write(house, [&](Tx& tx) { left = tx.every_registered()->size(); });
  EXPECT_EQ(left, 0u);
}

// The realm took clients, and takes none any more.
TEST(registering, whoever_is_there_goes_on_when_no_more_may_come_and_the_operator_ends_it) {
  const Folder folder;
  const auto file = folder / "tessera.db";
  Client client;
  {
    House before(with(Registration::open, file));
    client = registered(before);
  }
  House house(with(Registration::off, file));
  house.node->keep();
  EXPECT_EQ(ask_to_register(house).status, 404);
  EXPECT_EQ(status_of(house, client), 200);
  EXPECT_EQ(put(house, client).status, 200);
  const auto authorize = "/authorize?" + form::print({{"client_id", client.id},
                                                      {"redirect_uri", "https://app.example.com/cb"},
                                                      {"response_type", "code"},
                                                      {"scope", "openid"},
                                                      {"code_challenge", std::string(43, 'A')},
                                                      {"code_challenge_method", "S256"}});
  const auto page = house.ask(get(authorize));
  EXPECT_EQ(page.status, 200) << header(page, "Location");
  // whatever algorithm it chose
  for (const auto alg : {Alg::RS256, Alg::PS256, Alg::ES256, Alg::EdDSA})
    EXPECT_NE(house.node->snapshot("")->signing_key(alg), nullptr) << alg_name(alg);
  auto preflight = get("/token", {{"origin", "https://app.example.com"}});
  preflight.method = "OPTIONS";
  EXPECT_EQ(header(house.ask(std::move(preflight)), "Access-Control-Allow-Origin"), "https://app.example.com");

  ASSERT_TRUE(*remove_registered(house.dev.config.settings, ClientId(client.id), house.now));
  EXPECT_FALSE(*remove_registered(house.dev.config.settings, ClientId(client.id), house.now));
  house.now = house.now.load() + seconds(1);
  EXPECT_EQ(status_of(house, client), 401);
  EXPECT_EQ(house.ask(get(authorize)).status, 400);
  house.node->keep();
  EXPECT_EQ(facts(house), 1);
}

TEST(registering, the_operator_is_told_who_is_there) {
  const Folder folder;
  const auto file = folder / "tessera.db";
  Settings settings;
  settings.store = "sqlite://" + file;
  EXPECT_NE(list_registered(settings).error().sentence.find("There is no store"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(file));
  House house(with(Registration::open, file));
  const auto one = registered(house);
  house.now = house.now.load() + seconds(1);
  const auto response = ask_to_register(
      house, R"({"application_type":"native","token_endpoint_auth_method":"none","redirect_uris":)"
             R"(["com.example.app:/cb","https://a.example/1","https://a.example/2","https://b.example:8443/"]})");
  ASSERT_EQ(response.status, 201) << response.body;
  write(house, [&](Tx& tx) {
    for (const char* person : {"usr_ann", "usr_bob"})
      EXPECT_TRUE(tx.put_consent(kRealm, {issuer::UserId(person), ClientId(one.id), {"openid"}, house.now.load()}));
  });
  const auto list = list_registered(settings);
  ASSERT_TRUE(list) << list.error().sentence;
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ(list->at(0).id.text, one.id);
  EXPECT_EQ(list->at(0).name, "An app");
  EXPECT_EQ(list->at(0).created, house.now.load() - seconds(1));
  EXPECT_EQ(list->at(0).consents, 2);
  EXPECT_EQ(list->at(1).consents, 0);
  EXPECT_EQ(list->at(1).redirect_hosts, (std::vector<std::string>{"com.example.app:", "a.example", "b.example"}));
}

}  // namespace
}  // namespace tessera::server::test
