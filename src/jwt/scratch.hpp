// What a verification works in, and what its Claims view.
#pragma once

#include "jose/verify.hpp"
#include "jwt/claim_set.hpp"
#include "tessera/jwt.hpp"

namespace tessera::detail {

struct ScratchData {
  jose::JwsScratch jws;
  json::Document payload_document;
  ClaimSet claims;     // views `payload_document`
  KeyType key_type{};  // of the key that verified it
};

struct VerifierData {
  std::vector<PublicKey> public_keys;  // own what `keys` point to
  std::vector<SecretKey> secret_keys;
  std::vector<const KeyData*> keys;
  Policy policy;
  Result<void> policy_error;
  std::vector<std::string> typs;  // prepared
  std::uint32_t algs = 0;         // jose::alg_bit of each
};

}  // namespace tessera::detail
