// What a key file holds: a JWK, a JWKS, PEM, DER or a certificate; with a password also what it locks. Its kind is said
// by its form ("kty", a PEM label, the structure of DER), and nothing but a JWK of kty "oct" ever becomes a MAC key
// here.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/failure.hpp"
#include "cli/output.hpp"
#include "tessera/jwe.hpp"
#include "tessera/keys.hpp"

namespace tessera::cli {

// A Keyring is an encrypted set of other than one key.
using KeyFile = std::variant<PublicKey, PrivateKey, SecretKey, Keys, jwe::Keyring>;

// `name` is the file's, for errors. A certificate is its public key, which keeps it. Without a password nothing that is
// encrypted is read: PKCS#8, or a JWK or JWK Set (RFC 7517 section 7, PBES2).
Outcome<KeyFile> parse_key_file(std::string_view text, std::string_view name, const Secret* password = nullptr);
// A file or "-".
Outcome<KeyFile> read_key_file(std::string_view argument, const Secret* password = nullptr);

// "a private key", for errors.
std::string_view kind_of(const KeyFile& key);

// What a password encrypts keys with.
inline constexpr std::array kPasswordAlgs = {KeyAlg::PBES2_HS256_A128KW, KeyAlg::PBES2_HS384_A192KW,
                                             KeyAlg::PBES2_HS512_A256KW};

// Every key of a set that is published needs a name of its own there: its thumbprint where it has none.
Outcome<void> add_named(std::vector<PublicKey>& keys, PublicKey key, std::string_view source);
Outcome<std::string> published_set(std::span<const PublicKey> keys, std::string_view source);

// The algorithm of this name, or a usage error that lists all.
Outcome<Alg> parse_alg(std::string_view name);
std::vector<std::string> signing_algs();  // those that sign here
std::string alg_names();                  // the same with spaces between
// Whose keys are read and printed, and which nothing here computes.
inline bool is_ml_dsa(Alg alg) { return alg >= Alg::ML_DSA_44; }
// The names of all values of an enumeration: all_names(enc_name, kEncCount).
template <class T>
std::vector<std::string> all_names(std::string_view (*name)(T), std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.emplace_back(name(static_cast<T>(i)));
  return names;
}
inline bool is_mac(Alg alg) { return alg == Alg::HS256 || alg == Alg::HS384 || alg == Alg::HS512; }

// "ES256 ES384": what a key can serve.
template <class Key>
std::string admitted_algs(const Key& key) {
  std::string names;
  for (std::size_t i = 0; i < kAlgCount; ++i) {
    const Alg alg = static_cast<Alg>(i);
    if (key.admits(alg)) names += (names.empty() ? "" : " ") + std::string(alg_name(alg));
  }
  return names;
}

// What a key is for: it signs, encrypts keys, or (with `dir`) encrypts content. Of this name, or a usage error.
using KeyPurpose = std::variant<Alg, KeyAlg, Enc>;
std::vector<std::string> purposes();  // the names of those that a key is made for
Outcome<KeyPurpose> parse_purpose(std::string_view name);
std::string_view name_of(const KeyPurpose& purpose);

// The key's information with another kid, or with another purpose that it can serve, where they are given.
template <class Key>
Outcome<KeyInfo> relabelled(const Key& key, const std::optional<std::string>& kid,
                            const std::optional<std::string>& purpose) {
  KeyInfo info = key.info();
  if (kid) info.kid = *kid;
  if (!purpose) return info;
  const KeyPurpose wanted = TRY(parse_purpose(*purpose));
  if (const auto* alg = std::get_if<Alg>(&wanted)) {
    info.alg = *alg;
    if (key.admits(*alg)) return info;
  } else if (const auto* key_alg = std::get_if<KeyAlg>(&wanted)) {
    info.key_alg = *key_alg;
    if (key.admits(*key_alg)) return info;
  } else if constexpr (requires { key.admits(Enc{}); }) {
    info.enc = std::get<Enc>(wanted);
    info.key_alg.reset();  // `dir`, which follows from it
    if (key.admits(*info.enc)) return info;
  }
  return refused(Error{Err::alg_key_mismatch, "alg"}, admitted_algs(key), *purpose,
                 "leave --alg out, or take another key");
}

// The key's information with another kid, or with an algorithm that it can serve, where they are given.
template <class Key>
Outcome<KeyInfo> renamed_info(const Key& key, const std::optional<std::string>& kid,
                              const std::optional<std::string>& alg_name) {
  KeyInfo info = key.info();
  if (kid) info.kid = *kid;
  if (alg_name) {
    info.alg = TRY(parse_alg(*alg_name));
    if (!key.admits(*info.alg)) {
      return refused(Error{Err::alg_key_mismatch, "alg"}, admitted_algs(key), *alg_name,
                     "leave --alg out, or take another key");
    }
  }
  return info;
}

// A kid that a key may have, or a usage error.
Outcome<void> check_kid(const std::optional<std::string>& kid);

// "type", "alg", "key_alg", "enc" and "kid" of a key, where it has them, as members of the JSON object being written.
void key_members(json::Writer& writer, const KeyInfo& info, KeyType type);

}  // namespace tessera::cli
