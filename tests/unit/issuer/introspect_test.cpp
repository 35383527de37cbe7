// What is told of a token afterwards: introspection, revocation, userinfo.
#include <gtest/gtest.h>

#include "base/base64url.hpp"
#include "tessera/jws.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

constexpr const char* kInactive = R"({"active":false})";

struct Tokens : testing::Test {
  House house;
  LoggedIn in = log_in_and_redeem(house, {"openid", "profile", "email", "roles", "orders"});
  std::string access = in.tokens["access_token"], refresh_token = in.tokens["refresh_token"];

  std::string told(const std::string& text, std::string_view client = "orders") {
    const auto answer = house.call(introspect, with_basic(post({{"token", text}}), client));
    return answer.reply ? answer.json().body : answer.code();
  }
  bool active(const std::string& text, std::string_view client = "orders") {
    const auto body = told(text, client);
    EXPECT_TRUE(body == kInactive || body.starts_with(R"({"active":true)")) << body;
    return body != kInactive;
  }
  Answer revoked(const std::string& text, std::string_view client = "orders") {
    return house.call(revoke, with_basic(post({{"token", text}}), client));
  }
  Answer asked(const std::string& text) { return house.call(userinfo, with_bearer(get({}), text)); }
};

// ── introspection ──

TEST_F(Tokens, introspection_tells_the_client_and_the_resource_server) {
  const auto answer = house.call(introspect, with_basic(post({{"token", access}})));
  ASSERT_TRUE(answer.reply);
  const auto& json = answer.json();
  EXPECT_EQ(member(json, "active"), "true");
  EXPECT_EQ(member(json, "client_id"), R"("orders")");
  EXPECT_EQ(member(json, "sub"), R"("usr_ann")");
  EXPECT_EQ(member(json, "aud"), "\"" + std::string(kApi) + "\"");
  EXPECT_EQ(member(json, "permissions"), R"(["orders:read"])");
  EXPECT_EQ(member(json, "exp"), std::to_string(unix_seconds(house.now()) + 300));
  EXPECT_EQ(member(json, "rev"), "");
  EXPECT_TRUE(active(access, "api"));
}

TEST_F(Tokens, introspection_tells_nobody_else) {
  EXPECT_EQ(told(access, "legacy"), kInactive);
  EXPECT_EQ(told(access, "service"), kInactive);
  house.client("api").acts_as = {kStock};
  EXPECT_EQ(told(access, "api"), kInactive);
  // a resource server never learns of a refresh token
  house.client("api").acts_as = {kApi};
  EXPECT_EQ(told(refresh_token, "api"), kInactive);
  EXPECT_TRUE(active(refresh_token));
}

TEST_F(Tokens, introspection_needs_a_client_with_a_secret) {
  EXPECT_EQ(house.call(introspect, post({{"token", access}})).code(), "invalid_client");
  EXPECT_EQ(house.call(introspect, post({{"token", access}, {"client_id", "spa"}})).code(), "invalid_client");
  EXPECT_EQ(house.call(introspect, with_basic(post({}))).code(), "invalid_request");
}

TEST_F(Tokens, introspection_of_a_clients_own_token_touches_no_store) {
  auto tokens = house.tokens(house.call(token, credentials_request()));
  const auto answer = house.call(introspect, with_basic(post({{"token", tokens["access_token"]}}), "api"));
  EXPECT_EQ(member(answer.json(), "active"), "true");
  EXPECT_EQ(answer.transactions, 0);
}

TEST_F(Tokens, S12_garbage_truncated_or_flipped_is_inactive_and_opens_no_userinfo) {
  for (const auto& text :
       {std::string("x"), std::string("a.b.c"), in.tokens["id_token"], house.sealed(in.code),
        access.substr(0, access.size() - 1), access + "A", refresh_token + "A", std::string(20000, 'a')})
    EXPECT_EQ(told(text), kInactive);
  for (const auto& token : {access, refresh_token})
    for (std::size_t at = 0; at < token.size(); ++at) {
      std::string bent = token;
      bent[at] = bent[at] == 'A' ? 'B' : 'A';
      for (const auto& text : {bent, token.substr(0, at)})
        if (!text.empty()) {
          ASSERT_EQ(told(text), kInactive) << at;
          ASSERT_EQ(asked(text).code(), "invalid_token") << at;
        }
    }
}

