// Keys, and sets of them.
//
// Three types, so that none can stand in for another: a `PublicKey` verifies and encrypts, a `PrivateKey` signs and
// decrypts, a `SecretKey` (of a MAC or a cipher, or a password) does both and is never published. A key is immutable
// once made and cheap to copy (copies share it); any number of threads may use one at once. Everything that OpenSSL or
// libsodium needs is prepared when the key is made, never per call. A thread keeps the contexts of the keys that it
// used last, so a key's octets leave its memory when their place is taken or the thread ends, not with the last copy of
// the key.
//
// The algorithm belongs to the key (RFC 8725 section 3.1). A key's type and curve fix the algorithms that it can serve;
// its `alg`, where it names one, narrows them to that one. A header never widens them.
//
// A weak key is refused when it is made: RSA below 2048 bits (above 8192: too_large), a MAC key shorter than the output
// of the hash that it serves (but for SecretKey::from_short_octets), a point that is not on its curve.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tessera/bytes.hpp"
#include "tessera/result.hpp"
#include "tessera/secret.hpp"

namespace tessera {

// The signature algorithms (RFC 7518 section 3.1, RFC 8812, RFC 8037, RFC 9864, draft-ietf-cose-dilithium). `none` is
// not among them. Keys of ML-DSA are read and printed; signing and verifying with them is Err::needs_openssl. EdDSA is
// the name for either curve; Ed25519 and Ed448 are the fully specified ones. A key that says `EdDSA`, or names no
// algorithm, takes both names of its curve's algorithm; one that says `Ed25519` takes that only. The same for Ed448.
// clang-format off
enum class Alg : std::uint8_t {
  HS256, HS384, HS512,
  RS256, RS384, RS512,
  PS256, PS384, PS512,
  ES256, ES384, ES512, ES256K,
  EdDSA, Ed25519, Ed448,
  ML_DSA_44, ML_DSA_65, ML_DSA_87,
};
// clang-format on
inline constexpr std::size_t kAlgCount = 19;

std::string_view alg_name(Alg alg);                       // "ES256"
std::optional<Alg> alg_from_name(std::string_view name);  // exact octets

// The key management algorithms: `alg` of a JWE (RFC 7518 section 4.1; "-" and "+" are written "_" here). RSA1_5 is not
// among them.
// clang-format off
enum class KeyAlg : std::uint8_t {
  dir,
  A128KW, A192KW, A256KW,
  A128GCMKW, A192GCMKW, A256GCMKW,
  RSA_OAEP, RSA_OAEP_256, RSA_OAEP_384, RSA_OAEP_512,
  ECDH_ES, ECDH_ES_A128KW, ECDH_ES_A192KW, ECDH_ES_A256KW,
  PBES2_HS256_A128KW, PBES2_HS384_A192KW, PBES2_HS512_A256KW,
};
// clang-format on
inline constexpr std::size_t kKeyAlgCount = 18;

std::string_view key_alg_name(KeyAlg alg);                       // "ECDH-ES+A128KW"
std::optional<KeyAlg> key_alg_from_name(std::string_view name);  // exact octets

// The content encryption algorithms: `enc` of a JWE (RFC 7518 section 5.1).
enum class Enc : std::uint8_t { A128GCM, A192GCM, A256GCM, A128CBC_HS256, A192CBC_HS384, A256CBC_HS512 };
inline constexpr std::size_t kEncCount = 6;

std::string_view enc_name(Enc enc);                       // "A128CBC-HS256"
std::optional<Enc> enc_from_name(std::string_view name);  // exact octets

// What a key is, beside its type: (kty, crv) of RFC 7517, RFC 7518 section 6 and RFC 8037; of kty "AKP" its `alg`.
// clang-format off
enum class KeyType : std::uint8_t {
  oct, RSA,
  P256, P384, P521, secp256k1,
  Ed25519, Ed448, X25519, X448,
  ML_DSA_44, ML_DSA_65, ML_DSA_87,
};
// clang-format on
inline constexpr std::size_t kKeyTypeCount = 13;
std::string_view key_type_name(KeyType type);  // "P-256"

enum class KeyUse : std::uint8_t { any, sig, enc };

// What a JWK says beside the key itself. An empty `kid` is an absent one.
struct KeyInfo {
  std::string kid{};  // opaque; UTF-8, at most 256 octets
  // The JWK's `alg` is one of three, so at most one of them is set: a key that signs, one that encrypts keys, or (with
  // `dir`) one that encrypts content.
  std::optional<Alg> alg{};
  KeyUse use = KeyUse::any;
  std::optional<KeyAlg> key_alg{};
  std::optional<Enc> enc{};
};

// src/jose/key_data.hpp
namespace detail {
struct KeyData;
}

class SecretKey;
class PrivateKey;
class Certificate;   // certificate.hpp
struct ExternalKey;  // external_key.hpp

class PublicKey {
 public:
  // A JWK (RFC 7517) or a PEM text (SPKI "PUBLIC KEY", PKCS#1 "RSA PUBLIC KEY"). A private key, and a JWK with
  // any private member, is refused with Err::wrong_kind, so that one is never passed around by mistake. PEM carries no
  // KeyInfo: give it. What a JWK says `info` completes, with a kid that takes the place of the JWK's; another alg or
  // use than the JWK's is refused (alg_key_mismatch, wrong_kind). Errors: too_large (64 KiB), malformed, bad_json,
  // json_depth, duplicate_member, bad_base64, wrong_kind, bad_key, weak_key (also an exponent of 1, or primes of the
  // ROCA pattern), unknown_alg, alg_key_mismatch (alg does not fit kty and crv), unsupported (kty, crv or PEM label;
  // RSA with more than two primes, or private without its primes); too_large also for a kid of more than 256 octets, a
  // `use` of more than 64, more than 64 key_ops, and an `x5c` beyond the limits of certificate.hpp.
  static Result<PublicKey> parse(std::string_view text, KeyInfo info = {});
  // The DER of an SPKI or of PKCS#1, at most 8 KiB, as in PEM. Errors as above, of those that have no JSON in them.
  static Result<PublicKey> parse_der(BytesView der, KeyInfo info = {});

