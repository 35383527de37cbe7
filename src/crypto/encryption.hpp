// What JWE is built from beside public keys: content encryption, wrapped keys, derived keys. The shapes of what comes
// in (lengths) are the caller's to check, because they are no secret; from the first use of a key on, there is one
// error.
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/pkey.hpp"
#include "tessera/bytes.hpp"
#include "tessera/result.hpp"
#include "tessera/secret.hpp"

namespace tessera::crypto {

// The content encryption algorithms (RFC 7518 section 5).
enum class Cipher : std::uint8_t { A128GCM, A192GCM, A256GCM, A128CBC_HS256, A192CBC_HS384, A256CBC_HS512 };

constexpr bool is_gcm(Cipher cipher) { return cipher <= Cipher::A256GCM; }
// Octets of the whole key: for CBC the MAC's half and the cipher's half.
constexpr std::size_t key_size(Cipher cipher) {
  constexpr std::size_t kSizes[] = {16, 24, 32, 32, 48, 64};
  return kSizes[static_cast<std::size_t>(cipher)];
}
constexpr std::size_t iv_size(Cipher cipher) { return is_gcm(cipher) ? 12 : 16; }
constexpr std::size_t tag_size(Cipher cipher) { return is_gcm(cipher) ? 16 : key_size(cipher) / 2; }

struct Ciphertext {
  Bytes iv, octets, tag;
};
struct CiphertextView {
  BytesView iv, octets, tag;
};

// A fresh initialization vector for each call. `key` has key_size octets.
Ciphertext encrypt(Cipher cipher, const Secret& key, BytesView plaintext, BytesView associated);
// `key`, `iv` and `tag` have the sizes above. Err::decrypt_failed, whatever was wrong.
Result<Secret> decrypt(Cipher cipher, const Secret& key, CiphertextView sealed, BytesView associated);

// AES Key Wrap (RFC 3394) under a key of 16, 24 or 32 octets; `key` is a multiple of 8 octets, at least 16.
Bytes wrap_key(const Secret& kek, const Secret& key);
// The key in `wrapped`, which is 8 octets longer, or `otherwise` where it does not unwrap. Which of them, neither error
// nor time tells, nor may the caller (RFC 7516 section 11.5).
Secret unwrap_key(const Secret& kek, BytesView wrapped, Secret otherwise);
// The same for a key that `gcm` wrapped (RFC 7518 section 4.7), with nothing associated and no octet longer.
Secret unwrap_key(Cipher gcm, const Secret& kek, CiphertextView wrapped, Secret otherwise);

// The Concat KDF (NIST SP 800-56A section 5.8.1, RFC 7518 section 4.6.2) with SHA-256.
Secret concat_kdf(const Secret& agreed, BytesView other_info, std::size_t size);

// PBKDF2 with HMAC (RFC 8018 section 5.2).
Secret pbkdf2(Hash hash, const Secret& password, BytesView salt, std::uint32_t iterations, std::size_t size);

}  // namespace tessera::crypto
