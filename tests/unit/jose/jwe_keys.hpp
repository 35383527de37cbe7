// Keys and messages for the tests of JWE.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "forge.hpp"
#include "tessera/jwe.hpp"

namespace tests {

inline constexpr Enc kEveryEnc[] = {Enc::A128GCM,       Enc::A192GCM,       Enc::A256GCM,
                                    Enc::A128CBC_HS256, Enc::A192CBC_HS384, Enc::A256CBC_HS512};
inline constexpr KeyType kAgreeing[] = {KeyType::P256, KeyType::P384, KeyType::P521, KeyType::X25519, KeyType::X448};

inline std::vector<KeyAlg> every_key_alg() {
  std::vector<KeyAlg> out;
  for (std::size_t i = 0; i < kKeyAlgCount; ++i) out.push_back(static_cast<KeyAlg>(i));
  return out;
}

// One that can open, and the same as a recipient.
struct Pair {
  jwe::Keyring ring;
  jwe::Recipient recipient;
  std::string name;
};

// Made once for the whole program; RSA and passwords take their time.
inline const PrivateKey& recipient_key(KeyAlg alg, KeyType type) {
  static std::map<std::pair<KeyAlg, KeyType>, PrivateKey> keys;
  if (alg != KeyAlg::RSA_OAEP && type == KeyType::RSA) {
    const auto made = keys.find({alg, type});
    if (made == keys.end())
      keys.emplace(std::pair{alg, type}, *recipient_key(KeyAlg::RSA_OAEP, type).with({.kid = "rsa", .key_alg = alg}));
  }
  const auto found = keys.find({alg, type});
  if (found != keys.end()) return found->second;
  return keys.emplace(std::pair{alg, type}, *PrivateKey::generate(alg, type)).first->second;
}

inline Pair pair_of(const PrivateKey& key) { return {key, key.public_key(), std::string(key_type_name(key.type()))}; }
inline Pair pair_of(const SecretKey& key) { return {key, key, "oct"}; }

inline SecretKey password(KeyAlg alg) { return *SecretKey::from_octets(bytes_of("correct horse battery"), alg); }

// A pair for each curve, where there are several.
inline std::vector<Pair> pairs_for(KeyAlg alg, Enc enc) {
  switch (alg) {
    case KeyAlg::dir: return {pair_of(*SecretKey::generate(enc))};
    case KeyAlg::PBES2_HS256_A128KW:
    case KeyAlg::PBES2_HS384_A192KW:
    case KeyAlg::PBES2_HS512_A256KW: return {pair_of(password(alg))};
    case KeyAlg::RSA_OAEP:
    case KeyAlg::RSA_OAEP_256:
    case KeyAlg::RSA_OAEP_384:
    case KeyAlg::RSA_OAEP_512: return {pair_of(recipient_key(alg, KeyType::RSA))};
    case KeyAlg::ECDH_ES:
    case KeyAlg::ECDH_ES_A128KW:
    case KeyAlg::ECDH_ES_A192KW:
    case KeyAlg::ECDH_ES_A256KW: {
      std::vector<Pair> out;
      for (const KeyType type : kAgreeing) out.push_back(pair_of(recipient_key(alg, type)));
      return out;
    }
    default: return {pair_of(*SecretKey::generate(alg))};
  }
}

// Everything allowed that must be named.
inline jwe::Policy open_policy() {
  return {.algs = every_key_alg(),
          .encs = std::vector<Enc>(std::begin(kEveryEnc), std::end(kEveryEnc)),
          .passwords = jwe::PasswordRounds{},
          .max_inflated = 1 << 20};
}

inline constexpr jwe::Header kQuick{.p2c = 1'000};

inline std::string opened(const Result<jwe::Decrypted>& result) {
  return result ? std::string(result->text()) : refusal_of(result);
}

// header "." encrypted key "." iv "." ciphertext "." tag, each encoded.
inline std::vector<std::string> parts_of(const std::string& token) {
  std::vector<std::string> out(1);
  for (const char c : token)
    if (c == '.')
      out.emplace_back();
    else
      out.back() += c;
  return out;
}
inline std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (&part == &parts.front() ? "" : ".") + part;
  return out;
}
// The message with another protected header; it opens no more, and what is refused before that shows.
inline std::string with_header(const std::string& token, const std::string& header) {
  auto parts = parts_of(token);
  parts[0] = base64url::encode(header);
  return joined(parts);
}
inline std::string header_of(const std::string& token) {
  return std::string(text_of(*base64url::decode(parts_of(token)[0])));
}

}  // namespace tests
