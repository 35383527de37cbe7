// The token endpoint before its grants, and client credentials.
#include <gtest/gtest.h>

#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

struct Token : testing::Test {
  House house;
  std::string refused(const Request& request) { return house.call(token, request).code(); }
};

TEST_F(Token, client_credentials_give_an_access_token_alone_and_touch_no_store) {
  const auto answer = house.call(token, credentials_request());
  ASSERT_TRUE(answer.reply) << answer.code() << " " << answer.at();
  EXPECT_EQ(answer.transactions, 0);
  auto tokens = house.tokens(answer);
  EXPECT_FALSE(tokens.contains("refresh_token"));
  EXPECT_FALSE(tokens.contains("id_token"));
  EXPECT_EQ(tokens["scope"], "orders");
  const auto claims = house.access_claims(tokens["access_token"]);
  EXPECT_EQ(claims.subject(), "service");
  EXPECT_EQ(*claims.get<std::string>("client_id"), "service");
  EXPECT_EQ(*claims.get<std::vector<std::string>>("roles"), std::vector<std::string>{"boss"});
  EXPECT_EQ(*claims.get<std::vector<std::string>>("permissions"), std::vector<std::string>{"orders:read"});
  for (const char* name : {"sid", "gid", "auth_time"}) EXPECT_FALSE(claims.has(name)) << name;
}

TEST_F(Token, client_credentials_scope_and_resource_are_checked) {
  EXPECT_EQ(refused(with(credentials_request(), "scope", "orders.write")), "invalid_scope");
  EXPECT_EQ(refused(with(credentials_request(), "scope", "unknown")), "invalid_scope");
  EXPECT_EQ(refused(with(credentials_request(), "resource", kStock)), "invalid_target");
  EXPECT_EQ(refused(with(credentials_request(), "resource", "https://api.example.com/")), "invalid_target");
  EXPECT_TRUE(house.call(token, with(credentials_request(), "resource", kApi)).reply);
  EXPECT_EQ(refused(with_basic(post({{"grant_type", "client_credentials"}, {"resource", kApi}, {"resource", kApi}}),
                               "service")),
            "invalid_target");
  house.client("service").scopes = {"openid", "orders"};
  EXPECT_EQ(refused(with(credentials_request(), "scope", "openid")), "invalid_scope");
  house.client("service").scopes = {"gone"};
  EXPECT_EQ(refused(with(credentials_request(), "scope", "gone")), "invalid_scope");
}

TEST_F(Token, a_client_without_a_resource_server_gets_a_token_for_the_issuer_without_rights) {
  house.client("service").access.clear();
  auto tokens = house.tokens(house.call(token, credentials_request()));
  const auto claims = house.access_claims(tokens["access_token"]);
  EXPECT_EQ(claims.audience(), std::vector<std::string_view>{kIssuer});
  EXPECT_TRUE(claims.get<std::vector<std::string>>("permissions")->empty());
}

TEST_F(Token, S14_a_fact_that_comes_while_a_token_is_made_is_above_its_rev) {
  Ctx ctx(std::make_shared<Snapshot>(house.config()), house.config().facts->applied(), house.now(), house.limits(),
          house.remote_keys(), house.registered(), [](std::span<std::byte> out) { crypto::random(out); });
  house.apply(FactKind::client, "service");
  Answer answer;
  answer.reply = *token(credentials_request(), ctx);
  const auto text = house.tokens(answer)["access_token"];
  EXPECT_EQ(*house.access_claims(text).get<std::int64_t>("rev"), 0);
  EXPECT_EQ(house.call(introspect, with_basic(post({{"token", text}}), "api")).json().body, R"({"active":false})");
}

TEST_F(Token, without_a_signing_key_it_says_to_come_back) {
  house.config().signing.clear();
  EXPECT_EQ(refused(credentials_request()), "temporarily_unavailable");
}

TEST_F(Token, a_public_client_has_no_credentials) {
  house.client("spa").grant_types = {GrantType::client_credentials};
  EXPECT_EQ(refused(post({{"grant_type", "client_credentials"}, {"client_id", "spa"}})), "unauthorized_client");
}

TEST_F(Token, grant_type_is_known_and_the_clients) {
  EXPECT_EQ(refused(with_basic(post({}))), "invalid_request");
  for (const char* type :
       {"password", "implicit", "Authorization_Code", "urn:ietf:params:oauth:grant-type:saml2-bearer"})
    EXPECT_EQ(refused(with_basic(post({{"grant_type", type}}))), "unsupported_grant_type") << type;
  EXPECT_EQ(refused(with_basic(credentials_request(), "orders")), "unauthorized_client");
  EXPECT_EQ(refused(with_basic(post({{"grant_type", "authorization_code"}}))), "invalid_request");
  EXPECT_EQ(refused(with_basic(post({{"grant_type", "refresh_token"}}))), "invalid_request");
}