TEST_F(Tokens, S11_the_algorithm_is_the_keys_and_nothing_that_every_token_says_is_missing) {
  const auto& own = *house.config().signing_key(kAccessTokenAlg);
  const Claims claims = house.access_claims(access);
  const std::string said(claims.json());
  const jws::Header header{.typ = kAccessTokenTyp, .cty = ""};
  const auto refused = [&](const Result<std::string>& text) {
    ASSERT_TRUE(text);
    EXPECT_EQ(told(*text), kInactive) << *text;
    EXPECT_EQ(asked(*text).code(), "invalid_token") << *text;
  };
  const auto again = jws::sign(bytes_of(said), {own, header});
  ASSERT_TRUE(again);
  EXPECT_TRUE(active(*again));
  EXPECT_TRUE(asked(*again).reply);

  const auto unsigned_token = base64url::encode(R"({"alg":"none","typ":"at+jwt"})") + access.substr(access.find('.'));
  refused(unsigned_token);
  refused(unsigned_token.substr(0, unsigned_token.rfind('.') + 1));
  const std::string kid = own.info().kid;
  const auto published = own.public_key().pem();
  const auto confused = SecretKey::from_octets(bytes_of(published), Alg::HS256, {.kid = kid});
  const auto foreign = PrivateKey::generate(kAccessTokenAlg, {.kid = "foreign"});
  const auto namesake = PrivateKey::generate(kAccessTokenAlg, {.kid = kid});
  ASSERT_TRUE(confused && foreign && namesake);
  refused(jws::sign(bytes_of(said), {*confused, Alg::HS256, header}));
  refused(jws::sign(bytes_of(said), {*foreign, kAccessTokenAlg, header}));
  refused(jws::sign(bytes_of(said), {*namesake, kAccessTokenAlg, header}));
  refused(jws::sign(bytes_of(said), {*house.config().signing_key(Alg::RS256), header}));  // a key for ID tokens
  refused(jws::sign(bytes_of(said), own));                                                // another kind of token

  for (const std::string name : {"iss", "sub", "aud", "exp", "iat", "jti", "client_id"}) {
    const auto member = "\"" + name + "\":" + claims.json(name).value() + ",";
    std::string less = said;
    ASSERT_NE(less.find(member), std::string::npos) << name;
    less.erase(less.find(member), member.size());
    refused(jws::sign(bytes_of(less), {own, header}));
  }
}

TEST_F(Tokens, S14_introspection_and_userinfo_obey_every_fact_at_once) {
  for (const auto& [kind, value] : std::vector<std::pair<FactKind, std::string>>{{FactKind::subject, "usr_ann"},
                                                                                 {FactKind::client, "orders"},
                                                                                 {FactKind::audience, kApi},
                                                                                 {FactKind::role, "clerk"},
                                                                                 {FactKind::realm, ""}}) {
    auto fresh = log_in_and_redeem(house);
    EXPECT_TRUE(active(fresh.tokens["access_token"])) << value;
    EXPECT_TRUE(asked(fresh.tokens["access_token"]).reply) << value;
    house.apply(kind, value);
    EXPECT_FALSE(active(fresh.tokens["access_token"])) << value;
    EXPECT_EQ(asked(fresh.tokens["access_token"]).code(), "invalid_token") << value;
  }
}

TEST_F(Tokens, S14_a_logout_is_felt_at_once) {
  house.end_session(in.session);
  EXPECT_FALSE(active(access));
  EXPECT_FALSE(active(refresh_token));
  EXPECT_EQ(asked(access).code(), "invalid_token");
}

TEST_F(Tokens, S14_a_disabled_user_at_once_without_any_fact) {
  User ann = house.user("usr_ann");
  ann.enabled = false;
  house.update(ann);
  EXPECT_FALSE(active(access));
  EXPECT_FALSE(active(access, "api"));
  EXPECT_FALSE(active(refresh_token));
  EXPECT_EQ(asked(access).code(), "invalid_token");
}

