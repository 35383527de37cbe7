// The kinds of token: what each issues, reads and refuses.
#include <gtest/gtest.h>

#include "jwt/http_uri.hpp"
#include "kinds.hpp"

using namespace tests;

namespace {

std::string payload(const Result<std::string>& token) { return peek_unverified(token.value())->payload; }
std::string header(const Result<std::string>& token) { return peek_unverified(token.value())->header; }

// What a token of this kind says when one claim of it is another.
std::string with(std::string_view name, std::string_view claim, std::string json) {
  const Kind& its = kind(name);
  return its.verify(forged(its, claims_of(its).with(claim, std::move(json))));
}

}  // namespace

TEST(Kinds, what_is_issued_is_accepted) {
  for (const Kind& each : kinds()) EXPECT_EQ(each.verify(each.good), "ok") << each.name;
}

TEST(Kinds, what_is_issued_names_its_typ) {
  for (const Kind& each : kinds())
    EXPECT_NE(header(each.good).find("\"typ\":\"" + each.typ + "\""), std::string::npos) << each.name;
}

TEST(Kinds, a_required_text_that_is_empty_is_missing) {
  auto access = access_draft();
  access.client_id = "";
  EXPECT_EQ(refusal_of(access_token::issue(access, mac_key())), "claim_missing client_id");
  access = access_draft();
  access.audience = std::vector<std::string>{};
  EXPECT_EQ(refusal_of(access_token::issue(access, mac_key())), "claim_missing aud");
  auto id = id_draft();
  id.subject = "";
  EXPECT_EQ(refusal_of(id_token::issue(id, mac_key())), "claim_missing sub");
  auto logout = logout_draft();
  logout.subject = logout.session = "";
  EXPECT_EQ(refusal_of(logout_token::issue(logout, mac_key())), "claim_missing sub");
  auto assertion = assertion_draft();
  assertion.audience = "";
  EXPECT_EQ(refusal_of(client_assertion::issue(assertion, mac_key())), "claim_missing aud");
  auto proof = proof_draft();
  proof.method = "";
  EXPECT_EQ(refusal_of(dpop::issue(proof, proof_key())), "claim_missing htm");
  auto request = request_draft();
  request.client_id = "";
  EXPECT_EQ(refusal_of(request_object::issue(request, mac_key())), "claim_missing iss");
}

TEST(Kinds, a_field_of_its_own_stands_not_in_claims_again) {
  auto access = access_draft();
  access.claims = {{"client_id", "another"}};
  EXPECT_EQ(refusal_of(access_token::issue(access, mac_key())), "duplicate_member claims");
  auto id = id_draft();
  id.claims = {{"nonce", "another"}};
  EXPECT_EQ(refusal_of(id_token::issue(id, mac_key())), "duplicate_member claims");
}

TEST(AccessToken, says_what_its_draft_says) {
  auto draft = access_draft();
  draft.auth_time = kNow - seconds(9);
  draft.acr = "2";
  draft.amr = {"pwd", "otp"};
  draft.jkt = "thumb";
  draft.claims = {{"roles", std::vector<std::string>{"clerk"}}};
  const auto token = access_token::issue(draft, mac_key());
  EXPECT_EQ(header(token), R"({"alg":"HS256","typ":"at+jwt","kid":"mac"})");
  EXPECT_EQ(payload(token),
            R"({"iss":"https://id.example.com","sub":"alice","aud":"https://api.example.com","exp":1800000300,)"
            R"("iat":1800000000,"jti":"j-1","client_id":"shop","scope":"orders:read orders","auth_time":1799999991,)"
            R"("acr":"2","amr":["pwd","otp"],"cnf":{"jkt":"thumb"},"roles":["clerk"]})");
}

TEST(AccessToken, tells_who_may_do_what) {
  const auto token = access_token::verify(kind("access token").good, mac_key(), access_policy(), kNow);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->subject(), "alice");
  EXPECT_EQ(token->client_id(), "shop");
  EXPECT_EQ(token->jkt(), "");
  EXPECT_TRUE(token->has_scope("orders") && token->has_scope("orders:read"));
  for (const char* other : {"", " ", "order", "orders:", "read", "orders:read orders"})
    EXPECT_FALSE(token->has_scope(other)) << other;
}

TEST(AccessToken, claims_have_their_types) {
  EXPECT_EQ(with("access token", "scope", R"(["orders"])"), "claim_type scope");
  EXPECT_EQ(with("access token", "auth_time", R"("yesterday")"), "claim_type auth_time");
  EXPECT_EQ(with("access token", "acr", "1"), "claim_type acr");
  EXPECT_EQ(with("access token", "amr", R"("pwd")"), "claim_type amr");
  EXPECT_EQ(with("access token", "amr", R"([1])"), "claim_type amr");
  EXPECT_EQ(with("access token", "cnf", R"("jkt")"), "claim_type cnf");
  EXPECT_EQ(with("access token", "cnf", R"({"jkt":1})"), "claim_type cnf");
  EXPECT_EQ(with("access token", "cnf", R"({"jkt":""})"), "claim_type cnf");
}

