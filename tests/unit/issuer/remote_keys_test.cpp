// Keys that stand at a client's jwks_uri: what is remembered, and when they are fetched.
#include "issuer/remote_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/wipe.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "tessera/jws.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

constexpr const char* kUrl = "https://service.example.com/keys";
constexpr Instant kBegin{seconds(1'800'000'000)};

const PrivateKey& key_named(const std::string& kid) {
  static std::map<std::string, PrivateKey> keys;
  if (!keys.contains(kid)) keys.emplace(kid, *PrivateKey::generate(Alg::ES256, {.kid = kid, .alg = Alg::ES256}));
  return keys.at(kid);
}
std::string set_of(std::vector<std::string> kids) {
  std::vector<PublicKey> keys;
  for (const auto& kid : kids) keys.push_back(key_named(kid).public_key());
  return jwks(keys);
}

struct Memory : testing::Test {
  RemoteKeys keys;
  Instant now = kBegin;

  // "+": found, "-": not; "!" behind it: to be fetched.
  std::string look(std::string_view kid, const std::string& url = kUrl) {
    const auto held = keys.look(url, kid, now);
    const bool found = held.keys && std::ranges::any_of(held.keys->all(), [&](const PublicKey& key) {
                         return kid.empty() || key.info().kid == kid;
                       });
    return std::string(found ? "+" : "-") + (held.due ? "!" : "");
  }
  void take(std::string_view kid, std::optional<std::string> body, const std::string& url = kUrl) {
    keys.take(url, kid, body, now);
  }
};

TEST_F(Memory, a_set_is_fetched_when_it_is_unknown_or_old_and_kept_meanwhile) {
  EXPECT_EQ(look("a"), "-!");
  take("a", set_of({"a", "b"}));
  for (const char* kid : {"a", "b", ""}) EXPECT_EQ(look(kid), "+") << kid;
  now += minutes(10) - microseconds(1);
  EXPECT_EQ(look("a"), "+");
  now += microseconds(1);
  EXPECT_EQ(look("a"), "+!");
}

TEST_F(Memory, an_unknown_key_is_looked_for_at_once_and_a_second_change_as_well) {
  take("a", set_of({"a"}));
  EXPECT_EQ(look("b"), "-!");
  take("b", set_of({"b"}));
  EXPECT_EQ(look("b"), "+");
  EXPECT_EQ(look("a"), "-!") << "it is no longer there";
  take("c", set_of({"b", "c"}));
  EXPECT_EQ(look("c"), "+");
}

TEST_F(Memory, R26_a_flood_of_unknown_kids_makes_no_flood_of_fetches) {
  take("a", set_of({"a"}));
  int fetches = 0;
  for (int i = 0; i < 10'000; ++i, now += milliseconds(3)) {
    const auto kid = "unknown" + std::to_string(i);
    if (look(kid) == "-!") ++fetches, take(kid, set_of({"a"}));
    ASSERT_EQ(look("a"), "+") << "those that are known stay";
  }
  EXPECT_EQ(fetches, 1) << "in thirty seconds";
  EXPECT_EQ(look("unknown"), "-!");
}

TEST_F(Memory, R26_a_fetch_that_fails_is_not_repeated_at_once) {
  take("a", std::nullopt);
  EXPECT_EQ(look("a"), "-");
  now += seconds(30) - microseconds(1);
  EXPECT_EQ(look("a"), "-");
  now += microseconds(1);
  EXPECT_EQ(look("a"), "-!");
}

TEST_F(Memory, R26_stale_keys_stay_while_fetching_fails_but_not_for_ever) {
  take("a", set_of({"a"}));
  now += minutes(10);
  EXPECT_EQ(look("a"), "+!");
  take("a", std::nullopt);
  EXPECT_EQ(look("a"), "+");
  now += minutes(50) - microseconds(1);
  EXPECT_EQ(look("a"), "+!");
  now += microseconds(1);
  EXPECT_EQ(look("a"), "-!");
}

TEST_F(Memory, what_is_no_set_of_public_keys_is_as_good_as_nothing) {
  const WipedString secret(std::string(key_named("a").jwk().expose_text("a test")));
  for (const std::string& body : {std::string("{\"keys\":[") + secret.text() + "]}", std::string("no JSON"),
                                  std::string("{}"), std::string(R"({"keys":[{"kty":"oct","k":"AAAA","kid":"a"}]})")}) {
    take("a", set_of({"a"}), body);
    take("a", body, body);
    EXPECT_EQ(look("a", body), "+") << "the set before it stays: " << body;
    take("a", body, body + "2");
    EXPECT_EQ(look("a", body + "2"), "-") << body;
  }
}

TEST_F(Memory, is_bounded_by_sets_and_by_octets_and_the_longest_unused_goes) {
  const auto set = set_of({"a"});
  RemoteKeys three({.sets = 3}), few({.octets = 2 * set.size()});
  for (int i = 0; i < 10; ++i) {
    for (auto* one : {&three, &few}) {
      one->take("https://" + std::to_string(i), "a", set, now);
      one->look("https://0", "a", now + seconds(1));
    }
    now += seconds(1);
  }
  EXPECT_EQ(three.size(), 3U);
  EXPECT_EQ(few.size(), 2U);
  for (auto* one : {&three, &few}) {
    EXPECT_TRUE(one->look("https://0", "a", now).keys);
    EXPECT_TRUE(one->look("https://9", "a", now).keys);
    EXPECT_FALSE(one->look("https://5", "a", now).keys);
  }
}

// ── the client of such keys ──

struct JwksUri : testing::Test {
  JwksUri() {
    auto& service = house.client("service");
    service.auth = ClientAuth::private_key_jwt;
    service.secret_digests.clear();
    service.jwks_uri = kUrl;
    house.web[kUrl] = set_of({"a"});
  }
  House house;

  // "ok", or the refusal and why.
  std::string with_key(const std::string& signer, std::string kid = "=", std::string_view audience = kIssuer) {
    const auto now = std::to_string(unix_seconds(house.now())), end = std::to_string(unix_seconds(house.now()) + 60);
    const auto claims = R"({"iss":"service","sub":"service","aud":")" + std::string(audience) + R"(","jti":")" +
                        std::to_string(++next_) + R"(","iat":)" + now + R"(,"exp":)" + end + "}";
    auto key = *key_named(signer).with({.kid = kid == "=" ? signer : kid, .alg = Alg::ES256});
    const auto assertion = *jws::sign(bytes_of(claims), {key});
    const auto answer =
        house.call(token, post({{"grant_type", "client_credentials"},
                                {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                                {"client_assertion", assertion}}));
    return answer.reply ? "ok" : answer.code() + ": " + (answer.refusal ? answer.refusal->why : "");
  }

 private:
  int next_ = 0;
};

