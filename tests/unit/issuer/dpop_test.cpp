// Tokens that are bound to a key, and the proofs that show it (RFC 9449).
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/base64url.hpp"
#include "issuer/digest.hpp"
#include "issuer/refusal.hpp"
#include "issuer/steps/dpop.hpp"
#include "tessera/jws.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

const PrivateKey& key_of(std::string_view whose) {
  static const auto make = [](Alg alg) { return *PrivateKey::generate(alg, {.alg = alg}); };
  static const std::map<std::string, PrivateKey, std::less<>> keys{
      {"ours", make(Alg::ES256)},  {"another", make(Alg::ES256)}, {"Ed25519", make(Alg::Ed25519)},
      {"PS256", make(Alg::PS256)}, {"RS256", make(Alg::RS256)},   {"ES384", make(Alg::ES384)}};
  return keys.find(whose)->second;
}
std::string jkt_of(std::string_view whose) { return key_of(whose).public_key().thumbprint(); }

// Members as JSON text; "" leaves one out.
using Members = std::map<std::string, std::string>;

Request with_proof(Request request, std::string proof) {
  request.headers.dpop = {std::move(proof)};
  return request;
}

Request with_dpop(Request request, std::string_view token, std::string proof) {
  request.headers.authorization = "DPoP " + std::string(token);
  return with_proof(std::move(request), std::move(proof));
}

struct Dpop : testing::Test {
  Dpop() { house.config().realm.dpop_nonce = DpopNonce::off; }

