// JSON Web Signature (RFC 7515): any payload, in every serialization. For claims use jwt.hpp, which checks them too.
//
// One text signs one payload, once or several times. The compact serialization holds one signature and is safe in a
// URL; the JSON ones (flattened for one signature, general for any number) may also carry headers that no signature
// protects. The payload stands in the text, or beside it ("detached", RFC 7515 appendix F); it is encoded, or signed as
// it stands (`b64`, RFC 7797).
//
//   const auto token = jws::sign(payload, key);
//   const auto verified = jws::verify(*token, keys, {.algs = {Alg::ES256}});
//   verified->payload();
//
// Whoever holds a text may take signatures out of it, add some, and change what is not protected. So what verified is
// what is returned, and nothing else: `Verified` names each signature that verified, and shows no header of any other.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tessera/keys.hpp"
#include "tessera/policy.hpp"

namespace tessera::jws {

inline constexpr std::size_t kMaxPayload = 16 << 20;     // octets that are signed
inline constexpr std::size_t kMaxSignatures = 16;        // of one text
inline constexpr std::size_t kMaxHeaderText = 64 << 10;  // octets of Header::more, of Header::unprotected

// ── signing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

// The header of one signature beside `alg` and `kid`, which come from the key, and `b64` and `crit`, which come from
// Payload. "" leaves a part out.
struct Header {
  std::string typ{};
  std::string cty{};
  std::string more{};         // further protected parameters, as the text of a JSON object: {"url":"https://…"}
  std::string unprotected{};  // JSON serializations alone: parameters that anybody may change, as a JSON object
};

// Who signs: a key, the algorithm where the key names none, and the header of that signature.
class Signer {
 public:
  Signer(PrivateKey key, Header header = {}) : key_(std::move(key)), header_(std::move(header)) {}
  Signer(SecretKey key, Header header = {}) : key_(std::move(key)), header_(std::move(header)) {}
  Signer(PrivateKey key, Alg alg, Header header = {}) : Signer(std::move(key), std::move(header)) { alg_ = alg; }
  Signer(SecretKey key, Alg alg, Header header = {}) : Signer(std::move(key), std::move(header)) { alg_ = alg; }

  const detail::KeyData& data() const;
  std::optional<Alg> alg() const { return alg_; }
  const Header& header() const { return header_; }

 private:
  std::variant<PrivateKey, SecretKey> key_;
  Header header_;
  std::optional<Alg> alg_;
};

// How the payload is written. Plain is `b64: false` (RFC 7797): not encoded, neither in the text nor for the signature.
// In a compact text a plain payload is printable ASCII without a full stop (RFC 7797 section 5.2); in a JSON one,
// UTF-8. Detached payloads are any octets.
enum class Payload : std::uint8_t { base64url, base64url_detached, plain, plain_detached };

// The compact, the flattened JSON and the general JSON serialization. The algorithm is the key's own `alg`; a key that
// names none needs it named. Errors: alg_key_mismatch (also a key that may not sign), too_large (above the limits
// above), malformed (the payload cannot stand plain in a compact text), bad_json (text that is not UTF-8; `more` or
// `unprotected` is no JSON object), json_depth, duplicate_member, duplicate_header (a name that is protected and
// unprotected), malformed_header (a parameter of the wrong type; alg, kid, typ, cty, b64 or crit in `more`; alg, b64 or
// crit in `unprotected`; `unprotected` in a compact text), no_keys (no signer), unavailable (OpenSSL failed).
Result<std::string> sign(BytesView payload, const Signer& signer, Payload how = Payload::base64url);
Result<std::string> sign_flattened(BytesView payload, const Signer& signer, Payload how = Payload::base64url);
Result<std::string> sign_general(BytesView payload, std::span<const Signer> signers, Payload how = Payload::base64url);

// ── verifying ───────────────────────────────────────────────────────────────────────────────────────────────────────

// The keys that may have signed: a view, for the length of one call, of what it is made of.
class KeysView {
 public:
  KeysView(const Keys& keys) : public_keys_(keys.all()) {}
  KeysView(const PublicKey& key) : public_keys_(&key, 1) {}
  KeysView(const SecretKey& key) : secret_keys_(&key, 1) {}
  KeysView(std::span<const PublicKey> public_keys, std::span<const SecretKey> secret_keys)
      : public_keys_(public_keys), secret_keys_(secret_keys) {}

