// Sealed things: what a browser or a client carries for us, so that nothing need be stored before a login.
//
// XChaCha20-Poly1305 under a key derived from the master key for that kind and realm, with kind and realm as associated
// data too: an interaction never opens as a code, nor one realm's as another's. A one-character generation travels in
// front; two generations of the master key open, the newest seals.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/crypto.hpp"
#include "issuer/model/ids.hpp"
#include "tessera/result.hpp"
#include "tessera/secret.hpp"

namespace tessera::issuer {

enum class SealKind : std::uint8_t {
  interaction,
  code,
  logout,
  signing_key,
  device,
  client_secret,
  pairwise,
  dpop_nonce,
  pushed_request
};
inline constexpr std::size_t kSealKinds = 9;

// The keys of one realm, from one or two master keys (newest first), each 32 octets. Immutable; shared by threads.
class SealKeys {
 public:
  struct Master {
    char generation;  // 'a'…'z'
    const Secret* key;
  };
  SealKeys(const RealmId& realm, std::vector<Master> newest_first);

  // generation + base64url(nonce, ciphertext, tag).
  std::string seal(SealKind kind, std::string_view plaintext) const;
  Result<std::string> open(SealKind kind, std::string_view sealed) const;  // Err::malformed, decrypt_failed

  // A MAC of 32 octets over `text` under the newest, or the named, generation's refresh-token key.
  char newest() const { return keys_.front().generation; }
  Result<crypto::Sha256> refresh_mac(char generation, BytesView text) const;  // Err::key_not_found

  // MACs of 32 octets over a code that a person types, under each generation's key, the newest first: it is short, so
  // that whoever holds the store would find it from a mere digest.
  std::vector<crypto::Sha256> user_code_macs(std::string_view code) const;

  // One of 256, which nobody can tell of `text` without the key: spreads a write over rows.
  std::uint8_t spread(std::string_view text) const;

 private:
  struct Derived {
    char generation;
    std::array<Secret, kSealKinds> seal;
    Secret refresh, spread, user_code;
  };
  std::string realm_;
  std::vector<Derived> keys_;
};

}  // namespace tessera::issuer