TEST_F(Tokens, S14_a_disabled_client_at_once_without_any_fact) {
  house.client("orders").enabled = false;
  EXPECT_FALSE(active(access, "api"));
  EXPECT_EQ(asked(access).code(), "invalid_token");
  auto tokens = house.tokens(house.call(token, credentials_request()));
  house.client("service").enabled = false;
  EXPECT_FALSE(active(tokens["access_token"], "api"));
}

TEST_F(Tokens, S14_an_ended_grant_at_once_without_any_fact) {
  house.write([&](Tx& tx) { ASSERT_TRUE(*tx.end_grant(house.realm(), in.code.grant)); });
  EXPECT_FALSE(active(access));
  EXPECT_FALSE(active(refresh_token));
  EXPECT_EQ(asked(access).at(), "gid");
}

TEST_F(Tokens, S14_a_grant_that_is_gone_has_no_tokens) {
  const Draft draft{.typ = "at+jwt",
                    .issuer = kIssuer,
                    .subject = "usr_ann",
                    .audience = {kApi},
                    .issued_at = whole_seconds(house.now()),
                    .expires_at = whole_seconds(house.now()) + minutes(5),
                    .id = "1",
                    .claims = {{"client_id", "orders"}, {"scope", "openid"}, {"gid", "gr_swept"}, {"rev", 0}}};
  const auto text = *sign(draft, *house.config().signing_key(Alg::ES256));
  EXPECT_FALSE(active(text));
  EXPECT_EQ(asked(text).at(), "gid");
}

TEST_F(Tokens, S15_expiry_is_checked_at_use) {
  house.pass(seconds(299));
  EXPECT_TRUE(active(access));
  EXPECT_TRUE(asked(access).reply);
  house.pass(seconds(1));
  EXPECT_FALSE(active(access));
  EXPECT_EQ(asked(access).code(), "invalid_token");
}

TEST_F(Tokens, a_used_refresh_token_is_inactive) {
  auto tokens = house.tokens(house.call(token, refresh_request(refresh_token)));
  EXPECT_FALSE(active(refresh_token));
  EXPECT_TRUE(active(tokens["refresh_token"]));
}

TEST_F(Tokens, S30_a_token_of_another_realm_is_inactive) {
  house.config().issuer = "https://id.example.com/r/other";
  house.config().access_verifier = make_access_verifier(house.config());
  EXPECT_FALSE(active(access));
  EXPECT_EQ(asked(access).code(), "invalid_token");
}

TEST_F(Tokens, S13_a_token_made_before_a_fact_was_applied_is_refused_later) {
  // A minter that lags writes an older rev: the fact overtakes it.
  house.apply(FactKind::subject, "usr_bob");
  EXPECT_TRUE(active(access));
  house.apply(FactKind::subject, "usr_ann");
  auto fresh = log_in_and_redeem(house);
  EXPECT_EQ(*house.access_claims(fresh.tokens["access_token"]).get<std::int64_t>("rev"), 2);
  EXPECT_TRUE(active(fresh.tokens["access_token"]));
  EXPECT_FALSE(active(access));
}

// ── introspection as a JWT ──

struct SignedIntrospection : Tokens {
  Answer told_as(const std::string& accept, const std::string& text, std::string_view client = "api") {
    auto request = with_basic(post({{"token", text}}), client);
    request.headers.accept = accept;
    return house.call(introspect, request);
  }
  static bool is_jwt(const Answer& answer) { return std::holds_alternative<IntrospectionJwt>(answer.reply->body); }
  Result<introspection_response::Verified> verified(const Answer& answer, std::string_view audience = "api") {
    const auto text = introspection_response::issue(std::get<IntrospectionJwt>(answer.reply->body).draft,
                                                    *house.config().signing_key(kAccessTokenAlg));
    EXPECT_TRUE(text);
    return introspection_response::verify(
        *text, house.config().published,
        {.issuer = kIssuer, .audience = std::string(audience), .algs = {kAccessTokenAlg}}, whole_seconds(house.now()));
  }
};

constexpr const char* kAsJwt = "application/token-introspection+jwt";

