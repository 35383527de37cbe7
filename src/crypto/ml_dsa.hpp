// ML-DSA keys in print (FIPS 204, RFC 9881). Nothing here signs or verifies: that takes OpenSSL 3.5, and the public key
// cannot be computed from the seed without it.
#pragma once

#include <cstdint>
#include <optional>

#include "tessera/bytes.hpp"
#include "tessera/result.hpp"
#include "tessera/secret.hpp"

namespace tessera::crypto {

enum class MlDsaSet : std::uint8_t { ML_DSA_44, ML_DSA_65, ML_DSA_87 };

// Octets of a public key (FIPS 204 table 2), and of the seed that a private key is kept as.
constexpr std::size_t public_size(MlDsaSet set) {
  constexpr std::size_t kSizes[] = {1312, 1952, 2592};
  return kSizes[static_cast<std::size_t>(set)];
}
inline constexpr std::size_t kMlDsaSeed = 32;

struct MlDsaKey {
  MlDsaSet set{};
  Bytes pub;    // public_size(set) octets
  Secret seed;  // empty in a public key
};

Bytes ml_dsa_spki(const MlDsaKey& key);
Secret ml_dsa_pkcs8(const MlDsaKey& key);  // the seed alone

// Nothing when it is the key of another algorithm. bad_key: not of the size that its set has.
Result<std::optional<MlDsaKey>> ml_dsa_from_spki(BytesView spki);
bool is_ml_dsa_pkcs8(BytesView pkcs8);

}  // namespace tessera::crypto