  KeyType type() const;
  const KeyInfo& info() const;
  unsigned bits() const;       // of the modulus, of the curve's order, or of an ML-DSA key's octets
  bool admits(Alg alg) const;  // by type, length and `alg` alone; `use` and `key_ops` are asked when it is used
  bool admits(KeyAlg alg) const;

  std::string jwk() const;  // compact JSON, members as RFC 7517 orders its examples: kty first
  std::string pem() const;  // SPKI
  Bytes der() const;        // SPKI
  // base64url of the SHA-256 of the required members (RFC 7638).
  std::string thumbprint() const;
  // The same key under other information, which takes the place of all that it had. What the JWK's key_ops forbade
  // stays forbidden. Errors: too_large, malformed (kid), alg_key_mismatch.
  Result<PublicKey> with(KeyInfo info) const;

  // `x5c`: a chain whose first certificate is this key's; empty where there is none. Nobody has checked who issued it.
  std::span<const Certificate> certificates() const;
  // The same key with these (with none: without any). Errors: bad_key (the first is another key's), too_large.
  Result<PublicKey> with_certificates(std::vector<Certificate> chain) const;

  const detail::KeyData& data() const { return *data_; }

 private:
  friend class PrivateKey;
  friend class Keys;
  friend struct detail::KeyData;
  explicit PublicKey(std::shared_ptr<const detail::KeyData> data) : data_(std::move(data)) {}
  std::shared_ptr<const detail::KeyData> data_;
};

class PrivateKey {
 public:
  // A JWK with private members, or PEM (PKCS#8 "PRIVATE KEY", SEC1 "EC PRIVATE KEY", PKCS#1 "RSA PRIVATE KEY"). The
  // public half is recomputed, and must be the one that the text gives (else Err::bad_key). Of ML-DSA neither is
  // possible without OpenSSL 3.5: a JWK's halves are taken as they stand, PKCS#8 is needs_openssl. Errors as
  // PublicKey::parse, and password_needed ("ENCRYPTED PRIVATE KEY").
  static Result<PrivateKey> parse(std::string_view text, KeyInfo info = {});
  static Result<PrivateKey> parse_der(BytesView pkcs8, KeyInfo info = {});
  // The same, and a PKCS#8 text under a password (RFC 5958: "ENCRYPTED PRIVATE KEY"): PBES2 with PBKDF2 or scrypt, and
  // AES-CBC. Nobody is ever asked for one. More errors: decrypt_failed (the password is wrong, or the text was
  // altered; PBES2 cannot tell every alteration), too_large (more than 5,000,000 rounds, or 32 MiB of memory: refused
  // before any work), unsupported (older encryption).
  static Result<PrivateKey> parse(std::string_view text, const Secret& password, KeyInfo info = {});
  static Result<PrivateKey> parse_der(BytesView pkcs8, const Secret& password, KeyInfo info = {});

