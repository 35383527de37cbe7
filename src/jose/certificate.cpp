#include "tessera/certificate.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/base64url.hpp"
#include "base/try.hpp"
#include "crypto/certificate.hpp"
#include "jose/key_data.hpp"

namespace tessera {

namespace {

constexpr std::size_t kMaxToken = 1 << 20;
constexpr std::chrono::days kMaxValidity{3650};

std::vector<crypto::Certificate> data_of(std::span<const Certificate> certificates) {
  std::vector<crypto::Certificate> out;
  for (const Certificate& one : certificates) out.push_back(one.data());
  return out;
}

}  // namespace

Result<Certificate> Certificate::parse(std::string_view pem) {
  auto chain = TRY(parse_certificates(pem));
  ENSURE(chain.size() == 1, malformed, "PEM");
  return chain.front();
}

Result<Certificate> Certificate::parse_der(BytesView der) {
  ENSURE(der.size() <= kMaxCertificate, too_large, "certificate");
  return Certificate(std::make_shared<const crypto::Certificate>(TRY(crypto::Certificate::from_der(der))));
}

Result<PublicKey> Certificate::public_key(KeyInfo info) const {
  return PublicKey::parse_der(data_->spki(), std::move(info));
}

std::string Certificate::subject() const { return data_->subject(); }
std::string Certificate::issuer() const { return data_->issuer(); }
std::string Certificate::serial() const { return data_->serial(); }
std::chrono::sys_seconds Certificate::not_before() const { return data_->not_before(); }
std::chrono::sys_seconds Certificate::not_after() const { return data_->not_after(); }
std::string Certificate::thumbprint() const { return base64url::encode(data_->digest()); }
const Bytes& Certificate::der() const { return data_->der(); }
std::string Certificate::pem() const {
  return std::string(crypto::write_pem(crypto::Form::certificate, der()).expose_text("a certificate is no secret"));
}

Result<std::vector<Certificate>> parse_certificates(std::string_view pem) {
  ENSURE(pem.size() <= 2 * kMaxChain * kMaxCertificate, too_large, "certificates");
  std::vector<Certificate> out;
  std::size_t octets = 0;
  for (const crypto::Block& block : TRY(crypto::read_pem(pem, kMaxChain))) {
    ENSURE(block.form == crypto::Form::certificate, unsupported, "PEM label");
    const BytesView der = block.der.expose("a certificate is no secret");
    ENSURE((octets += der.size()) <= detail::kMaxChainOctets, too_large, "certificates");
    out.push_back(TRY(Certificate::parse_der(der)));
  }
  return out;
}

namespace detail {

//= RFC7517#4.7
// Each string in the array is a base64-encoded (Section 4 of [RFC4648] -- not base64url-encoded) DER [ITU.X690.1994]
// PKIX certificate value.
Result<std::vector<Certificate>> parse_x5c(const json::Value& member, Err malformed) {
  const auto list = member.array();
  if (!list || list->size() == 0) return fail(malformed, "x5c");
  ENSURE(list->size() <= kMaxChain, too_large, "x5c");
  std::vector<Certificate> out;
  std::size_t octets = 0;
  for (const json::Value item : *list) {
    const auto text = item.string();
    if (!text) return fail(malformed, "x5c");
    ENSURE(text->size() <= 2 * kMaxCertificate, too_large, "x5c");
    const auto der = base64::decode(*text);
    ENSURE(der, bad_base64, "x5c");
    ENSURE((octets += der->size()) <= kMaxChainOctets, too_large, "x5c");
    const auto certificate = Certificate::parse_der(*der);
    if (!certificate) return fail(certificate.error().code, "x5c");
    out.push_back(*certificate);
  }
  return out;
}

//= RFC7517#4.7
// The key in the first certificate MUST match the public key represented by other members of the JWK.
Result<void> check_certificates(const KeyData& key) {
  if (key.certificates.empty()) return {};
  ENSURE(key.certificates.size() <= kMaxChain, too_large, "x5c");
  const auto& first = key.certificates.front().data();
  ENSURE(key.pkey ? first.certifies(*key.pkey) : key.ml_dsa && first.spki() == crypto::ml_dsa_spki(*key.ml_dsa),
         bad_key, "x5c");
  return {};
}

}  // namespace detail

Result<std::vector<Certificate>> peek_x5c(std::string_view token) {
  ENSURE(token.size() <= kMaxToken, too_large, "token");
  const auto dot = token.find('.');
  ENSURE(dot != std::string_view::npos, malformed, "parts");
  const auto octets = base64url::decode(token.substr(0, dot));
  ENSURE(octets, bad_base64, "header");
  json::Document document;
  const auto header = TRY(document.parse_object(text_of(*octets)));
  const auto member = header.find("x5c");
  ENSURE(member, malformed_header, "x5c");
  auto chain = TRY(detail::parse_x5c(*member, Err::malformed_header));
  if (const auto digest = header.find("x5t#S256")) {
    ENSURE(digest->string(), malformed_header, "x5t#S256");
    ENSURE(*digest->string() == chain.front().thumbprint(), bad_key, "x5t#S256");
  }
  return chain;
}

Result<PublicKey> verify_chain(std::span<const Certificate> chain, std::span<const Certificate> anchors,
                               std::chrono::sys_seconds now, KeyInfo info, const std::vector<std::string>& purposes) {
  ENSURE(chain.size() <= kMaxChain, too_large, "chain");
  ENSURE(info.use != KeyUse::enc, wrong_kind, "use");
  TRY_VOID(crypto::check_chain(data_of(chain), data_of(anchors), now, purposes));
  info.use = KeyUse::sig;
  return chain.front().public_key(std::move(info));
}

Result<Certificate> self_sign(const PrivateKey& key, const SelfSigned& what) {
  const auto& data = key.data();
  const auto days = what.validity.value;
  ENSURE(days >= std::chrono::days(1) && days <= kMaxValidity, bad_policy, "validity");
  ENSURE(data.may_sign() && !data.info.key_alg, alg_key_mismatch, "use");
  ENSURE(data.pkey && !data.external, unsupported, "kind of key");
  const auto made =
      TRY(crypto::Certificate::self_signed(*data.pkey, what.common_name.value, what.now.value, what.now.value + days));
  return Certificate::parse_der(made.der());
}

}  // namespace tessera