TEST(AccessToken, one_that_is_bound_to_a_key_is_no_bearer_token) {
  auto draft = access_draft();
  draft.jkt = proof_key().thumbprint();
  const auto bound = *access_token::issue(draft, mac_key());
  const auto request = dpop::Request{.method = "GET", .uri = kUri, .access_token = bound};
  auto proof_of = proof_draft();
  proof_of.access_token = bound;
  ReplayWindow memory;
  auto remembering = proof_policy();
  remembering.replay = memory;
  const auto proof = dpop::examine(*dpop::issue(proof_of, proof_key()), request, remembering, kNow);
  ASSERT_TRUE(proof) << refusal_of(proof);
  const auto with_proof = access_policy(access_token::Presented::with(*proof));
  EXPECT_EQ(access(bound), "claim_mismatch cnf");
  EXPECT_EQ(access(bound, access_policy(Unchecked("a test"))), "ok");
  // Neither a bearer token, nor one of another key, nor one that is bound in another way.
  EXPECT_EQ(access(kind("access token").good, with_proof), "claim_missing cnf");
  draft.jkt = private_key(Alg::ES384).thumbprint();
  EXPECT_EQ(access(*access_token::issue(draft, mac_key()), with_proof), "claim_mismatch cnf");
  const auto by_certificate = claims_of(kind("access token")).with("cnf", R"({"x5t#S256":"x"})");
  EXPECT_EQ(access(forged(kind("access token"), by_certificate), with_proof), "claim_mismatch cnf");
  draft.jkt = proof_key().thumbprint();
  draft.id = "another token of the same key";
  EXPECT_EQ(access(*access_token::issue(draft, mac_key()), with_proof), "claim_mismatch ath");
  // None of those had the proof remembered: now it serves, and once.
  EXPECT_EQ(access_token::verify(bound, mac_key(), with_proof, kNow)->jkt(), proof_key().thumbprint());
  EXPECT_EQ(access(bound, with_proof), "replayed jti");
  EXPECT_EQ(access(forged(kind("access token"), by_certificate)), "claim_mismatch cnf");
}

TEST(IdToken, says_what_its_draft_says) {
  auto draft = id_draft();
  draft.auth_time = kNow - seconds(9);
  draft.acr = "2";
  draft.amr = {"pwd"};
  draft.authorized_party = kClient;
  draft.session = "s-1";
  draft.claims = {{"email", "alice@example.com"}};
  const auto token = id_token::issue(draft, mac_key());
  EXPECT_EQ(header(token), R"({"alg":"HS256","typ":"JWT","kid":"mac"})");
  EXPECT_EQ(payload(token),
            R"({"iss":"https://id.example.com","sub":"alice","aud":"shop","exp":1800000300,"iat":1800000000,)"
            R"("nonce":"n-1","auth_time":1799999991,"acr":"2","amr":["pwd"],"azp":"shop","sid":"s-1",)"
            R"("email":"alice@example.com"})");
  const auto who = id_token::verify(*token, mac_key(), id_policy(), kNow);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->issuer(), kIssuer);
  EXPECT_EQ(who->subject(), "alice");
  EXPECT_EQ(who->session(), "s-1");
  EXPECT_EQ(who->auth_time(), kNow - seconds(9));
  const auto bare = id_token::verify(kind("ID token").good, mac_key(), id_policy(), kNow);
  EXPECT_EQ(bare->session(), "");
  EXPECT_EQ(bare->auth_time(), std::nullopt);
}

TEST(IdToken, may_name_no_typ) {
  const Kind& its = kind("ID token");
  EXPECT_EQ(its.verify(forged(its, claims_of(its), header_of(its).without("typ"))), "ok");
  EXPECT_EQ(its.verify(forged(its, claims_of(its), header_of(its).with("typ", R"("application/jwt")"))), "ok");
  EXPECT_EQ(its.verify(forged(its, claims_of(its), header_of(its).with("typ", R"("at+jwt")"))), "typ_mismatch typ");
}

TEST(IdToken, nonce_is_the_one_that_was_sent) {
  EXPECT_EQ(with("ID token", "nonce", R"("n-2")"), "claim_mismatch nonce");
  EXPECT_EQ(with("ID token", "nonce", R"("")"), "claim_missing nonce");
  EXPECT_EQ(with("ID token", "nonce", "1"), "claim_type nonce");
  auto none = id_policy();
  none.nonce = Unchecked("none was sent");
  auto draft = id_draft();
  draft.nonce = "";
  EXPECT_EQ(id(*id_token::issue(draft, mac_key()), none), "ok");
  EXPECT_EQ(id(*id_token::issue(draft, mac_key())), "claim_missing nonce");
}

