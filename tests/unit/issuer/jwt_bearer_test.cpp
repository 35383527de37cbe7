// JWT bearer assertions as grants (RFC 7523 section 2.1).
#include <gtest/gtest.h>

#include "base/base64url.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

using Names = std::vector<std::string>;

constexpr const char* kGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr const char* kIdp = "https://idp.example.com";
constexpr const char* kInactive = R"({"active":false})";

const PrivateKey& key_of(std::string_view whose) {
  static const auto made = [] { return *PrivateKey::generate(Alg::ES256, {.kid = "idp", .alg = Alg::ES256}); };
  static const PrivateKey idp = made(), foreign = made();
  return whose == "idp" ? idp : foreign;
}

struct JwtBearer : testing::Test {
  JwtBearer() {
    house.client("orders").grant_types.push_back(GrantType::jwt_bearer);
    trust({.issuer = kIdp, .jwks = jwks(std::array{key_of("idp").public_key()}), .clients = {"orders"}});
  }

  void trust(const TrustedIssuer& rule) {
    house.config().trusted_issuers.erase(rule.issuer);
    house.config().trusted_issuers.emplace(rule.issuer, *make_trust(house.config(), rule));
  }
  TrustedIssuer& rule() { return house.config().trusted_issuers.at(kIdp).rule; }

  Draft draft() {
    return {.typ = "JWT",
            .issuer = kIdp,
            .subject = "ann",
            .audience = {kIssuer},
            .issued_at = whole_seconds(house.now()),
            .expires_at = whole_seconds(house.now()) + minutes(1),
            .id = "jti-" + std::to_string(next_++)};
  }
  static Request request(const std::string& assertion, std::string_view client = "orders") {
    return with_basic(post({{"grant_type", kGrant}, {"assertion", assertion}}), client);
  }
  Answer asked(const Draft& draft, std::string_view key = "idp") {
    return house.call(token, request(*sign(draft, key_of(key))));
  }
  std::string refused(const Answer& answer) { return answer.reply ? "none" : answer.code() + " " + answer.at(); }
  std::string why(const Answer& answer) { return answer.refusal ? answer.refusal->why : "none"; }
  bool active(const std::string& text) {
    return house.call(introspect, with_basic(post({{"token", text}}), "api")).json().body != kInactive;
  }

  House house;
  int next_ = 0;
};

TEST_F(JwtBearer, gives_a_token_for_whom_the_assertion_names_and_no_session) {
  const auto answer = asked(draft());
  ASSERT_TRUE(answer.reply) << refused(answer) << answer.refusal->why;
  auto tokens = house.tokens(answer);
  EXPECT_FALSE(tokens.contains("refresh_token"));
  EXPECT_FALSE(tokens.contains("id_token"));
  EXPECT_EQ(tokens["scope"], "orders orders.write");
  const auto claims = house.access_claims(tokens["access_token"]);
  EXPECT_EQ(claims.subject(), "usr_ann");
  EXPECT_EQ(*claims.get<std::string>("client_id"), "orders");
  EXPECT_EQ(claims.audience(), std::vector<std::string_view>{kApi});
  EXPECT_EQ(*claims.get<Names>("permissions"), (Names{"orders:read", "orders:write"}));
  EXPECT_EQ(*claims.get<Names>("roles"), (Names{"boss", "clerk"}));
  for (const char* name : {"sid", "gid", "auth_time", "act"}) EXPECT_FALSE(claims.has(name)) << name;
  EXPECT_TRUE(active(tokens["access_token"]));
}

TEST_F(JwtBearer, the_rule_says_which_claim_names_the_person) {
  TrustedIssuer by_id = rule();
  by_id.user_claim = "person";
  by_id.user_by = UserBy::id;
  trust(by_id);
  Draft said = draft();
  said.subject = "somebody else's number";
  said.claims = {{"person", "usr_bob"}};
  EXPECT_EQ(house.access_claims(house.tokens(asked(said))["access_token"]).subject(), "usr_bob");
  said.claims = {{"person", "bob"}};  // a name is no id
  EXPECT_EQ(refused(asked(said)), "invalid_grant user");
  said.claims = {{"person", 7}};
  EXPECT_EQ(refused(asked(said)), "invalid_grant assertion");
  EXPECT_EQ(refused(asked(draft())), "invalid_grant assertion");  // says nothing of the sort
  by_id.user_by = UserBy::username;
  trust(by_id);
  said.claims = {{"person", "bob"}};
  said.id = "of another assertion";
  EXPECT_TRUE(asked(said).reply);
  said.claims = {{"person", "BOB"}};  // may be somebody else there
  EXPECT_EQ(refused(asked(said)), "invalid_grant user");
  said.claims = {{"person", "usr_bob"}};
  EXPECT_EQ(refused(asked(said)), "invalid_grant user");
}

