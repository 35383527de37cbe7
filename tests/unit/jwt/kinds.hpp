// One good token of each kind of tessera/profile.hpp, and what its `verify` says of any token.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tessera/access_token.hpp"
#include "tessera/client_assertion.hpp"
#include "tessera/id_token.hpp"
#include "tessera/introspection_response.hpp"
#include "tessera/logout_token.hpp"
#include "tessera/request_object.hpp"
#include "tokens.hpp"

namespace tests {

inline constexpr sys_seconds kLater = kNow + seconds(300);
inline constexpr const char* kClient = "shop";
inline constexpr const char* kUri = "https://api.example.com/orders";

// A key pair that names its algorithm and no kid.
inline const PrivateKey& proof_key() {
  static const PrivateKey key = *private_key(Alg::ES256).with({.alg = Alg::ES256});
  return key;
}

inline access_token::Draft access_draft() {
  return {.issuer = kIssuer,
          .subject = "alice",
          .audience = kAudience,
          .client_id = kClient,
          .id = "j-1",
          .issued_at = kNow,
          .expires_at = kLater,
          .scope = "orders:read orders"};
}
inline access_token::Policy access_policy(access_token::Presented presented = access_token::Presented::as_bearer()) {
  return {.issuer = kIssuer, .audience = kAudience, .algs = {Alg::HS256}, .presented = std::move(presented)};
}

inline id_token::Draft id_draft() {
  return {.issuer = kIssuer,
          .subject = "alice",
          .audience = kClient,
          .issued_at = kNow,
          .expires_at = kLater,
          .nonce = "n-1"};
}
inline id_token::Policy id_policy() {
  return {.issuer = kIssuer,
          .client_id = kClient,
          .algs = {Alg::HS256},
          .nonce = "n-1",
          .access_token = id_token::Companion::none(),
          .code = id_token::Companion::none()};
}

inline logout_token::Draft logout_draft() {
  return {.issuer = kIssuer,
          .audience = kClient,
          .id = "j-1",
          .issued_at = kNow,
          .expires_at = kLater,
          .subject = "alice",
          .session = "s-1"};
}
inline logout_token::Policy logout_policy(Untyped untyped = Untyped::refused) {
  return {.issuer = kIssuer,
          .client_id = kClient,
          .algs = {Alg::HS256},
          .replay = Unchecked("a test of something else"),
          .untyped = untyped};
}

inline dpop::Draft proof_draft() { return {.method = "GET", .uri = kUri, .issued_at = kNow, .id = "j-1"}; }
inline dpop::Request proof_request() { return {.method = "GET", .uri = kUri, .access_token = Unchecked("none came")}; }
inline dpop::Policy proof_policy() {
  return {.algs = {Alg::ES256}, .nonce = Unchecked("none given out"), .replay = Unchecked("a test of something else")};
}

inline client_assertion::Draft assertion_draft() {
  return {.client_id = kClient, .audience = kIssuer, .id = "j-1", .issued_at = kNow, .expires_at = kLater};
}
inline client_assertion::Policy assertion_policy(Untyped untyped = Untyped::refused) {
  return {.client_id = kClient,
          .audience = kIssuer,
          .algs = {Alg::HS256},
          .replay = Unchecked("a test of something else"),
          .untyped = untyped};
}

inline request_object::Draft request_draft() {
  return {.client_id = kClient,
          .audience = kIssuer,
          .issued_at = kNow,
          .expires_at = kLater,
          .claims = {{"response_type", "code"}, {"redirect_uri", "https://shop.example.com/back"}}};
}
inline request_object::Policy request_policy(Untyped untyped = Untyped::refused) {
  return {.client_id = kClient, .audience = kIssuer, .algs = {Alg::HS256}, .untyped = untyped};
}

inline introspection_response::Draft introspection_draft() {
  return {.issuer = kIssuer,
          .audience = kAudience,
          .issued_at = kNow,
          .token = JsonText{R"({"active":true,"sub":"alice","scope":"orders","exp":1800000300})"}};
}
inline introspection_response::Policy introspection_policy() {
  return {.issuer = kIssuer, .audience = kAudience, .algs = {Alg::HS256}};
}

// "ok", or "code at".
inline std::string access(std::string_view token, const access_token::Policy& policy = access_policy()) {
  return refusal_of(access_token::verify(token, mac_key(), policy, kNow));
}
inline std::string id(std::string_view token, const id_token::Policy& policy = id_policy()) {
  return refusal_of(id_token::verify(token, mac_key(), policy, kNow));
}
inline std::string logout(std::string_view token, const logout_token::Policy& policy = logout_policy()) {
  return refusal_of(logout_token::verify(token, mac_key(), policy, kNow));
}
inline std::string proof(std::string_view token, const dpop::Request& request = proof_request(),
                         const dpop::Policy& policy = proof_policy(), sys_seconds now = kNow) {
  return refusal_of(dpop::verify(token, request, policy, now));
}
inline std::string assertion(std::string_view token, const client_assertion::Policy& policy = assertion_policy()) {
  return refusal_of(client_assertion::verify(token, mac_key(), policy, kNow));
}
inline std::string request(std::string_view token, const request_object::Policy& policy = request_policy()) {
  return refusal_of(request_object::verify(token, mac_key(), policy, kNow));
}
inline std::string introspection(std::string_view token,
                                 const introspection_response::Policy& policy = introspection_policy(),
                                 sys_seconds now = kNow) {
  return refusal_of(introspection_response::verify(token, mac_key(), policy, now));
}

// A kind as a table has it.
struct Kind {
  std::string name;
  std::string typ;
  std::string good;
  std::vector<std::string> required;  // claims
  std::function<std::string(std::string_view)> verify;
  std::function<std::string(std::string_view)> verify_untyped = nullptr;  // the same where typ may be missing
};

inline const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"access token",
       "at+jwt",
       *access_token::issue(access_draft(), mac_key()),
       {"iss", "sub", "aud", "exp", "iat", "jti", "client_id"},
       [](std::string_view token) { return access(token); }},
      {"ID token",
       "JWT",
       *id_token::issue(id_draft(), mac_key()),
       {"iss", "sub", "aud", "exp", "iat", "nonce"},
       [](std::string_view token) { return id(token); },
       [](std::string_view token) { return id(token); }},
      {"logout token",
       "logout+jwt",
       *logout_token::issue(logout_draft(), mac_key()),
       {"iss", "aud", "exp", "iat", "jti", "events"},
       [](std::string_view token) { return logout(token); },
       [](std::string_view token) { return logout(token, logout_policy(Untyped::accepted)); }},
      {"DPoP proof",
       "dpop+jwt",
       *dpop::issue(proof_draft(), proof_key()),
       {"jti", "htm", "htu", "iat"},
       [](std::string_view token) { return proof(token); }},
      {"client assertion",
       "client-authentication+jwt",
       *client_assertion::issue(assertion_draft(), mac_key()),
       {"iss", "sub", "aud", "exp", "jti"},
       [](std::string_view token) { return assertion(token); },
       [](std::string_view token) { return assertion(token, assertion_policy(Untyped::accepted)); }},
      {"request object",
       "oauth-authz-req+jwt",
       *request_object::issue(request_draft(), mac_key()),
       {"iss", "aud", "exp", "client_id"},
       [](std::string_view token) { return request(token); },
       [](std::string_view token) { return request(token, request_policy(Untyped::accepted)); }},
      {"introspection response",
       "token-introspection+jwt",
       *introspection_response::issue(introspection_draft(), mac_key()),
       {"iss", "aud", "iat", "token_introspection"},
       [](std::string_view token) { return introspection(token); }},
  };
  return all;
}

// The claims or the header of a token, as members that a test may change.
inline Members members_of(const std::string& json_text) {
  json::Document document;
  const auto object = document.parse_object(json_text).value();
  Members out{};
  for (const auto [name, value] : object) out = out.with(name, value.text());
  return out;
}
inline Members claims_of(const Kind& kind) { return members_of(peek_unverified(kind.good)->payload); }
inline Members header_of(const Kind& kind) { return members_of(peek_unverified(kind.good)->header); }

// Signed as the kind is signed, whatever it says.
inline std::string forged(const Kind& kind, const Members& claims, const Members& header) {
  if (kind.typ == "dpop+jwt") return token_of(header.text(), proof_key(), Alg::ES256, claims.text());
  return token_of(header.text(), mac_key(), Alg::HS256, claims.text());
}
inline std::string forged(const Kind& kind, const Members& claims) { return forged(kind, claims, header_of(kind)); }
inline const Kind& kind(std::string_view name) {
  for (const Kind& each : kinds())
    if (each.name == name) return each;
  std::abort();
}

}  // namespace tests