TEST(IdToken, is_for_this_client_and_those_that_it_trusts) {
  auto two = id_draft();
  two.audience = std::vector<std::string>{kClient, "other"};
  EXPECT_EQ(refusal_of(id_token::issue(two, mac_key())), "claim_missing azp");
  two.authorized_party = kClient;
  const auto token = *id_token::issue(two, mac_key());
  EXPECT_EQ(id(token), "claim_mismatch aud");
  auto trusting = id_policy();
  trusting.other_audiences = {"other"};
  EXPECT_EQ(id(token, trusting), "ok");
  two.authorized_party = "other";
  EXPECT_EQ(id(*id_token::issue(two, mac_key()), trusting), "claim_mismatch azp");
  EXPECT_EQ(with("ID token", "azp", R"("other")"), "claim_mismatch azp");
  EXPECT_EQ(with("ID token", "azp", "null"), "claim_type azp");
  EXPECT_EQ(with("ID token", "aud", R"("other")"), "claim_mismatch aud");
  EXPECT_EQ(with("ID token", "aud", R"(["shop"])"), "ok");
}

TEST(IdToken, a_login_is_no_older_than_was_asked_for) {
  auto recent = id_policy();
  recent.max_age = seconds(60);
  EXPECT_EQ(id(kind("ID token").good, recent), "claim_missing auth_time");
  auto draft = id_draft();
  draft.auth_time = kNow - seconds(60);
  const auto token = *id_token::issue(draft, mac_key());
  EXPECT_EQ(id(token, recent), "ok");
  recent.max_age = seconds(59);
  EXPECT_EQ(id(token, recent), "too_old auth_time");
  recent.leeway = seconds(1);
  EXPECT_EQ(id(token, recent), "ok");
  recent.max_age = seconds(-1);
  EXPECT_EQ(id(token, recent), "bad_policy max_age");
}

TEST(IdToken, acr_is_one_of_those_that_were_asked_for) {
  auto strong = id_policy();
  strong.acr = {"2", "3"};
  EXPECT_EQ(id(kind("ID token").good, strong), "claim_missing acr");
  auto draft = id_draft();
  draft.acr = "3";
  EXPECT_EQ(id(*id_token::issue(draft, mac_key()), strong), "ok");
  draft.acr = "1";
  EXPECT_EQ(id(*id_token::issue(draft, mac_key()), strong), "claim_mismatch acr");
}

TEST(IdToken, a_subject_has_at_most_255_octets) {
  auto draft = id_draft();
  draft.subject = std::string(255, 'a');
  EXPECT_OK(id_token::issue(draft, mac_key()));
  draft.subject = std::string(256, 'a');
  EXPECT_EQ(refusal_of(id_token::issue(draft, mac_key())), "claim_mismatch sub");
  EXPECT_EQ(with("ID token", "sub", text_json(std::string(256, 'a'))), "claim_mismatch sub");
}

TEST(IdToken, what_came_with_it_is_hashed_in_it) {
  auto draft = id_draft();
  draft.access_token = "token";
  draft.code = "code";
  const auto token = *id_token::issue(draft, mac_key());
  using id_token::Companion;
  const auto of = [&](std::string_view text, Companion access, Companion code) {
    auto policy = id_policy();
    policy.access_token = std::move(access);
    policy.code = std::move(code);
    return id(text, policy);
  };
  const auto none = Companion::none();
  EXPECT_EQ(of(token, Companion::of_token_endpoint("token"), Companion::of_token_endpoint("code")), "ok");
  EXPECT_EQ(of(token, Companion::of_authorization_endpoint("token"), none), "ok");
  EXPECT_EQ(of(token, Companion::of_token_endpoint("other"), none), "at_hash_failed at_hash");
  EXPECT_EQ(of(token, Companion::of_authorization_endpoint("other"), none), "at_hash_failed at_hash");
  EXPECT_EQ(of(token, none, Companion::of_authorization_endpoint("token")), "at_hash_failed c_hash");
  const auto& bare = kind("ID token").good;
  EXPECT_EQ(of(bare, Companion::of_token_endpoint("token"), none), "ok");
  EXPECT_EQ(of(bare, Companion::of_authorization_endpoint("token"), none), "claim_missing at_hash");
  EXPECT_EQ(of(bare, none, Companion::of_authorization_endpoint("code")), "claim_missing c_hash");
  EXPECT_EQ(of(bare, Companion::of_authorization_endpoint(""), none), "bad_policy at_hash");
  EXPECT_EQ(with("ID token", "at_hash", "1"), "claim_type at_hash");
  EXPECT_EQ(with("ID token", "c_hash", "null"), "claim_type c_hash");
}

