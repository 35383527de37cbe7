// Clients that prove themselves by a signed assertion: private_key_jwt and client_secret_jwt.
#include <gtest/gtest.h>

#include "base/base64url.hpp"
#include "tessera/jws.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

constexpr const char* kType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr const char* kTokenUrl = "https://id.example.com/token";

const PrivateKey& key_of(Alg alg) {
  static std::map<Alg, PrivateKey> keys;
  if (!keys.contains(alg))
    keys.emplace(alg, *PrivateKey::generate(alg, {.kid = std::string(alg_name(alg)), .alg = alg}));
  return keys.at(alg);
}

SecretKey secret_key(std::string_view secret, Alg alg = Alg::HS256) {
  return *SecretKey::from_octets(bytes_of(secret), alg);
}

// Members as JSON text; "" leaves one out.
using Members = std::map<std::string, std::string>;

struct ClientAssertion : testing::Test {
  ClientAssertion() {
    auto& service = house.client("service");
    service.auth = ClientAuth::private_key_jwt;
    service.secret_digests.clear();
    service.jwks = jwks(std::vector{key_of(Alg::ES256).public_key(), key_of(Alg::RS256).public_key()});
    take_keys("service");
    auto& api = house.client("api");
    api.auth = ClientAuth::client_secret_jwt;
    api.secret_digests.clear();
    api.grant_types = {GrantType::client_credentials};
    api.sealed_secret = house.config().seals->seal(SealKind::client_secret, kSecret);
    take_keys("api");
  }
  void take_keys(std::string_view id) {
    const auto& client = house.client(id);
    house.config().client_keys.insert_or_assign(client.id, *make_client_keys(client, *house.config().seals));
  }

  std::int64_t now() { return unix_seconds(house.now()); }
  std::string claims(std::string_view client, const Members& changes = {}) {
    const auto quoted = '"' + std::string(client) + '"';
    Members all{{"iss", quoted},
                {"sub", quoted},
                {"aud", '"' + std::string(kIssuer) + '"'},
                {"jti", "\"j" + std::to_string(++next_) + '"'},
                {"iat", std::to_string(now())},
                {"exp", std::to_string(now() + 60)}};
    for (const auto& [name, value] : changes) all[name] = value;
    std::string text;
    for (const auto& [name, value] : all)
      if (!value.empty()) text += (text.empty() ? "" : ",") + ('"' + name + "\":" + value);
    return '{' + text + '}';
  }
  std::string assertion(const Members& changes = {}, jws::Header header = {}) {
    return *jws::sign(bytes_of(claims("service", changes)), {key_of(Alg::ES256), std::move(header)});
  }
  std::string mac_assertion(const Members& changes = {}) {
    return *jws::sign(bytes_of(claims("api", changes)), secret_key(kSecret));
  }

  Request request(const std::string& assertion) {
    return post(
        {{"grant_type", "client_credentials"}, {"client_assertion_type", kType}, {"client_assertion", assertion}});
  }
  std::string why(const Request& request) {
    const auto answer = house.call(token, request);
    return answer.refusal ? answer.refusal->why : "";
  }
  // "ok", or the refusal and its reason, without what was expected.
  std::string outcome(const Request& request) {
    const auto answer = house.call(token, request);
    const auto why = answer.refusal ? answer.refusal->why : "";
    return answer.reply ? "ok" : answer.code() + ": " + why.substr(0, why.find(": expected"));
  }
  std::string with_claims(const Members& changes) { return outcome(request(assertion(changes))); }

  House house;

 private:
  int next_ = 0;
};

TEST_F(ClientAssertion, private_key_jwt_and_client_secret_jwt_prove_a_client) {
  EXPECT_EQ(outcome(request(assertion())), "ok");
  EXPECT_EQ(outcome(request(*jws::sign(bytes_of(claims("service")), {key_of(Alg::RS256)}))), "ok");
  EXPECT_EQ(outcome(request(assertion({}, {.typ = "client-authentication+jwt"}))), "ok");
  EXPECT_EQ(outcome(request(assertion({}, {.typ = "JWT"}))), "ok");
  EXPECT_EQ(outcome(with(request(assertion()), "client_id", "service")), "ok");
  EXPECT_EQ(outcome(request(mac_assertion())), "ok");
}