TEST_F(JwtBearer, what_is_no_name_reaches_no_statement) {
  for (const auto by : {UserBy::username, UserBy::id}) {
    TrustedIssuer changed = rule();
    changed.user_by = by;
    trust(changed);
    for (const auto& name : {std::string("usr_bob\0", 8), std::string("usr_\tbob"), std::string(300, 'x')}) {
      Draft said = draft();
      said.subject = name;
      EXPECT_EQ(refused(asked(said)), "invalid_grant user") << name;
    }
  }
}

TEST_F(JwtBearer, one_client_uses_up_only_so_many_at_once) {
  while (house.limits().take(LimitKind::used_once, "\norders", house.now())) {
  }
  EXPECT_EQ(asked(draft()).code(), "slow_down");
  house.pass(seconds(1));
  EXPECT_TRUE(asked(draft()).reply);
}

TEST_F(JwtBearer, the_audience_of_a_strict_realm_is_its_issuer) {
  Draft said = draft();
  said.audience = {std::string(kIssuer) + "/token"};
  EXPECT_TRUE(asked(said).reply);
  house.config().realm.strict_assertion_audience = true;
  trust(TrustedIssuer(rule()));
  said.id = "another";
  EXPECT_EQ(refused(asked(said)), "invalid_grant assertion");
  EXPECT_TRUE(asked(draft()).reply);
}

TEST_F(JwtBearer, the_user_exists_and_is_enabled) {
  Draft said = draft();
  for (const char* name : {"nobody", " ann", "orders", "usr_ann"}) {
    said.subject = name;
    EXPECT_EQ(refused(asked(said)), "invalid_grant user") << name;
  }
  User ann = house.user("usr_ann");
  ann.enabled = false;
  house.update(ann);
  EXPECT_EQ(refused(asked(draft())), "invalid_grant user");
}

TEST_F(JwtBearer, the_client_is_one_that_may) {
  const auto assertion = *sign(draft(), key_of("idp"));
  EXPECT_EQ(house.call(token, request(assertion, "legacy")).code(), "unauthorized_client");
  house.client("legacy").grant_types.push_back(GrantType::jwt_bearer);
  EXPECT_EQ(refused(house.call(token, request(assertion, "legacy"))), "invalid_grant assertion");
  house.client("orders").party = Party::third;
  EXPECT_EQ(refused(house.call(token, request(assertion))), "unauthorized_client client_id");
  house.client("orders").party = Party::first;
  house.client("spa").grant_types = {GrantType::jwt_bearer};
  auto by_none = with(request(assertion), "client_id", "spa");
  by_none.headers.authorization.clear();
  EXPECT_EQ(refused(house.call(token, by_none)), "unauthorized_client client_id");
  EXPECT_EQ(house.call(token, with_basic(request(assertion), "orders", "wrong")).code(), "invalid_client");
  EXPECT_EQ(refused(house.call(token, without(request(assertion), "assertion"))), "invalid_request assertion");
  // and none of this has used it up
  EXPECT_TRUE(house.call(token, request(assertion)).reply);
}

TEST_F(JwtBearer, scope_and_resource_are_the_clients) {
  const auto asks = [&](const char* name, const char* value) {
    return house.call(token, with(request(*sign(draft(), key_of("idp"))), name, value));
  };
  EXPECT_EQ(refused(asks("scope", "stock")), "invalid_scope scope");
  EXPECT_EQ(refused(asks("resource", kStock)), "invalid_target resource");
  const auto answer = asks("scope", "openid orders");
  EXPECT_EQ(member(answer.json(), "scope"), R"("openid orders")");
  EXPECT_TRUE(house.call(userinfo, with_bearer(get({}), house.tokens(answer)["access_token"])).reply);
}