  // A new key for `alg` (RSA: `rsa_bits`, 2048 to 8192; EdDSA: Ed25519). An empty info.kid becomes the thumbprint.
  // Errors: weak_key, too_large, malformed (kid), alg_key_mismatch (an HS* alg: see SecretKey; an info.alg that is not
  // `alg`), needs_openssl (ML-DSA), unavailable (the random source).
  static Result<PrivateKey> generate(Alg alg, KeyInfo info = {}, unsigned rsa_bits = 2048);
  // The same for a recipient of JWE: RSA for RSA-OAEP*, a curve (P-256, P-384, P-521, X25519, X448) for ECDH-ES*.
  static Result<PrivateKey> generate(KeyAlg alg, KeyType type, KeyInfo info = {}, unsigned rsa_bits = 2048);

  KeyType type() const;
  const KeyInfo& info() const;
  bool admits(Alg alg) const;
  bool admits(KeyAlg alg) const;
  PublicKey public_key() const;
  std::string thumbprint() const;
  Result<PrivateKey> with(KeyInfo info) const;  // as PublicKey::with

  Secret jwk() const;  // secret text: compact JSON
  Secret pem() const;  // PKCS#8
  Secret der() const;  // PKCS#8
  // PKCS#8 under a password: PBES2, PBKDF2 with HMAC-SHA-256 and 600,000 rounds, AES-256-CBC. Errors: weak_key (an
  // empty password), unsupported (a private half that lives elsewhere).
  Result<std::string> encrypted_pem(const Secret& password) const;
  Result<Bytes> encrypted_der(const Secret& password) const;
  bool is_external() const;  // the private half lives elsewhere (external_key.hpp): only the public one is printed

  const detail::KeyData& data() const { return *data_; }

