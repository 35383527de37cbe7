// Certificates (X.509, RFC 5280): a public key that somebody vouches for.
//
// Parsing one proves nothing: who made it, when, for what. Only `verify_chain` does, against trust anchors that the
// caller names, at a time that the caller says. There is no store of the system's here, and no revocation list is asked
// for: give short-lived certificates, or take the anchor away.
//
// In a JWK, `x5c` holds a chain whose first certificate is the JWK's own key, and `x5t#S256` that certificate's digest;
// both are read and printed with the key. In a header they choose nothing: no verifier looks at them. Where a policy
// does name anchors, the caller says so in three lines:
//
//   const auto chain = peek_x5c(token);                              // untrusted
//   const auto key = verify_chain(*chain, anchors, now);             // trusted from here on
//   const Verifier verifier{Keys::of({*key}), policy};
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tessera/bytes.hpp"
#include "tessera/keys.hpp"
#include "tessera/policy.hpp"
#include "tessera/result.hpp"

namespace tessera {

namespace crypto {
class Certificate;  // src/crypto/certificate.hpp
}

// Immutable, cheap to copy, usable by any number of threads at once.
class Certificate {
 public:
  // One "CERTIFICATE" block of PEM, or its DER: at most 16 KiB. Its key may be one that is unknown here.
  // Errors: malformed, too_large, unsupported (PEM label).
  static Result<Certificate> parse(std::string_view pem);
  static Result<Certificate> parse_der(BytesView der);

  // Its key, which nobody has vouched for yet. Errors: those of PublicKey::parse_der.
  Result<PublicKey> public_key(KeyInfo info = {}) const;

  // For people, never to decide by: the names as RFC 4514 writes them ("CN=signer,O=Example"), the number in
  // hexadecimal.
  std::string subject() const;
  std::string issuer() const;
  std::string serial() const;
  std::chrono::sys_seconds not_before() const;
  std::chrono::sys_seconds not_after() const;  // from then on verify_chain refuses it

  std::string thumbprint() const;  // `x5t#S256`: base64url of the SHA-256 of the DER (RFC 7515 section 4.1.8)
  const Bytes& der() const;
  std::string pem() const;

  const crypto::Certificate& data() const { return *data_; }

 private:
  explicit Certificate(std::shared_ptr<const crypto::Certificate> data) : data_(std::move(data)) {}
  std::shared_ptr<const crypto::Certificate> data_;
};

inline constexpr std::size_t kMaxCertificate = 16 << 10;  // octets of DER
inline constexpr std::size_t kMaxChain = 8;               // certificates, of 24 KiB of DER together

// A chain: one "CERTIFICATE" block after the other, the key's own first. Errors: as Certificate::parse, too_large
// (kMaxChain, 24 KiB).
Result<std::vector<Certificate>> parse_certificates(std::string_view pem);

// The `x5c` of a token's protected header (compact JWS or JWE), of which nothing is proved. An `x5t#S256` beside it
// must be the first certificate's. Errors: too_large (1 MiB, chain, certificate), malformed, bad_base64, bad_json,
// json_depth, duplicate_member, malformed_header (absent, or no array of base64 texts), bad_key (`x5t#S256`).
Result<std::vector<Certificate>> peek_x5c(std::string_view token);

// The key of chain[0], when the chain leads from there to one of `anchors` and to nothing else (RFC 5280 section 6), at
// `now`: signatures of at least 112 bits of strength, validity of every certificate, basicConstraints and path lengths,
// keyUsage, name constraints, no critical extension that is unknown. The first must be for signing (keyUsage, where it
// has one, names digitalSignature); the key gets `use` "sig". A certificate below the anchor that says what it is for
// (extendedKeyUsage) must say so of one of `purposes`, dotted object identifiers, or of any purpose: a certificate for
// a TLS server signs no tokens. An anchor counts because it is named here: it may be a root, an intermediate, or
// chain[0] itself. Errors: untrusted_certificate, certificate_time, certificate_usage, too_large (kMaxChain),
// wrong_kind (info.use is enc), and those of Certificate::public_key.
Result<PublicKey> verify_chain(std::span<const Certificate> chain, std::span<const Certificate> anchors,
                               std::chrono::sys_seconds now, KeyInfo info = {},
                               const std::vector<std::string>& purposes = {});

// A certificate over this key, signed by itself: to publish an `x5c`, or to be named as an anchor. It is for signing
// and vouches for nobody else. `common_name`: 1 to 64 octets of UTF-8.
struct SelfSigned {
  Required<std::string> common_name;
  Required<std::chrono::sys_seconds> now;  // valid from then on
  Required<std::chrono::days> validity;    // 1 to 3,650
};
// Errors: malformed (common_name), bad_policy (validity), alg_key_mismatch (`use` or `key_ops` forbid signing),
// unsupported (X25519, X448, ML-DSA, a private key that lives elsewhere), unavailable (OpenSSL failed).
Result<Certificate> self_sign(const PrivateKey& key, const SelfSigned& what);

}  // namespace tessera