TEST_F(JwtBearer, the_audience_is_us_alone) {
  Draft said = draft();
  said.audience = {std::string(kIssuer) + "/token"};
  EXPECT_TRUE(asked(said).reply);
  for (const Names& audience : {Names{"https://elsewhere.example"}, Names{std::string(kIssuer) + "/"}, Names{},
                                Names{kIssuer, "https://elsewhere.example"}, Names{kApi}}) {
    said = draft();
    said.audience = audience;
    EXPECT_EQ(refused(asked(said)), "invalid_grant assertion");
  }
}

TEST_F(JwtBearer, its_time_is_now_and_not_far_ahead) {
  const auto at = [&](seconds issued, seconds expires) {
    Draft said = draft();
    said.issued_at = whole_seconds(house.now()) + issued;
    said.expires_at = whole_seconds(house.now()) + expires;
    return refused(asked(said));
  };
  EXPECT_EQ(at(seconds(0), seconds(3600)), "none");
  EXPECT_EQ(at(seconds(0), seconds(3631)), "invalid_grant assertion");
  EXPECT_EQ(at(seconds(-100), seconds(-31)), "invalid_grant assertion");
  EXPECT_EQ(at(seconds(-100), seconds(-29)), "none");
  EXPECT_EQ(at(seconds(29), seconds(60)), "none");
  EXPECT_EQ(at(seconds(31), seconds(60)), "invalid_grant assertion");
  Draft said = draft();
  said.not_before = whole_seconds(house.now()) + seconds(31);
  EXPECT_EQ(refused(asked(said)), "invalid_grant assertion");
}

TEST_F(JwtBearer, S10_an_assertion_serves_once) {
  Draft said = draft();
  const auto assertion = *sign(said, key_of("idp"));
  EXPECT_TRUE(house.call(token, request(assertion)).reply);
  EXPECT_EQ(refused(house.call(token, request(assertion))), "invalid_grant jti");
  // the same id in another assertion, until the first has expired with the leeway of clocks
  said.audience = {std::string(kIssuer) + "/token"};
  EXPECT_EQ(refused(asked(said)), "invalid_grant jti");
  house.pass(seconds(89));
  EXPECT_EQ(refused(house.call(token, request(assertion))), "invalid_grant jti");
  house.pass(seconds(1));
  EXPECT_EQ(refused(house.call(token, request(assertion))), "invalid_grant assertion");
  // without one it cannot be told from another
  said = draft();
  said.id = "";
  EXPECT_EQ(refused(asked(said)), "invalid_grant assertion");
}

TEST_F(JwtBearer, S10_one_issuer_cannot_use_up_anothers_ids) {
  Draft said = draft();
  EXPECT_TRUE(asked(said).reply);
  TrustedIssuer second = rule();
  second.issuer = "https://second.example.com";
  trust(second);
  said.issuer = second.issuer;
  EXPECT_TRUE(asked(said).reply);
}

TEST_F(JwtBearer, S10_what_is_refused_uses_nothing_up) {
  const auto assertion = *sign(draft(), key_of("idp"));
  EXPECT_EQ(house.call(token, with(request(assertion), "scope", "stock")).code(), "invalid_scope");
  EXPECT_EQ(house.call(token, with(request(assertion), "resource", kStock)).code(), "invalid_target");
  User ann = house.user("usr_ann");
  ann.enabled = false;
  house.update(ann);
  EXPECT_EQ(refused(house.call(token, request(assertion))), "invalid_grant user");
  ann.enabled = true;
  house.update(ann);
  EXPECT_TRUE(house.call(token, request(assertion)).reply);
}

TEST_F(JwtBearer, S11_only_the_declared_keys_of_the_issuer_count) {
  EXPECT_EQ(refused(asked(draft(), "foreign")), "invalid_grant assertion");
  Draft said = draft();
  said.issuer = "https://unknown.example.com";
  EXPECT_EQ(why(asked(said)), "not of a trusted issuer");
  said.issuer = "";
  EXPECT_EQ(why(asked(said)), "not of a trusted issuer");
  said = draft();
  said.issuer = std::string(kIdp) + "/";
  EXPECT_EQ(refused(asked(said)), "invalid_grant assertion");
  // another trusted issuer's key
  TrustedIssuer second = rule();
  second.issuer = "https://second.example.com";
  second.jwks = jwks(std::array{key_of("foreign").public_key()});
  trust(second);
  EXPECT_EQ(refused(asked(draft(), "foreign")), "invalid_grant assertion");
  said = draft();
  said.issuer = second.issuer;
  EXPECT_EQ(refused(asked(said)), "invalid_grant assertion");
  EXPECT_TRUE(asked(said, "foreign").reply);
}