TEST_F(ClientAssertion, every_endpoint_that_authenticates_takes_it) {
  auto tokens = house.tokens(house.call(token, request(assertion())));
  const auto asks = [&](const std::string& assertion) {
    return post({{"token", tokens["access_token"]}, {"client_assertion_type", kType}, {"client_assertion", assertion}});
  };
  EXPECT_EQ(member(house.call(introspect, asks(mac_assertion())).json(), "active"), "true");
  EXPECT_TRUE(house.call(revoke, asks(assertion())).reply);
  EXPECT_EQ(member(house.call(introspect, asks(assertion())).json(), "active"), "false");
}

TEST_F(ClientAssertion, a_code_is_redeemed_by_it) {
  auto& orders = house.client("orders");
  orders.auth = ClientAuth::private_key_jwt;
  orders.jwks = jwks(std::vector{key_of(Alg::ES256).public_key()});
  take_keys("orders");
  const auto session = house.log_in("usr_ann");
  auto redeems = code_request(house.sealed(house.code(session, "orders", {"openid", "orders"})));
  redeems.headers.authorization.clear();
  EXPECT_EQ(outcome(with(redeems, "client_id", "orders")), "invalid_client: not the registered method");
  const auto text = *jws::sign(bytes_of(claims("orders")), {key_of(Alg::ES256)});
  const auto asserted = with(with(redeems, "client_assertion_type", kType), "client_assertion", text);
  EXPECT_TRUE(house.tokens(house.call(token, asserted)).contains("id_token"));
}

// ── S10, S06: once ──

TEST_F(ClientAssertion, S10_an_assertion_serves_once) {
  const auto once = request(assertion());
  EXPECT_EQ(outcome(once), "ok");
  EXPECT_EQ(outcome(once), "invalid_client: replayed jti");
  const auto mac = request(mac_assertion());
  EXPECT_EQ(outcome(mac), "ok");
  EXPECT_EQ(outcome(mac), "invalid_client: replayed jti");
  // at another endpoint, and another assertion of the same jti
  EXPECT_EQ(house.call(revoke, with(once, "token", "x")).code(), "invalid_client");
  EXPECT_EQ(with_claims({{"jti", R"("same")"}}), "ok");
  EXPECT_EQ(with_claims({{"jti", R"("same")"}, {"exp", std::to_string(now() + 61)}}), "invalid_client: replayed jti");
  // as long as it is good, leeway included
  house.pass(seconds(60 + 29));
  EXPECT_EQ(outcome(once), "invalid_client: replayed jti");
  house.pass(seconds(1));
  EXPECT_EQ(outcome(once), "invalid_client: expired exp");
  EXPECT_EQ(with_claims({{"jti", R"("same")"}}), "ok");
  EXPECT_EQ(with_claims({{"jti", R"("same")"}}), "invalid_client: replayed jti");
}

TEST_F(ClientAssertion, one_client_uses_up_only_so_many_at_once) {
  const auto forged = request(assertion({{"aud", "\"https://elsewhere.example.com\""}}));
  for (int i = 0; i < 2000; ++i) house.call(token, forged);  // by whoever, and counts for nothing
  EXPECT_EQ(with_claims({}), "ok");
  while (house.limits().take(LimitKind::used_once, "\nservice", house.now())) {
  }
  EXPECT_EQ(with_claims({}), "slow_down: ");
  EXPECT_EQ(outcome(request(mac_assertion())), "ok");
  house.pass(seconds(1));
  EXPECT_EQ(with_claims({}), "ok");
}

TEST_F(ClientAssertion, S10_one_client_cannot_burn_what_another_made) {
  EXPECT_EQ(with_claims({{"jti", R"("same")"}}), "ok");
  EXPECT_EQ(outcome(request(mac_assertion({{"jti", R"("same")"}}))), "ok");
}

