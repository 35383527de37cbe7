// Keys for the tests, and tokens that no honest signer would make.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/base64url.hpp"
#include "jose/signature.hpp"
#include "support/expect.hpp"
#include "tessera/jws.hpp"

namespace tests {

using namespace tessera;

// That tokens can be signed with here.
inline constexpr std::array<Alg, 16> kEvery = {
    Alg::HS256, Alg::HS384, Alg::HS512, Alg::RS256, Alg::RS384,  Alg::RS512, Alg::PS256,   Alg::PS384,
    Alg::PS512, Alg::ES256, Alg::ES384, Alg::ES512, Alg::ES256K, Alg::EdDSA, Alg::Ed25519, Alg::Ed448};

// One algorithm of each key type.
inline constexpr std::array kOfEachType = {Alg::RS256,  Alg::ES256,   Alg::ES384, Alg::ES512,
                                           Alg::ES256K, Alg::Ed25519, Alg::Ed448};

// A key for `alg` that names no algorithm and no kid, made once.
inline const PrivateKey& private_key(Alg alg) {
  static std::array<std::optional<PrivateKey>, kAlgCount> keys;
  if (alg > Alg::RS256 && alg <= Alg::PS512) return private_key(Alg::RS256);
  auto& key = keys[static_cast<std::size_t>(alg)];
  if (!key) key = *PrivateKey::generate(alg)->with({});
  return *key;
}
inline PublicKey public_key(Alg alg) { return private_key(alg).public_key(); }
inline SecretKey secret_key(Alg alg) { return *SecretKey::from_octets(bytes_of(std::string(64, 'k')), alg); }

inline std::string text_of_secret(const Secret& secret) { return std::string(secret.expose_text("a test")); }

// header "." payload, both encoded.
inline std::string input_of(std::string_view header, std::string_view payload) {
  return base64url::encode(header) + "." + base64url::encode(payload);
}
// Signed whatever the header says.
template <class Key>
std::string forge(std::string input, const Key& key, Alg alg) {
  EXPECT_OK(jose::sign_into(key.data(), alg, input));
  return input;
}
template <class Key>
std::string token_of(std::string_view header, const Key& key, Alg alg, std::string_view payload = "payload") {
  return forge(input_of(header, payload), key, alg);
}

inline jws::Policy allowing(std::span<const Alg> algs, std::size_t max_bytes = 1 << 20) {
  return {.algs = std::vector(algs.begin(), algs.end()), .max_bytes = max_bytes};
}
template <class Key>
std::string verdict(std::string_view token, const Key& key, std::span<const Alg> algs = kEvery) {
  return code_of(jws::verify(token, key, allowing(algs)));
}

inline std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

}  // namespace tests