TEST(IdToken, the_hash_is_that_of_the_algorithm) {
  for (const Alg alg : kEvery) {
    if (alg <= Alg::HS512) continue;
    const bool rsa = alg <= Alg::PS512;
    const auto key = *private_key(rsa ? Alg::RS256 : alg).with({.alg = alg});
    auto draft = id_draft();
    draft.access_token = "token";
    const auto token = id_token::issue(draft, key);
    if (key.type() == KeyType::Ed448) {
      EXPECT_EQ(refusal_of(token), "at_hash_failed at_hash");
      continue;
    }
    ASSERT_TRUE(token) << alg_name(alg);
    const auto bits = key.type() == KeyType::Ed25519 || alg == Alg::ES512 ? 512
                      : alg_name(alg).ends_with("512")                    ? 512
                      : alg_name(alg).ends_with("384")                    ? 384
                                                                          : 256;
    auto policy = id_policy();
    policy.algs = {alg};
    policy.access_token = id_token::Companion::of_authorization_endpoint("token");
    const auto who = id_token::verify(*token, key.public_key(), policy, kNow);
    ASSERT_TRUE(who) << alg_name(alg) << refusal_of(who);
    EXPECT_EQ(who->claims().get<std::string>("at_hash")->size(), base64url::encoded_size(bits / 16)) << alg_name(alg);
  }
}

TEST(LogoutToken, says_what_its_draft_says) {
  EXPECT_EQ(payload(kind("logout token").good),
            R"({"iss":"https://id.example.com","sub":"alice","aud":"shop","exp":1800000300,"iat":1800000000,)"
            R"("jti":"j-1","sid":"s-1","events":{"http://schemas.openid.net/event/backchannel-logout":{}}})");
  const auto token = logout_token::verify(kind("logout token").good, mac_key(), logout_policy(), kNow);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->subject(), "alice");
  EXPECT_EQ(token->session(), "s-1");
  EXPECT_EQ(token->issuer(), kIssuer);
}

TEST(LogoutToken, names_a_session_or_a_subject) {
  const Kind& its = kind("logout token");
  EXPECT_EQ(its.verify(forged(its, claims_of(its).without("sid"))), "ok");
  EXPECT_EQ(its.verify(forged(its, claims_of(its).without("sub"))), "ok");
  EXPECT_EQ(its.verify(forged(its, claims_of(its).without("sub").without("sid"))), "claim_missing sub");
  EXPECT_EQ(its.verify(forged(its, claims_of(its).with("sub", R"("")").with("sid", R"("")"))), "claim_missing sub");
  EXPECT_EQ(with("logout token", "sid", "1"), "claim_type sid");
}

