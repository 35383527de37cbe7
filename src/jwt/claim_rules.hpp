// The rules that a policy makes for claims: one function a rule. All of them take claims that `read_claims` has passed.
#pragma once

#include "jwt/claim_set.hpp"
#include "tessera/jwt.hpp"

namespace tessera::detail {

// What is checked of a token.
enum class Checked : std::uint8_t {
  policy,
  size,
  shape,
  header,
  alg,
  key,
  typ,
  signature,
  claim_set,
  claim_types,
  exp,
  nbf,
  iat,
  iss,
  aud,
  require,
};

Result<void> check_expiry(const ClaimSet& claims, const Policy& policy, sys_seconds now);
Result<void> check_not_before(const ClaimSet& claims, const Policy& policy, sys_seconds now);
Result<void> check_issued_at(const ClaimSet& claims, const Policy& policy, sys_seconds now);
Result<void> check_issuer(const ClaimSet& claims, const Policy& policy, sys_seconds now);
Result<void> check_audience(const ClaimSet& claims, const Policy& policy, sys_seconds now);
Result<void> check_required(const ClaimSet& claims, const Policy& policy, sys_seconds now);

struct ClaimRule {
  Checked what;
  Result<void> (*run)(const ClaimSet& claims, const Policy& policy, sys_seconds now);
};
inline constexpr ClaimRule kClaimRules[] = {
    {Checked::exp, check_expiry}, {Checked::nbf, check_not_before}, {Checked::iat, check_issued_at},
    {Checked::iss, check_issuer}, {Checked::aud, check_audience},   {Checked::require, check_required},
};

// All of them, in the order that Verifier::verify documents. A claim set without `exp` passes where `expiry` says so.
enum class Expiry : std::uint8_t { required, optional };
Result<void> check_claims(const ClaimSet& claims, const Policy& policy, Expiry expiry, sys_seconds now);

}  // namespace tessera::detail
