#include "tessera/introspection_response.hpp"

#include "base/try.hpp"
#include "jwt/profile.hpp"

namespace tessera::introspection_response {

namespace {

// What is said of the token: its `active`.
Result<bool> active(const detail::ClaimSet& claims) {
  const auto claim = claims.object->find("token_introspection");
  ENSURE(claim, claim_missing, "token_introspection");
  const auto said = claim->object();
  ENSURE(said, claim_type, "token_introspection");
  //= RFC7662#2.2
  // active REQUIRED. Boolean indicator of whether or not the presented token is currently active.
  const auto value = said->find("active");
  ENSURE(value, claim_missing, "token_introspection");
  const auto answer = value->boolean();
  ENSURE(answer, claim_type, "token_introspection");
  return *answer;
}

Result<void> check(const detail::ClaimSet& claims) {
  TRY_VOID(detail::text_claim(claims, "iss"));
  TRY_VOID(detail::check_has_audience(claims));
  TRY_VOID(detail::check_issued(claims));
  TRY_VOID(active(claims));
  return {};
}

constexpr detail::Profile kProfile{
    .typ = "token-introspection+jwt", .check = check, .expiry = detail::Expiry::optional};

// The inner object as claims of their own.
Result<Claims> token_claims(const detail::ClaimSet& response) {
  auto scratch = std::make_unique<detail::ScratchData>();
  const std::string text = response.object->find("token_introspection")->text();
  const auto octets = bytes_of(text);
  scratch->jws.payload.assign(octets.begin(), octets.end());
  const auto object = TRY(scratch->payload_document.parse_object(text));
  scratch->claims = TRY(detail::read_claims(object));
  return detail::ClaimsMaker::owning(std::move(scratch));
}

Result<std::string> issue_with(const Draft& draft, const detail::KeyData& key) {
  detail::ClaimList claims;
  claims.add("token_introspection", draft.token.value);
  return detail::issue_as(kProfile,
                          {.issuer = draft.issuer.value,
                           .audience = draft.audience.values(),
                           .issued_at = draft.issued_at.value,
                           .claims = claims},
                          key);
}

}  // namespace

Result<std::string> issue(const Draft& draft, const PrivateKey& key) { return issue_with(draft, key.data()); }
Result<std::string> issue(const Draft& draft, const SecretKey& key) { return issue_with(draft, key.data()); }

Result<Verified> verify(std::string_view response, const jws::KeysView& keys, const Policy& policy, sys_seconds now) {
  auto expected = detail::policy_of(kProfile, policy.issuer, policy.audience, policy.algs, policy.leeway);
  expected.max_age = policy.max_age;
  auto scratch = TRY(detail::verify_as(kProfile, response, keys, expected, now));
  const bool is_active = TRY(active(scratch->claims));
  auto token = TRY(jose::of_part(token_claims(scratch->claims), "token_introspection"));
  return Verified(detail::ClaimsMaker::owning(std::move(scratch)), std::move(token), is_active);
}

}  // namespace tessera::introspection_response