 private:
  friend Result<PrivateKey> external_key(const PublicKey& key, ExternalKey functions);
  static Result<PrivateKey> made(Result<std::shared_ptr<detail::KeyData>> data);
  explicit PrivateKey(std::shared_ptr<const detail::KeyData> data) : data_(std::move(data)) {}
  std::shared_ptr<const detail::KeyData> data_;
};

class SecretKey {
 public:
  // Raw octets as the key of one HS* algorithm. Errors: weak_key (shorter than the hash's output: 32, 48, 64 octets, or
  // all octets white space), alg_key_mismatch (not an HS* alg, or an info.alg that is not `alg`), malformed (kid),
  // too_large (1 KiB, kid).
  static Result<SecretKey> from_octets(BytesView octets, Alg alg, KeyInfo info = {});
  // The same as the key of one key management algorithm: of AES Key Wrap and GCM key wrap exactly their 16, 24 or 32
  // octets, of `dir` those of any content encryption (else bad_key), of PBES2 a password. Or, for `dir`, of one content
  // encryption.
  static Result<SecretKey> from_octets(BytesView octets, KeyAlg alg, KeyInfo info = {});
  static Result<SecretKey> from_octets(BytesView octets, Enc enc, KeyInfo info = {});
  // The same for octets that are too few, never none and never all white space: to go on serving a secret that others
  // chose, until it can be replaced. RFC 7518 section 3.2 forbids such keys, and whoever holds one token of a short
  // secret can guess the secret offline. It serves `alg` only, and SecretKey::parse refuses its JWK.
  //   SecretKey::from_short_octets(octets, Alg::HS256, "partner X changes its secret in March")
  static Result<SecretKey> from_short_octets(BytesView octets, Alg alg, Reason why, KeyInfo info = {});
  // A JWK of kty "oct". Without `alg` it admits every HS* algorithm that its length can serve (weak_key if none, but
  // for a key whose `use` is "enc": 16 octets), and every cipher that takes keys of its length; never PBES2. Errors:
  // those of PublicKey::parse, with wrong_kind for another kty; too_large also for more than 1 KiB of octets.
  static Result<SecretKey> parse(std::string_view jwk);
  // As many random octets as the hash's output.
  static Result<SecretKey> generate(Alg alg, KeyInfo info = {});
  // As many as the cipher takes. alg_key_mismatch: not A*KW or A*GCMKW.
  static Result<SecretKey> generate(KeyAlg alg, KeyInfo info = {});
  static Result<SecretKey> generate(Enc enc, KeyInfo info = {});

  const KeyInfo& info() const;
  bool admits(Alg alg) const;
  bool admits(KeyAlg alg) const;
  bool admits(Enc enc) const;                  // as the key of `dir`
  std::string thumbprint() const;              // RFC 7638 section 3.2; reveals nothing only if the key is random
  Result<SecretKey> with(KeyInfo info) const;  // as PublicKey::with; weak_key (too short for info.alg)
  Secret jwk() const;

  const detail::KeyData& data() const { return *data_; }

 private:
  explicit SecretKey(std::shared_ptr<const detail::KeyData> data) : data_(std::move(data)) {}
  std::shared_ptr<const detail::KeyData> data_;
};

// A set of public keys, as a JWKS publishes them.
class Keys {
 public:
  // RFC 7517 section 5. A key that is unknown, weak or malformed is left out and reported in `skipped`, because one odd
  // key must not be an outage. Private or symmetric members refuse the set (Err::private_key_in_set). Each key is
  // imported and checked here, for up to 0.1 ms. Errors: too_large (1 MiB, 64 keys), bad_json, duplicate_member,
  // json_depth, malformed, private_key_in_set.
  static Result<Keys> parse(std::string_view jwks);
  static Keys of(std::vector<PublicKey> keys) { return Keys(std::move(keys)); }

  struct Skipped {
    std::size_t index;  // in "keys", from 0
    std::string kid;    // "" where there is none
    Error error;
  };

  std::span<const PublicKey> all() const { return keys_; }
  bool empty() const { return keys_.empty(); }
  std::span<const Skipped> skipped() const { return skipped_; }

 private:
  explicit Keys(std::vector<PublicKey> keys) : keys_(std::move(keys)) {}
  std::vector<PublicKey> keys_;
  std::vector<Skipped> skipped_;
};

// {"keys":[…]}: public keys only, by type.
std::string jwks(std::span<const PublicKey> keys);

// "urn:ietf:params:oauth:jwk-thumbprint:sha-256:NzbLsXh8…": a key's name that anybody can work out (RFC 9278). For
// `thumbprint` of any key.
std::string thumbprint_uri(std::string_view thumbprint);
// The thumbprint in such a URI, to be compared with a key's. Errors: malformed, unsupported (another hash than
// SHA-256), bad_base64.
Result<std::string> parse_thumbprint_uri(std::string_view uri);

}  // namespace tessera
