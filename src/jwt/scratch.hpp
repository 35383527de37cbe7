// What a verification works in, and what its Claims view.
#pragma once

#include <string>

#include "jose/compact.hpp"
#include "jose/key_data.hpp"
#include "json/json.hpp"
#include "jwt/claim_set.hpp"
#include "tessera/jwt.hpp"

namespace tessera::detail {

struct ScratchData {
  // The last header: its encoded text, and what it said. `header` views `header_document`.
  std::string header_text;
  Bytes header_octets;
  json::Document header_document;
  jose::ProtectedHeader header;

  Bytes signature;
  Bytes payload;
  json::Document payload_document;
  ClaimSet claims;  // views `payload_document`
};

struct VerifierData {
  std::vector<PublicKey> public_keys;  // own what `keys` point to
  std::vector<SecretKey> secret_keys;
  std::vector<std::shared_ptr<const KeyData>> keys;
  Policy policy;
  Result<void> policy_error;
  std::vector<std::string> typs;  // prepared
  std::uint32_t algs = 0;         // one bit an algorithm
};

}  // namespace tessera::detail
