// X.509 certificates, and whether a chain of them leads to a trust anchor. No store of the system's, no clock.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/crypto.hpp"
#include "crypto/pkey.hpp"

namespace tessera::crypto {

// Immutable, cheap to copy, usable by any number of threads at once.
class Certificate {
 public:
  static Result<Certificate> from_der(BytesView der);  // Err::malformed

  const Bytes& der() const;
  Sha256 digest() const;
  Bytes spki() const;
  bool certifies(const Pkey& key) const;  // its key is this one, however each is spelt
  std::string subject() const;            // RFC 4514, for people: "CN=signer,O=Example"
  std::string issuer() const;
  std::string serial() const;  // hexadecimal, capitals
  std::chrono::sys_seconds not_before() const;
  std::chrono::sys_seconds not_after() const;
  bool may_sign() const;  // keyUsage, where there is one, names digitalSignature

  // A certificate over `key` that `key` itself signs. Errors: unsupported (a key that only agrees), malformed (the
  // name), unavailable.
  static Result<Certificate> self_signed(const Pkey& key, std::string_view common_name,
                                         std::chrono::sys_seconds not_before, std::chrono::sys_seconds not_after);

  struct Impl;

 private:
  friend Result<void> check_chain(std::span<const Certificate>, std::span<const Certificate>, std::chrono::sys_seconds,
                                  std::span<const std::string>);
  explicit Certificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

// RFC 5280 section 6: from the first certificate over the others to one of `anchors`, and nowhere else.
// `purposes`: object identifiers, of which an extendedKeyUsage below the anchor must name one.
// Errors: untrusted_certificate, certificate_time, certificate_usage (the first may not sign; another purpose).
Result<void> check_chain(std::span<const Certificate> chain, std::span<const Certificate> anchors,
                         std::chrono::sys_seconds now, std::span<const std::string> purposes);

}  // namespace tessera::crypto
