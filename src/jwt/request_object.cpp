#include "tessera/request_object.hpp"

#include "base/try.hpp"
#include "jwt/profile.hpp"

namespace tessera::request_object {

namespace {

Result<void> check(const detail::ClaimSet& claims) {
  const auto issuer = TRY(detail::text_claim(claims, "iss"));
  const auto client = TRY(detail::text_claim(claims, "client_id"));
  ENSURE(issuer == client, claim_mismatch, "client_id");
  TRY_VOID(detail::check_has_audience(claims));
  //= RFC9101#4
  // "request" and "request_uri" parameters MUST NOT be included in Request Objects.
  TRY_VOID(detail::check_without(claims, "request"));
  TRY_VOID(detail::check_without(claims, "request_uri"));
  // What has its client as subject would pass for a client assertion where neither is typed (RFC 9101 section 10.8).
  ENSURE(claims.subject != client, claim_mismatch, "sub");
  return {};
}

constexpr detail::Profile kRequired{.typ = "oauth-authz-req+jwt", .check = check};
constexpr detail::Profile kOptional{.typ = "oauth-authz-req+jwt", .check = check, .expiry = detail::Expiry::optional};

Result<std::string> issue_with(const Draft& draft, const detail::KeyData& key) {
  detail::ClaimList claims;
  claims.text("client_id", draft.client_id.value).append(draft.claims);
  return detail::issue_as(kRequired,
                          {.issuer = draft.client_id.value,
                           .audience = draft.audience.values(),
                           .issued_at = draft.issued_at.value,
                           .expires_at = draft.expires_at.value,
                           .not_before = draft.not_before,
                           .id = draft.id,
                           .claims = claims},
                          key);
}

}  // namespace

Result<std::string> issue(const Draft& draft, const PrivateKey& key) { return issue_with(draft, key.data()); }
Result<std::string> issue(const Draft& draft, const SecretKey& key) { return issue_with(draft, key.data()); }

//= RFC9101#6.3
// The client ID values in the "client_id" request parameter and in the Request Object "client_id" claim MUST be
// identical.
Result<Verified> verify(std::string_view object, const jws::KeysView& keys, const Policy& policy, sys_seconds now) {
  const auto& profile = policy.expiry == Expiry::required ? kRequired : kOptional;
  auto scratch = TRY(detail::verify_as(
      profile, object, keys,
      detail::policy_of(profile, policy.client_id.value, policy.audience, policy.algs, policy.leeway, policy.untyped),
      now));
  return Verified(detail::ClaimsMaker::owning(std::move(scratch)));
}

}  // namespace tessera::request_object