TEST_F(SignedIntrospection, says_the_same_to_whom_it_is_for) {
  const auto answer = told_as(kAsJwt, access);
  ASSERT_TRUE(answer.reply && is_jwt(answer));
  const auto response = verified(answer);
  ASSERT_TRUE(response) << error_name(response.error().code) << response.error().at;
  EXPECT_TRUE(response->active());
  EXPECT_EQ(response->json(), told(access, "api"));
  EXPECT_EQ(response->claims().issued_at(), whole_seconds(house.now()));
  EXPECT_FALSE(response->claims().has("exp") || response->claims().has("sub"));
  EXPECT_EQ(verified(answer, "orders").error().code, Err::claim_mismatch);
  EXPECT_TRUE(verified(told_as(kAsJwt, refresh_token, "orders"), "orders")->active());
}

TEST_F(SignedIntrospection, S12_of_what_is_inactive_it_says_that_alone) {
  for (const auto& text : {std::string("x"), access + "A", in.tokens["id_token"], refresh_token}) {
    const auto answer = told_as(kAsJwt, text);
    ASSERT_TRUE(answer.reply && is_jwt(answer));
    const auto response = verified(answer);
    ASSERT_TRUE(response);
    EXPECT_FALSE(response->active());
    EXPECT_EQ(response->json(), kInactive);
  }
}

TEST_F(SignedIntrospection, S14_it_obeys_facts_at_once) {
  EXPECT_TRUE(verified(told_as(kAsJwt, access))->active());
  house.apply(FactKind::subject, "usr_ann");
  EXPECT_FALSE(verified(told_as(kAsJwt, access))->active());
}

TEST_F(SignedIntrospection, S11_it_is_no_access_token) {
  const auto text = introspection_response::issue(std::get<IntrospectionJwt>(told_as(kAsJwt, access).reply->body).draft,
                                                  *house.config().signing_key(kAccessTokenAlg));
  ASSERT_TRUE(text);
  EXPECT_EQ(told(*text), kInactive);
  EXPECT_EQ(asked(*text).code(), "invalid_token");
}

TEST_F(SignedIntrospection, is_told_to_whom_asks_for_it) {
  for (const char* accept :
       {"application/token-introspection+jwt", "Application/Token-Introspection+JWT",
        "application/json, application/token-introspection+jwt", "\tapplication/token-introspection+jwt ;q=0.9,*/*"})
    EXPECT_TRUE(is_jwt(told_as(accept, access))) << accept;
  for (const char* accept : {"", "*/*", "application/*", "application/json", "application/jwt", ",", ";", " , ",
                             "application/token-introspection+jwts", "token-introspection+jwt", "application/token"})
    EXPECT_FALSE(is_jwt(told_as(accept, access))) << accept;
}

TEST_F(SignedIntrospection, needs_a_client_with_a_secret) {
  auto request = post({{"token", access}, {"client_id", "spa"}});
  request.headers.accept = kAsJwt;
  EXPECT_EQ(house.call(introspect, request).code(), "invalid_client");
}

// ── revocation ──

TEST_F(Tokens, revoking_a_refresh_token_ends_the_grant_and_its_access_tokens) {
  const auto answer = revoked(refresh_token);
  ASSERT_TRUE(answer.reply);
  EXPECT_TRUE(std::holds_alternative<Empty>(answer.reply->body));
  ASSERT_EQ(answer.facts.size(), 1u);
  EXPECT_EQ(answer.facts[0].kind, FactKind::grant);
  EXPECT_FALSE(active(access));
  EXPECT_FALSE(active(refresh_token));
  EXPECT_EQ(asked(access).code(), "invalid_token");
  EXPECT_EQ(house.call(token, refresh_request(refresh_token)).code(), "invalid_grant");
  // again: nothing more happens
  EXPECT_TRUE(revoked(refresh_token).reply);
  EXPECT_TRUE(revoked(refresh_token).facts.empty());
}

TEST_F(Tokens, revoking_an_access_token_ends_that_one_only) {
  const auto answer = revoked(access);
  ASSERT_TRUE(answer.reply);
  ASSERT_EQ(answer.facts.size(), 1u);
  EXPECT_EQ(answer.facts[0].kind, FactKind::jti);
  EXPECT_FALSE(active(access));
  EXPECT_TRUE(active(refresh_token));
  EXPECT_TRUE(revoked(access).facts.empty());
}

