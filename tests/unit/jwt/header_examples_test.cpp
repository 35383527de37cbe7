// What the public headers show at their top, compiled and run. Between the marks stands what they show, word for word:
// tests/examples/run compares.
#include <gtest/gtest.h>

#include "tessera/client_assertion.hpp"
#include "tessera/introspection_response.hpp"
#include "tessera/logout_token.hpp"
#include "tessera/request_object.hpp"
#include "tokens.hpp"

using namespace tests;

namespace {

PrivateKey key() { return *private_key(Alg::ES256).with({.alg = Alg::ES256}); }
const Keys keys = Keys::of({key().public_key()});
const sys_seconds now = kNow, later = kNow + seconds(60);

}  // namespace

TEST(HeaderExamples, client_assertion) {
  const std::string assertion = *client_assertion::issue(
      {.client_id = "shop", .audience = "https://id.example.com", .id = "1", .issued_at = now, .expires_at = later},
      key());
  ReplayWindow seen;
  const auto refuse = [](Error error) { FAIL() << error_name(error.code); };
  const auto keys_of = [](const std::string& id) {
    EXPECT_EQ(id, "shop");
    return jws::KeysView(keys);
  };
  // [client_assertion]
  const auto id = client_assertion::peek_client_id(assertion);  // whose keys verify it: nothing is proven yet
  if (!id) return refuse(id.error());
  const client_assertion::Policy policy{
      .client_id = *id, .audience = "https://id.example.com", .algs = {Alg::ES256}, .replay = seen};
  const auto client = client_assertion::verify(assertion, keys_of(*id), policy, now);
  // [/client_assertion]
  ASSERT_TRUE(client) << refusal_of(client);
  EXPECT_EQ(client->client_id(), "shop");
  EXPECT_EQ(refusal_of(client_assertion::verify(assertion, keys_of(*id), policy, now)), "replayed jti");
}

TEST(HeaderExamples, introspection_response) {
  const std::string body = *introspection_response::issue({.issuer = "https://id.example.com",
                                                           .audience = {"https://api.example.com"},
                                                           .issued_at = now,
                                                           .token = JsonText{R"({"active":true,"sub":"alice"})"}},
                                                          key());
  std::string served;
  const auto serve = [&](const Result<std::string>& subject) { served = *subject; };
  // [introspection_response]
  const introspection_response::Policy policy{
      .issuer = "https://id.example.com", .audience = "https://api.example.com", .algs = {Alg::ES256}};
  const auto answer = introspection_response::verify(body, keys, policy, now);
  if (answer && answer->active()) serve(answer->get<std::string>("sub"));
  // [/introspection_response]
  EXPECT_EQ(served, "alice") << refusal_of(answer);
}

TEST(HeaderExamples, logout_token) {
  const std::string posted = *logout_token::issue({.issuer = "https://id.example.com",
                                                   .audience = {"shop"},
                                                   .id = "1",
                                                   .issued_at = now,
                                                   .expires_at = later,
                                                   .subject = "alice",
                                                   .session = "s-1"},
                                                  key());
  ReplayWindow seen;
  std::string ended;
  const auto end_sessions = [&](std::string_view session, std::string_view subject) {
    ended = std::string(session) + " of " + std::string(subject);
  };
  // [logout_token]
  const logout_token::Policy policy{
      .issuer = "https://id.example.com", .client_id = "shop", .algs = {Alg::ES256}, .replay = seen};
  const auto logout = logout_token::verify(posted, keys, policy, now);
  if (logout) end_sessions(logout->session(), logout->subject());  // without a session: every one of the subject
  // [/logout_token]
  EXPECT_EQ(ended, "s-1 of alice") << refusal_of(logout);
}

TEST(HeaderExamples, request_object) {
  const std::string object = *request_object::issue({.client_id = "shop",
                                                     .audience = {"https://id.example.com"},
                                                     .issued_at = now,
                                                     .expires_at = later,
                                                     .claims = {{"redirect_uri", "https://shop.example.com/"}}},
                                                    key());
  std::string next;
  const auto go_on = [&](const Result<std::string>& uri) { next = *uri; };
  // [request_object]
  const request_object::Policy policy{.client_id = "shop", .audience = "https://id.example.com", .algs = {Alg::ES256}};
  const auto request = request_object::verify(object, keys, policy, now);
  if (request) go_on(request->claims().get<std::string>("redirect_uri"));
  // [/request_object]
  EXPECT_EQ(next, "https://shop.example.com/") << refusal_of(request);
}