TEST_F(Token, S03_duplicate_parameters_are_refused_on_every_endpoint_of_the_token_side) {
  const Request twice =
      with_basic(post({{"grant_type", "client_credentials"}, {"scope", "orders"}, {"scope", "orders"}}), "service");
  EXPECT_EQ(refused(twice), "invalid_request");
  // also when both are empty or unknown to us
  EXPECT_EQ(refused(with_basic(post({{"grant_type", "client_credentials"}, {"x", ""}, {"x", ""}}), "service")),
            "invalid_request");
  for (const Endpoint endpoint : {introspect, revoke}) {
    EXPECT_EQ(house.call(endpoint, with_basic(post({{"token", "a"}, {"token", "a"}}))).code(), "invalid_request");
  }
  EXPECT_EQ(house.call(userinfo, post({{"access_token", "a"}, {"access_token", "a"}})).code(), "invalid_request");
  EXPECT_EQ(house.call(userinfo, get({{"x", "a"}, {"x", "b"}})).code(), "invalid_request");
}

struct ClientAuthentication : Token {
  // Against introspection's rule the token endpoint says most.
  Request bare() { return post({{"grant_type", "client_credentials"}}); }
  Request header(const std::string& text) {
    Request request = bare();
    request.headers.authorization = text;
    return request;
  }
};

TEST_F(ClientAuthentication, basic_is_form_urlencoded_first) {
  EXPECT_TRUE(house.call(token, with_basic(bare(), "service")).reply);
  std::string encoded;
  for (const char c : std::string(kSecret)) {
    constexpr char kHex[] = "0123456789ABCDEF";
    encoded += {'%', kHex[static_cast<unsigned char>(c) >> 4], kHex[c & 15]};
  }
  EXPECT_TRUE(house.call(token, header(basic("service", encoded))).reply);
  // the scheme has no case; more than one space may follow
  const auto good = basic("service", encoded).substr(6);
  EXPECT_TRUE(house.call(token, header("bASIC  " + good)).reply);
}

TEST_F(ClientAuthentication, malformed_basic_is_refused) {
  const auto good = with_basic(bare(), "service").headers.authorization;
  for (const auto& text :
       {std::string("Basic"), std::string("Basic "), std::string("Basic !!!!"), "Bearer " + good.substr(6), good + "=",
        good + " ", good.substr(0, good.size() - 1), good + "AAAA", basic("service", "%zz"), basic("service", "%"),
        std::string("Basic c2VydmljZQ=="), "Basic " + std::string(8192, 'A')})
    EXPECT_EQ(refused(header(text)), "invalid_client") << text;
}

TEST_F(ClientAuthentication, wrong_secret_unknown_client_disabled_client_and_wrong_method_look_the_same) {
  EXPECT_EQ(refused(with_basic(bare(), "service", "wrong")), "invalid_client");
  EXPECT_EQ(refused(with_basic(bare(), "service", "")), "invalid_client");
  EXPECT_EQ(refused(with_basic(bare(), "nobody")), "invalid_client");
  EXPECT_EQ(refused(with_basic(bare(), "")), "invalid_client");
  EXPECT_EQ(refused(with_basic(bare(), "SERVICE")), "invalid_client");
  // post where basic is registered, basic where post is, nothing where a secret is, a secret where none is
  EXPECT_EQ(refused(with(with(bare(), "client_id", "service"), "client_secret", kSecret)), "invalid_client");
  EXPECT_EQ(refused(with_basic(bare(), "third")), "invalid_client");
  EXPECT_EQ(refused(with(bare(), "client_id", "service")), "invalid_client");
  EXPECT_EQ(refused(with(with(bare(), "client_id", "spa"), "client_secret", kSecret)), "invalid_client");
  EXPECT_EQ(refused(bare()), "invalid_client");
  house.client("service").enabled = false;
  EXPECT_EQ(refused(with_basic(bare(), "service")), "invalid_client");
}

TEST_F(ClientAuthentication, a_client_without_a_digest_is_never_let_in) {
  house.client("service").secret_digests.clear();
  EXPECT_EQ(refused(with_basic(bare(), "service", "")), "invalid_client");
  EXPECT_EQ(refused(with_basic(bare(), "service")), "invalid_client");
}

TEST_F(ClientAuthentication, two_secrets_are_good_while_one_is_changed) {
  auto& digests = house.client("service").secret_digests;
  digests.insert(digests.begin(), std::string(43, 'B'));
  EXPECT_TRUE(house.call(token, with_basic(bare(), "service")).reply);
}

TEST_F(ClientAuthentication, more_than_one_method_is_refused) {
  const auto request = with_basic(bare(), "service");
  EXPECT_EQ(refused(with(request, "client_secret", kSecret)), "invalid_request");
  EXPECT_EQ(refused(with(request, "client_id", "orders")), "invalid_request");
  EXPECT_TRUE(house.call(token, with(request, "client_id", "service")).reply);
}

TEST_F(ClientAuthentication, by_post_and_by_none) {
  house.client("third").grant_types = {GrantType::client_credentials};
  const auto by_post = with(with(bare(), "client_id", "third"), "client_secret", kSecret);
  EXPECT_TRUE(house.call(token, by_post).reply);
  EXPECT_EQ(refused(with(by_post, "client_secret", "wrong")), "invalid_client");
  const auto session = house.log_in("usr_ann");
  auto request = with(code_request(house.sealed(house.code(session, "spa", {"openid"}))), "client_id", "spa");
  request.headers.authorization.clear();
  EXPECT_TRUE(house.call(token, request).reply);
}

}  // namespace
}  // namespace tessera::issuer::test
