// What PublicKey, PrivateKey and SecretKey share: one immutable prepared key.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "crypto/crypto.hpp"
#include "crypto/pkey.hpp"
#include "jose/algs.hpp"
#include "json/json.hpp"
#include "tessera/keys.hpp"

namespace tessera::detail {

struct KeyData {
  KeyType type{};
  KeyInfo info;
  std::string other_use;  // a `use` of the JWK that is neither "sig" nor "enc": it allows nothing here
  // `key_ops` of the JWK (RFC 7517 section 4.3), and false under another use.
  bool may_verify = true, may_sign = true;
  bool has_operations = false;                // the JWK named them, so they are printed again
  std::optional<crypto::Pkey> pkey;           // all but oct
  std::shared_ptr<const crypto::MacKey> mac;  // oct
  std::optional<Alg> short_for;               // oct: the one algorithm that it may serve although it is too short

  // The algorithms that it may serve: those of its type and curve (for oct: of its length), narrowed by info.alg.
  bool admits(Alg alg) const;
  std::string thumbprint() const;  // RFC 7638
};

// A JWK of any kind. Errors as PublicKey::parse says.
Result<std::shared_ptr<KeyData>> key_from_jwk(const json::Object& jwk);
// Whether the object has a member that only a private or symmetric key has.
bool has_private_members(const json::Object& jwk);
enum class Members { public_only, all };
// JWK or PEM. Under public_only a private or symmetric one is Err::wrong_kind, a JWK whatever else is wrong with it.
Result<std::shared_ptr<KeyData>> key_from_text(std::string_view text, KeyInfo info, Members allowed);
// Compact JSON; with the private members when the key has them and `wanted` says so. Secret text then.
std::string print_jwk(const KeyData& key, Members wanted);
// The information's own rules: kid at most 256 octets of UTF-8, alg fits the key, a MAC key long enough, no use
// beside the JWK's own. Errors: too_large, malformed, alg_key_mismatch, weak_key, wrong_kind.
Result<void> check_info(const KeyData& key);

inline constexpr std::size_t kMaxKid = 256, kMaxUse = 64, kMaxKeyText = 64 * 1024, kMaxSecretKey = 1024;
inline constexpr std::size_t kMaxKeySet = 1 << 20, kMaxKeysInSet = 1000;

}  // namespace tessera::detail
