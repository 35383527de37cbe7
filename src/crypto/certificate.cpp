#include "crypto/certificate.hpp"

#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

#include "base/try.hpp"
#include "base/utf8.hpp"
#include "crypto/pkey_impl.hpp"

namespace tessera::crypto {

struct Certificate::Impl {
  Bytes der;
  Ptr<X509> x509;
  std::chrono::sys_seconds not_before, not_after;
  bool may_sign = false;
};

namespace {

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

struct FreeUsages {
  void operator()(EXTENDED_KEY_USAGE* usages) const { EXTENDED_KEY_USAGE_free(usages); }
};

Result<std::chrono::sys_seconds> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  ENSURE(ASN1_TIME_to_tm(time, &parts) == 1, malformed, "validity");
  using namespace std::chrono;
  const year_month_day day(year(parts.tm_year + 1900), month(static_cast<unsigned>(parts.tm_mon + 1)),
                           std::chrono::day(static_cast<unsigned>(parts.tm_mday)));
  return sys_days(day) + hours(parts.tm_hour) + minutes(parts.tm_min) + seconds(parts.tm_sec);
}

std::string text_of(const X509_NAME* name) {
  const Ptr<BIO> bio(BIO_new(BIO_s_mem()));
  INVARIANT(bio && X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0, "a name");
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

bool add_extension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Ptr<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_time(ASN1_TIME* time, std::chrono::sys_seconds at) {
  return ASN1_TIME_set(time, static_cast<std::time_t>(at.time_since_epoch().count())) != nullptr;
}

bool set_random_serial(X509* certificate) {
  // 127 random bits: positive, and at most 20 octets (RFC 5280 section 4.1.2.2).
  auto octets = random<16>();
  octets[0] = (octets[0] & std::byte{0x7F}) | std::byte{0x40};
  const Ptr<BIGNUM> serial(BN_bin2bn(reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), nullptr));
  return serial && BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

Err code_of(int error) {
  switch (error) {
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_CERT_HAS_EXPIRED: return Err::certificate_time;
    default: return Err::untrusted_certificate;
  }
}

// Who vouches for others is a CA by its basicConstraints, which OpenSSL does not ask of old certificates.
bool all_are_cas(const STACK_OF(X509) * path) {
  // The last one is an anchor, which the policy trusts as it stands.
  for (int i = 1; i + 1 < sk_X509_num(path); ++i)
    if (X509_check_ca(sk_X509_value(path, i)) != 1) return false;
  return true;
}

//= RFC5280#4.2.1.12
// If the extension is present, then the certificate MUST only be used for one of the purposes indicated.
bool serves(const X509* certificate, std::span<const std::string> purposes) {
  int found = 0;
  const std::unique_ptr<EXTENDED_KEY_USAGE, FreeUsages> usages(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, &found, nullptr)));
  if (!usages) return found == -1;  // there is none
  for (int i = 0; i < sk_ASN1_OBJECT_num(usages.get()); ++i) {
    const ASN1_OBJECT* usage = sk_ASN1_OBJECT_value(usages.get(), i);
    std::array<char, 80> oid{};
    OBJ_obj2txt(oid.data(), oid.size(), usage, 1);
    if (OBJ_obj2nid(usage) == NID_anyExtendedKeyUsage || std::ranges::find(purposes, oid.data()) != purposes.end())
      return true;
  }
  return false;
}

bool all_serve(const STACK_OF(X509) * path, std::span<const std::string> purposes) {
  for (int i = 0; i == 0 || i + 1 < sk_X509_num(path); ++i)
    if (!serves(sk_X509_value(path, i), purposes)) return false;
  return true;
}

}  // namespace

Result<Certificate> Certificate::from_der(BytesView der) {
  const QuietErrors quiet;
  TRY_VOID(check_curve_is_named(der));
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  auto impl = std::make_shared<Impl>();
  impl->x509.reset(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ENSURE(impl->x509 && at == end, malformed, "certificate");
  // What OpenSSL works out of the extensions is worked out here, before threads share it.
  ENSURE((X509_get_extension_flags(impl->x509.get()) & EXFLAG_INVALID) == 0, malformed, "certificate");
  impl->not_before = TRY(time_of(X509_get0_notBefore(impl->x509.get())));
  impl->not_after = TRY(time_of(X509_get0_notAfter(impl->x509.get())));
  //= RFC5280#4.2.1.3
  // The digitalSignature bit is asserted when the subject public key is used for verifying digital signatures
  impl->may_sign = (X509_get_key_usage(impl->x509.get()) & KU_DIGITAL_SIGNATURE) != 0;
  impl->der.assign(der.begin(), der.end());
  return Certificate(std::move(impl));
}

const Bytes& Certificate::der() const { return impl_->der; }
Sha256 Certificate::digest() const { return sha256(impl_->der); }
std::string Certificate::subject() const { return text_of(X509_get_subject_name(impl_->x509.get())); }
std::string Certificate::issuer() const { return text_of(X509_get_issuer_name(impl_->x509.get())); }
std::chrono::sys_seconds Certificate::not_before() const { return impl_->not_before; }
std::chrono::sys_seconds Certificate::not_after() const { return impl_->not_after; }
bool Certificate::may_sign() const { return impl_->may_sign; }

std::string Certificate::serial() const {
  const Ptr<BIGNUM> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(impl_->x509.get()), nullptr));
  char* text = number ? BN_bn2hex(number.get()) : nullptr;
  INVARIANT(text, "a serial number");
  std::string out = text;
  OPENSSL_free(text);
  return out;
}

