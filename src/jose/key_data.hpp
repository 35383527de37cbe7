// What PublicKey, PrivateKey and SecretKey share: one immutable prepared key.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/crypto.hpp"
#include "crypto/ml_dsa.hpp"
#include "crypto/pkey.hpp"
#include "jose/algs.hpp"
#include "json/json.hpp"
#include "tessera/certificate.hpp"
#include "tessera/external_key.hpp"
#include "tessera/keys.hpp"

namespace tessera::detail {

// What `key_ops` of a JWK can name (RFC 7517 section 4.3), in the registry's order.
enum class Operation : std::uint8_t { sign, verify, encrypt, decrypt, wrapKey, unwrapKey, deriveKey, deriveBits };
inline constexpr std::string_view kOperationNames[] = {"sign",    "verify",    "encrypt",   "decrypt",
                                                       "wrapKey", "unwrapKey", "deriveKey", "deriveBits"};
class Operations {
 public:
  constexpr void add(Operation one) { bits_ |= 1U << static_cast<unsigned>(one); }
  constexpr bool has(Operation one) const { return (bits_ >> static_cast<unsigned>(one) & 1U) != 0; }

 private:
  unsigned bits_ = 0;
};

struct KeyData {
  KeyType type{};
  KeyInfo info;
  std::string other_use;                 // a `use` of the JWK that is neither "sig" nor "enc": it allows nothing here
  std::optional<Operations> operations;  // `key_ops`, where the JWK named them
  std::optional<crypto::Pkey> pkey;      // all but oct and AKP; the public half where the private one lives elsewhere
  std::shared_ptr<const crypto::MacKey> mac;       // oct
  std::shared_ptr<const crypto::MlDsaKey> ml_dsa;  // AKP
  std::shared_ptr<const ExternalKey> external;     // a private half that lives elsewhere
  std::vector<Certificate> certificates;           // `x5c`
  std::string certificate_digest;                  // `x5t#S256`, where the JWK says it without a certificate
  std::optional<Alg> short_for;                    // oct: the one algorithm that it may serve although it is too short

  // The algorithms that it may serve: those of its type and curve (for oct: of its length), narrowed by the JWK's
  // `alg`.
  bool admits(Alg alg) const;
  bool admits(KeyAlg alg) const;
  bool admits(Enc enc) const;  // as the key of `dir`
  // What its `use` and `key_ops` leave: these ask them, and nothing else does.
  bool may_sign() const;
  bool may_verify() const;
  bool may_encrypt(KeyAlg alg) const;
  bool may_decrypt(KeyAlg alg) const;
  std::string thumbprint() const;  // RFC 7638
  bool has_private() const;        // in print, or elsewhere
  KeyData public_half() const;

  // What the private half does, wherever it lives. `input` is signed under an algorithm that the key admits. Errors:
  // needs_openssl (ML-DSA), unsupported (a device that does not do this), wrong_answer, unavailable, io; beside those
  // bad_key (nothing secret comes of it) or decrypt_failed of agree. decrypt_oaep gives `otherwise` where nothing of
  // its size is unwrapped.
  Result<Bytes> sign(Alg alg, std::string_view input) const;
  Result<Secret> decrypt_oaep(KeyAlg alg, BytesView encrypted_key, Secret otherwise) const;
  Result<Secret> agree(const std::shared_ptr<const KeyData>& peer) const;  // a public key of the same type
};

// What the public half may do of a pair with these: what one signs the other verifies, and so on.
Operations public_operations(Operations pair);

crypto::PkeyType pkey_type(KeyType type);  // of a key that OpenSSL has

// A JWK of any kind. Errors as PublicKey::parse says. Of a key that serves one agreement nobody asks for certificates.
enum class Chain { read, passed_over };
Result<std::shared_ptr<KeyData>> key_from_jwk(const json::Object& jwk, Chain chain = Chain::read);
// Whether the object has a member that only a private or symmetric key has.
bool has_private_members(const json::Object& jwk);
enum class Members { public_only, all };
// JWK or PEM. Under public_only a private or symmetric one is Err::wrong_kind, a JWK whatever else is wrong with it.
// Without a password an encrypted one is Err::password_needed.
Result<std::shared_ptr<KeyData>> key_from_text(std::string_view text, KeyInfo info, Members allowed,
                                               const Secret* password = nullptr);
Result<std::shared_ptr<KeyData>> key_from_der(crypto::Form form, BytesView der, KeyInfo info, Members allowed,
                                              const Secret* password = nullptr);
// `x5c` of a JWK or a header: base64 (not base64url) of DER, the key's own first. `malformed` is the code for a member
// of another shape. Errors beside that: bad_base64, malformed (a certificate), too_large.
Result<std::vector<Certificate>> parse_x5c(const json::Value& member, Err malformed);
// The first certificate is this key's. Errors: bad_key, too_large.
Result<void> check_certificates(const KeyData& key);
// Compact JSON; with the private members when the key has them and `wanted` says so. Secret text then.
std::string print_jwk(const KeyData& key, Members wanted);
// The public members of a key on a curve, into an object that is open: kty, crv, x, y.
void write_curve(json::Writer& out, KeyType type, const crypto::CurveNumbers& numbers);
// The information's own rules: kid at most 256 octets of UTF-8, alg fits the key, a MAC key long enough, no use
// beside the JWK's own. Errors: too_large, malformed, alg_key_mismatch, weak_key, wrong_kind.
Result<void> check_info(const KeyData& key);

inline constexpr std::size_t kMaxKid = 256, kMaxUse = 64, kMaxKeyText = 64 * 1024, kMaxSecretKey = 1024;
inline constexpr std::size_t kMaxKeyDer = 8 << 10;  // of a key: RSA of 8,192 bits takes less than 5 KiB
inline constexpr std::size_t kMaxKeySet = 1 << 20;
// Each is imported and checked, for up to 0.1 ms.
inline constexpr std::size_t kMaxKeysInSet = 64;
inline constexpr std::size_t kMaxChainOctets = 24 << 10;  // of DER, of all certificates of a chain

}  // namespace tessera::detail