TEST(LogoutToken, has_its_event_and_no_nonce) {
  EXPECT_EQ(with("logout token", "nonce", R"("n")"), "claim_mismatch nonce");
  EXPECT_EQ(with("logout token", "nonce", "null"), "claim_mismatch nonce");
  EXPECT_EQ(with("logout token", "events", "[]"), "claim_type events");
  EXPECT_EQ(with("logout token", "events", "null"), "claim_type events");
  EXPECT_EQ(with("logout token", "events", "{}"), "claim_mismatch events");
  EXPECT_EQ(with("logout token", "events", R"({"http://schemas.openid.net/event/backchannel-logout":true})"),
            "claim_type events");
  EXPECT_EQ(with("logout token", "events", R"({"http://schemas.openid.net/event/backchannel-logout":{"a":1},"b":2})"),
            "ok");
}

TEST(Dpop, says_what_its_draft_says) {
  auto draft = proof_draft();
  draft.uri = "https://api.example.com/orders?page=2#end";
  draft.access_token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
  draft.nonce = "n-1";
  const auto named = *proof_key().with({.kid = "my key", .alg = Alg::ES256, .use = KeyUse::sig});
  const auto token = dpop::issue(draft, named);
  EXPECT_EQ(payload(token), R"({"iat":1800000000,"jti":"j-1","htm":"GET","htu":"https://api.example.com/orders",)"
                            R"("nonce":"n-1","ath":"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"})");
  EXPECT_EQ(header(token), R"({"alg":"ES256","typ":"dpop+jwt","jwk":)" + public_key(Alg::ES256).jwk() + "}");
  const auto verified = dpop::verify(
      *token, {.method = "GET", .uri = draft.uri.value, .access_token = draft.access_token}, proof_policy(), kNow);
  ASSERT_TRUE(verified) << refusal_of(verified);
  EXPECT_EQ(verified->jkt(), proof_key().thumbprint());
  EXPECT_EQ(verified->key().thumbprint(), proof_key().thumbprint());
  EXPECT_EQ(verified->claims().id(), "j-1");
}

TEST(Dpop, draws_an_id_of_its_own) {
  auto draft = proof_draft();
  draft.id = "";
  const auto one = payload(dpop::issue(draft, proof_key())), two = payload(dpop::issue(draft, proof_key()));
  EXPECT_NE(one, two);
  EXPECT_EQ(members_of(one).text().find(R"("jti":"j-1")"), std::string::npos);
}

TEST(Dpop, every_algorithm_of_a_key_pair) {
  for (const Alg alg : kEvery) {
    if (alg <= Alg::HS512) continue;
    const auto key = *private_key(alg).with({.alg = alg});
    auto policy = proof_policy();
    policy.algs = {alg};
    const auto token = dpop::issue(proof_draft(), key);
    ASSERT_TRUE(token) << alg_name(alg);
    EXPECT_EQ(proof(*token, proof_request(), policy), "ok") << alg_name(alg);
    policy.algs = {alg == Alg::ES256 ? Alg::ES384 : Alg::ES256};
    EXPECT_EQ(proof(*token, proof_request(), policy), "alg_not_allowed alg") << alg_name(alg);
  }
}

TEST(Dpop, the_key_is_in_the_header_and_public) {
  const Kind& its = kind("DPoP proof");
  const auto of = [&](std::string jwk) {
    return its.verify(forged(its, claims_of(its), header_of(its).with("jwk", std::move(jwk))));
  };
  EXPECT_EQ(its.verify(forged(its, claims_of(its), header_of(its).without("jwk"))), "malformed_header jwk");
  EXPECT_EQ(of("null"), "malformed_header jwk");
  EXPECT_EQ(of(text_json("x")), "malformed_header jwk");
  EXPECT_EQ(of("{}"), "bad_key jwk");
  EXPECT_EQ(of(std::string(proof_key().jwk().expose_text("a test"))), "wrong_kind jwk");
  EXPECT_EQ(of(R"({"kty":"oct","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"})"), "wrong_kind jwk");
  EXPECT_EQ(of(R"({"kty":"XYZ"})"), "unsupported jwk");
  EXPECT_EQ(of(public_key(Alg::ES384).jwk()), "alg_key_mismatch alg");
  EXPECT_EQ(of(PrivateKey::generate(Alg::ES256)->public_key().with({})->jwk()), "bad_signature ");
}

TEST(Dpop, is_for_this_request) {
  const auto token = kind("DPoP proof").good;
  for (const char* method : {"get", "POST", "GETT", " GET", ""})
    EXPECT_EQ(proof(token, {.method = method, .uri = kUri, .access_token = Unchecked("a test")}), "claim_mismatch htm");
  for (const char* uri :
       {"http://api.example.com/orders", "https://api.example.com/orders/", "https://api.example.com/Orders",
        "https://api.example.com", "https://api.example.com:444/orders", "https://api.example.com.evil/orders",
        "https://example.com/orders"})
    EXPECT_EQ(proof(token, {.method = "GET", .uri = uri, .access_token = Unchecked("a test")}), "claim_mismatch htu")
        << uri;
  for (const char* same : {"HTTPS://API.example.COM/orders", "https://api.example.com:443/orders?a=b",
                           "https://api.example.com/x/../%6Frders#c", "https://api.example.com:/./orders"})
    EXPECT_EQ(proof(token, {.method = "GET", .uri = same, .access_token = Unchecked("a test")}), "ok") << same;
  for (const char* none : {"", "/orders", "ftp://api.example.com/orders", "https:/api", "https://", "https://a@b/"})
    EXPECT_EQ(proof(token, {.method = "GET", .uri = none, .access_token = Unchecked("a test")}), "bad_policy uri")
        << none;
  EXPECT_EQ(with("DPoP proof", "htu", R"("/orders")"), "claim_mismatch htu");
  EXPECT_EQ(with("DPoP proof", "htu", R"("https://api.example.com/orders?x=1")"), "ok");
}

TEST(Dpop, ath_is_the_hash_of_the_token_that_came) {
  auto draft = proof_draft();
  draft.access_token = "token";
  const auto bound = *dpop::issue(draft, proof_key());
  const auto came = [](std::string token) {
    return dpop::Request{.method = "GET", .uri = kUri, .access_token = token};
  };
  EXPECT_EQ(proof(bound, came("token")), "ok");
  EXPECT_EQ(proof(bound, came("other")), "claim_mismatch ath");
  EXPECT_EQ(proof(kind("DPoP proof").good, came("token")), "claim_missing ath");
  EXPECT_EQ(with("DPoP proof", "ath", "1"), "claim_type ath");
}

TEST(Dpop, nonce_is_one_that_the_server_gave) {
  auto policy = proof_policy();
  policy.nonce = {"now", "just before"};
  auto draft = proof_draft();
  EXPECT_EQ(proof(*dpop::issue(draft, proof_key()), proof_request(), policy), "claim_missing nonce");
  draft.nonce = "just before";
  EXPECT_EQ(proof(*dpop::issue(draft, proof_key()), proof_request(), policy), "ok");
  draft.nonce = "long ago";
  EXPECT_EQ(proof(*dpop::issue(draft, proof_key()), proof_request(), policy), "claim_mismatch nonce");
  EXPECT_EQ(with("DPoP proof", "nonce", "1"), "claim_type nonce");
}

TEST(Dpop, is_of_this_minute) {
  const auto token = kind("DPoP proof").good;
  const auto at = [&](seconds since) { return proof(token, proof_request(), proof_policy(), kNow + since); };
  EXPECT_EQ(at(seconds(65)), "ok");
  EXPECT_EQ(at(seconds(66)), "too_old iat");
  EXPECT_EQ(at(seconds(-5)), "ok");
  EXPECT_EQ(at(seconds(-6)), "not_yet_valid iat");
  EXPECT_EQ(with("DPoP proof", "exp", "1799999995"), "expired exp");
  auto policy = proof_policy();
  policy.max_age = seconds(-1);
  EXPECT_EQ(proof(token, proof_request(), policy), "bad_policy max_age");
  policy.max_age = seconds::max();
  EXPECT_EQ(proof(token, proof_request(), policy), "bad_policy max_age");
  policy = proof_policy();
  policy.leeway = std::chrono::minutes(11);
  EXPECT_EQ(proof(token, proof_request(), policy), "bad_policy leeway");
}

TEST(HttpUri, normal_forms) {
  const auto normal = [](std::string_view uri) { return detail::normal_http_uri(uri).value_or("none"); };
  // RFC 3986 sections 6.2.2 and 6.2.3.
  EXPECT_EQ(normal("HTTP://a.Example.COM"), "http://a.example.com/");
  EXPECT_EQ(normal("http://example.com:80/"), "http://example.com/");
  EXPECT_EQ(normal("https://example.com:80/"), "https://example.com:80/");
  EXPECT_EQ(normal("https://example.com:443"), "https://example.com/");
  EXPECT_EQ(normal("https://example.com?a"), "https://example.com/");
  EXPECT_EQ(normal("https://example.com#a"), "https://example.com/");
  EXPECT_EQ(normal("https://example.com/%7euser/%3a%41"), "https://example.com/~user/%3AA");
  EXPECT_EQ(normal("https://example.com/a/./b/../../c/%2E%2e/d"), "https://example.com/d");
  EXPECT_EQ(normal("https://example.com/../../a"), "https://example.com/a");
  EXPECT_EQ(normal("https://example.com/a/.."), "https://example.com/");
  EXPECT_EQ(normal("https://example.com/a/."), "https://example.com/a/");
  EXPECT_EQ(normal("https://example.com/a//b"), "https://example.com/a//b");
  EXPECT_EQ(normal("https://example.com/a%2fb"), "https://example.com/a%2Fb");
  EXPECT_EQ(normal("https://[2001:DB8::1]:8443/a"), "https://[2001:db8::1]:8443/a");
  EXPECT_EQ(normal("https://EX%C3%A4mple.com/"), "https://ex%C3%A4mple.com/");
  for (const char* none : {"",
                           "https",
                           "https:",
                           "https:example.com",
                           "https:///a",
                           "ws://example.com/",
                           "https://a b/",
                           "https://a/b c",
                           "https://a/%",
                           "https://a/%4",
                           "https://a/%zz",
                           "https://a/\x01",
                           "https://a/\xC3\xA4",
                           "https://a/\\b",
                           "https://a:b/",
                           "https://a:1:2/",
                           "https://a:123456/",
                           "https://[::1/",
                           "https://[::1]x/",
                           "https://:443/",
                           "https://user:pass@a/",
                           "https://a[/",
                           " https://a/"})
    EXPECT_EQ(normal(none), "none") << none;
}

TEST(ClientAssertion, says_what_its_draft_says) {
  EXPECT_EQ(payload(kind("client assertion").good),
            R"({"iss":"shop","sub":"shop","aud":"https://id.example.com","exp":1800000300,"iat":1800000000,)"
            R"("jti":"j-1"})");
  const auto client = client_assertion::verify(kind("client assertion").good, mac_key(), assertion_policy(), kNow);
  ASSERT_TRUE(client);
  EXPECT_EQ(client->client_id(), kClient);
}

TEST(ClientAssertion, is_of_one_client) {
  EXPECT_EQ(with("client assertion", "sub", R"("other")"), "claim_mismatch sub");
  EXPECT_EQ(with("client assertion", "iss", R"("other")"), "claim_mismatch sub");
  const Kind& its = kind("client assertion");
  EXPECT_EQ(its.verify(forged(its, claims_of(its).with("iss", R"("b")").with("sub", R"("b")"))), "claim_mismatch iss");
}

TEST(ClientAssertion, is_for_this_server_and_nobody_else) {
  EXPECT_EQ(with("client assertion", "aud", R"("https://evil.example.com")"), "claim_mismatch aud");
  EXPECT_EQ(with("client assertion", "aud", R"(["https://id.example.com"])"), "ok");
  const auto both = R"(["https://id.example.com","https://id.example.com/token"])";
  EXPECT_EQ(with("client assertion", "aud", both), "claim_mismatch aud");
  const Kind& its = kind("client assertion");
  auto older = assertion_policy();
  older.audience = {kIssuer, "https://id.example.com/token"};
  EXPECT_EQ(assertion(forged(its, claims_of(its).with("aud", both)), older), "claim_mismatch aud");
  EXPECT_EQ(assertion(forged(its, claims_of(its).with("aud", R"("https://id.example.com/token")")), older), "ok");
  older.audience = Unchecked("a test");
  EXPECT_EQ(assertion(forged(its, claims_of(its).with("aud", R"("x")")), older), "ok");
}

TEST(ClientAssertion, lives_no_longer_than_it_may) {
  EXPECT_EQ(with("client assertion", "exp", "1800003600"), "ok");
  EXPECT_EQ(with("client assertion", "exp", "1800003601"), "claim_mismatch exp");
}

TEST(ClientAssertion, a_look_tells_whose_keys_to_fetch) {
  EXPECT_EQ(*client_assertion::peek_client_id(kind("client assertion").good), kClient);
  EXPECT_EQ(refusal_of(client_assertion::peek_client_id("x")), "malformed parts");
  EXPECT_EQ(refusal_of(client_assertion::peek_client_id("e30.a.b.c.d")), "wrong_kind JWE");
  EXPECT_EQ(refusal_of(client_assertion::peek_client_id("e30.e30.")), "claim_missing iss");
  EXPECT_EQ(refusal_of(client_assertion::peek_client_id("e30.W10.")), "bad_json payload");
  EXPECT_EQ(refusal_of(client_assertion::peek_client_id(input_of("{}", R"({"iss":1})") + ".")), "claim_type iss");
}

TEST(RequestObject, says_what_its_draft_says) {
  EXPECT_EQ(payload(kind("request object").good),
            R"({"iss":"shop","aud":"https://id.example.com","exp":1800000300,"iat":1800000000,"client_id":"shop",)"
            R"("response_type":"code","redirect_uri":"https://shop.example.com/back"})");
  const auto object = request_object::verify(kind("request object").good, mac_key(), request_policy(), kNow);
  ASSERT_TRUE(object);
  EXPECT_EQ(object->client_id(), kClient);
  EXPECT_EQ(object->claims().get<std::string>("response_type").value(), "code");
}

TEST(RequestObject, is_of_the_client_of_the_request) {
  EXPECT_EQ(with("request object", "client_id", R"("other")"), "claim_mismatch client_id");
  EXPECT_EQ(with("request object", "iss", R"("other")"), "claim_mismatch client_id");
  const Kind& its = kind("request object");
  EXPECT_EQ(its.verify(forged(its, claims_of(its).with("iss", R"("b")").with("client_id", R"("b")"))),
            "claim_mismatch iss");
}

TEST(RequestObject, holds_no_other_and_is_no_client_assertion) {
  EXPECT_EQ(with("request object", "request", R"("x")"), "claim_mismatch request");
  EXPECT_EQ(with("request object", "request_uri", R"("x")"), "claim_mismatch request_uri");
  EXPECT_EQ(with("request object", "sub", R"("shop")"), "claim_mismatch sub");
  EXPECT_EQ(with("request object", "sub", R"("alice")"), "ok");
  auto draft = request_draft();
  draft.claims = {{"request_uri", "x"}};
  EXPECT_EQ(refusal_of(request_object::issue(draft, mac_key())), "claim_mismatch request_uri");
}

TEST(RequestObject, exp_may_be_missing_where_that_is_said) {
  const Kind& its = kind("request object");
  const auto endless = forged(its, claims_of(its).without("exp"));
  auto policy = request_policy();
  EXPECT_EQ(request(endless, policy), "claim_missing exp");
  policy.expiry = request_object::Expiry::optional;
  EXPECT_EQ(request(endless, policy), "ok");
  EXPECT_EQ(request(forged(its, claims_of(its).with("exp", "1800000000")), policy), "expired exp");
}

TEST(IntrospectionResponse, says_what_its_draft_says) {
  EXPECT_EQ(payload(kind("introspection response").good),
            R"({"iss":"https://id.example.com","aud":"https://api.example.com","iat":1800000000,)"
            R"("token_introspection":{"active":true,"sub":"alice","scope":"orders","exp":1800000300}})");
  const auto said =
      introspection_response::verify(kind("introspection response").good, mac_key(), introspection_policy(), kNow);
  ASSERT_TRUE(said);
  EXPECT_TRUE(said->active());
  EXPECT_EQ(said->get<std::string>("scope").value(), "orders");
  EXPECT_EQ(refusal_of(said->get<std::string>("active")), "claim_type claim");
  EXPECT_EQ(refusal_of(said->get<std::string>("username")), "claim_missing claim");
  EXPECT_EQ(said->json(), R"({"active":true,"sub":"alice","scope":"orders","exp":1800000300})");
  EXPECT_EQ(said->claims().issuer(), kIssuer);
}

TEST(IntrospectionResponse, a_token_that_is_not_active_is_an_answer_too) {
  auto draft = introspection_draft();
  draft.token = JsonText{R"({"active":false})"};
  const auto said = introspection_response::verify(*introspection_response::issue(draft, mac_key()), mac_key(),
                                                   introspection_policy(), kNow);
  ASSERT_TRUE(said);
  EXPECT_FALSE(said->active());
}

TEST(IntrospectionResponse, says_whether_the_token_is_active) {
  for (const auto& [json, refusal] : std::initializer_list<std::pair<const char*, const char*>>{
           {"null", "claim_type token_introspection"},
           {"[]", "claim_type token_introspection"},
           {"true", "claim_type token_introspection"},
           {"{}", "claim_missing token_introspection"},
           {R"({"active":"true"})", "claim_type token_introspection"},
           {R"({"active":1})", "claim_type token_introspection"},
           {R"({"active":null})", "claim_type token_introspection"},
           {R"({"active":true,"exp":"soon"})", "claim_type token_introspection"}})
    EXPECT_EQ(with("introspection response", "token_introspection", json), refusal) << json;
  auto draft = introspection_draft();
  draft.token = JsonText{"{}"};
  EXPECT_EQ(refusal_of(introspection_response::issue(draft, mac_key())), "claim_missing token_introspection");
}

TEST(IntrospectionResponse, is_of_this_minute) {
  const auto token = kind("introspection response").good;
  EXPECT_EQ(introspection(token, introspection_policy(), kNow + seconds(60)), "ok");
  EXPECT_EQ(introspection(token, introspection_policy(), kNow + seconds(61)), "too_old iat");
  EXPECT_EQ(introspection(token, introspection_policy(), kNow - seconds(1)), "not_yet_valid iat");
  EXPECT_EQ(with("introspection response", "exp", "1799999999"), "expired exp");
}

TEST(Replay, what_serves_once_serves_once) {
  ReplayWindow memory;
  const auto twice = [](const auto& verify) {
    const std::string first = verify();
    return first + ", " + verify();
  };
  auto proof_once = proof_policy();
  proof_once.replay = memory;
  EXPECT_EQ(twice([&] { return proof(kind("DPoP proof").good, proof_request(), proof_once); }), "ok, replayed jti");
  auto logout_once = logout_policy();
  logout_once.replay = memory;
  EXPECT_EQ(twice([&] { return logout(kind("logout token").good, logout_once); }), "ok, replayed jti");
  auto assertion_once = assertion_policy();
  assertion_once.replay = memory;
  EXPECT_EQ(twice([&] { return assertion(kind("client assertion").good, assertion_once); }), "ok, replayed jti");
  // The same jti of another key is another proof.
  const auto other = *PrivateKey::generate(Alg::ES256);
  EXPECT_EQ(proof(*dpop::issue(proof_draft(), other), proof_request(), proof_once), "ok");
}

TEST(Replay, a_token_that_is_refused_is_not_remembered) {
  struct Counting : ReplayMemory {
    Result<void> remember(std::string_view, sys_seconds, sys_seconds) override { return ++asked, Result<void>(); }
    int asked = 0;
  } memory;
  auto once = proof_policy();
  once.replay = memory;
  const auto token = kind("DPoP proof").good;
  EXPECT_NE(proof(token, {.method = "POST", .uri = kUri, .access_token = Unchecked("a test")}, once), "ok");
  EXPECT_NE(proof(token.substr(0, token.size() - 4) + "AAAA", proof_request(), once), "ok");
  EXPECT_NE(proof(token, proof_request(), once, kNow + seconds(99)), "ok");
  EXPECT_EQ(memory.asked, 0);
  EXPECT_EQ(proof(token, proof_request(), once), "ok");
  EXPECT_EQ(memory.asked, 1);
}

TEST(Replay, a_memory_that_does_not_answer_refuses) {
  struct Down : ReplayMemory {
    Result<void> remember(std::string_view, sys_seconds, sys_seconds) override { return fail(Err::unavailable, "db"); }
  } memory;
  auto once = assertion_policy();
  once.replay = memory;
  EXPECT_EQ(assertion(kind("client assertion").good, once), "unavailable jti");
}

TEST(Replay, is_remembered_until_it_would_be_refused_anyway) {
  ReplayWindow memory;
  auto once = proof_policy();
  once.replay = memory;
  const auto at = [&](int since) {
    return proof(kind("DPoP proof").good, proof_request(), once, kNow + seconds(since));
  };
  EXPECT_EQ(at(0), "ok");
  EXPECT_EQ(at(65), "replayed jti");
  EXPECT_EQ(at(66), "too_old iat");
}

TEST(ReplayWindow, forgets_what_has_expired_and_refuses_when_full) {
  ReplayWindow memory(2);
  EXPECT_OK(memory.remember("a", kNow + seconds(1), kNow));
  EXPECT_OK(memory.remember("b", kNow + seconds(2), kNow));
  EXPECT_EQ(refusal_of(memory.remember("a", kNow + seconds(1), kNow)), "replayed jti");
  EXPECT_EQ(refusal_of(memory.remember("c", kNow + seconds(1), kNow)), "unavailable jti");
  EXPECT_OK(memory.remember("c", kNow + seconds(9), kNow + seconds(1)));
  EXPECT_OK(memory.remember("a", kNow + seconds(9), kNow + seconds(2)));
  EXPECT_EQ(refusal_of(memory.remember("c", kNow + seconds(9), kNow + seconds(2))), "replayed jti");
}