Bytes Certificate::spki() const {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(impl_->x509.get()), &der);
  INVARIANT(size > 0, "SPKI");
  const auto* octets = reinterpret_cast<const std::byte*>(der);
  Bytes out(octets, octets + size);
  OPENSSL_free(der);
  return out;
}

// Of what OpenSSL has read already: to import each key again would be most of the work of a set.
bool Certificate::certifies(const Pkey& key) const {
  const QuietErrors quiet;
  const EVP_PKEY* own = X509_get0_pubkey(impl_->x509.get());
  return own && EVP_PKEY_eq(own, key.impl_->pkey.get()) == 1;
}

Result<Certificate> Certificate::self_signed(const Pkey& key, std::string_view common_name,
                                             std::chrono::sys_seconds not_before, std::chrono::sys_seconds not_after) {
  const QuietErrors quiet;
  //= RFC5280#A.1
  // ub-common-name INTEGER ::= 64
  ENSURE(!common_name.empty() && common_name.size() <= 64 && valid_utf8(common_name), malformed, "subject");
  ENSURE(key.type() != PkeyType::X25519 && key.type() != PkeyType::X448, unsupported, "kind of key");
  EVP_PKEY* const pkey = key.impl_->pkey.get();
  const bool edwards = key.type() == PkeyType::Ed25519 || key.type() == PkeyType::Ed448;
  const Ptr<X509> made(X509_new());
  const Ptr<X509_NAME> name(X509_NAME_new());
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.data());
  ENSURE(made && name && X509_set_version(made.get(), X509_VERSION_3) == 1 && set_random_serial(made.get()) &&
             X509_NAME_add_entry_by_NID(name.get(), NID_commonName, MBSTRING_UTF8, text,
                                        static_cast<int>(common_name.size()), -1, 0) == 1 &&
             X509_set_subject_name(made.get(), name.get()) == 1 && X509_set_issuer_name(made.get(), name.get()) == 1 &&
             set_time(X509_getm_notBefore(made.get()), not_before) &&
             set_time(X509_getm_notAfter(made.get()), not_after) && X509_set_pubkey(made.get(), pkey) == 1 &&
             add_extension(made.get(), NID_basic_constraints, "critical,CA:FALSE") &&
             add_extension(made.get(), NID_key_usage, "critical,digitalSignature") &&
             add_extension(made.get(), NID_subject_key_identifier, "hash") &&
             X509_sign(made.get(), pkey, edwards ? nullptr : EVP_sha256()) > 0,
         unavailable, "OpenSSL");
  Bytes der(static_cast<std::size_t>(i2d_X509(made.get(), nullptr)));
  auto* to = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(made.get(), &to);
  return from_der(der);
}

Result<void> check_chain(std::span<const Certificate> chain, std::span<const Certificate> anchors,
                         std::chrono::sys_seconds now, std::span<const std::string> purposes) {
  const QuietErrors quiet;
  ENSURE(!chain.empty() && !anchors.empty(), untrusted_certificate, "chain");
  const Ptr<X509_STORE> store(X509_STORE_new());
  const Ptr<X509_STORE_CTX> context(X509_STORE_CTX_new());
  const Stack others(sk_X509_new_null());
  INVARIANT(store && context && others, "X509_STORE");
  for (const Certificate& anchor : anchors)
    INVARIANT(X509_STORE_add_cert(store.get(), anchor.impl_->x509.get()) == 1, "X509_STORE");
  for (const Certificate& other : chain.subspan(1))
    INVARIANT(sk_X509_push(others.get(), other.impl_->x509.get()) > 0, "X509");
  INVARIANT(X509_STORE_CTX_init(context.get(), store.get(), chain.front().impl_->x509.get(), others.get()) == 1,
            "X509_STORE_CTX");
  X509_VERIFY_PARAM* const rules = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(rules, static_cast<std::time_t>(now.time_since_epoch().count()));
  // An anchor is one because the policy names it, whoever issued it.
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_CHECK_SS_SIGNATURE);
  X509_VERIFY_PARAM_set_auth_level(rules, 2);  // 112 bits: no SHA-1, no RSA below 2048
  X509_VERIFY_PARAM_set_depth(rules, static_cast<int>(chain.size()));
  if (X509_verify_cert(context.get()) != 1)
    return std::unexpected(Error{code_of(X509_STORE_CTX_get_error(context.get())), "chain"});
  ENSURE(all_are_cas(X509_STORE_CTX_get0_chain(context.get())), untrusted_certificate, "basicConstraints");
  ENSURE(chain.front().may_sign(), certificate_usage, "keyUsage");
  ENSURE(all_serve(X509_STORE_CTX_get0_chain(context.get()), purposes), certificate_usage, "extKeyUsage");
  return {};
}

}  // namespace tessera::crypto
