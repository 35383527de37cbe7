// What the realm says of itself: routes, discovery, keys; and how refusals look.
#include <gtest/gtest.h>

#include <set>

#include "issuer/refusal.hpp"
#include "issuer/user_claims.hpp"
#include "json/json.hpp"
#include "unit/issuer/token_requests.hpp"

namespace tessera::issuer::test {
namespace {

TEST(Routes, every_path_once_and_found) {
  std::set<std::string_view> paths;
  for (const auto& route : routes()) {
    EXPECT_TRUE(paths.insert(route.path).second) << route.path;
    EXPECT_EQ(find_route(route.path), &route);
    EXPECT_EQ(route.takes == Takes::get, route.body_limit == 0) << route.path;
    EXPECT_EQ(route.speaks == Speaks::pages && route.cors != Cors::none, false) << route.path;
  }
  EXPECT_EQ(find_route("/token/"), nullptr);
  EXPECT_EQ(find_route(""), nullptr);
}

TEST(Discovery, tells_what_the_routes_are_and_nothing_untrue) {
  House house;
  const auto answer = house.call(discovery, get({}));
  const auto& json = answer.json();
  EXPECT_EQ(member(json, "issuer"), "\"" + std::string(kIssuer) + "\"");
  for (const auto& route : routes()) {
    if (route.metadata.empty() || route.endpoint == &registration) continue;  // that one where a realm lets clients
    EXPECT_EQ(member(json, route.metadata), "\"" + std::string(kIssuer) + std::string(route.path) + "\"");
  }
  for (const char* name :
       {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "introspection_endpoint",
        "revocation_endpoint", "end_session_endpoint", "device_authorization_endpoint"})
    EXPECT_NE(member(json, name), "") << name;
  EXPECT_EQ(member(json, "response_types_supported"), R"(["code"])");
  EXPECT_EQ(member(json, "response_modes_supported"), R"(["query","fragment","form_post"])");
  EXPECT_EQ(member(json, "grant_types_supported"), R"(["authorization_code","refresh_token","client_credentials",)"
                                                   R"("urn:ietf:params:oauth:grant-type:token-exchange",)"
                                                   R"("urn:ietf:params:oauth:grant-type:jwt-bearer",)"
                                                   R"("urn:ietf:params:oauth:grant-type:device_code"])");
  EXPECT_EQ(member(json, "subject_types_supported"), R"(["public","pairwise"])");
  EXPECT_EQ(member(json, "id_token_signing_alg_values_supported"), R"(["RS256","ES256"])");
  EXPECT_EQ(member(json, "token_endpoint_auth_methods_supported"),
            R"(["client_secret_basic","client_secret_post","private_key_jwt","client_secret_jwt","none"])");
  EXPECT_EQ(member(json, "introspection_endpoint_auth_methods_supported"),
            R"(["client_secret_basic","client_secret_post","private_key_jwt","client_secret_jwt"])");
  EXPECT_EQ(member(json, "introspection_signing_alg_values_supported"), R"(["ES256"])");
  EXPECT_EQ(member(json, "code_challenge_methods_supported"), R"(["S256"])");
  EXPECT_EQ(member(json, "dpop_signing_alg_values_supported"), R"(["ES256","PS256","EdDSA","Ed25519"])");
  EXPECT_EQ(member(json, "authorization_response_iss_parameter_supported"), "true");
  for (const char* name : {"require_signed_request_object", "require_pushed_authorization_requests"})
    EXPECT_EQ(member(json, name), "false") << name;
  for (const char* name :
       {"request_parameter_supported", "request_uri_parameter_supported", "require_request_uri_registration"})
    EXPECT_EQ(member(json, name), "true") << name;
  EXPECT_EQ(member(json, "request_object_signing_alg_values_supported"),
            R"(["RS256","PS256","ES256","EdDSA","Ed25519"])");
  EXPECT_EQ(member(json, "claims_parameter_supported"), "true");
  for (const auto& claim : user_claims()) {
    EXPECT_TRUE(member(json, "claims_supported").contains("\"" + std::string(claim.name) + "\"")) << claim.name;
    EXPECT_TRUE(member(json, "scopes_supported").contains("\"" + std::string(claim.scope) + "\"")) << claim.scope;
  }
  EXPECT_EQ(member(json, "registration_endpoint"), "");
  EXPECT_EQ(answer.transactions, 0);
}

TEST(Discovery, names_the_authentication_that_each_endpoint_takes) {
  House house;
  const auto answer = house.call(discovery, get({}));
  for (const auto& route : routes()) {
    const auto methods = member(answer.json(), std::string(route.metadata) + "_auth_methods_supported");
    const auto algs = member(answer.json(), std::string(route.metadata) + "_auth_signing_alg_values_supported");
    if (route.client == ClientRule::as_token) {
      EXPECT_EQ(house.call(route.endpoint, post({})).code(), "invalid_client") << route.path;
    }
    if (route.client == ClientRule::none || route.client == ClientRule::as_token) {
      EXPECT_EQ(methods + algs, "") << route.path;
      continue;
    }
    const bool any = route.client == ClientRule::any;
    EXPECT_EQ(methods.ends_with(R"("none"])"), any) << route.path;
    for (const char* method : {"client_secret_basic", "client_secret_post", "private_key_jwt", "client_secret_jwt"})
      EXPECT_NE(methods.find(method), std::string::npos) << route.path;
    EXPECT_EQ(algs, R"(["RS256","PS256","ES256","EdDSA","Ed25519","HS256"])") << route.path;
    EXPECT_EQ(house.call(route.endpoint, post({})).code(), "invalid_client") << route.path;
    EXPECT_NE(house.call(route.endpoint, with_basic(post({}))).code(), "invalid_client") << route.path;
    EXPECT_EQ(house.call(route.endpoint, post({{"client_id", "spa"}})).code() != "invalid_client", any) << route.path;
  }
}

TEST(Discovery, says_what_a_realm_demands_of_requests) {
  House house;
  house.config().realm.require_signed_request_object = true;
  house.config().realm.require_pushed_authorization_requests = true;
  const auto answer = house.call(discovery, get({}));
  EXPECT_EQ(member(answer.json(), "require_signed_request_object"), "true");
  EXPECT_EQ(member(answer.json(), "require_pushed_authorization_requests"), "true");
}

TEST(Jwks, gives_public_keys_only) {
  House house;
  const auto& body = house.call(jwks, get({})).json().body;
  const auto keys = Keys::parse(body);
  ASSERT_TRUE(keys) << body;
  EXPECT_EQ(keys->all().size(), 2u);
  EXPECT_TRUE(keys->skipped().empty());
  for (const auto& key : keys->all()) EXPECT_FALSE(key.info().kid.empty());
}

struct Refusals : testing::Test {
  House house;
  Reply reply(OAuthErr code, std::string_view path, const Request& request = post({})) {
    return reply_to({code, "here", "the secret reason"}, *find_route(path), request, house.config());
  }
  const Json json(OAuthErr code, std::string_view path, const Request& request = post({})) {
    return std::get<Json>(reply(code, path, request).body);
  }
};

TEST_F(Refusals, every_code_has_a_fixed_text_and_never_the_reason) {
  for (int i = 0; i <= static_cast<int>(OAuthErr::server_error); ++i) {
    const auto code = static_cast<OAuthErr>(i);
    const auto told = json(code, "/token");
    EXPECT_EQ(told.status, error_row(code).status);
    EXPECT_EQ(told.body.find("secret reason"), std::string::npos);
    EXPECT_GE(told.status, 400);
    if (code == OAuthErr::missing_token) continue;
    EXPECT_EQ(member(told, "error"), "\"" + std::string(error_row(code).wire) + "\"");
    EXPECT_FALSE(member(told, "error_description").empty());
  }
}

TEST_F(Refusals, a_client_that_tried_the_header_is_challenged) {
  EXPECT_EQ(json(OAuthErr::invalid_client, "/token").www_authenticate, "");
  const auto told = json(OAuthErr::invalid_client, "/token", with_basic(post({})));
  EXPECT_EQ(told.status, 401);
  EXPECT_EQ(told.www_authenticate, R"(Basic realm="https://id.example.com", charset="UTF-8")");
  EXPECT_EQ(json(OAuthErr::invalid_grant, "/token", with_basic(post({}))).www_authenticate, "");
}

TEST_F(Refusals, userinfo_challenges_with_bearer) {
  const auto missing = json(OAuthErr::missing_token, "/userinfo");
  EXPECT_TRUE(missing.www_authenticate.starts_with(R"(Bearer realm="https://id.example.com", DPoP)"));
  EXPECT_FALSE(missing.www_authenticate.contains("error"));
  EXPECT_EQ(missing.body, "{}");
  const auto invalid = json(OAuthErr::invalid_token, "/userinfo");
  EXPECT_EQ(invalid.status, 401);
  EXPECT_NE(invalid.www_authenticate.find(R"(error="invalid_token")"), std::string::npos);
  const auto scope = json(OAuthErr::insufficient_scope, "/userinfo");
  EXPECT_EQ(scope.status, 403);
  EXPECT_NE(scope.www_authenticate.find(R"(error="insufficient_scope")"), std::string::npos);
  EXPECT_NE(scope.www_authenticate.find(R"(scope="openid")"), std::string::npos);
}

TEST_F(Refusals, people_get_a_page) {
  const auto page = std::get<Page>(reply(OAuthErr::bad_redirect_uri, "/authorize", get({})).body);
  EXPECT_EQ(page.status, 400);
  EXPECT_EQ(std::get<ErrorPage>(page.model).code, OAuthErr::bad_redirect_uri);
}

TEST_F(Refusals, a_fault_is_for_later_or_ours) {
  EXPECT_EQ(refusal_of({Err::unavailable, "store"}).code, OAuthErr::temporarily_unavailable);
  EXPECT_EQ(refusal_of({Err::retry, "store"}).code, OAuthErr::temporarily_unavailable);
  EXPECT_EQ(refusal_of({Err::io, "store"}).code, OAuthErr::temporarily_unavailable);
  EXPECT_EQ(refusal_of({Err::malformed, "row"}).code, OAuthErr::server_error);
}

}  // namespace
}  // namespace tessera::issuer::test