TEST_F(JwksUri, oidcc_registration_jwks_uri_its_keys_prove_the_client_and_are_fetched_once) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(with_key("a"), "ok");
  EXPECT_EQ(house.fetches, 1);
  EXPECT_TRUE(with_key("b", "a").starts_with("invalid_client: bad_signature"));
  EXPECT_EQ(house.fetches, 1);
}

TEST_F(JwksUri, oidcc_server_rotate_keys_mirrored_a_new_key_is_found_and_the_old_one_gone) {
  EXPECT_EQ(with_key("a"), "ok");
  house.web[kUrl] = set_of({"a", "b"});
  EXPECT_EQ(with_key("b"), "ok");
  EXPECT_EQ(with_key("a"), "ok");
  house.web[kUrl] = set_of({"c"});
  EXPECT_EQ(with_key("c"), "ok");
  EXPECT_EQ(house.fetches, 3);
  EXPECT_TRUE(with_key("a").starts_with("invalid_client"));
}

TEST_F(JwksUri, R26_unknown_kids_cost_one_fetch_and_the_known_key_goes_on) {
  EXPECT_EQ(with_key("a"), "ok");
  for (int i = 0; i < 200; ++i) EXPECT_EQ(with_key("a", "u" + std::to_string(i)), "invalid_client: key_not_found kid");
  EXPECT_EQ(house.fetches, 2);
  EXPECT_EQ(with_key("a"), "ok");
  house.pass(seconds(30));
  EXPECT_EQ(with_key("a", "u"), "invalid_client: key_not_found kid");
  EXPECT_EQ(house.fetches, 3);
}

TEST_F(JwksUri, where_nothing_is_to_be_had_the_client_proves_nothing) {
  house.web.clear();
  EXPECT_TRUE(with_key("a").starts_with("invalid_client: no_keys"));
  EXPECT_TRUE(with_key("a").starts_with("invalid_client: no_keys"));
  EXPECT_EQ(house.fetches, 1);
  house.web[kUrl] = set_of({"a"});
  house.pass(seconds(30));
  EXPECT_EQ(with_key("a"), "ok");
}

TEST_F(JwksUri, a_private_key_in_the_set_refuses_it) {
  const Secret jwk = key_named("a").jwk();
  house.web[kUrl] = "{\"keys\":[" + std::string(jwk.expose_text("a test")) + "]}";
  EXPECT_TRUE(with_key("a").starts_with("invalid_client: no_keys"));
}

TEST_F(JwksUri, when_too_many_are_being_asked_nobody_is_told_that_the_client_is_wrong) {
  house.fetches_full = true;
  EXPECT_TRUE(with_key("a").starts_with("temporarily_unavailable"));
  house.fetches_full = false;
  EXPECT_EQ(with_key("a"), "ok");
  house.fetches_full = true;
  house.pass(minutes(10));
  EXPECT_EQ(with_key("a"), "ok") << "the stale ones do";
}

// The fetch runs the endpoint again, and neither uses the assertion up twice nor lets it serve twice.
TEST_F(JwksUri, S10_an_assertion_serves_once_also_when_its_key_is_fetched_on_the_way) {
  const auto now = std::to_string(unix_seconds(house.now()) + 60);
  const auto claims = R"({"iss":"service","sub":"service","aud":"https://id.example.com","jti":"j","exp":)" + now + "}";
  const auto request = post({{"grant_type", "client_credentials"},
                             {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                             {"client_assertion", *jws::sign(bytes_of(claims), {key_named("a")})}});
  EXPECT_TRUE(house.call(token, request).reply);
  EXPECT_EQ(house.call(token, request).code(), "invalid_client");
}

TEST_F(JwksUri, keys_of_the_registration_need_no_fetch) {
  auto& service = house.client("service");
  service.jwks_uri.clear();
  service.jwks = set_of({"a"});
  house.config().client_keys.insert_or_assign(service.id, *make_client_keys(service, *house.config().seals));
  EXPECT_EQ(with_key("a"), "ok");
  EXPECT_EQ(house.fetches, 0);
}

}  // namespace
}  // namespace tessera::issuer::test
