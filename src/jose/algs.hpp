// Everything about one signature algorithm, in one place.
#pragma once

#include <array>
#include <string_view>

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
  }
  return false;
}

}  // namespace tessera