TEST_F(JwtBearer, S11_alg_none_hmac_by_the_public_key_and_a_missing_claim_are_refused) {
  const auto good = *sign(draft(), key_of("idp"));
  const auto with_header = [&](std::string_view header) {
    return base64url::encode(header) + good.substr(good.find('.'));
  };
  const auto pem = key_of("idp").public_key().pem();
  const auto confused = SecretKey::from_octets(bytes_of(pem), Alg::HS256, {.kid = "idp"});
  ASSERT_TRUE(confused);
  auto bent = good;
  bent[good.size() / 2] = bent[good.size() / 2] == 'A' ? 'B' : 'A';
  for (const auto& text :
       {with_header(R"({"alg":"none","typ":"JWT"})"),
        with_header(R"({"alg":"none","typ":"JWT"})").substr(0, good.rfind('.')), *sign(draft(), *confused), bent,
        good + "A", std::string("x"), std::string("a.b.c"), std::string(10000, 'a')})
    EXPECT_EQ(refused(house.call(token, request(text))), "invalid_grant assertion") << text.substr(0, 80);
  for (const char* payload :
       {R"({"iss":"https://idp.example.com","sub":"ann","aud":"https://id.example.com","jti":"1"})",
        R"({"iss":"https://idp.example.com","sub":"ann","jti":"1","exp":1800000060})",
        R"({"iss":"https://idp.example.com","aud":"https://id.example.com","jti":"1","exp":1800000060})",
        R"({"iss":["https://idp.example.com"],"sub":"ann","aud":"https://id.example.com","jti":"1","exp":1800000060})"})
    EXPECT_EQ(refused(house.call(token, request(*jws::sign(bytes_of(std::string_view(payload)), key_of("idp"))))),
              "invalid_grant assertion")
        << payload;
  EXPECT_TRUE(house.call(token, request(good)).reply);
}

TEST_F(JwtBearer, tokens_of_other_kinds_are_no_assertions) {
  for (const char* typ : {"at+jwt", "client-authentication+jwt", "logout+jwt", "application/at+jwt"}) {
    Draft said = draft();
    said.typ = typ;
    EXPECT_EQ(why(asked(said)), "another kind of token") << typ;
  }
  for (const char* typ : {"", "jwt", "application/JWT", "authorization-grant+jwt"}) {
    Draft said = draft();
    said.typ = typ;
    EXPECT_TRUE(asked(said).reply) << typ;
  }
}

TEST_F(JwtBearer, S14_the_token_ends_with_the_user_and_with_the_client) {
  const auto text = house.tokens(asked(draft()))["access_token"];
  EXPECT_TRUE(active(text));
  User ann = house.user("usr_ann");
  ann.enabled = false;
  house.update(ann);
  EXPECT_FALSE(active(text));
  ann.enabled = true;
  house.update(ann);
  EXPECT_TRUE(active(text));
  house.client("orders").enabled = false;
  EXPECT_FALSE(active(text));
  house.client("orders").enabled = true;
  house.apply(FactKind::subject, "usr_ann");
  EXPECT_FALSE(active(text));
}

TEST_F(JwtBearer, S14_a_user_who_is_gone_has_no_tokens) {
  const Draft made{.typ = "at+jwt",
                   .issuer = kIssuer,
                   .subject = "usr_gone",
                   .audience = {kApi},
                   .issued_at = whole_seconds(house.now()),
                   .expires_at = whole_seconds(house.now()) + minutes(5),
                   .id = "1",
                   .claims = {{"client_id", "orders"}, {"scope", "openid"}, {"rev", 0}}};
  const auto text = *sign(made, *house.config().signing_key(Alg::ES256));
  EXPECT_FALSE(active(text));
  EXPECT_EQ(house.call(userinfo, with_bearer(get({}), text)).code(), "invalid_token");
}

TEST_F(JwtBearer, without_a_signing_key_it_says_to_come_back) {
  house.config().signing.clear();
  EXPECT_EQ(asked(draft()).code(), "temporarily_unavailable");
}

}  // namespace
}  // namespace tessera::issuer::test
