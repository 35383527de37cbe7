// The primitives beside public keys: random, hashes, MACs, authenticated encryption, passwords. OpenSSL and libsodium
// stand behind these functions; nothing above includes either.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "tessera/bytes.hpp"
#include "tessera/result.hpp"
#include "tessera/secret.hpp"

namespace tessera::crypto {

// Fills `out` from the system's generator; aborts when there is none, because no caller could go on.
void random(std::span<std::byte> out);
template <std::size_t N>
std::array<std::byte, N> random() {
  std::array<std::byte, N> out;
  random(out);
  return out;
}

using Sha256 = std::array<std::byte, 32>;
Sha256 sha256(BytesView data);
Bytes sha384(BytesView data);
Bytes sha512(BytesView data);

// HMAC-SHA-256 under a key of at least 32 octets; for our own seals. (JOSE's HS* goes through prepared keys.)
Sha256 hmac_sha256(BytesView key, BytesView data);

// A key for one purpose out of a master key: HKDF-SHA-256 (RFC 5869), no salt, `purpose` as info.
Secret derive(const Secret& master, std::string_view purpose, std::size_t size = 32);

// XChaCha20-Poly1305: nonce (24 octets, drawn here) followed by ciphertext and tag (16). `key` is 32 octets.
inline constexpr std::size_t kSealOverhead = 40;
Bytes seal(const Secret& key, BytesView plaintext, BytesView associated);
Result<Secret> open(const Secret& key, BytesView sealed, BytesView associated);  // Err::decrypt_failed

// Argon2id (RFC 9106). The text names its parameters: "$argon2id$v=19$m=19456,t=2,p=1$…".
struct PasswordCost {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t passes = 2;
  friend bool operator==(const PasswordCost&, const PasswordCost&) = default;
};
Result<std::string> hash_password(const Secret& password, PasswordCost cost);  // Err::unavailable: no memory
bool verify_password(const Secret& password, const std::string& hash);
bool password_needs_rehash(const std::string& hash, PasswordCost cost);

}  // namespace tessera::crypto