TEST_F(ClientAssertion, S10_it_is_used_up_by_a_request_that_is_refused_later) {
  const auto text = assertion();
  EXPECT_EQ(outcome(with(request(text), "scope", "nothing")).substr(0, 13), "invalid_scope");
  EXPECT_EQ(outcome(request(text)), "invalid_client: replayed jti");
  const auto unknown_grant = assertion();
  EXPECT_EQ(outcome(with(request(unknown_grant), "grant_type", "password")).substr(0, 22), "unsupported_grant_type");
  EXPECT_EQ(outcome(request(unknown_grant)), "invalid_client: replayed jti");
}

TEST_F(ClientAssertion, S10_it_is_not_used_up_before_everything_about_it_is_right) {
  const auto text = assertion();
  EXPECT_EQ(outcome(with(request(text), "client_id", "orders")).substr(0, 15), "invalid_request");
  EXPECT_EQ(outcome(with(request(text), "client_secret", kSecret)).substr(0, 15), "invalid_request");
  house.client("service").enabled = false;
  EXPECT_EQ(outcome(request(text)), "invalid_client: disabled client");
  house.client("service").enabled = true;
  EXPECT_EQ(with_claims({{"jti", R"("j")"}, {"aud", R"("https://evil.example.com")"}}),
            "invalid_client: claim_mismatch aud");
  EXPECT_EQ(with_claims({{"jti", R"("j")"}, {"exp", std::to_string(now() + 7200)}}),
            "invalid_client: claim_mismatch exp");
  EXPECT_EQ(with_claims({{"jti", R"("j")"}}), "ok");
  EXPECT_EQ(outcome(request(text)), "ok");
}

TEST_F(ClientAssertion, only_what_is_right_costs_a_transaction) {
  EXPECT_EQ(house.call(token, request(assertion())).transactions, 1);
  EXPECT_EQ(house.call(token, request(assertion({{"aud", R"("x")"}}))).transactions, 0);
  auto& service = house.client("service");
  service.auth = ClientAuth::client_secret_basic;
  service.secret_digests = house.client("orders").secret_digests;
  EXPECT_EQ(house.call(token, credentials_request()).transactions, 0);
}

// ── what it must say ──

TEST_F(ClientAssertion, oidcc_ensure_client_assertion_with_iss_aud_succeeds) {
  EXPECT_EQ(with_claims({{"aud", '"' + std::string(kIssuer) + '"'}}), "ok");
}

TEST_F(ClientAssertion, the_token_endpoint_is_an_audience_unless_the_realm_is_strict) {
  const auto url = '"' + std::string(kTokenUrl) + '"';
  EXPECT_EQ(with_claims({{"aud", url}}), "ok");
  house.config().realm.strict_assertion_audience = true;
  EXPECT_EQ(with_claims({{"aud", url}}), "invalid_client: claim_mismatch aud");
  EXPECT_EQ(with_claims({}), "ok");
}

TEST_F(ClientAssertion, an_array_of_one_audience_is_taken_and_of_two_refused) {
  const auto issuer = '"' + std::string(kIssuer) + '"', url = '"' + std::string(kTokenUrl) + '"';
  EXPECT_EQ(with_claims({{"aud", '[' + issuer + ']'}}), "ok");
  for (const auto& aud : {'[' + issuer + ',' + url + ']', '[' + issuer + ',' + issuer + ']',
                          '[' + issuer + R"(,"https://other.example.com"])"})
    EXPECT_EQ(with_claims({{"aud", aud}}), "invalid_client: claim_mismatch aud") << aud;
}

TEST_F(ClientAssertion, whom_it_names_and_should_name_is_told_to_the_operator) {
  EXPECT_EQ(why(request(assertion({{"aud", R"("https://evil.example.com")"}}))),
            "claim_mismatch aud: expected https://id.example.com, received \"https://evil.example.com\"");
}

TEST_F(ClientAssertion, fapi2_wrong_aud_fails) {
  for (const char* aud : {R"("https://evil.example.com")", R"("https://id.example.com/")",
                          R"("https://ID.example.com")", R"("https://id.example.com/introspect")", R"("")"})
    EXPECT_EQ(with_claims({{"aud", aud}}), "invalid_client: claim_mismatch aud") << aud;
  EXPECT_EQ(with_claims({{"aud", ""}}), "invalid_client: claim_missing aud");
  EXPECT_EQ(with_claims({{"aud", "[]"}}), "invalid_client: claim_type aud");
  EXPECT_EQ(with_claims({{"aud", "1"}}), "invalid_client: claim_type aud");
}

TEST_F(ClientAssertion, fapi2_exp_is_5_minutes_in_past_fails) {
  EXPECT_EQ(with_claims({{"exp", std::to_string(now() - 300)}}), "invalid_client: expired exp");
  EXPECT_EQ(with_claims({{"exp", std::to_string(now() - 30)}}), "invalid_client: expired exp");
  EXPECT_EQ(with_claims({{"exp", std::to_string(now() - 29)}}), "ok");
}

TEST_F(ClientAssertion, S11_exp_is_required_and_bounded) {
  EXPECT_EQ(with_claims({{"exp", ""}}), "invalid_client: claim_missing exp");
  EXPECT_EQ(with_claims({{"exp", R"("soon")"}}), "invalid_client: claim_type exp");
  EXPECT_EQ(with_claims({{"exp", std::to_string(now() + 3630)}}), "ok");
  EXPECT_EQ(with_claims({{"exp", std::to_string(now() + 3631)}}), "invalid_client: claim_mismatch exp");
}

TEST_F(ClientAssertion, fapi2_nbf_8_seconds_in_the_future_is_accepted_and_over_60_fails) {
  EXPECT_EQ(with_claims({{"nbf", std::to_string(now() + 8)}}), "ok");
  EXPECT_EQ(with_claims({{"nbf", std::to_string(now() + 61)}, {"exp", std::to_string(now() + 120)}}),
            "invalid_client: not_yet_valid nbf");
  EXPECT_EQ(with_claims({{"iat", std::to_string(now() + 8)}}), "ok");
  EXPECT_EQ(with_claims({{"iat", std::to_string(now() + 61)}, {"exp", std::to_string(now() + 120)}}),
            "invalid_client: not_yet_valid iat");
  EXPECT_EQ(with_claims({{"iat", ""}}), "ok");
}

TEST_F(ClientAssertion, fapi2_no_sub_fails_and_iss_and_sub_are_the_client) {
  EXPECT_EQ(with_claims({{"sub", ""}}), "invalid_client: claim_missing sub");
  EXPECT_EQ(with_claims({{"iss", ""}}), "invalid_client: claim_missing iss");
  EXPECT_EQ(with_claims({{"sub", R"("orders")"}}), "invalid_client: claim_mismatch sub");
  EXPECT_EQ(with_claims({{"iss", R"("nobody")"}, {"sub", R"("nobody")"}}), "invalid_client: unknown client");
  // signed by one client in the name of another
  EXPECT_EQ(outcome(request(*jws::sign(bytes_of(claims("api")), {key_of(Alg::ES256)}))),
            "invalid_client: alg_not_allowed alg");
}

TEST_F(ClientAssertion, jti_is_required) {
  EXPECT_EQ(with_claims({{"jti", ""}}), "invalid_client: claim_missing jti");
  EXPECT_EQ(with_claims({{"jti", R"("")"}}), "invalid_client: claim_missing jti");
  EXPECT_EQ(with_claims({{"jti", "1"}}), "invalid_client: claim_type jti");
}

// ── S11: keys and algorithms ──

TEST_F(ClientAssertion, S11_an_algorithm_that_was_registered_is_the_only_one) {
  house.client("service").token_endpoint_auth_signing_alg = Alg::RS256;
  EXPECT_EQ(outcome(request(assertion())), "invalid_client: alg_not_allowed alg");
  EXPECT_EQ(outcome(request(*jws::sign(bytes_of(claims("service")), {key_of(Alg::RS256)}))), "ok");
}

TEST_F(ClientAssertion, S11_none_is_no_algorithm) {
  for (const char* alg : {"none", "None", "NONE", ""}) {
    const auto header = base64url::encode(bytes_of(R"({"alg":")" + std::string(alg) + "\"}"));
    const auto text = header + '.' + base64url::encode(bytes_of(claims("service")));
    for (const auto& signature : {std::string(), std::string("AAAA")})
      EXPECT_EQ(outcome(request(text + '.' + signature)).substr(0, 15), "invalid_client:") << alg;
  }
}

TEST_F(ClientAssertion, S11_a_public_key_is_never_a_mac_key_nor_a_secret_a_public_one) {
  const auto& key = key_of(Alg::RS256).public_key();
  for (const auto& secret : {key.pem(), key.jwk(), house.client("service").jwks}) {
    const auto text = *jws::sign(bytes_of(claims("service")), secret_key(secret));
    EXPECT_EQ(outcome(request(text)), "invalid_client: alg_not_allowed alg");
  }
  // A client that has both is held to its method.
  auto& api = house.client("api");
  api.jwks = jwks(std::vector{key_of(Alg::ES256).public_key()});
  take_keys("api");
  EXPECT_EQ(outcome(request(*jws::sign(bytes_of(claims("api")), {key_of(Alg::ES256)}))),
            "invalid_client: alg_not_allowed alg");
  EXPECT_EQ(outcome(request(mac_assertion())), "ok");
  api.auth = ClientAuth::private_key_jwt;
  EXPECT_EQ(outcome(request(mac_assertion())), "invalid_client: alg_not_allowed alg");
}

TEST_F(ClientAssertion, S11_the_algorithm_is_the_keys) {
  const auto wide = *key_of(Alg::RS256).with({.kid = "RS256", .alg = Alg::PS256});
  EXPECT_EQ(outcome(request(*jws::sign(bytes_of(claims("service")), {wide}))), "invalid_client: alg_key_mismatch alg");
  for (const Alg alg : {Alg::HS384, Alg::HS512}) {
    const std::string secret(64, 's');
    house.client("api").sealed_secret = house.config().seals->seal(SealKind::client_secret, secret);
    take_keys("api");
    EXPECT_EQ(outcome(request(*jws::sign(bytes_of(claims("api")), secret_key(secret, alg)))),
              "invalid_client: alg_not_allowed alg");
  }
}

TEST_F(ClientAssertion, fapi2_ensure_signed_client_assertion_with_RS256_fails_for_a_key_of_PS256) {
  auto& service = house.client("service");
  service.jwks = jwks(std::vector{key_of(Alg::RS256).public_key().with({.kid = "k", .alg = Alg::PS256}).value()});
  take_keys("service");
  const auto as = [](Alg alg) { return *key_of(Alg::RS256).with({.kid = "k", .alg = alg}); };
  EXPECT_EQ(outcome(request(*jws::sign(bytes_of(claims("service")), {as(Alg::RS256)}))),
            "invalid_client: alg_key_mismatch alg");
  EXPECT_EQ(outcome(request(*jws::sign(bytes_of(claims("service")), {as(Alg::PS256)}))), "ok");
}

TEST_F(ClientAssertion, S11_a_foreign_key_or_kid_is_refused) {
  const auto foreign = *PrivateKey::generate(Alg::ES256, {.kid = "ES256", .alg = Alg::ES256});
  EXPECT_EQ(outcome(request(*jws::sign(bytes_of(claims("service")), {foreign}))), "invalid_client: bad_signature ");
  const auto unknown = *key_of(Alg::ES256).with({.kid = "other", .alg = Alg::ES256});
  EXPECT_EQ(outcome(request(*jws::sign(bytes_of(claims("service")), {unknown}))), "invalid_client: key_not_found kid");
  EXPECT_EQ(
      outcome(request(*jws::sign(bytes_of(claims("api")), secret_key("another secret, long enough to be a key")))),
      "invalid_client: bad_signature ");
  // A key in the header chooses nothing.
  const auto jwk = R"({"jwk":)" + foreign.public_key().jwk() + '}';
  EXPECT_EQ(outcome(request(*jws::sign(bytes_of(claims("service")), {foreign, {.more = jwk}}))),
            "invalid_client: bad_signature ");
}

TEST_F(ClientAssertion, S12_truncated_or_altered_it_is_refused) {
  const auto good = assertion();
  const auto refused = [&](const std::string& text) { return outcome(request(text)).substr(0, 14); };
  for (std::size_t i = 1; i < good.size(); i += 7) {
    EXPECT_EQ(refused(good.substr(0, i)), "invalid_client") << i;
    auto altered = good;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(refused(altered), "invalid_client") << i;
  }
  for (const auto& text : {std::string("x"), good + ".x", good + ".x.x", '.' + good, std::string(17 * 1024, 'a')})
    EXPECT_EQ(refused(text), "invalid_client");
  EXPECT_EQ(outcome(request(good)), "ok");
}

TEST_F(ClientAssertion, another_kind_of_token_is_none) {
  for (const char* typ : {"at+jwt", "dpop+jwt", "oauth-authz-req+jwt"})
    EXPECT_EQ(outcome(request(assertion({}, {.typ = typ}))), "invalid_client: typ_mismatch typ") << typ;
}

// ── how it is sent ──

TEST_F(ClientAssertion, more_than_one_method_is_refused) {
  EXPECT_EQ(outcome(with(request(assertion()), "client_secret", kSecret)), "invalid_request: more than one method");
  EXPECT_EQ(outcome(with_basic(request(assertion()), "service")), "invalid_request: more than one method");
  EXPECT_EQ(outcome(with_basic(without(request(assertion()), "client_assertion"), "service")),
            "invalid_request: more than one method");
}

TEST_F(ClientAssertion, it_needs_its_type_and_the_type_needs_it) {
  EXPECT_EQ(outcome(without(request(assertion()), "client_assertion_type")).substr(0, 15), "invalid_request");
  EXPECT_EQ(outcome(without(request(assertion()), "client_assertion")).substr(0, 15), "invalid_request");
  for (const char* type : {"urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "jwt-bearer",
                           "URN:ietf:params:oauth:client-assertion-type:jwt-bearer"})
    EXPECT_EQ(outcome(with(request(assertion()), "client_assertion_type", type)).substr(0, 15), "invalid_client:");
}

TEST_F(ClientAssertion, client_id_is_the_same_client) {
  EXPECT_EQ(outcome(with(request(assertion()), "client_id", "api")),
            "invalid_request: another than the one that is proved");
}

TEST_F(ClientAssertion, the_method_is_the_registered_one) {
  // a secret, or nothing, where an assertion is registered
  EXPECT_EQ(outcome(with_basic(post({{"grant_type", "client_credentials"}}), "api")),
            "invalid_client: not the registered method");
  EXPECT_EQ(outcome(post({{"grant_type", "client_credentials"}, {"client_id", "api"}, {"client_secret", kSecret}})),
            "invalid_client: not the registered method");
  EXPECT_EQ(outcome(post({{"grant_type", "client_credentials"}, {"client_id", "service"}})),
            "invalid_client: not the registered method");
  // an assertion where a secret, or nothing, is
  for (const auto method : {ClientAuth::none, ClientAuth::client_secret_basic, ClientAuth::client_secret_post}) {
    house.client("service").auth = method;
    EXPECT_EQ(with_claims({}), "invalid_client: not the registered method");
    house.client("api").auth = method;
    EXPECT_EQ(outcome(request(mac_assertion())), "invalid_client: not the registered method");
  }
}

TEST_F(ClientAssertion, a_client_without_keys_is_never_let_in) {
  house.config().client_keys.clear();
  EXPECT_EQ(with_claims({}).substr(0, 15), "invalid_client:");
  EXPECT_EQ(outcome(request(mac_assertion())).substr(0, 15), "invalid_client:");
}

TEST_F(ClientAssertion, a_key_that_is_too_short_or_private_is_not_taken) {
  Client client;
  client.sealed_secret = house.config().seals->seal(SealKind::client_secret, std::string(31, 'x'));
  EXPECT_EQ(make_client_keys(client, *house.config().seals).error().code, Err::weak_key);
  client.sealed_secret = house.config().seals->seal(SealKind::code, kSecret);
  EXPECT_EQ(make_client_keys(client, *house.config().seals).error().code, Err::decrypt_failed);
  client.sealed_secret.clear();
  client.jwks = R"({"keys":[)" + std::string(key_of(Alg::ES256).jwk().expose_text("a test")) + "]}";
  EXPECT_EQ(make_client_keys(client, *house.config().seals).error().code, Err::private_key_in_set);
}

}  // namespace
}  // namespace tessera::issuer::test
