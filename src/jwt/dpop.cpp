#include "tessera/dpop.hpp"

#include <algorithm>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "crypto/crypto.hpp"
#include "jwt/http_uri.hpp"
#include "jwt/media_type.hpp"
#include "jwt/profile.hpp"

namespace tessera::dpop {

namespace {

//= RFC9449#4.2
// The payload of a DPoP proof MUST contain at least the following claims: jti [...] htm [...] htu [...] iat
Result<void> check(const detail::ClaimSet& claims) {
  TRY_VOID(detail::text_claim(claims, "jti"));
  TRY_VOID(detail::text_claim(claims, "htm"));
  const auto uri = TRY(detail::text_claim(claims, "htu"));
  ENSURE(detail::normal_http_uri(uri), claim_mismatch, "htu");
  TRY_VOID(detail::check_issued(claims));
  TRY_VOID(detail::optional_text(claims, "ath"));
  TRY_VOID(detail::optional_text(claims, "nonce"));
  return {};
}

constexpr seconds kMaxAge = std::chrono::hours(1);
constexpr detail::Profile kProfile{.typ = "dpop+jwt", .check = check, .expiry = detail::Expiry::optional};

//= RFC9449#4.3
// the jwk JOSE Header Parameter does not contain a private key
Result<PublicKey> key_of(const jose::ProtectedHeader& header) {
  ENSURE(header.jwk, malformed_header, "jwk");
  return jose::of_part(PublicKey::parse(header.jwk->text()), "jwk");
}

Result<void> check_request(const detail::ClaimSet& claims, const Request& request, std::string_view uri) {
  const auto method = TRY(detail::text_claim(claims, "htm"));
  ENSURE(method == request.method.value, claim_mismatch, "htm");
  //= RFC9449#4.3
  // To reduce the likelihood of false negatives, servers SHOULD employ syntax-based normalization (Section 6.2.2 of
  // [RFC3986]) and scheme-based normalization (Section 6.2.3 of [RFC3986]) before comparing the htu claim.
  const auto target = TRY(detail::text_claim(claims, "htu"));
  ENSURE(detail::normal_http_uri(target) == uri, claim_mismatch, "htu");
  if (!request.access_token.checked()) return {};
  std::vector<std::string> hashes;
  for (const auto& token : request.access_token.values()) hashes.push_back(detail::access_token_hash(token));
  return detail::check_text(claims, "ath", hashes);
}

}  // namespace

Result<std::string> issue(const Draft& draft, const PrivateKey& key) {
  // The header names the key by itself: no kid, and nothing in the JWK but the key.
  const auto nameless = TRY(key.with({.alg = key.info().alg}));
  const auto bare = TRY(key.public_key().with({}));
  const Claim header[] = {{"jwk", JsonText{bare.jwk()}}};
  std::string_view uri = draft.uri.value;
  uri = uri.substr(0, uri.find_first_of("?#"));
  detail::ClaimList claims;
  claims.text("htm", draft.method.value).text("htu", std::string(uri)).text("nonce", draft.nonce);
  if (!draft.access_token.empty()) claims.add("ath", detail::access_token_hash(draft.access_token));
  claims.append(draft.claims);
  const std::string id = draft.id.empty() ? base64url::encode(crypto::random<16>()) : draft.id;
  return detail::issue_as(kProfile, {.issued_at = draft.issued_at.value, .id = id, .claims = claims, .header = header},
                          nameless.data());
}

Result<Examined> examine(std::string_view proof, const Request& request, const Policy& policy, sys_seconds now) {
  const auto uri = detail::normal_http_uri(request.uri.value);
  ENSURE(uri, bad_policy, "uri");
  ENSURE(policy.max_age <= kMaxAge, bad_policy, "max_age");
  auto expected = detail::policy_of(kProfile, Unchecked("the client that holds the key is not named"),
                                    Unchecked("htm and htu say whom it is for"), policy.algs, policy.leeway);
  expected.max_age = policy.max_age;
  TRY_VOID(expected.check());
  auto scratch = std::make_unique<detail::ScratchData>();
  // The header alone first, since it brings the key; then everything as for any token under that key.
  TRY_VOID(jose::open_jws(proof, expected.max_bytes, jose::alg_bits(policy.algs), scratch->jws));
  ENSURE(detail::same_media_type(scratch->jws.header.typ, kProfile.typ), typ_mismatch, "typ");
  const auto key = TRY(key_of(scratch->jws.header));
  TRY_VOID(detail::verify_as(kProfile, proof, Verifier{key, expected}, now, *scratch));
  const auto& claims = scratch->claims;
  TRY_VOID(check_request(claims, request, *uri));
  TRY_VOID(detail::check_text(claims, "nonce", policy.nonce));
  const std::string jkt = key.thumbprint();
  const auto until = *claims.issued_at + policy.max_age + policy.leeway + seconds(1);
  std::string id = detail::replay_id(kProfile, jkt, claims);
  return Examined(Verified(detail::ClaimsMaker::owning(std::move(scratch)), key, jkt), policy.replay, std::move(id),
                  until);
}

Result<void> Examined::remember(sys_seconds now) const { return detail::remember(replay_, id_, until_, now); }

Result<Verified> verify(std::string_view proof, const Request& request, const Policy& policy, sys_seconds now) {
  auto examined = TRY(examine(proof, request, policy, now));
  TRY_VOID(examined.remember(now));
  return std::move(examined.proof_);
}

}  // namespace tessera::dpop
