// The rules that a policy makes for claims: one function a rule. All of them take claims that `read_claims` has passed.
#pragma once

#include "jwt/claim_set.hpp"
#include "tessera/jwt.hpp"

namespace tessera::detail {

Result<void> check_expiry(const ClaimSet& claims, const Policy& policy, sys_seconds now);
Result<void> check_not_before(const ClaimSet& claims, const Policy& policy, sys_seconds now);
Result<void> check_issued_at(const ClaimSet& claims, const Policy& policy, sys_seconds now);
Result<void> check_issuer(const ClaimSet& claims, const Policy& policy);
Result<void> check_audience(const ClaimSet& claims, const Policy& policy);
Result<void> check_required(const ClaimSet& claims, const Policy& policy);

// All of them, in the order that Verifier::verify documents. A claim set without `exp` passes where `expiry` says so.
enum class Expiry : std::uint8_t { required, optional };
Result<void> check_claims(const ClaimSet& claims, const Policy& policy, Expiry expiry, sys_seconds now);

}  // namespace tessera::detail
