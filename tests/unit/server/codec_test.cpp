#include "issuer/model/codec.hpp"

#include <gtest/gtest.h>

namespace tessera::issuer {
namespace {

Client full_client() {
  Client client;
  client.id = ClientId("web");
  client.name = "Wéb \"1\"";
  client.enabled = false;
  client.auth = ClientAuth::client_secret_post;
  client.secret_digests = {"a", "b"};
  client.sealed_secret = "asealed";
  client.jwks = R"({"keys":[]})";
  client.grant_types = {GrantType::client_credentials, GrantType::refresh_token, GrantType::authorization_code,
                        GrantType::token_exchange, GrantType::jwt_bearer};
  client.redirect_uris = {"https://a.example/cb?x=1"};
  client.post_logout_redirect_uris = {"https://a.example/"};
  client.backchannel_logout_uri = "https://a.example/told";
  client.frontchannel_logout_uri = "https://a.example/framed";
  client.scopes = {"openid", "x"};
  client.access = {{"https://z.example", {"*"}}, {"https://a.example", {"p", "q"}}};
  client.roles = {"r"};
  client.acts_as = {"https://a.example"};
  client.party = Party::third;
  client.scope_need = ScopeNeed::none;
  client.require_pkce = false;
  client.id_token_alg = Alg::Ed25519;
  client.jwks_uri = "https://a.example/jwks";
  client.subject_type = SubjectType::pairwise;
  client.sector_identifier_uri = "https://a.example/sector";
  client.dpop_bound_access_tokens = true;
  client.require_pushed_authorization_requests = true;
  client.require_signed_request_object = true;
  client.vouched_for = false;
  client.token_endpoint_auth_signing_alg = Alg::ES256;
  client.request_object_signing_alg = Alg::PS256;
  client.request_uris = {"https://a.example/request"};
  return client;
}

TEST(codec, what_is_printed_reads_back_the_same) {
  const Realm realm{RealmId("r"), "Realm",        Lifetimes{.code = seconds(7), .refresh_max = seconds(8)},
                    true,         DpopNonce::off, true,
                    true};
  const ResourceServer server{"https://a.example", "A", {"p", "q"}, {{"s", {"p"}}, {"t", {}}}};
  const Role role{"manager", {{"https://a.example", {"p"}}}};
  const Group group{"sales", {"manager", "viewer"}};
  EXPECT_EQ(parse_realm(print(realm)).value(), realm);
  EXPECT_EQ(parse_resource_server(print(server)).value(), server);
  EXPECT_EQ(parse_role(print(role)).value(), role);
  EXPECT_EQ(parse_group(print(group)).value(), group);
  const TrustedIssuer trusted{"https://idp.example", R"({"keys":[]})", "mail", UserBy::id, {"a", "b"}};
  EXPECT_EQ(parse_trusted_issuer(print(trusted)).value(), trusted);
  EXPECT_EQ(parse_client(print(full_client())).value(), full_client());
  const issuer::Profile profile{{{"nickname", "Ally"}}, {{"country", "DE"}}, true};
  EXPECT_EQ(issuer::parse_profile(print(profile)).value(), profile);
  EXPECT_EQ(issuer::parse_profile("{}").value(), issuer::Profile{});
  EXPECT_EQ(parse_client(print(Client{})).value(), Client{});
}

TEST(codec, an_algorithm_is_one_that_there_is_or_none) {
  EXPECT_EQ(parse_client(R"({"id":"x","request_object_signing_alg":""})").value().request_object_signing_alg,
            std::nullopt);
  for (const char* wrong : {R"("none")", R"("")", "null", "1"})
    EXPECT_EQ(parse_client(R"({"id":"x","request_object_signing_alg":)" + std::string(wrong) + "}").has_value(),
              std::string_view(wrong) == R"("")")
        << wrong;
}

TEST(codec, the_first_access_stays_the_first) {
  EXPECT_EQ(parse_client(print(full_client())).value().access.front().audience, "https://z.example");
}

TEST(codec, a_missing_member_takes_its_default_and_an_unknown_one_is_left_alone) {
  const auto client = parse_client(R"({"id":"x","of_the_next_version":[1]})").value();
  Client expected;
  expected.id = ClientId("x");
  EXPECT_EQ(client, expected);
}

TEST(codec, a_member_of_a_wrong_kind_is_named) {
  for (const auto* text : {R"({"auth":"magic"})", R"({"auth":1})"}) {
    const auto client = parse_client(text);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error(), (Error{Err::malformed, "auth"}));
  }
  EXPECT_EQ(parse_trusted_issuer(R"({"user_by":"mail"})").error(), (Error{Err::malformed, "user_by"}));
  EXPECT_EQ(parse_role(R"({"permissions":{"a":"b"}})").error(), (Error{Err::malformed, "permissions"}));
  EXPECT_EQ(parse_realm(R"({"lifetimes":{"code":"60"}})").error(), (Error{Err::malformed, "lifetimes"}));
  EXPECT_EQ(parse_group("[]").error().code, Err::bad_json);
}

}  // namespace
}  // namespace tessera::issuer
