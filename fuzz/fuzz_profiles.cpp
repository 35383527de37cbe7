// The kinds of token: the input is a claim set under a good signature of the right typ, or a header, a NUL and a claim
// set. Whatever a kind accepts holds what its `verify` promises and is no other kind; a flipped bit is refused; two
// spellings of a URI that compare equal go on doing so.
#include <string>

#include "base/base64url.hpp"
#include "fuzz.hpp"
#include "jose/signature.hpp"
#include "jwt/http_uri.hpp"
#include "tessera/tessera.hpp"

using namespace tessera;

namespace {

constexpr sys_seconds kNow{seconds(1'000'000)};

const SecretKey& mac_key() {
  static const SecretKey made = *SecretKey::from_octets(bytes_of("0123456789abcdef0123456789abcdef"), Alg::HS256);
  return made;
}
const PrivateKey& proof_key() {
  static const PrivateKey made = *PrivateKey::parse(
      R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})");
  return made;
}

template <class Key>
std::string signed_token(std::string_view header, std::string_view claims, const Key& key, Alg alg) {
  std::string token = base64url::encode(header) + '.' + base64url::encode(claims);
  HOLDS(jose::sign_into(key.data(), alg, token).has_value());
  return token;
}

Result<access_token::Verified> access(std::string_view token) {
  return access_token::verify(
      token, mac_key(),
      {.issuer = "i", .audience = "a", .algs = {Alg::HS256}, .presented = access_token::Presented::as_bearer()}, kNow);
}
Result<id_token::Verified> id(std::string_view token) {
  return id_token::verify(token, mac_key(),
                          {.issuer = "i",
                           .client_id = "a",
                           .algs = {Alg::HS256},
                           .nonce = Unchecked("fuzzed"),
                           .access_token = id_token::Companion::of_token_endpoint("t"),
                           .code = id_token::Companion::none()},
                          kNow);
}
Result<logout_token::Verified> logout(std::string_view token) {
  return logout_token::verify(token, mac_key(),
                              {.issuer = "i",
                               .client_id = "a",
                               .algs = {Alg::HS256},
                               .replay = Unchecked("fuzzed"),
                               .untyped = Untyped::accepted},
                              kNow);
}
Result<client_assertion::Verified> assertion(std::string_view token) {
  return client_assertion::verify(token, mac_key(),
                                  {.client_id = "i",
                                   .audience = "a",
                                   .algs = {Alg::HS256},
                                   .replay = Unchecked("fuzzed"),
                                   .untyped = Untyped::accepted},
                                  kNow);
}
Result<request_object::Verified> request(std::string_view token) {
  return request_object::verify(
      token, mac_key(), {.client_id = "i", .audience = "a", .algs = {Alg::HS256}, .untyped = Untyped::accepted}, kNow);
}
Result<introspection_response::Verified> introspection(std::string_view token) {
  return introspection_response::verify(token, mac_key(), {.issuer = "i", .audience = "a", .algs = {Alg::HS256}}, kNow);
}
Result<dpop::Verified> proof(std::string_view token) {
  return dpop::verify(token, {.method = "GET", .uri = "https://a/b", .access_token = "t"},
                      {.algs = {Alg::ES256}, .nonce = Unchecked("fuzzed"), .replay = Unchecked("fuzzed")}, kNow);
}

// Of the kinds that share a key, at most one takes the token. (An access token is typed and no other is; issuer and
// client have one name here, which brings an ID token and a client assertion as near as they come: sub tells them.)
void check_kinds(std::string_view token) {
  const auto as_access = access(token);
  const auto as_id = id(token);
  const auto as_logout = logout(token);
  const auto as_assertion = assertion(token);
  const auto as_request = request(token);
  const auto as_introspection = introspection(token);
  if (as_access) HOLDS(!as_access->client_id().empty() && !as_access->subject().empty() && as_access->jkt().empty());
  if (as_id) HOLDS(!as_id->subject().empty() && !as_id->claims().has("events"));
  if (as_logout) HOLDS(!as_logout->claims().has("nonce") && as_logout->claims().has("events"));
  if (as_assertion) HOLDS(as_assertion->client_id() == "i");
  if (as_request) HOLDS(as_request->client_id() == "i" && !as_request->claims().has("request"));
  if (as_introspection) HOLDS(as_introspection->get<bool>("active").value() == as_introspection->active());
  HOLDS(!as_access || !(as_id || as_logout || as_assertion || as_request || as_introspection));
  HOLDS(!as_introspection || !(as_id || as_logout || as_assertion || as_request));
  HOLDS(!as_id || !as_logout);
  HOLDS(!as_assertion || !as_request);
}

void check_proof(std::string_view token) {
  const auto read = proof(token);
  if (!read) return;
  HOLDS(read->jkt() == read->key().thumbprint() && !read->claims().id().empty());
  HOLDS(read->claims().get<std::string>("htm").value() == "GET" && read->claims().has("ath"));
  std::string flipped(token);
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
  HOLDS(!proof(flipped));
}

void check_uri(std::string_view text) {
  const auto normal = detail::normal_http_uri(text);
  if (normal) HOLDS(detail::normal_http_uri(*normal) == *normal);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto input = as_text(data, size);
  const auto nul = input.find('\0');
  const auto claims = nul == std::string_view::npos ? input : input.substr(nul + 1);
  check_uri(input);
  if (nul != std::string_view::npos) {
    check_kinds(signed_token(input.substr(0, nul), claims, mac_key(), Alg::HS256));
    check_proof(signed_token(input.substr(0, nul), claims, proof_key(), Alg::ES256));
    return 0;
  }
  for (const char* typ :
       {"at+jwt", "JWT", "logout+jwt", "client-authentication+jwt", "oauth-authz-req+jwt", "token-introspection+jwt"})
    check_kinds(signed_token(R"({"alg":"HS256","typ":")" + std::string(typ) + "\"}", claims, mac_key(), Alg::HS256));
  const std::string jwk = proof_key().public_key().jwk();
  check_proof(signed_token(R"({"alg":"ES256","typ":"dpop+jwt","jwk":)" + jwk + "}", claims, proof_key(), Alg::ES256));
  return 0;
}