  std::span<const PublicKey> public_keys() const { return public_keys_; }
  std::span<const SecretKey> secret_keys() const { return secret_keys_; }

 private:
  std::span<const PublicKey> public_keys_;
  std::span<const SecretKey> secret_keys_;
};

struct Policy {
  AllowedAlgs algs;                 // that may have signed
  std::size_t max_bytes = 1 << 20;  // of the text, and of detached content
};

// The payload, where the text does not hold it.
struct Detached {
  BytesView content;
};

// One signature that verified, and what it protects.
struct Signature {
  std::size_t index = 0;  // its place in the text, from 0
  Alg alg{};
  std::string kid;          // the protected header's; where that names none, the key's own
  std::string typ;          // as the protected header spells it; "" if absent there
  std::string header;       // the protected header's JSON text
  std::string unprotected;  // the unprotected header's, which anybody may have written; "" if absent
};

// What verification proved. It owns its octets.
class Verified {
 public:
  BytesView payload() const { return payload_; }  // the content, where it is detached
  // At least one, in the order of the text.
  std::span<const Signature> signatures() const { return signatures_; }
  // Of the first one; of the only one in a compact text.
  Alg alg() const { return signatures_.front().alg; }
  const std::string& kid() const { return signatures_.front().kid; }
  const std::string& typ() const { return signatures_.front().typ; }
  const std::string& header() const { return signatures_.front().header; }

 private:
  struct Maker;  // of this library alone
  friend Result<Verified> verify(std::string_view, KeysView, const Policy&, std::optional<Detached>);
  friend Result<Verified> verify_json(std::string_view, KeysView, Rule, const Policy&, std::optional<Detached>);
  Verified() = default;
  Bytes payload_;
  std::vector<Signature> signatures_;
};

// A compact text, with exactly one key: the candidates are narrowed by the header's kid (where both name one; keys that
// name none stand in only when no key names the token's), type, use, key_ops and alg; none left is key_not_found (or
// alg_key_mismatch, when only `alg` ruled them out), more than one ambiguous_key. The header's `alg` must be in
// `policy.algs` and be the key's. Header members that name keys (jwk, jku, x5u, x5c) choose nothing. The one critical
// extension that is understood is `b64`. With `detached`, the text must hold no payload.
// Errors: too_large (`max_bytes`), malformed, wrong_kind (five parts), bad_base64, bad_json, json_depth,
// duplicate_member, malformed_header, crit_unsupported, unknown_alg, alg_not_allowed, alg_key_mismatch, no_keys,
// key_not_found, ambiguous_key, bad_signature, unavailable (OpenSSL failed).
Result<Verified> verify(std::string_view token, KeysView keys, const Policy& policy,
                        std::optional<Detached> detached = std::nullopt);

// A JSON text, flattened or general. Each signature is verified as above, with the one key that fits it; `alg`, `crit`
// and `b64` count in the protected header only, `kid` in either.
//   Rule::ANY: at least one verifies; the others may be anything that is well formed.
//   Rule::ALL: each that is there verifies. It does not say that nobody's is missing: whoever must have signed is to be
//              found among Verified::signatures().
// One message has many spellings in JSON (white space, escapes): no list and no cache is to be keyed by the text.
// Where none verifies, the error is that of the first signature for which a key was found, else that of the first.
// A header that cannot be read, two headers of one signature that share a name, and signatures that differ in `b64`
// refuse the whole text under either rule. Errors: as above, and wrong_kind (a JWE), too_large (kMaxSignatures; more
// than four signatures of one key; 64 members in an unprotected header), duplicate_header, malformed (no signature;
// `payload` absent, or present with `detached`).
Result<Verified> verify_json(std::string_view json, KeysView keys, Rule rule, const Policy& policy,
                             std::optional<Detached> detached = std::nullopt);

}  // namespace tessera::jws
