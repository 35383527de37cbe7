// JSON Web Encryption (RFC 7516): octets for a recipient and nobody else. For claims use nested.hpp, which demands the
// signature inside: an encrypted text alone says nothing of who wrote it.
//
// A content encryption key, new for each message, encrypts the content (`enc`); the key management algorithm (`alg`)
// gets that key to the recipient. As everywhere, the algorithm belongs to the key: a header never widens what a key or
// a policy allows. RSA1_5 is not built.
//
//   const auto token = jwe::encrypt(plaintext, recipient, Enc::A256GCM);
//   const jwe::Policy policy{.algs = {KeyAlg::ECDH_ES_A256KW}, .encs = {Enc::A256GCM}};
//   const auto opened = jwe::decrypt(*token, private_key, policy);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tessera/keys.hpp"
#include "tessera/policy.hpp"

namespace tessera::jwe {

// ── encrypting ──────────────────────────────────────────────────────────────────────────────────────────────────────

// To whom: a key, and the algorithm where the key names none. Not a `PrivateKey`: its owner has the public half.
class Recipient {
 public:
  Recipient(PublicKey key) : key_(std::move(key)) {}
  Recipient(SecretKey key) : key_(std::move(key)) {}
  Recipient(PublicKey key, KeyAlg alg) : key_(std::move(key)), alg_(alg) {}
  Recipient(SecretKey key, KeyAlg alg) : key_(std::move(key)), alg_(alg) {}

  const detail::KeyData& data() const;
  const KeyInfo& info() const;
  // The one named here, else the key's own; `dir` for a key that names a content encryption.
  std::optional<KeyAlg> alg() const;

 private:
  std::variant<PublicKey, SecretKey> key_;
  std::optional<KeyAlg> alg_;
};

// DEFLATE before encryption (RFC 7516 section 4.1.3). The length of what is compressed then tells of its content: never
// together with text that somebody else chose (the CRIME attack).
enum class Zip : std::uint8_t { none, DEF };

// The protected header beside `alg`, `enc` and `kid`, and what some algorithms ask for. "" leaves a parameter out.
struct Header {
  std::string_view typ{};
  std::string_view cty{};
  Zip zip = Zip::none;
  // ECDH-ES alone: who sends and who receives (RFC 7518 section 4.6.1), never the same; both go into the key that is
  // derived.
  BytesView apu{};
  BytesView apv{};
  // PBES2 alone: rounds of PBKDF2 (RFC 7518 section 4.8.1.2), 1,000 to 10,000,000. About 0.2 s; many readers refuse
  // more than they were told to expect.
  std::uint32_t p2c = 600'000;
};

// The compact serialization. Errors: alg_key_mismatch (no algorithm named, one that the key does not admit, a `use`
// or `key_ops` that forbids it, or an `enc` that is not the key's of `dir`), too_large (16 MiB), bad_json (typ or
// cty is not UTF-8), malformed_header (apu and apv are the same), bad_policy (p2c), bad_key (an agreement with this
// key tells nothing secret), unavailable (OpenSSL refused).
Result<std::string> encrypt(BytesView plaintext, const Recipient& to, Enc enc, Header header = {});

// The JSON serializations (RFC 7516 section 7.2): flattened for one recipient, general for any number up to 16.
// In the flattened one everything is protected. In the general one `alg` and what belongs to it stand in each
// recipient's own header, where a change only makes the message unreadable; `dir` and ECDH-ES settle the content's key
// by themselves, so they serve one recipient only (alg_not_allowed). Errors as above, and no_keys (no recipient),
// too_large.
struct JsonOptions {
  Header header{};
  BytesView aad{};  // authenticated, not encrypted: the member `aad`; empty leaves it out
};
Result<std::string> encrypt_flattened(BytesView plaintext, const Recipient& to, Enc enc, JsonOptions options = {});
Result<std::string> encrypt_general(BytesView plaintext, std::span<const Recipient> to, Enc enc,
                                    JsonOptions options = {});

// ── decrypting ──────────────────────────────────────────────────────────────────────────────────────────────────────

// Rounds that PBES2 may ask for. Each costs a hash or two before anything is known of the sender.
struct PasswordRounds {
  std::uint32_t min = 1'000;
  std::uint32_t max = 1'000'000;
};

struct Policy {
  AllowedKeyAlgs algs;
  AllowedEncs encs;
  std::optional<PasswordRounds> passwords{};  // PBES2 is refused unless set, even where `algs` lists it
  std::size_t max_inflated = 0;               // octets that `zip` may grow to; 0 refuses zip. At most 64 MiB
  std::size_t max_bytes = 1 << 20;            // of the whole message; at most 64 MiB

