// Public-key pairs and prepared MAC keys over OpenSSL and libsodium. Everything that can be prepared is prepared when
// the key is made; contexts are kept per thread, so that a signature costs the primitive and little else.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/pem.hpp"
#include "tessera/bytes.hpp"
#include "tessera/result.hpp"
#include "tessera/secret.hpp"

namespace tessera::crypto {

enum class PkeyType : std::uint8_t { RSA, P256, P384, P521, secp256k1, Ed25519, Ed448, X25519, X448 };
enum class Hash : std::uint8_t { SHA256, SHA384, SHA512 };
enum class Scheme : std::uint8_t { rsa_pkcs1, rsa_pss, ecdsa, eddsa, ml_dsa };  // ml_dsa: no Pkey has it
// The hash of RSAES-OAEP and of its MGF1 (RFC 7518 section 4.3, and the registry's later rows).
enum class Oaep : std::uint8_t { SHA1, SHA256, SHA384, SHA512 };

constexpr std::size_t hash_size(Hash hash) { return hash == Hash::SHA256 ? 32 : hash == Hash::SHA384 ? 48 : 64; }
// Octets of a coordinate (EC), of the public key (Ed, X); 0 for RSA.
constexpr std::size_t coordinate_size(PkeyType type) {
  switch (type) {
    case PkeyType::RSA: return 0;
    case PkeyType::P384: return 48;
    case PkeyType::P521: return 66;
    case PkeyType::Ed448: return 57;
    case PkeyType::X448: return 56;
    default: return 32;
  }
}

inline constexpr unsigned kMinRsaBits = 2048, kMaxRsaBits = 8192;

// The numbers of a key as a JWK writes them: big-endian octets. Private ones are empty in a public key.
struct RsaNumbers {
  Bytes n, e;
  Secret d, p, q, dp, dq, qi;  // p and all that follow together, or none of them
};
struct CurveNumbers {
  Bytes x, y;  // y is empty for the curves of RFC 8037
  Secret d;
};

// Immutable, cheap to copy, usable by any number of threads at once.
class Pkey {
 public:
  // Errors: bad_key (not minimal octets, wrong length, off the curve, halves that do not belong together), weak_key
  // (RSA below 2048 bits, exponent even or below 3), too_large (above 8192 bits, exponent above 64).
  static Result<Pkey> from_rsa(const RsaNumbers& numbers);
  static Result<Pkey> from_curve(PkeyType type, const CurveNumbers& numbers);
  // Any form but a certificate and an encrypted key. Errors as above, malformed, unsupported (another kind of key).
  static Result<Pkey> from_der(Form form, BytesView der);
  static Result<Pkey> generate(PkeyType type, unsigned rsa_bits);

  PkeyType type() const;
  bool has_private() const;
  unsigned bits() const;
  RsaNumbers rsa_public() const;
  RsaNumbers rsa_private() const;
  CurveNumbers curve_public() const;
  CurveNumbers curve_private() const;
  Bytes spki() const;
  Secret pkcs8() const;
  Pkey public_half() const;

  // `signature` as JOSE writes it: r and s side by side for ECDSA. Err::bad_signature.
  Result<void> verify(Scheme scheme, Hash hash, std::string_view input, BytesView signature) const;
  Result<Bytes> sign(Scheme scheme, Hash hash, std::string_view input) const;  // Err::unavailable

  // RSA alone. What is encrypted is a content encryption key, which always fits.
  Result<Bytes> encrypt_oaep(Oaep hash, const Secret& key) const;  // Err::unavailable
  // The key in `encrypted`, or `otherwise` where there is none of its size. Which of them, neither time nor memory
  // tells, nor may the caller (RFC 7516 section 11.5). Err::unavailable.
  Result<Secret> decrypt_oaep(Oaep hash, BytesView encrypted, Secret otherwise) const;
  // ECDH of this private key and a public key of the same type: the x coordinate (RFC 7518 section 4.6, RFC 8037
  // section 3.2). Err::bad_key when the outcome is all zero.
  Result<Secret> agree(const Pkey& peer) const;
  // The same with a new key pair that nobody keeps. Errors: bad_key, unavailable (the random source).
  struct Agreement;
  Result<Agreement> agree_with_ephemeral() const;

  struct Impl;

 private:
  friend class Certificate;
  explicit Pkey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  static Result<std::shared_ptr<Impl>> fresh(PkeyType type, unsigned rsa_bits);
  static Result<Pkey> checked(std::shared_ptr<Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

struct Pkey::Agreement {
  CurveNumbers ephemeral;  // the public half
  Secret agreed;
};

// An ECDSA signature in DER (RFC 3279 section 2.2.3), as JOSE writes it. Err::malformed.
Result<Bytes> joined_from_der(PkeyType type, BytesView der);

// Keyed HMAC.
class MacKey {
 public:
  explicit MacKey(Secret octets);
  const Secret& octets() const { return octets_; }
  // Into `out`, which holds hash_size(hash) octets.
  void mac(Hash hash, std::string_view input, std::span<std::byte> out) const;

 private:
  Secret octets_;
  std::uint64_t id_;
};

// Numbers that are never given twice: how a thread's kept contexts know their key.
std::uint64_t next_key_id();

}  // namespace tessera::crypto
