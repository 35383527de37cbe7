// JSON Web Signature, compact serialization (RFC 7515): any payload. For claims use jwt.hpp, which checks them too.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tessera/keys.hpp"

namespace tessera::jws {

// The protected header beside `alg` and `kid`, which come from the key. "" leaves a parameter out.
struct Header {
  std::string_view typ;
  std::string_view cty;
};

// Signs `payload`: BASE64URL(header) "." BASE64URL(payload) "." BASE64URL(signature).
// The algorithm is the key's own `alg`; a key that names none needs it named here.
// Errors: alg_key_mismatch, too_large (16 MiB), bad_json (typ or cty is not UTF-8), unavailable (OpenSSL failed).
Result<std::string> sign(BytesView payload, const PrivateKey& key, Header header = {});
Result<std::string> sign(BytesView payload, const PrivateKey& key, Alg alg, Header header = {});
Result<std::string> sign(BytesView payload, const SecretKey& key, Header header = {});
Result<std::string> sign(BytesView payload, const SecretKey& key, Alg alg, Header header = {});

// What verification proved. It owns its octets.
class Verified {
 public:
  BytesView payload() const { return payload_; }
  Alg alg() const { return alg_; }
  const std::string& kid() const { return kid_; }
  const std::string& typ() const { return typ_; }        // as the header spells it; "" if absent
  const std::string& header() const { return header_; }  // the protected header's JSON text

 private:
  struct Maker;  // of this library alone
  friend Result<Verified> verify(std::string_view, const Keys&, std::span<const Alg>, std::size_t);
  friend Result<Verified> verify(std::string_view, const PublicKey&, std::span<const Alg>, std::size_t);
  friend Result<Verified> verify(std::string_view, const SecretKey&, std::span<const Alg>, std::size_t);
  Verified() = default;
  Bytes payload_;
  std::string kid_, typ_, header_;
  Alg alg_{};
};

// Verifies with exactly one key: the candidates are narrowed by the header's kid (where both name one; keys that name
// none stand in only when no key names the token's), type, use, key_ops and alg; none left is key_not_found (or
// alg_key_mismatch, when only `alg` ruled them out), more than one ambiguous_key. The header's `alg` must be in `algs`
// and be the key's. Header members that name keys (jwk, jku, x5u, x5c) choose nothing. `crit` is refused
// (crit_unsupported): no extension is understood here. Errors: too_large (`max_bytes`), malformed, wrong_kind (five
// parts), bad_base64, bad_json, json_depth, duplicate_member, malformed_header, crit_unsupported, unknown_alg,
// alg_not_allowed, alg_key_mismatch, no_keys, key_not_found, ambiguous_key, bad_signature, unavailable (OpenSSL
// failed).
inline constexpr std::size_t kMaxBytes = 1 << 20;
Result<Verified> verify(std::string_view token, const Keys& keys, std::span<const Alg> algs,
                        std::size_t max_bytes = kMaxBytes);
Result<Verified> verify(std::string_view token, const PublicKey& key, std::span<const Alg> algs,
                        std::size_t max_bytes = kMaxBytes);
Result<Verified> verify(std::string_view token, const SecretKey& key, std::span<const Alg> algs,
                        std::size_t max_bytes = kMaxBytes);

}  // namespace tessera::jws
