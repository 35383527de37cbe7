// Everything about one algorithm, in one place.
#pragma once

#include <array>
#include <string_view>

#include "crypto/encryption.hpp"
#include "crypto/pkey.hpp"
#include "tessera/keys.hpp"

namespace tessera {

struct AlgRow {
  Alg alg;
  std::string_view name;
  bool symmetric;
  crypto::Scheme scheme;  // where not symmetric
  crypto::Hash hash;
  std::string_view spec;
};

inline constexpr std::array<AlgRow, kAlgCount> kAlgs = {{
    {Alg::HS256, "HS256", true, {}, crypto::Hash::SHA256, "RFC7518#3.2"},
    {Alg::HS384, "HS384", true, {}, crypto::Hash::SHA384, "RFC7518#3.2"},
    {Alg::HS512, "HS512", true, {}, crypto::Hash::SHA512, "RFC7518#3.2"},
    {Alg::RS256, "RS256", false, crypto::Scheme::rsa_pkcs1, crypto::Hash::SHA256, "RFC7518#3.3"},
    {Alg::RS384, "RS384", false, crypto::Scheme::rsa_pkcs1, crypto::Hash::SHA384, "RFC7518#3.3"},
    {Alg::RS512, "RS512", false, crypto::Scheme::rsa_pkcs1, crypto::Hash::SHA512, "RFC7518#3.3"},
    {Alg::PS256, "PS256", false, crypto::Scheme::rsa_pss, crypto::Hash::SHA256, "RFC7518#3.5"},
    {Alg::PS384, "PS384", false, crypto::Scheme::rsa_pss, crypto::Hash::SHA384, "RFC7518#3.5"},
    {Alg::PS512, "PS512", false, crypto::Scheme::rsa_pss, crypto::Hash::SHA512, "RFC7518#3.5"},
    {Alg::ES256, "ES256", false, crypto::Scheme::ecdsa, crypto::Hash::SHA256, "RFC7518#3.4"},
    {Alg::ES384, "ES384", false, crypto::Scheme::ecdsa, crypto::Hash::SHA384, "RFC7518#3.4"},
    {Alg::ES512, "ES512", false, crypto::Scheme::ecdsa, crypto::Hash::SHA512, "RFC7518#3.4"},
    {Alg::ES256K, "ES256K", false, crypto::Scheme::ecdsa, crypto::Hash::SHA256, "RFC8812#3.2"},
    {Alg::EdDSA, "EdDSA", false, crypto::Scheme::eddsa, {}, "RFC8037#3.1"},
    {Alg::Ed25519, "Ed25519", false, crypto::Scheme::eddsa, {}, "RFC9864#2.2"},
    {Alg::Ed448, "Ed448", false, crypto::Scheme::eddsa, {}, "RFC9864#2.2"},
    {Alg::ML_DSA_44, "ML-DSA-44", false, crypto::Scheme::ml_dsa, {}, "draft-ietf-cose-dilithium"},
    {Alg::ML_DSA_65, "ML-DSA-65", false, crypto::Scheme::ml_dsa, {}, "draft-ietf-cose-dilithium"},
    {Alg::ML_DSA_87, "ML-DSA-87", false, crypto::Scheme::ml_dsa, {}, "draft-ietf-cose-dilithium"},
}};

constexpr const AlgRow& alg_row(Alg alg) { return kAlgs[static_cast<std::size_t>(alg)]; }

// Whether a key of this type and curve can serve `alg` at all, whatever it says of itself.
constexpr bool fits(KeyType type, Alg alg) {
  switch (type) {
    case KeyType::oct: return alg_row(alg).symmetric;
    case KeyType::RSA: return alg >= Alg::RS256 && alg <= Alg::PS512;
    case KeyType::P256: return alg == Alg::ES256;
    case KeyType::P384: return alg == Alg::ES384;
    case KeyType::P521: return alg == Alg::ES512;
    case KeyType::secp256k1: return alg == Alg::ES256K;
    case KeyType::Ed25519: return alg == Alg::EdDSA || alg == Alg::Ed25519;
    case KeyType::Ed448: return alg == Alg::EdDSA || alg == Alg::Ed448;
    case KeyType::X25519:
    case KeyType::X448: return false;
    case KeyType::ML_DSA_44: return alg == Alg::ML_DSA_44;
    case KeyType::ML_DSA_65: return alg == Alg::ML_DSA_65;
    case KeyType::ML_DSA_87: return alg == Alg::ML_DSA_87;
  }
  return false;
}

// kty "AKP": one algorithm, which is a part of the key.
constexpr bool is_ml_dsa(KeyType type) { return type >= KeyType::ML_DSA_44; }

// How a key management algorithm gets the content encryption key to the recipient (RFC 7516 section 2).
enum class Management : std::uint8_t { direct, wrap, gcm_wrap, oaep, agree, agree_wrap, password };

struct KeyAlgRow {
  KeyAlg alg;
  std::string_view name;
  Management management;
  std::size_t wrapping_size;  // octets of the key that wraps; 0 where none does
  crypto::Oaep oaep;          // where RSA encrypts
  crypto::Hash hash;          // of PBKDF2, where a password is stretched
  std::string_view spec;
};

inline constexpr std::array<KeyAlgRow, kKeyAlgCount> kKeyAlgs = {{
    {KeyAlg::dir, "dir", Management::direct, 0, {}, {}, "RFC7518#4.5"},
    {KeyAlg::A128KW, "A128KW", Management::wrap, 16, {}, {}, "RFC7518#4.4"},
    {KeyAlg::A192KW, "A192KW", Management::wrap, 24, {}, {}, "RFC7518#4.4"},
    {KeyAlg::A256KW, "A256KW", Management::wrap, 32, {}, {}, "RFC7518#4.4"},
    {KeyAlg::A128GCMKW, "A128GCMKW", Management::gcm_wrap, 16, {}, {}, "RFC7518#4.7"},
    {KeyAlg::A192GCMKW, "A192GCMKW", Management::gcm_wrap, 24, {}, {}, "RFC7518#4.7"},
    {KeyAlg::A256GCMKW, "A256GCMKW", Management::gcm_wrap, 32, {}, {}, "RFC7518#4.7"},
    {KeyAlg::RSA_OAEP, "RSA-OAEP", Management::oaep, 0, crypto::Oaep::SHA1, {}, "RFC7518#4.3"},
    {KeyAlg::RSA_OAEP_256, "RSA-OAEP-256", Management::oaep, 0, crypto::Oaep::SHA256, {}, "RFC7518#4.3"},
    {KeyAlg::RSA_OAEP_384, "RSA-OAEP-384", Management::oaep, 0, crypto::Oaep::SHA384, {}, "W3C.WebCryptoAPI"},
    {KeyAlg::RSA_OAEP_512, "RSA-OAEP-512", Management::oaep, 0, crypto::Oaep::SHA512, {}, "W3C.WebCryptoAPI"},
    {KeyAlg::ECDH_ES, "ECDH-ES", Management::agree, 0, {}, {}, "RFC7518#4.6"},
    {KeyAlg::ECDH_ES_A128KW, "ECDH-ES+A128KW", Management::agree_wrap, 16, {}, {}, "RFC7518#4.6"},
    {KeyAlg::ECDH_ES_A192KW, "ECDH-ES+A192KW", Management::agree_wrap, 24, {}, {}, "RFC7518#4.6"},
    {KeyAlg::ECDH_ES_A256KW, "ECDH-ES+A256KW", Management::agree_wrap, 32, {}, {}, "RFC7518#4.6"},
    {KeyAlg::PBES2_HS256_A128KW,
     "PBES2-HS256+A128KW",
     Management::password,
     16,
     {},
     crypto::Hash::SHA256,
     "RFC7518#4.8"},
    {KeyAlg::PBES2_HS384_A192KW,
     "PBES2-HS384+A192KW",
     Management::password,
     24,
     {},
     crypto::Hash::SHA384,
     "RFC7518#4.8"},
    {KeyAlg::PBES2_HS512_A256KW,
     "PBES2-HS512+A256KW",
     Management::password,
     32,
     {},
     crypto::Hash::SHA512,
     "RFC7518#4.8"},
}};

constexpr const KeyAlgRow& key_alg_row(KeyAlg alg) { return kKeyAlgs[static_cast<std::size_t>(alg)]; }

struct EncRow {
  Enc enc;
  std::string_view name;
  crypto::Cipher cipher;
  std::string_view spec;
};

inline constexpr std::array<EncRow, kEncCount> kEncs = {{
    {Enc::A128GCM, "A128GCM", crypto::Cipher::A128GCM, "RFC7518#5.3"},
    {Enc::A192GCM, "A192GCM", crypto::Cipher::A192GCM, "RFC7518#5.3"},
    {Enc::A256GCM, "A256GCM", crypto::Cipher::A256GCM, "RFC7518#5.3"},
    {Enc::A128CBC_HS256, "A128CBC-HS256", crypto::Cipher::A128CBC_HS256, "RFC7518#5.2.3"},
    {Enc::A192CBC_HS384, "A192CBC-HS384", crypto::Cipher::A192CBC_HS384, "RFC7518#5.2.4"},
    {Enc::A256CBC_HS512, "A256CBC-HS512", crypto::Cipher::A256CBC_HS512, "RFC7518#5.2.5"},
}};

constexpr const EncRow& enc_row(Enc enc) { return kEncs[static_cast<std::size_t>(enc)]; }
constexpr std::size_t key_size(Enc enc) { return crypto::key_size(enc_row(enc).cipher); }

// Whether a key of this type and curve can serve `alg` at all, whatever it says of itself. For oct its length decides
// too.
constexpr bool fits(KeyType type, KeyAlg alg) {
  switch (key_alg_row(alg).management) {
    case Management::direct:
    case Management::wrap:
    case Management::gcm_wrap:
    case Management::password: return type == KeyType::oct;
    case Management::oaep: return type == KeyType::RSA;
    case Management::agree:
    case Management::agree_wrap:
      return type == KeyType::P256 || type == KeyType::P384 || type == KeyType::P521 || type == KeyType::X25519 ||
             type == KeyType::X448;
  }
  return false;
}

}  // namespace tessera