  static std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }
  std::string claims(const Members& changes) {
    Members all{{"htm", quoted("POST")},
                {"htu", quoted(std::string(kIssuer) + "/token")},
                {"iat", std::to_string(unix_seconds(house.now()))},
                {"jti", quoted("j" + std::to_string(++next_))}};
    for (const auto& [name, value] : changes) all[name] = value;
    std::string text;
    for (const auto& [name, value] : all)
      if (!value.empty()) text += (text.empty() ? "" : ",") + ('"' + name + "\":" + value);
    return '{' + text + '}';
  }
  std::string proof(std::string_view whose = "ours", const Members& changes = {}, std::string typ = "dpop+jwt",
                    std::string jwk = "own") {
    const auto& key = key_of(whose);
    if (jwk == "own") jwk = key.public_key().with({})->jwk();
    return *jws::sign(bytes_of(claims(changes)),
                      {*key.with({.alg = key.info().alg}),
                       {.typ = std::move(typ), .more = jwk.empty() ? "" : R"({"jwk":)" + jwk + '}'}});
  }
  // As it comes with an access token at userinfo.
  std::string proof_for(std::string_view token, std::string_view whose = "ours", Members changes = {}) {
    changes.emplace("htm", quoted("GET"));
    changes.emplace("htu", quoted(std::string(kIssuer) + "/userinfo"));
    changes.emplace("ath", quoted(digest_of(token)));
    return proof(whose, changes);
  }

  std::string fresh_code(std::string_view client = "orders", std::string jkt = "") {
    auto code = house.code(house.log_in("usr_ann"), client, {"openid", "orders"});
    code.jkt = std::move(jkt);
    grant = code.grant;
    return house.sealed(code);
  }
  static Request as_spa(Request request) {
    request.headers.authorization.clear();
    return with(std::move(request), "client_id", "spa");
  }
  // "ok", or the refusal and where.
  std::string outcome(const Request& request, Endpoint endpoint = token) {
    const auto answer = house.call(endpoint, request);
    return answer.reply ? "ok" : answer.code() + " " + answer.at();
  }
  std::string why(const Request& request, Endpoint endpoint = token) {
    const auto answer = house.call(endpoint, request);
    return answer.reply ? "ok" : answer.code() + " " + (answer.refusal ? answer.refusal->why : "");
  }
  std::map<std::string, std::string> tokens(const Request& request) {
    const auto answer = house.call(token, request);
    EXPECT_TRUE(answer.reply) << answer.code() << " " << answer.at();
    return answer.reply ? house.tokens(answer) : std::map<std::string, std::string>{};
  }
  std::string cnf(const std::string& text) {
    const auto claims = house.access_claims(text);
    return claims.has("cnf") ? *claims.json("cnf") : "none";
  }
  static std::string bound_to(std::string_view whose) { return R"({"jkt":")" + jkt_of(whose) + "\"}"; }
  // Of a device that a person has allowed.
  Request device_request(DeviceState state = DeviceState::allowed) {
    house.client("orders").grant_types.push_back(GrantType::device_code);
    const auto session = house.log_in("usr_ann");
    const std::string text = "device " + std::to_string(++next_);
    DeviceCode code{.digest = digest_of(text),
                    .user_code_digest = text,
                    .client = ClientId("orders"),
                    .scope = {"openid", "orders"},
                    .audience = kApi,
                    .expires = house.now() + minutes(10)};
    house.write([&](Tx& tx) {
      EXPECT_TRUE(*tx.insert_device_code(house.realm(), code));
      if (state == DeviceState::pending) return;
      code.state = state;
      code.session = session.id;
      code.user = session.user;
      code.authenticated = session.authenticated;
      EXPECT_TRUE(*tx.decide_device_code(house.realm(), code, house.now()));
    });
    grant = GrantId(code.digest);
    return with_basic(post({{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"}, {"device_code", text}}));
  }
  // A good request of each grant, which nothing has used up.
  Request request_of(GrantType type) {
    switch (type) {
      case GrantType::authorization_code: return code_request(fresh_code());
      case GrantType::refresh_token: return refresh_request(tokens(code_request(fresh_code()))["refresh_token"]);
      case GrantType::client_credentials: return credentials_request();
      case GrantType::token_exchange:
        house.client("orders").grant_types.push_back(GrantType::token_exchange);
        return with_basic(post({{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
                                {"subject_token", tokens(code_request(fresh_code()))["access_token"]},
                                {"subject_token_type", "urn:ietf:params:oauth:token-type:access_token"}}));
      case GrantType::jwt_bearer: {
        house.client("orders").grant_types.push_back(GrantType::jwt_bearer);
        const auto& idp = key_of("another");
        const TrustedIssuer rule{
            .issuer = "https://idp.example.com", .jwks = jwks(std::array{idp.public_key()}), .clients = {"orders"}};
        house.config().trusted_issuers.emplace(rule.issuer, *make_trust(house.config(), rule));
        const Draft draft{.typ = "JWT",
                          .issuer = rule.issuer,
                          .subject = "ann",
                          .audience = {kIssuer},
                          .issued_at = whole_seconds(house.now()),
                          .expires_at = whole_seconds(house.now()) + minutes(1),
                          .id = "jti-" + std::to_string(++next_)};
        return with_basic(
            post({{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", *sign(draft, idp)}}));
      }
      case GrantType::device_code: return device_request();
    }
    return {};
  }
  static std::vector<GrantType> every_grant() {
    return {GrantType::authorization_code, GrantType::refresh_token, GrantType::client_credentials,
            GrantType::token_exchange,     GrantType::jwt_bearer,    GrantType::device_code};
  }

  House house;
  GrantId grant;  // of the newest code

 private:
  int next_ = 0;
};

TEST_F(Dpop, every_grant_binds_its_token_to_the_key) {
  for (const auto type : every_grant()) {
    const auto request = request_of(type);
    const auto answer = house.call(token, with_proof(request, proof()));
    ASSERT_TRUE(answer.reply) << answer.code() << " " << answer.at();
    EXPECT_EQ(member(answer.json(), "token_type"), R"("DPoP")");
    EXPECT_EQ(cnf(house.tokens(answer)["access_token"]), bound_to("ours"));
    const auto bearer = house.call(token, request_of(type));
    EXPECT_EQ(member(bearer.json(), "token_type"), R"("Bearer")");
    EXPECT_EQ(cnf(house.tokens(bearer)["access_token"]), "none");
  }
}

TEST_F(Dpop, S10_a_proof_serves_once_at_every_grant_and_what_it_came_with_is_untouched) {
  for (const auto type : every_grant()) {
    const auto once = proof();
    EXPECT_EQ(outcome(with_proof(request_of(type), once)), "ok");
    const auto request = request_of(type);
    EXPECT_EQ(why(with_proof(request, once)), "invalid_dpop_proof used before");
    EXPECT_EQ(outcome(with_proof(request, proof())), "ok");
  }
}

TEST_F(Dpop, S10_a_request_that_is_refused_for_another_reason_uses_no_proof_up) {
  const auto kept = proof();
  EXPECT_EQ(outcome(with_proof(with(credentials_request(), "scope", "nothing"), kept)), "invalid_scope scope");
  EXPECT_EQ(outcome(with_proof(with_basic(credentials_request(), "service", "wrong"), kept)),
            "invalid_client client_secret");
  EXPECT_EQ(outcome(with_proof(with(code_request(fresh_code()), "resource", kStock), kept)), "invalid_target resource");
  EXPECT_EQ(outcome(with_proof(credentials_request(), kept)), "ok");
}

TEST_F(Dpop, a_poll_in_vain_uses_no_proof_up) {
  const auto device = device_request(DeviceState::pending);
  const auto kept = proof();
  EXPECT_EQ(outcome(with_proof(device, kept)), "authorization_pending device_code");
  EXPECT_EQ(outcome(with_proof(device, kept)), "polled_too_soon device_code");
  EXPECT_EQ(outcome(with_proof(credentials_request(), kept)), "ok");
}

TEST_F(Dpop, a_devices_refresh_token_is_bound_to_its_key) {
  auto& client = house.client("orders");
  const auto refresh = tokens(with_proof(device_request(), proof()))["refresh_token"];
  EXPECT_EQ(house.grant(grant)->jkt, jkt_of("ours"));
  client.auth = ClientAuth::none;
  auto request = with(refresh_request(refresh), "client_id", "orders");
  request.headers.authorization.clear();
  EXPECT_EQ(outcome(with_proof(request, proof("another"))), "invalid_grant refresh_token");
  EXPECT_EQ(outcome(request), "invalid_grant refresh_token");
  EXPECT_EQ(outcome(with_proof(request, proof())), "ok");
}

TEST_F(Dpop, S10_a_proof_is_remembered_for_as_long_as_it_is_good) {
  const auto once = proof();
  EXPECT_EQ(outcome(with_proof(credentials_request(), once)), "ok");
  house.pass(seconds(90));
  EXPECT_EQ(why(with_proof(credentials_request(), once)), "invalid_dpop_proof used before");
  house.pass(seconds(2));
  EXPECT_EQ(why(with_proof(credentials_request(), once)), "invalid_dpop_proof too_old iat");
  // the id is the key's own: another key's is another
  const Members same{{"jti", quoted("the same")}};
  EXPECT_EQ(outcome(with_proof(credentials_request(), proof("ours", same))), "ok");
  EXPECT_EQ(outcome(with_proof(credentials_request(), proof("another", same))), "ok");
  EXPECT_EQ(why(with_proof(credentials_request(), proof("ours", same))), "invalid_dpop_proof used before");
}

TEST_F(Dpop, S06_S10_of_a_hundred_requests_with_one_proof_one_is_answered) {
  const auto request = with_proof(credentials_request(), proof());
  std::atomic<int> next = 0, answered = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        while (next++ < 100) answered += outcome(request) == "ok";
      });
  }
  EXPECT_EQ(answered, 1);
}

TEST_F(Dpop, one_client_or_person_uses_up_only_so_many_at_once) {
  const auto used_up = [&](const std::string& whose) {
    while (house.limits().take(LimitKind::used_once, '\n' + whose, house.now())) {
    }
  };
  used_up("service");
  EXPECT_EQ(outcome(with_proof(credentials_request(), proof())), "slow_down limit");
  EXPECT_EQ(outcome(credentials_request()), "ok") << "without a proof nothing is remembered";
  const auto bound = tokens(with_proof(code_request(fresh_code()), proof()));
  used_up("usr_ann");
  EXPECT_EQ(outcome(with_proof(code_request(fresh_code()), proof())), "slow_down limit");
  EXPECT_EQ(outcome(with_proof(refresh_request(bound.at("refresh_token")), proof())), "slow_down limit");
  const auto& access = bound.at("access_token");
  EXPECT_EQ(outcome(with_dpop(get({}), access, proof_for(access)), userinfo), "slow_down limit");
  house.pass(seconds(1));
  EXPECT_EQ(outcome(with_dpop(get({}), access, proof_for(access)), userinfo), "ok");
  EXPECT_EQ(outcome(with_proof(credentials_request(), proof())), "ok");
}

TEST_F(Dpop, S10_a_replayed_proof_ends_no_grant) {
  const auto once = proof();
  const auto request = code_request(fresh_code());
  const auto first = tokens(with_proof(request, once));
  EXPECT_EQ(outcome(with_proof(request, once)), "invalid_dpop_proof jti");
  EXPECT_FALSE(house.grant(grant)->ended);
  const auto refreshing = refresh_request(first.at("refresh_token"));
  const auto second = proof();
  tokens(with_proof(refreshing, second));
  house.pass(seconds(20));
  EXPECT_EQ(outcome(with_proof(refreshing, second)), "invalid_dpop_proof jti");
  EXPECT_FALSE(house.grant(grant)->ended);
  // with a proof of its own the replay is what it is
  EXPECT_EQ(outcome(with_proof(refreshing, proof())), "invalid_grant refresh_reused");
  EXPECT_TRUE(house.grant(grant)->ended);
  const auto again = code_request(fresh_code());
  tokens(with_proof(again, proof()));
  EXPECT_EQ(outcome(with_proof(again, proof())), "invalid_grant code_reused");
  EXPECT_TRUE(house.grant(grant)->ended);
  const auto device = device_request();
  const auto third = proof();
  tokens(with_proof(device, third));
  EXPECT_EQ(outcome(with_proof(device, third)), "invalid_dpop_proof jti");
  EXPECT_FALSE(house.grant(grant)->ended);
  EXPECT_EQ(outcome(with_proof(device, proof())), "invalid_grant device_code_reused");
  EXPECT_TRUE(house.grant(grant)->ended);
}

TEST_F(Dpop, a_proof_is_of_this_request) {
  const auto with_claims = [&](const Members& changes) {
    return why(with_proof(credentials_request(), proof("ours", changes)));
  };
  const auto iat = [&](int from_now) { return std::to_string(unix_seconds(house.now()) + from_now); };
  EXPECT_EQ(with_claims({{"htm", quoted("GET")}}), "invalid_dpop_proof claim_mismatch htm");
  EXPECT_EQ(with_claims({{"htm", quoted("post")}}), "invalid_dpop_proof claim_mismatch htm");
  EXPECT_EQ(with_claims({{"htu", quoted("https://evil.example.com/token")}}), "invalid_dpop_proof claim_mismatch htu");
  EXPECT_EQ(with_claims({{"htu", quoted("https://id.example.com/userinfo")}}), "invalid_dpop_proof claim_mismatch htu");
  EXPECT_EQ(with_claims({{"htu", quoted("https://id.example.com/r/x/token")}}),
            "invalid_dpop_proof claim_mismatch htu");
  EXPECT_EQ(with_claims({{"htu", quoted("HTTPS://ID.example.com:443/token?x=1#y")}}), "ok");
  for (const auto* missing : {"htm", "htu", "iat", "jti"})
    EXPECT_EQ(with_claims({{missing, ""}}), std::string("invalid_dpop_proof claim_missing ") + missing);
  EXPECT_EQ(with_claims({{"iat", iat(-90)}}), "ok");
  EXPECT_EQ(with_claims({{"iat", iat(-91)}}), "invalid_dpop_proof too_old iat");
  EXPECT_EQ(with_claims({{"iat", iat(30)}}), "ok");
  EXPECT_EQ(with_claims({{"iat", iat(31)}}).substr(0, 18), "invalid_dpop_proof");
  EXPECT_EQ(with_claims({{"more", "{}"}}), "ok");
}

TEST_F(Dpop, a_proof_is_signed_by_the_key_that_it_brings) {
  const auto asked = [&](std::string text) { return why(with_proof(credentials_request(), std::move(text))); };
  EXPECT_EQ(asked(proof("ours", {}, "JWT")), "invalid_dpop_proof typ_mismatch typ");
  EXPECT_EQ(asked(proof("ours", {}, "")), "invalid_dpop_proof typ_mismatch typ");
  EXPECT_EQ(asked(proof("ours", {}, "dpop+jwt", "")), "invalid_dpop_proof malformed_header jwk");
  EXPECT_EQ(asked(proof("ours", {}, "dpop+jwt", key_of("another").public_key().with({})->jwk())),
            "invalid_dpop_proof bad_signature ");
  EXPECT_EQ(asked(proof("ours", {}, "dpop+jwt", std::string(key_of("ours").jwk().expose_text("a test")))),
            "invalid_dpop_proof wrong_kind jwk");
  for (const auto* taken : {"Ed25519", "PS256"}) EXPECT_EQ(asked(proof(taken)), "ok");
  for (const auto* refused : {"RS256", "ES384"})
    EXPECT_EQ(asked(proof(refused)), "invalid_dpop_proof alg_not_allowed alg");
  auto altered = proof();
  altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_EQ(asked(altered).substr(0, 18), "invalid_dpop_proof");
  EXPECT_EQ(asked("x").substr(0, 18), "invalid_dpop_proof");
  EXPECT_EQ(asked("").substr(0, 18), "invalid_dpop_proof");
}

TEST_F(Dpop, one_header_field_not_two) {
  auto request = credentials_request();
  request.headers.dpop = {proof(), proof()};
  EXPECT_EQ(why(request), "invalid_dpop_proof more than one");
}

TEST_F(Dpop, a_client_that_is_bound_always_brings_a_proof) {
  house.client("service").dpop_bound_access_tokens = true;
  EXPECT_EQ(outcome(credentials_request()), "invalid_dpop_proof DPoP");
  EXPECT_EQ(outcome(with_basic(credentials_request(), "service", "wrong")), "invalid_client client_secret");
  EXPECT_EQ(outcome(with_proof(credentials_request(), proof())), "ok");
}

// ── nonces ──

struct DpopNonces : Dpop {
  DpopNonces() { house.config().realm.dpop_nonce = DpopNonce::required; }
  std::string challenged() {
    const auto answer = house.call(token, with_proof(credentials_request(), proof()));
    EXPECT_EQ(answer.code() + " " + answer.at(), "use_dpop_nonce nonce");
    return answer.dpop_nonce;
  }
  Answer asked(const std::string& nonce) {
    return house.call(token, with_proof(credentials_request(), proof("ours", {{"nonce", quoted(nonce)}})));
  }
};

TEST_F(DpopNonces, a_proof_without_one_is_sent_back_with_one) {
  const auto nonce = challenged();
  ASSERT_FALSE(nonce.empty());
  const auto answer = asked(nonce);
  EXPECT_TRUE(answer.reply);
  EXPECT_EQ(answer.dpop_nonce, "");
  EXPECT_TRUE(asked(nonce).reply) << "until it is old";
  // without a proof nobody is asked for anything
  EXPECT_EQ(house.call(token, credentials_request()).dpop_nonce, "");
}

TEST_F(DpopNonces, an_old_one_is_refused_and_one_that_grows_old_replaced) {
  const auto nonce = challenged();
  EXPECT_NE(challenged(), nonce);
  house.pass(seconds(150));
  EXPECT_EQ(asked(nonce).dpop_nonce, "");
  house.pass(microseconds(1));
  const auto renewed = asked(nonce);
  EXPECT_TRUE(renewed.reply);
  ASSERT_FALSE(renewed.dpop_nonce.empty());
  house.pass(seconds(150) - microseconds(1));
  const auto late = asked(nonce);
  EXPECT_EQ(late.code(), "use_dpop_nonce");
  EXPECT_FALSE(late.dpop_nonce.empty());
  EXPECT_TRUE(asked(renewed.dpop_nonce).reply);
  // another node's clock is a little ahead, or wrong
  house.pass(-seconds(30) - seconds(150) + microseconds(1));
  EXPECT_TRUE(asked(renewed.dpop_nonce).reply);
  house.pass(-microseconds(1));
  EXPECT_EQ(asked(late.dpop_nonce).code(), "use_dpop_nonce");
}

TEST_F(DpopNonces, S30_only_our_own_for_this_is_one) {
  const auto nonce = challenged();
  for (std::size_t i = 0; i < nonce.size(); ++i) {
    auto altered = nonce;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(asked(altered).code(), "use_dpop_nonce") << i;
  }
  const auto now = std::to_string(house.now().time_since_epoch().count());
  EXPECT_TRUE(asked(house.config().seals->seal(SealKind::dpop_nonce, now)).reply);
  EXPECT_EQ(asked(house.config().seals->seal(SealKind::device, now)).code(), "use_dpop_nonce");
  const Secret master(std::string_view("a master key for tests: 32 bytes"));
  const SealKeys other(RealmId("other"), {SealKeys::Master{'a', &master}});
  EXPECT_EQ(asked(other.seal(SealKind::dpop_nonce, now)).code(), "use_dpop_nonce");
  for (const auto& wrong : {std::string(), std::string("x"), std::string(5000, 'a')})
    EXPECT_EQ(asked(wrong).code(), "use_dpop_nonce");
  const auto number = house.call(token, with_proof(credentials_request(), proof("ours", {{"nonce", "1"}})));
  EXPECT_FALSE(number.reply);
}

TEST_F(DpopNonces, a_realm_without_them_asks_for_none_and_gives_none) {
  house.config().realm.dpop_nonce = DpopNonce::off;
  const auto answer = asked("whatever");
  EXPECT_TRUE(answer.reply);
  EXPECT_EQ(answer.dpop_nonce, "");
}

TEST_F(DpopNonces, S10_who_is_sent_back_for_one_has_not_used_up_the_assertion) {
  auto& service = house.client("service");
  service.auth = ClientAuth::private_key_jwt;
  service.secret_digests.clear();
  service.jwks = jwks(std::array{key_of("another").public_key()});
  house.config().client_keys.insert_or_assign(service.id, *make_client_keys(service, *house.config().seals));
  const Draft draft{.typ = "JWT",
                    .issuer = "service",
                    .subject = "service",
                    .audience = {kIssuer},
                    .issued_at = whole_seconds(house.now()),
                    .expires_at = whole_seconds(house.now()) + minutes(1),
                    .id = "once"};
  const auto request = post({{"grant_type", "client_credentials"},
                             {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                             {"client_assertion", *sign(draft, key_of("another"))}});
  const auto sent_back = house.call(token, with_proof(request, proof()));
  EXPECT_EQ(sent_back.code(), "use_dpop_nonce");
  EXPECT_EQ(outcome(with_proof(request, proof("ours", {{"nonce", quoted(sent_back.dpop_nonce)}}))), "ok");
  EXPECT_EQ(outcome(with_proof(request, proof("ours", {{"nonce", quoted(sent_back.dpop_nonce)}}))),
            "invalid_client client_assertion");
}

TEST_F(DpopNonces, userinfo_asks_for_one_with_a_challenge) {
  const auto access =
      tokens(with_proof(code_request(fresh_code()), proof("ours", {{"nonce", quoted(challenged())}})))["access_token"];
  const auto request = with_dpop(get({}), access, proof_for(access));
  const auto answer = house.call(userinfo, request);
  ASSERT_EQ(answer.code(), "use_dpop_nonce");
  const auto reply = reply_to(*answer.refusal, *find_route("/userinfo"), request, house.config());
  const auto& json = std::get<Json>(reply.body);
  EXPECT_EQ(json.status, 401);
  EXPECT_EQ(json.www_authenticate, R"(DPoP algs="ES256 PS256 EdDSA Ed25519", error="use_dpop_nonce", )"
                                   R"(error_description="The DPoP proof needs the nonce given here.")");
  EXPECT_EQ(
      outcome(with_dpop(get({}), access, proof_for(access, "ours", {{"nonce", quoted(answer.dpop_nonce)}})), userinfo),
      "ok");
}

// ── our own API ──

struct DpopUserinfo : Dpop {
  std::string bound = tokens(with_proof(code_request(fresh_code()), proof()))["access_token"];
  std::string bearer = tokens(code_request(fresh_code()))["access_token"];
  std::string asked(const Request& request) { return why(request, userinfo); }
};

TEST_F(DpopUserinfo, S31_a_bound_token_needs_the_proof_of_its_key) {
  EXPECT_EQ(asked(with_dpop(get({}), bound, proof_for(bound))), "ok");
  EXPECT_EQ(asked(with_bearer(get({}), bound)), "invalid_token bound to a key, and came as a bearer token");
  EXPECT_EQ(asked(with_proof(with_bearer(get({}), bound), proof_for(bound))),
            "invalid_token bound to a key, and came as a bearer token");
  EXPECT_EQ(asked(post({{"access_token", bound}})), "invalid_token bound to a key, and came as a bearer token");
  auto without_proof = with_dpop(get({}), bound, "");
  without_proof.headers.dpop.clear();
  EXPECT_EQ(asked(without_proof), "invalid_dpop_proof missing");
  EXPECT_EQ(asked(with_dpop(get({}), bound, proof_for(bound, "another"))), "invalid_token bound to another key");
}

TEST_F(DpopUserinfo, S31_a_token_that_is_bound_to_no_key_does_not_become_so_by_a_proof) {
  EXPECT_EQ(asked(with_dpop(get({}), bearer, proof_for(bearer))), "invalid_token bound to no key");
  EXPECT_EQ(asked(with_bearer(get({}), bearer)), "ok");
  EXPECT_EQ(asked(with_proof(with_bearer(get({}), bearer), "nonsense")), "ok");
}

TEST_F(DpopUserinfo, S31_a_token_that_is_bound_in_another_way_is_nobodys) {
  const Draft draft{.typ = "at+jwt",
                    .issuer = kIssuer,
                    .subject = "usr_ann",
                    .audience = {kApi},
                    .issued_at = whole_seconds(house.now()),
                    .expires_at = whole_seconds(house.now()) + minutes(1),
                    .id = "jti",
                    .claims = {{"client_id", "orders"},
                               {"scope", "openid"},
                               {"cnf", JsonText{R"({"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"})"}}}};
  const auto text = *sign(draft, *house.config().signing_key(Alg::ES256));
  EXPECT_EQ(asked(with_bearer(get({}), text)), "invalid_token bound to a key, and came as a bearer token");
  EXPECT_EQ(asked(with_dpop(get({}), text, proof_for(text))), "invalid_token bound to another key");
}

TEST_F(DpopUserinfo, S10_the_proof_serves_once_and_for_this_token_and_request_alone) {
  const auto once = proof_for(bound);
  EXPECT_EQ(asked(with_dpop(get({}), bound, once)), "ok");
  EXPECT_EQ(asked(with_dpop(get({}), bound, once)), "invalid_dpop_proof used before");
  const auto second = tokens(with_proof(code_request(fresh_code()), proof()))["access_token"];
  EXPECT_EQ(asked(with_dpop(get({}), bound, proof_for(second))), "invalid_dpop_proof claim_mismatch ath");
  EXPECT_EQ(asked(with_dpop(get({}), bound, proof_for(bound, "ours", {{"ath", ""}}))),
            "invalid_dpop_proof claim_missing ath");
  EXPECT_EQ(asked(with_dpop(post({}), bound, proof_for(bound))), "invalid_dpop_proof claim_mismatch htm");
  EXPECT_EQ(asked(with_dpop(post({}), bound, proof_for(bound, "ours", {{"htm", quoted("POST")}}))), "ok");
  EXPECT_EQ(asked(with_dpop(get({}), bound, proof())), "invalid_dpop_proof claim_mismatch htm");
}

TEST_F(DpopUserinfo, S10_a_stranger_has_nothing_remembered) {
  const auto kept = proof_for(bound);
  // whose token has ended: the proof is as fresh as before
  const auto count = [&](const Request& request) { return house.call(userinfo, request).transactions; };
  house.apply(FactKind::grant, *house.access_claims(bound).get<std::string>("gid"));
  EXPECT_EQ(count(with_dpop(get({}), bound, kept)), 0);
  EXPECT_EQ(count(with_dpop(get({}), "x.y.z", proof_for("x.y.z"))), 0);
}

TEST_F(DpopUserinfo, the_scheme_in_any_case_and_one_place_alone) {
  for (const auto* scheme : {"dpop ", "DPOP ", "DPoP "}) {
    auto request = with_dpop(get({}), bound, proof_for(bound));
    request.headers.authorization = scheme + bound;
    EXPECT_EQ(asked(request), "ok") << scheme;
  }
  EXPECT_EQ(outcome(with_dpop(post({{"access_token", bound}}), bound, proof_for(bound)), userinfo),
            "invalid_request access_token");
}

TEST_F(DpopUserinfo, introspection_tells_the_key_and_asks_for_no_proof) {
  const auto told = [&](const std::string& text) {
    return house.call(introspect, with_basic(post({{"token", text}}), "api")).json();
  };
  EXPECT_EQ(member(told(bound), "token_type"), R"("DPoP")");
  EXPECT_EQ(member(told(bound), "cnf"), bound_to("ours"));
  EXPECT_EQ(member(told(bearer), "token_type"), R"("Bearer")");
  EXPECT_EQ(member(told(bearer), "cnf"), "");
}

TEST_F(DpopUserinfo, S13_a_bound_token_is_exchanged_by_who_proves_its_key_alone) {
  for (const auto* id : {"orders", "api"}) {
    auto& client = house.client(id);
    client.grant_types.push_back(GrantType::token_exchange);
    client.scopes = {"openid", "orders"};
    client.access = {{kApi, {"*"}}};
  }
  const auto exchange = [&](const std::string& text, std::string_view client) {
    return with_basic(post({{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
                            {"subject_token", text},
                            {"subject_token_type", "urn:ietf:params:oauth:token-type:access_token"}}),
                      client);
  };
  for (const auto* client : {"orders", "api"}) {
    EXPECT_EQ(outcome(exchange(bound, client)), "invalid_request subject_token");
    EXPECT_EQ(outcome(with_proof(exchange(bound, client), proof("another"))), "invalid_request subject_token");
    EXPECT_EQ(cnf(tokens(with_proof(exchange(bound, client), proof()))["access_token"]), bound_to("ours"));
    EXPECT_EQ(cnf(tokens(with_proof(exchange(bearer, client), proof("another")))["access_token"]), bound_to("another"));
  }
}

TEST_F(DpopUserinfo, challenges_name_the_scheme_that_the_token_came_by) {
  const auto told = [&](OAuthErr code, const Request& request) {
    const auto reply = reply_to({code, "here", "why"}, *find_route("/userinfo"), request, house.config());
    return std::get<Json>(reply.body);
  };
  const auto dpop = with_dpop(get({}), bound, "x");
  EXPECT_EQ(told(OAuthErr::invalid_dpop_proof, dpop).status, 401);
  EXPECT_EQ(told(OAuthErr::invalid_token, dpop).www_authenticate.substr(0, 63),
            R"(DPoP algs="ES256 PS256 EdDSA Ed25519", error="invalid_token", e)");
  EXPECT_EQ(told(OAuthErr::missing_token, get({})).www_authenticate,
            R"(Bearer realm="https://id.example.com", DPoP algs="ES256 PS256 EdDSA Ed25519")");
  const auto bearer = told(OAuthErr::invalid_token, with_bearer(get({}), bound)).www_authenticate;
  EXPECT_TRUE(bearer.starts_with(R"(Bearer realm="https://id.example.com", error="invalid_token")")) << bearer;
  EXPECT_TRUE(bearer.ends_with(R"(, DPoP algs="ES256 PS256 EdDSA Ed25519")")) << bearer;
  // the same refusal at the token endpoint, where no token came
  const auto reply = reply_to({OAuthErr::use_dpop_nonce, "", ""}, *find_route("/token"), post({}), house.config());
  EXPECT_EQ(std::get<Json>(reply.body).status, 400);
  EXPECT_EQ(std::get<Json>(reply.body).www_authenticate, "");
}

// ── the code ──

TEST_F(Dpop, a_code_for_a_key_is_redeemed_with_its_proof_alone) {
  const auto request = code_request(fresh_code("orders", jkt_of("ours")));
  EXPECT_EQ(outcome(request), "invalid_grant dpop_jkt");
  EXPECT_EQ(outcome(with_proof(request, proof("another"))), "invalid_grant dpop_jkt");
  // neither has burned it, nor has anything else that is wrong
  EXPECT_EQ(outcome(with_proof(with(request, "code_verifier", std::string(43, 'x')), proof())),
            "invalid_grant code_verifier");
  EXPECT_EQ(outcome(with_proof(request, proof())), "ok");
  // and whoever comes again without the key ends nothing
  EXPECT_EQ(outcome(request), "invalid_grant dpop_jkt");
  EXPECT_EQ(outcome(with_proof(request, proof("another"))), "invalid_grant dpop_jkt");
  EXPECT_FALSE(house.grant(grant)->ended);
}

Step<Reply> pushed(const Request& request, Ctx& ctx) {
  TRY_VOID(check_proof(request, "/token", ctx));
  const auto jkt = TRY(check_pushed_jkt(request.form, ctx));
  TRY_VOID(use_proof(ctx, "orders"));
  return Reply{.body = Json{.body = jkt}};
}

TEST_F(Dpop, a_pushed_request_names_its_key_in_either_way_or_in_both) {
  const auto key = [&](const Request& request) {
    const auto answer = house.call(pushed, request);
    return answer.reply ? answer.json().body : answer.code() + " " + answer.at();
  };
  EXPECT_EQ(key(post({})), "");
  EXPECT_EQ(key(post({{"dpop_jkt", jkt_of("ours")}})), jkt_of("ours"));
  EXPECT_EQ(key(with_proof(post({}), proof())), jkt_of("ours"));
  EXPECT_EQ(key(with_proof(post({{"dpop_jkt", jkt_of("ours")}}), proof())), jkt_of("ours"));
  EXPECT_EQ(key(with_proof(post({{"dpop_jkt", jkt_of("another")}}), proof())), "invalid_request dpop_jkt");
  for (const auto& wrong : {std::string("x"), jkt_of("ours") + "A", jkt_of("ours").substr(1), std::string(43, '!')})
    EXPECT_EQ(key(post({{"dpop_jkt", wrong}})), "invalid_request dpop_jkt");
}

// ── refresh ──

struct DpopRefresh : Dpop {
  // Of a public client, or of "orders".
  std::map<std::string, std::string> logged_in(bool is_public, std::string proof) {
    const auto request = code_request(fresh_code(is_public ? "spa" : "orders"));
    return tokens(proof.empty() ? (is_public ? as_spa(request) : request)
                                : with_proof(is_public ? as_spa(request) : request, proof));
  }
};

TEST_F(DpopRefresh, a_public_clients_token_is_bound_to_its_key) {
  const auto first = logged_in(true, proof())["refresh_token"];
  const auto request = as_spa(refresh_request(first));
  EXPECT_EQ(outcome(request), "invalid_grant refresh_token");
  EXPECT_EQ(outcome(with_proof(request, proof("another"))), "invalid_grant refresh_token");
  const auto second = tokens(with_proof(request, proof()));
  EXPECT_EQ(cnf(second.at("access_token")), bound_to("ours"));
  // a thief who presents the old one ends nothing: only its key makes a reuse of it
  house.pass(minutes(1));
  EXPECT_EQ(outcome(request), "invalid_grant refresh_token");
  EXPECT_EQ(outcome(with_proof(request, proof("another"))), "invalid_grant refresh_token");
  EXPECT_FALSE(house.grant(grant)->ended);
  EXPECT_EQ(outcome(with_proof(as_spa(refresh_request(second.at("refresh_token"))), proof())), "ok");
}

TEST_F(DpopRefresh, a_public_clients_token_becomes_bound_with_its_first_proof) {
  const auto first = logged_in(true, "")["refresh_token"];
  const auto second = tokens(with_proof(as_spa(refresh_request(first)), proof()))["refresh_token"];
  EXPECT_EQ(outcome(as_spa(refresh_request(first))), "invalid_grant refresh_token") << "nor is a retry without it";
  EXPECT_EQ(outcome(as_spa(refresh_request(second))), "invalid_grant refresh_token");
  EXPECT_EQ(outcome(with_proof(as_spa(refresh_request(second)), proof())), "ok");
}

TEST_F(DpopRefresh, a_confidential_clients_token_is_bound_to_the_client_and_may_change_its_key) {
  const auto first = logged_in(false, proof())["refresh_token"];
  const auto second = tokens(with_proof(refresh_request(first), proof("another")));
  EXPECT_EQ(cnf(second.at("access_token")), bound_to("another"));
  EXPECT_EQ(cnf(tokens(refresh_request(second.at("refresh_token")))["access_token"]), "none");
}

TEST_F(DpopRefresh, S07_a_retry_is_answered_to_the_key_of_the_first_use_alone) {
  const auto first = logged_in(false, "")["refresh_token"];
  const auto second = tokens(with_proof(refresh_request(first), proof()))["refresh_token"];
  EXPECT_EQ(outcome(with_proof(refresh_request(first), proof("another"))), "invalid_grant refresh_token");
  EXPECT_EQ(outcome(refresh_request(first)), "invalid_grant refresh_token");
  EXPECT_FALSE(house.grant(grant)->ended);
  EXPECT_EQ(tokens(with_proof(refresh_request(first), proof()))["refresh_token"], second);
  // nor does a key come into it at a retry
  const auto third = tokens(refresh_request(second))["refresh_token"];
  EXPECT_EQ(outcome(with_proof(refresh_request(second), proof())), "invalid_grant refresh_token");
  EXPECT_EQ(tokens(refresh_request(second))["refresh_token"], third);
}

}  // namespace
}  // namespace tessera::issuer::test