TEST_F(Tokens, another_clients_token_cannot_be_revoked) {
  EXPECT_EQ(revoked(access, "legacy").code(), "invalid_grant");
  EXPECT_EQ(revoked(refresh_token, "legacy").code(), "invalid_grant");
  EXPECT_EQ(revoked(access, "api").code(), "invalid_grant");
  EXPECT_TRUE(active(access));
  EXPECT_TRUE(active(refresh_token));
}

TEST_F(Tokens, revoking_what_is_unknown_is_done_already) {
  for (const auto& text : {std::string("x"), std::string("a.b.c"), refresh_token + "A", access + "A"}) {
    const auto answer = revoked(text);
    EXPECT_TRUE(answer.reply) << text;
    EXPECT_EQ(answer.transactions, 0) << text;
  }
  house.pass(minutes(6));
  EXPECT_TRUE(revoked(access).reply);
  EXPECT_EQ(house.call(revoke, with_basic(post({}))).code(), "invalid_request");
  EXPECT_EQ(house.call(revoke, post({{"token", access}})).code(), "invalid_client");
}

TEST_F(Tokens, an_id_token_cannot_be_revoked) {
  EXPECT_EQ(revoked(in.tokens["id_token"]).code(), "unsupported_token_type");
}

TEST_F(Tokens, a_public_client_revokes_its_own) {
  auto request = with(code_request(house.sealed(house.code(in.session, "spa", {"openid"}))), "client_id", "spa");
  request.headers.authorization.clear();
  auto tokens = house.tokens(house.call(token, request));
  const auto answer = house.call(revoke, post({{"token", tokens["refresh_token"]}, {"client_id", "spa"}}));
  EXPECT_TRUE(answer.reply);
  EXPECT_EQ(answer.facts.size(), 1u);
}

// ── userinfo ──

TEST_F(Tokens, userinfo_tells_what_the_scopes_cover) {
  const auto answer = asked(access);
  ASSERT_TRUE(answer.reply) << answer.code() << answer.at();
  const auto& json = answer.json();
  EXPECT_EQ(member(json, "sub"), R"("usr_ann")");
  EXPECT_EQ(member(json, "name"), R"("ann Example")");
  EXPECT_EQ(member(json, "preferred_username"), R"("ann")");
  EXPECT_EQ(member(json, "email"), R"("ann@example.com")");
  EXPECT_EQ(member(json, "email_verified"), "true");
  EXPECT_EQ(member(json, "roles"), R"(["boss","clerk"])");

  auto bare = log_in_and_redeem(house, {"openid"});
  const auto& little = asked(bare.tokens["access_token"]).json().body;
  EXPECT_EQ(little, R"({"sub":"usr_ann"})");
}

TEST_F(Tokens, userinfo_takes_the_token_from_header_or_form_and_from_one_only) {
  EXPECT_TRUE(house.call(userinfo, with_bearer(post({}), access)).reply);
  EXPECT_TRUE(house.call(userinfo, post({{"access_token", access}})).reply);
  EXPECT_EQ(house.call(userinfo, with_bearer(post({{"access_token", access}}), access)).code(), "invalid_request");
  EXPECT_EQ(house.call(userinfo, get({{"access_token", access}})).code(), "invalid_request");
  EXPECT_EQ(house.call(userinfo, with_bearer(get({{"access_token", access}}), access)).code(), "invalid_request");
  EXPECT_EQ(house.call(userinfo, get({})).code(), "missing_token");
  EXPECT_EQ(house.call(userinfo, with_basic(get({}))).code(), "missing_token");
  EXPECT_EQ(asked("x").code(), "invalid_token");
  EXPECT_EQ(asked(in.tokens["id_token"]).code(), "invalid_token");
}

TEST_F(Tokens, userinfo_needs_the_scope_openid) {
  auto plain = log_in_and_redeem(house, {"orders", "profile"});
  EXPECT_EQ(asked(plain.tokens["access_token"]).code(), "insufficient_scope");
  auto service = house.tokens(house.call(token, credentials_request()));
  EXPECT_EQ(asked(service["access_token"]).code(), "insufficient_scope");
}

}  // namespace
}  // namespace tessera::issuer::test
