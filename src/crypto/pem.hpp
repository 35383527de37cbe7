// Keys and certificates in print: PEM (RFC 7468) around DER, and PKCS#8 under a password (RFC 5958, RFC 8018).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tessera/bytes.hpp"
#include "tessera/result.hpp"
#include "tessera/secret.hpp"

namespace tessera::crypto {

// What a DER text is, as its PEM label says.
enum class Form : std::uint8_t { spki, pkcs1_public, pkcs8, sec1, pkcs1, encrypted_pkcs8, certificate };

constexpr bool is_private(Form form) { return form >= Form::pkcs8 && form <= Form::encrypted_pkcs8; }

struct Block {
  Form form;
  Secret der;
};

// Every block of the text, at most `max_blocks`. "EC PARAMETERS" is passed over, as openssl ecparam writes it before a
// key. Nobody is ever asked for a password. Errors: malformed, too_large (blocks), unsupported (another label, or the
// traditional encryption of a key, which hashes its password once).
Result<std::vector<Block>> read_pem(std::string_view text, std::size_t max_blocks);
// Secret text when the DER is.
Secret write_pem(Form form, BytesView der);

// What this DER is, by its outermost structure. Errors: malformed (none of them).
Result<Form> form_of_der(BytesView der);

// Before OpenSSL reads a key or a certificate of somebody's: no curve is given by its numbers (RFC 5480 section 2.1.1).
// It would compute with them before anybody looks at what came out, for seconds if they are chosen so.
// Err::unsupported.
Result<void> check_curve_is_named(BytesView der);

// The rounds of PBKDF2 with HMAC-SHA-256 that a key is printed under: OWASP's figure of 2023, about 0.2 s.
inline constexpr int kPasswordRounds = 600'000;
// What a key may ask for when it is read: seconds at most, whoever wrote it.
inline constexpr std::uint64_t kMaxPasswordRounds = 5'000'000;
inline constexpr std::uint64_t kMaxScryptMemory = 32 << 20;  // octets: 128 · r · (N + p + 2); OpenSSL's own limit
inline constexpr std::uint64_t kMaxScryptWork = 1 << 22;     // N · r · p

// The PKCS#8 inside. PBES2 with PBKDF2 or scrypt, and AES-CBC. Errors: malformed, unsupported (another scheme),
// too_large (the work that it asks for, before any of it is done), decrypt_failed (the password, or an altered text).
Result<Secret> open_pkcs8(BytesView encrypted, const Secret& password);
// PBES2, PBKDF2 with HMAC-SHA-256, AES-256-CBC.
Bytes encrypt_pkcs8(BytesView pkcs8, const Secret& password);

}  // namespace tessera::crypto
