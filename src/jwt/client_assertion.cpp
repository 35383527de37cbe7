#include "tessera/client_assertion.hpp"

#include "base/try.hpp"
#include "jwt/profile.hpp"

namespace tessera::client_assertion {

namespace {

//= RFC7523#3
// For client authentication, the subject MUST be the "client_id" of the OAuth client.
Result<void> check(const detail::ClaimSet& claims) {
  const auto issuer = TRY(detail::text_claim(claims, "iss"));
  const auto subject = TRY(detail::text_claim(claims, "sub"));
  ENSURE(issuer == subject, claim_mismatch, "sub");
  TRY_VOID(detail::check_sole_audience(claims));
  TRY_VOID(detail::text_claim(claims, "jti"));
  return {};
}

constexpr detail::Profile kProfile{.typ = "client-authentication+jwt", .check = check};

Result<std::string> issue_with(const Draft& draft, const detail::KeyData& key) {
  std::vector<std::string> audience;
  if (!draft.audience.value.empty()) audience.push_back(draft.audience.value);
  return detail::issue_as(kProfile,
                          {.issuer = draft.client_id.value,
                           .subject = draft.client_id.value,
                           .audience = audience,
                           .issued_at = draft.issued_at.value,
                           .expires_at = draft.expires_at.value,
                           .id = draft.id.value,
                           .claims = draft.claims},
                          key);
}

}  // namespace

Result<std::string> issue(const Draft& draft, const PrivateKey& key) { return issue_with(draft, key.data()); }
Result<std::string> issue(const Draft& draft, const SecretKey& key) { return issue_with(draft, key.data()); }

Result<std::string> peek_client_id(std::string_view assertion) {
  const auto peeked = TRY(peek_unverified(assertion));
  ENSURE(peeked.parts == 3, wrong_kind, "JWE");
  json::Document document;
  const auto object = TRY(jose::of_part(document.parse_object(peeked.payload), "payload"));
  const auto claims = TRY(detail::read_claims(object));
  return std::string(TRY(detail::text_claim(claims, "iss")));
}

Result<Verified> verify(std::string_view assertion, const jws::KeysView& keys, const Policy& policy, sys_seconds now) {
  auto scratch = TRY(detail::verify_as(
      kProfile, assertion, keys,
      detail::policy_of(kProfile, policy.client_id.value, policy.audience, policy.algs, policy.leeway, policy.untyped),
      now));
  const auto& claims = scratch->claims;
  //= RFC7523#3
  // The authorization server MAY reject JWTs with an "exp" claim value that is unreasonably far in the future.
  ENSURE(*claims.expires_at - now <= policy.max_lifetime, claim_mismatch, "exp");
  TRY_VOID(detail::check_replay(policy.replay, kProfile, policy.client_id.value, claims,
                                *claims.expires_at + policy.leeway, now));
  return Verified(detail::ClaimsMaker::owning(std::move(scratch)));
}

}  // namespace tessera::client_assertion