  // Err::bad_policy: bounds outside of those named here, min above max or below 1,000, max above 10,000,000.
  Result<void> check() const;
};

// The keys that may open a message. Of several, exactly one must fit, as jws::verify says.
class Keyring {
 public:
  Keyring(PrivateKey key) : private_keys_{std::move(key)} {}
  Keyring(SecretKey key) : secret_keys_{std::move(key)} {}
  Keyring(std::vector<PrivateKey> private_keys, std::vector<SecretKey> secret_keys = {})
      : private_keys_(std::move(private_keys)), secret_keys_(std::move(secret_keys)) {}

  // A JWK or a JWK Set (RFC 7517) of private and symmetric keys. These are the caller's own, so an odd one is an error
  // and not left out. Errors: those of PrivateKey::parse and SecretKey::parse, wrong_kind (a public key), too_large
  // (1 MiB, 64 keys).
  static Result<Keyring> parse(std::string_view json);
  // Secret text: the JWK of a lone key, else a JWK Set.
  Secret json() const;

  std::span<const PrivateKey> private_keys() const { return private_keys_; }
  std::span<const SecretKey> secret_keys() const { return secret_keys_; }

 private:
  std::vector<PrivateKey> private_keys_;
  std::vector<SecretKey> secret_keys_;
};

// What was opened. It owns its octets, and wipes the plaintext.
class Decrypted {
 public:
  // Named for what it is, not guarded as a Secret: the caller asked for it. Lives as long as this object.
  BytesView plaintext() const;
  std::string_view text() const { return text_of(plaintext()); }
  KeyAlg alg() const { return alg_; }
  Enc enc() const { return enc_; }
  // Of the protected header alone; "" if absent there.
  const std::string& typ() const { return typ_; }
  const std::string& cty() const { return cty_; }
  const std::string& header() const { return header_; }  // its JSON text; "" where a JSON serialization has none
  // Of the key that opened it; of the protected header if that key has none.
  const std::string& kid() const { return kid_; }
  BytesView aad() const { return aad_; }  // of the JSON serializations

 private:
  struct Maker;  // of this library alone
  Decrypted() = default;
  Secret plaintext_;
  std::string typ_, cty_, kid_, header_;
  Bytes aad_;
  KeyAlg alg_{};
  Enc enc_{};
  friend Result<Decrypted> decrypt(std::string_view, const Keyring&, const Policy&);
  friend Result<Decrypted> decrypt_json(std::string_view, const Keyring&, Rule, const Policy&);
};

// The compact serialization. What the header and the lengths tell has codes; from the first use of a secret on there is
// one, decrypt_failed, and a key that does not unwrap is replaced by a random one that goes the whole way, so that
// neither error nor time tells how far it came (RFC 7516 section 11.5).
// Errors: too_large (`max_bytes`; 64 parameters in a header), malformed, wrong_kind (three parts), bad_base64,
// bad_json, json_depth, duplicate_member, malformed_header, crit_unsupported, unknown_alg (alg or enc), alg_not_allowed
// (the policy does not list alg, or enc; PBES2 or zip without their permission), alg_key_mismatch, no_keys,
// key_not_found, ambiguous_key, malformed_jwe (a length that the algorithms do not have), bad_key (`epk` is no point of
// the key's curve, or leads to nothing), p2c_limit, decrypt_failed, inflate_limit, bad_policy, unavailable.
Result<Decrypted> decrypt(std::string_view token, const Keyring& keys, const Policy& policy);

// Flattened or general, up to 16 recipients (RFC 7516 section 7.2). ANY: the first recipient that opens is the answer;
// those whose key is not among `keys` are passed over. ALL: each one must open, to the same content. One key is tried
// for four recipients at most, a password for one (too_large): a message does not say how much work it is. `alg` and
// `enc` may stand unprotected, as RFC 7516 allows; a name that stands twice is duplicate_header, `zip` and `crit` must
// be protected. Errors: as above, and duplicate_header; under ANY that of a recipient whose key was found, if there is
// one.
Result<Decrypted> decrypt_json(std::string_view json, const Keyring& keys, Rule recipients, const Policy& policy);

// ── encrypted keys ──────────────────────────────────────────────────────────────────────────────────────────────────

// An encrypted JWK or JWK Set (RFC 7517 section 7): `keys` in print, encrypted with `cty` "jwk+json" or "jwk-set+json".
// Under a password: a SecretKey of a PBES2 algorithm as the recipient, and its rounds in `header`. Errors as encrypt.
Result<std::string> encrypt_keys(const Keyring& keys, const Recipient& to, Enc enc, Header header = {});
// Errors: those of decrypt and Keyring::parse; wrong_kind at "cty" (no such content).
Result<Keyring> decrypt_keys(std::string_view token, const Keyring& with, const Policy& policy);

}  // namespace tessera::jwe
