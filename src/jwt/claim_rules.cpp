#include "jwt/claim_rules.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "jwt/checks.hpp"

namespace tessera::detail {

Result<void> check_expiry(const ClaimSet& claims, const Policy& policy, sys_seconds now) {
  ENSURE(claims.expires_at, claim_missing, "exp");
  //= RFC7519#4.1.4
  // The "exp" (expiration time) claim identifies the expiration time on or after which the JWT MUST NOT be accepted for
  // processing.
  ENSURE(now < *claims.expires_at + policy.leeway, expired, "exp");
  return {};
}

Result<void> check_not_before(const ClaimSet& claims, const Policy& policy, sys_seconds now) {
  //= RFC7519#4.1.5
  // The "nbf" (not before) claim identifies the time before which the JWT MUST NOT be accepted for processing.
  ENSURE(!claims.not_before || now + policy.leeway >= *claims.not_before, not_yet_valid, "nbf");
  return {};
}

Result<void> check_issued_at(const ClaimSet& claims, const Policy& policy, sys_seconds now) {
  ENSURE(claims.issued_at || !policy.max_age, claim_missing, "iat");
  if (!claims.issued_at) return {};
  ENSURE(now + policy.leeway >= *claims.issued_at, not_yet_valid, "iat");
  // max_age stands on the left, where it cannot overflow: it may be any number of seconds.
  ENSURE(!policy.max_age || now - *claims.issued_at - policy.leeway <= *policy.max_age, too_old, "iat");
  return {};
}

Result<void> check_issuer(const ClaimSet& claims, const Policy& policy, sys_seconds) {
  if (!policy.issuer.checked()) return {};
  ENSURE(claims.issuer, claim_missing, "iss");
  ENSURE(std::ranges::find(policy.issuer.values(), *claims.issuer) != policy.issuer.values().end(), claim_mismatch,
         "iss");
  return {};
}

Result<void> check_audience(const ClaimSet& claims, const Policy& policy, sys_seconds) {
  if (!policy.audience.checked()) return {};
  ENSURE(claims.audience, claim_missing, "aud");
  for (const std::string& mine : policy.audience.values())
    if (holds(*claims.audience, mine)) return {};
  return fail(Err::claim_mismatch, "aud");
}

Result<void> check_required(const ClaimSet& claims, const Policy& policy, sys_seconds) {
  for (const std::string& name : policy.require) {
    const auto claim = claims.object->find(name);
    if (!claim || claim->is(json::Kind::null)) return fail(Err::claim_missing, literal_name(name, "require"));
  }
  return {};
}

Result<void> check_claims(const ClaimSet& claims, const Policy& policy, Expiry expiry, sys_seconds now) {
  static_assert(kClaimRules[0].what == Checked::exp);
  if (!claims.expires_at && expiry == Expiry::optional) return run_checks<kClaimRules, 1>(claims, policy, now);
  return run_checks<kClaimRules>(claims, policy, now);
}

}  // namespace tessera::detail
