#include "server/node.hpp"

#include <gtest/gtest.h>

#include "house.hpp"
#include "issuer/model/codec.hpp"
#include "server/master_key.hpp"

namespace tessera::server {
namespace {

using test::get;
using test::header;
using test::House;
using test::member;
using test::post;

constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

std::string between(const std::string& text, std::string_view before, std::string_view after) {
  const auto at = text.find(before);
  if (at == std::string::npos) return "";
  const auto from = at + before.size();
  return text.substr(from, text.find(after, from) - from);
}

Claims verified(House& house, const std::string& token, Alg alg, std::string_view typ, std::string audience) {
  const auto keys = Keys::parse(house.ask(get("/jwks")).body).value();
  const Policy policy{
      .issuer = "http://localhost:8080", .audience = std::move(audience), .typ = std::string(typ), .algs = alg};
  auto claims = Verifier(keys, policy).verify(token, std::chrono::floor<seconds>(house.now.load()));
  if (!claims) throw std::runtime_error(std::string(error_name(claims.error().code)) + " " + claims.error().at);
  return std::move(*claims);
}

TEST(node, a_service_gets_a_token_that_verifies) {
  House house;
  const auto response =
      house.ask(post("/token", "grant_type=client_credentials&scope=orders:read", {house.basic("service")}));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_TRUE(response.body.starts_with("{\"access_token\":\"")) << response.body;
  const auto claims = verified(house, member(response.body, "access_token"), Alg::ES256, "at+jwt", house.dev.audience);
  EXPECT_EQ(claims.subject(), "service");
  EXPECT_EQ(claims.get<std::vector<std::string>>("permissions").value(), std::vector<std::string>{"orders:read"});
}

struct Login {
  std::string session, code, access, id, refresh;
};

Login log_in(House& house) {
  Login out;
  const std::string callback = "http%3A%2F%2Forders.localhost%3A8081%2Fcallback";
  const auto page = house.ask(get("/authorize?response_type=code&client_id=orders&redirect_uri=" + callback +
                                  "&scope=openid+profile+orders%3Aread&state=st-ate&nonce=non-ce&code_challenge=" +
                                  std::string(kChallenge) + "&code_challenge_method=S256"));
  EXPECT_EQ(page.status, 200);
  const auto browser = between(header(page, "Set-Cookie"), "tessera-browser=", ";");
  const auto interaction = between(page.body, "name=\"interaction\" value=\"", "\"");
  const auto back = house.ask(
      post("/login",
           form::print({{"interaction", interaction}, {"username", "Alice"}, {"password", house.secrets["alice"]}}),
           {{"cookie", "tessera-browser=" + browser}, {"origin", "http://localhost:8080"}}));
  EXPECT_EQ(back.status, 303) << back.body;
  out.code = between(header(back, "Location"), "code=", "&");
  for (const auto& one : back.headers)
    if (one.name == "Set-Cookie" && one.value.starts_with("tessera-session="))
      out.session = between(one.value, "=", ";");
  const auto tokens = house.ask(post("/token",
                                     "grant_type=authorization_code&code=" + out.code + "&redirect_uri=" + callback +
                                         "&code_verifier=" + std::string(kVerifier),
                                     {house.basic("orders")}));
  EXPECT_EQ(tokens.status, 200) << tokens.body;
  out.access = member(tokens.body, "access_token");
  out.id = member(tokens.body, "id_token");
  out.refresh = member(tokens.body, "refresh_token");
  return out;
}

TEST(node, a_person_logs_in_and_a_client_gets_tokens) {
  House house;
  house.node->keep();  // the RS256 key
  const auto login = log_in(house);
  EXPECT_EQ(verified(house, login.id, Alg::RS256, "JWT", "orders").get<std::string>("nonce").value(), "non-ce");
  const auto access = verified(house, login.access, Alg::ES256, "at+jwt", house.dev.audience);
  EXPECT_TRUE(access.subject().starts_with("usr_"));
  EXPECT_EQ(access.get<std::vector<std::string>>("roles").value(), std::vector<std::string>{"manager"});
}

TEST(node, logs_hold_no_secret_of_a_login) {
  House house;
  house.node->keep();
  const auto login = log_in(house);
  house.ask(post("/token", "grant_type=refresh_token&refresh_token=" + login.refresh, {house.basic("orders")}));
  house.ask(get("/userinfo?access_token=in-the-query", {{"authorization", "Bearer " + login.access}}));
  house.ask(post("/token", "grant_type=authorization_code&code=" + login.code, {house.basic("orders")}));
  const auto text = house.lines.text();
  EXPECT_NE(text.find("\"path\":\"/token\""), std::string::npos);
  EXPECT_NE(text.find("\"path\":\"/login\""), std::string::npos);
  for (const auto& secret : {house.secrets["alice"], house.secret("orders"), login.session, login.code, login.access,
                             login.id, login.refresh, std::string(kVerifier), std::string("in-the-query"),
                             std::string("st-ate"), std::string("non-ce")}) {
    ASSERT_FALSE(secret.empty());
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  }
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    json::Document document;
    EXPECT_TRUE(document.parse_object(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
}

TEST(node, a_code_is_not_burned_for_a_token_that_cannot_be_signed) {
  House house;  // no RS256 key yet: nobody called keep()
  const std::string callback = "http%3A%2F%2Forders.localhost%3A8081%2Fcallback";
  const auto page =
      house.ask(get("/authorize?response_type=code&client_id=orders&redirect_uri=" + callback +
                    "&scope=openid&code_challenge=" + std::string(kChallenge) + "&code_challenge_method=S256"));
  const auto back =
      house.ask(post("/login",
                     form::print({{"interaction", between(page.body, "name=\"interaction\" value=\"", "\"")},
                                  {"username", "alice"},
                                  {"password", house.secrets["alice"]}}),
                     {{"cookie", "tessera-browser=" + between(header(page, "Set-Cookie"), "tessera-browser=", ";")}}));
  const auto redeem = [&] {
    return house.ask(post("/token",
                          "grant_type=authorization_code&code=" + between(header(back, "Location"), "code=", "&") +
                              "&redirect_uri=" + callback + "&code_verifier=" + std::string(kVerifier),
                          {house.basic("orders")}));
  };
  const auto early = redeem();
  EXPECT_EQ(early.status, 503) << early.body;
  EXPECT_NE(header(early, "Retry-After"), "");
  house.node->keep();
  EXPECT_EQ(redeem().status, 200);
}

TEST(node, S14_a_revoked_session_is_felt_at_once) {
  House house;
  house.node->keep();
  const auto login = log_in(house);
  const auto active = [&] {
    return member(house.ask(post("/introspect", "token=" + login.access, {house.basic("service")})).body, "active");
  };
  EXPECT_EQ(active(), "true");
  EXPECT_EQ(house.ask(post("/revoke", "token=" + login.refresh, {house.basic("orders")})).status, 200);
  EXPECT_EQ(active(), "false");
}

TEST(node, S14_a_person_who_was_disabled_and_enabled_again_logs_in_anew) {
  House house(
      [](Config& config) { config.declaration.realms[0].realm.lifetimes.session_idle = std::chrono::days(30); });
  house.node->keep();
  const auto login = log_in(house);
  auto& alice = house.dev.config.declaration.realms[0].users[0].user;
  const Secret master(std::string_view("0123456789abcdef0123456789abcdef"));  // the house's
  const auto declare_alice = [&](bool enabled) {
    alice.enabled = enabled;
    ASSERT_TRUE(declare(house.node->store(), house.dev.config.declaration,
                        {.password_cost = {64, 1},
                         .now = house.now,
                         .random = [](auto out) { crypto::random(out); },
                         .masters = {{'a', &master}}}));
    house.node->keep();
  };
  const auto refreshed = [&] {
    return house.ask(post("/token", "grant_type=refresh_token&refresh_token=" + login.refresh, {house.basic("orders")}))
        .status;
  };
  declare_alice(false);
  EXPECT_EQ(refreshed(), 400);
  house.now = house.now.load() + std::chrono::days(2);
  declare_alice(true);
  EXPECT_EQ(refreshed(), 400);
}

TEST(node, a_realm_that_is_no_longer_configured_is_gone) {
  House house([](Config& config) {
    config.declaration.realms.emplace_back().realm = {.id = issuer::RealmId("shop"), .name = "Shop", .lifetimes = {}};
  });
  const std::string path = "/r/shop/.well-known/openid-configuration";
  EXPECT_EQ(house.ask(get(path)).status, 200);
  house.dev.config.declaration.realms.pop_back();
  ASSERT_TRUE(
      declare(house.node->store(), house.dev.config.declaration,
              {.vanished = Vanished::prune, .now = house.now, .random = [](auto out) { crypto::random(out); }}));
  house.node->keep();
  EXPECT_EQ(house.ask(get(path)).status, 404);
  EXPECT_EQ(house.ask(get("/.well-known/openid-configuration")).status, 200);
}

TEST(node, health_answers_when_store_and_keys_are_there) {
  House house;
  EXPECT_EQ(house.ask(get("/healthz")).status, 503);  // the RS256 key is being made
  house.node->keep();
  const auto response = house.ask(get("/healthz"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"status":"ok"})");
}

TEST(node, head_is_answered_as_get) {
  House house;
  house.node->keep();
  const auto head = [&](std::string_view target) {
    auto request = get(target);
    request.method = "HEAD";
    return house.ask(std::move(request));
  };
  for (const auto* target : {"/healthz", "/jwks", "/.well-known/openid-configuration"})
    EXPECT_EQ(head(target).status, 200) << target;
  EXPECT_EQ(header(head("/jwks"), "Cache-Control"), "public, max-age=300");
  EXPECT_EQ(head("/userinfo").status, 401);
  EXPECT_EQ(head("/token").status, 405);
  EXPECT_EQ(head("/none").status, 404);
}

TEST(node, many_threads_at_once) {
  House house;
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 25; ++j)
        good += house.ask(post("/token", "grant_type=client_credentials", {house.basic("service")})).status == 200;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

TEST(node, what_another_node_wrote_is_seen) {
  const test::Folder folder;
  const auto in_folder = [&](Config& config) { config.settings.store = "sqlite://" + (folder / "shared.db"); };
  House one(in_folder);
  one.secrets["service"].clear();
  House two([&](Config& config) {
    in_folder(config);
    config.declaration = {};
    config.declaration.realms.resize(1);
  });
  two.node->keep();
  EXPECT_NE(two.node->snapshot("")->client("service"), nullptr);
  ASSERT_TRUE(one.node->store().write_now([&](issuer::Tx& tx) {
    EXPECT_TRUE(
        tx.append_fact(issuer::RealmId(""), {0, FactKind::client, "service", one.now.load() + std::chrono::hours(1)}));
    return issuer::Outcome::commit;
  }));
  EXPECT_EQ(two.node->snapshot("")->facts->applied(), 0);
  two.node->keep();
  EXPECT_EQ(two.node->snapshot("")->facts->applied(), 1);
}

// The service client loses its role, in the configuration and with a fact, as another node writes it.
void narrow_service(issuer::Store& store, Instant now) {
  ASSERT_TRUE(store.write_now([&](issuer::Tx& tx) {
    const issuer::RealmId realm("");
    const auto rows = tx.config(realm).value();
    for (auto row : rows) {
      if (row.kind != issuer::ConfigKind::client || row.id != "service") continue;
      auto client = issuer::parse_client(row.body).value();
      client.roles.clear();
      row.body = issuer::print(client);
      EXPECT_TRUE(tx.put_config(realm, row));
    }
    EXPECT_TRUE(tx.append_fact(realm, {0, FactKind::client, "service", now + std::chrono::hours(1)}));
    EXPECT_TRUE(tx.bump_config_version(realm));
    return issuer::Outcome::commit;
  }));
}

http::Response ask_for_token(House& house) {
  return house.ask(post("/token", "grant_type=client_credentials&scope=orders:read", {house.basic("service")}));
}

TEST(node, S14_a_token_of_the_old_configuration_never_bears_a_number_that_came_with_the_new) {
  House house;
  house.node->keep();
  // Between what answers first take and the token's time another node's change arrives.
  house.at_clock = [&] {
    narrow_service(house.node->store(), house.now);
    house.node->keep();
  };
  const auto token = member(ask_for_token(house).body, "access_token");
  ASSERT_FALSE(token.empty());
  const auto active = member(house.ask(post("/introspect", "token=" + token, {house.basic("service")})).body, "active");
  EXPECT_EQ(active, "false");
}

TEST(node, S14_a_node_that_finds_facts_of_others_before_its_own_takes_their_configuration_too) {
  House house;
  house.node->keep();
  const auto login = log_in(house);
  narrow_service(house.node->store(), house.now);  // fact 1; not seen by this node
  EXPECT_EQ(house.ask(post("/revoke", "token=" + login.refresh, {house.basic("orders")})).status, 200);
  EXPECT_EQ(house.node->snapshot("")->facts->applied(), 2);
  EXPECT_TRUE(house.node->snapshot("")->client("service")->roles.empty());
}

TEST(node, S14_whoever_sees_a_fact_sees_the_configuration_that_it_came_with) {
  House house;
  house.node->keep();
  const auto first = house.node->snapshot("")->version;
  std::atomic<bool> ended = false;
  std::thread keeper([&] {
    for (int i = 0; i < 200; ++i) {
      narrow_service(house.node->store(), house.now);
      house.node->keep();
    }
    ended = true;
  });
  int older = 0;
  const auto facts = house.node->snapshot("")->facts;
  while (!ended) {
    const auto applied = facts->applied();
    older += house.node->snapshot("")->version < first + applied;
  }
  keeper.join();
  EXPECT_EQ(older, 0);
}

TEST(node, S14_what_another_node_wrote_is_felt_within_a_second) {
  House house;
  house.node->keep_in_background();
  const auto facts = house.node->snapshot("")->facts;
  narrow_service(house.node->store(), house.now);
  const auto began = std::chrono::steady_clock::now();
  while (facts->applied() == 0 && std::chrono::steady_clock::now() - began < seconds(5)) std::this_thread::yield();
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(1));
}

TEST(node, a_sweep_takes_all_that_is_old) {
  House house;
  ASSERT_TRUE(house.node->store().write_now([&](issuer::Tx& tx) {
    for (int i = 0; i < 2500; ++i)
      EXPECT_TRUE(tx.append_fact(issuer::RealmId(""), {0, FactKind::jti, std::to_string(i), house.now.load()}));
    return issuer::Outcome::commit;
  }));
  house.now = house.now.load() + seconds(61);
  house.node->keep();
  ASSERT_TRUE(house.node->store().read_now([&](issuer::Tx& tx) {
    EXPECT_EQ(tx.facts_after(issuer::RealmId(""), 0)->size(), 0u);
    return issuer::Outcome::roll_back;
  }));
  EXPECT_EQ(house.node->snapshot("")->facts->size(), 0u);
}

TEST(log, of_a_request_holds_no_more_of_a_field_than_200_octets) {
  House house;
  const std::string octets(30'000, 'x');
  house.ask(get("/r/" + octets + "/token"));
  house.ask(get("/authorize?client_id=web&redirect_uri=https%3A%2F%2F" + octets));
  const auto text = house.lines.text();
  EXPECT_NE(text.find(std::string(150, 'x')), std::string::npos);
  EXPECT_EQ(text.find(std::string(201, 'x')), std::string::npos);
  EXPECT_EQ(text.find("\"realm\":\"xx"), std::string::npos);
}

TEST(log, cuts_between_characters_knows_the_time_and_writes_numbers_as_numbers) {
  test::Lines lines;
  const auto log = lines.log();
  log.write(LogLevel::info, Instant(std::chrono::seconds(1'800'000'000)), "one", {{"a", std::string(199, 'x') + "é"}});
  log.write(LogLevel::info, Instant(std::chrono::seconds(1'800'000'000) + microseconds(20)), "two", {{"b", "\xFF"}});
  log.write(LogLevel::info, Instant(std::chrono::seconds(1'800'000'001) + microseconds(123456)), "three", {{"c", 3}});
  EXPECT_EQ(lines.text(), R"({"time":"2027-01-15T08:00:00.000000Z","level":"info","msg":"one","a":")" +
                              std::string(199, 'x') +
                              "\"}\n"
                              R"({"time":"2027-01-15T08:00:00.000020Z","level":"info","msg":"two","b":"?"})"
                              "\n"
                              R"({"time":"2027-01-15T08:00:01.123456Z","level":"info","msg":"three","c":3})"
                              "\n");
}

TEST(pool, a_task_that_throws_takes_no_other_along) {
  std::atomic<int> done = 0;
  {
    Pool pool(1, 8);
    Pool::Task bad = [] { throw std::bad_alloc(); }, good = [&] { ++done; };
    EXPECT_TRUE(pool.try_run(bad));
    EXPECT_TRUE(pool.try_run(good));
  }
  EXPECT_EQ(done, 1);
}

TEST(node, a_full_queue_of_hashes_shows_the_login_page_again) {
  House house([](Config& config) { config.settings.password_cost = {8192, 2}; });
  const auto page = house.ask(
      get("/authorize?response_type=code&client_id=orders&redirect_uri=http%3A%2F%2Forders.localhost%3A8081%2Fcallback&"
          "scope=openid&code_challenge=" +
          std::string(kChallenge) + "&code_challenge_method=S256"));
  const auto cookie = "tessera-browser=" + between(header(page, "Set-Cookie"), "tessera-browser=", ";");
  const auto interaction = between(page.body, "name=\"interaction\" value=\"", "\"");
  constexpr int kPeople = 300;
  std::vector<std::promise<http::Response>> answers(kPeople);
  for (int i = 0; i < kPeople; ++i) {
    auto request = post(
        "/login",
        form::print({{"interaction", interaction}, {"username", "someone" + std::to_string(i)}, {"password", "x"}}),
        {{"cookie", cookie}});
    request.peer = "10.0.0." + std::to_string(i % 250);
    house.node->answer(std::move(request), [&answers, i](http::Response response) {
      answers[static_cast<std::size_t>(i)].set_value(std::move(response));
    });
  }
  int busy = 0;
  for (auto& answer : answers) {
    const auto response = answer.get_future().get();
    ASSERT_TRUE(response.status == 403 || response.status == 503) << response.status << response.body;
    EXPECT_NE(response.body.find("name=\"password\""), std::string::npos);
    if (response.status == 403) continue;
    ++busy;
    EXPECT_NE(response.body.find("Busy just now"), std::string::npos);
    EXPECT_EQ(header(response, "Retry-After"), "5");
  }
  EXPECT_GT(busy, 0);
}

TEST(pool, a_full_queue_refuses_and_leaves_the_task) {
  std::promise<void> hold;
  auto held = hold.get_future().share();
  std::atomic<int> done = 0;
  {
    Pool pool(1, 2);
    std::promise<void> running;
    Pool::Task first = [&] {
      running.set_value();
      held.wait();
      ++done;
    };
    ASSERT_TRUE(pool.try_run(first));
    running.get_future().wait();
    for (int i = 0; i < 2; ++i) {
      Pool::Task task = [&] { ++done; };
      EXPECT_TRUE(pool.try_run(task));
    }
    Pool::Task late = [&] { ++done; };
    EXPECT_FALSE(pool.try_run(late));
    EXPECT_TRUE(static_cast<bool>(late));
    hold.set_value();
  }
  EXPECT_EQ(done, 3);
}

}  // namespace
}  // namespace tessera::server
