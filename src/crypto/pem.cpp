#include "crypto/pem.hpp"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <optional>

#include "base/try.hpp"
#include "crypto/ptr.hpp"

namespace tessera::crypto {

namespace {

const unsigned char* uc(BytesView octets) { return reinterpret_cast<const unsigned char*>(octets.data()); }
const char* text_ptr(BytesView octets) { return reinterpret_cast<const char*>(octets.data()); }

struct Label {
  Form form;
  const char* text;
};
constexpr Label kLabels[] = {{Form::spki, "PUBLIC KEY"},        {Form::pkcs1_public, "RSA PUBLIC KEY"},
                             {Form::pkcs8, "PRIVATE KEY"},      {Form::sec1, "EC PRIVATE KEY"},
                             {Form::pkcs1, "RSA PRIVATE KEY"},  {Form::encrypted_pkcs8, "ENCRYPTED PRIVATE KEY"},
                             {Form::certificate, "CERTIFICATE"}};

// The octets that OpenSSL allocated, wiped there.
Secret taken_over(unsigned char* octets, std::size_t size) {
  Secret out{BytesView(reinterpret_cast<const std::byte*>(octets), size)};
  OPENSSL_clear_free(octets, size);
  return out;
}

// The next block, its text from "-----BEGIN " on.
Result<std::optional<Block>> read_block(std::string_view text, std::string_view label) {
  if (label == "EC PARAMETERS") return std::optional<Block>{};
  const auto known = std::ranges::find_if(kLabels, [&](const Label& row) { return row.text == label; });
  ENSURE(known != std::end(kLabels), unsupported, "PEM label");
  const Ptr<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  char *name = nullptr, *header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  INVARIANT(bio, "BIO");
  const bool read = PEM_read_bio(bio.get(), &name, &header, &data, &size) == 1;
  const bool same = read && label == name, plain = read && header[0] == '\0';
  OPENSSL_free(name);
  OPENSSL_free(header);
  ENSURE(read, malformed, "PEM");
  Block block{known->form, taken_over(data, static_cast<std::size_t>(size))};
  ENSURE(same, malformed, "PEM");
  ENSURE(plain, unsupported, "PEM header");
  return std::optional(std::move(block));
}

// A structure of OpenSSL's that takes up all of the text; null when it is another one.
template <class T, auto parse>
Ptr<T> whole(BytesView der) {
  const unsigned char* at = uc(der);
  Ptr<T> out(parse(nullptr, &at, static_cast<long>(der.size())));
  if (out && at != uc(der) + der.size()) out.reset();
  return out;
}

bool is_one_of(int nid, std::initializer_list<int> nids) { return std::ranges::find(nids, nid) != nids.end(); }

Result<void> check_pbkdf2(const ASN1_TYPE* parameter) {
  const Ptr<PBKDF2PARAM> pbkdf2(
      static_cast<PBKDF2PARAM*>(ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), parameter)));
  std::uint64_t rounds = 0;
  ENSURE(pbkdf2, malformed, "PBKDF2");
  ENSURE(!pbkdf2->prf ||
             is_one_of(OBJ_obj2nid(pbkdf2->prf->algorithm), {NID_hmacWithSHA1, NID_hmacWithSHA224, NID_hmacWithSHA256,
                                                             NID_hmacWithSHA384, NID_hmacWithSHA512}),
         unsupported, "PBKDF2");
  ENSURE(ASN1_INTEGER_get_uint64(&rounds, pbkdf2->iter) == 1 && rounds <= kMaxPasswordRounds, too_large, "rounds");
  ENSURE(rounds > 0, malformed, "rounds");
  return {};
}

Result<void> check_scrypt(const ASN1_TYPE* parameter) {
  const Ptr<SCRYPT_PARAMS> scrypt(
      static_cast<SCRYPT_PARAMS*>(ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), parameter)));
  ENSURE(scrypt, malformed, "scrypt");
  std::uint64_t n = 0, r = 0, p = 0;
  ENSURE(ASN1_INTEGER_get_uint64(&n, scrypt->costParameter) == 1 &&
             ASN1_INTEGER_get_uint64(&r, scrypt->blockSize) == 1 &&
             ASN1_INTEGER_get_uint64(&p, scrypt->parallelizationParameter) == 1,
         too_large, "scrypt");
  ENSURE(n > 1 && r > 0 && p > 0, malformed, "scrypt");
  // Each alone first, so that no product overflows.
  ENSURE(
      std::max({n, r, p}) <= kMaxScryptWork && 128 * r * (n + p + 2) <= kMaxScryptMemory && n * r <= kMaxScryptWork / p,
      too_large, "scrypt");
  return {};
}

Result<void> check_scheme(const X509_ALGOR* scheme) {
  ENSURE(OBJ_obj2nid(scheme->algorithm) == NID_pbes2, unsupported, "encryption");
  const Ptr<PBE2PARAM> pbes2(
      static_cast<PBE2PARAM*>(ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), scheme->parameter)));
  ENSURE(pbes2, malformed, "PBES2");
  ENSURE(is_one_of(OBJ_obj2nid(pbes2->encryption->algorithm), {NID_aes_128_cbc, NID_aes_192_cbc, NID_aes_256_cbc}),
         unsupported, "encryption");
  const int stretching = OBJ_obj2nid(pbes2->keyfunc->algorithm);
  if (stretching == NID_id_pbkdf2) return check_pbkdf2(pbes2->keyfunc->parameter);
  ENSURE(stretching == NID_id_scrypt, unsupported, "encryption");
  return check_scrypt(pbes2->keyfunc->parameter);
}

}  // namespace

Result<std::vector<Block>> read_pem(std::string_view text, std::size_t max_blocks) {
  constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----";
  const QuietErrors quiet;
  std::vector<Block> blocks;
  std::size_t seen = 0;
  for (auto at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin, at + 1)) {
    ENSURE(++seen <= max_blocks + 1, too_large, "PEM blocks");
    const auto start = at + kBegin.size(), stop = text.find(kEnd, start);
    ENSURE(stop != std::string_view::npos, malformed, "PEM");
    const auto next = text.find(kBegin, stop);
    auto block = TRY(read_block(text.substr(at, next - at), text.substr(start, stop - start)));
    if (!block) continue;
    ENSURE(max_blocks > 1 || blocks.empty(), malformed, "PEM");
    ENSURE(blocks.size() < max_blocks, too_large, "PEM blocks");
    blocks.push_back(std::move(*block));
  }
  ENSURE(!blocks.empty(), malformed, "PEM");
  return blocks;
}

Secret write_pem(Form form, BytesView der) {
  const char* label = std::ranges::find(kLabels, form, &Label::form)->text;
  const Ptr<BIO> bio(BIO_new(BIO_s_secmem()));
  INVARIANT(bio && PEM_write_bio(bio.get(), label, "", uc(der), static_cast<long>(der.size())) > 0, "PEM print");
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return Secret(std::string_view(text, static_cast<std::size_t>(size)));
}

Result<void> check_curve_is_named(BytesView der) {
  // prime-field and characteristic-two-field (X9.62): their octets, however DER or BER wraps them.
  constexpr std::string_view kFields[] = {"\x2a\x86\x48\xce\x3d\x01\x01", "\x2a\x86\x48\xce\x3d\x01\x02"};
  for (const std::string_view field : kFields) ENSURE(!text_of(der).contains(field), unsupported, "curve");
  return {};
}

namespace {

// The tags of a SEQUENCE's parts, where it is all of the text; none of anything else. Nothing is copied.
std::optional<std::vector<int>> tags_of(BytesView der) {
  constexpr int kFailed = 0x80;
  const auto* at = uc(der);
  const auto* const end = at + der.size();
  long size = 0;
  int tag = 0, kind = 0;
  if ((ASN1_get_object(&at, &size, &tag, &kind, static_cast<long>(der.size())) & kFailed) || tag != V_ASN1_SEQUENCE ||
      at + size != end)
    return std::nullopt;
  std::vector<int> tags;
  for (; at != end; at += size) {
    if (ASN1_get_object(&at, &size, &tag, &kind, static_cast<long>(end - at)) & kFailed) return std::nullopt;
    tags.push_back(kind == V_ASN1_UNIVERSAL ? tag : -1);
  }
  return tags;
}

// The forms that are older than PKCS#8 and SPKI (RFC 5915, RFC 8017 appendix A.1), told by the kinds of their parts.
std::optional<Form> older_form(BytesView der) {
  const auto tags = tags_of(der);
  if (!tags) return std::nullopt;
  const auto integers = std::ranges::count(*tags, V_ASN1_INTEGER);
  const bool only = integers == std::ssize(*tags);
  if (only && integers == 2) return Form::pkcs1_public;
  if (only && integers == 9) return Form::pkcs1;
  if (tags->size() >= 2 && tags->size() <= 4 && (*tags)[0] == V_ASN1_INTEGER && (*tags)[1] == V_ASN1_OCTET_STRING)
    return Form::sec1;
  return std::nullopt;
}

}  // namespace

Result<Form> form_of_der(BytesView der) {
  const QuietErrors quiet;
  TRY_VOID(check_curve_is_named(der));
  if (whole<X509_PUBKEY, d2i_X509_PUBKEY>(der)) return Form::spki;
  if (whole<PKCS8_PRIV_KEY_INFO, d2i_PKCS8_PRIV_KEY_INFO>(der)) return Form::pkcs8;
  if (whole<X509, d2i_X509>(der)) return Form::certificate;
  if (whole<X509_SIG, d2i_X509_SIG>(der)) return Form::encrypted_pkcs8;
  const auto older = older_form(der);
  ENSURE(older, malformed, "DER");
  return *older;
}

Result<Secret> open_pkcs8(BytesView encrypted, const Secret& password) {
  const QuietErrors quiet;
  const auto info = whole<X509_SIG, d2i_X509_SIG>(encrypted);
  ENSURE(info, malformed, "encrypted key");
  const X509_ALGOR* scheme = nullptr;
  const ASN1_OCTET_STRING* octets = nullptr;
  X509_SIG_get0(info.get(), &scheme, &octets);
  TRY_VOID(check_scheme(scheme));
  const BytesView secret = password.expose("opens a key");
  unsigned char* plain = nullptr;
  int size = 0;
  ENSURE(PKCS12_pbe_crypt(scheme, text_ptr(secret), static_cast<int>(secret.size()), ASN1_STRING_get0_data(octets),
                          ASN1_STRING_length(octets), &plain, &size, 0),
         decrypt_failed, "password");
  Secret out = taken_over(plain, static_cast<std::size_t>(size));
  // One in 256 wrong passwords leaves a padding that looks right.
  const auto parsed = whole<PKCS8_PRIV_KEY_INFO, d2i_PKCS8_PRIV_KEY_INFO>(out.expose("looked at for its shape"));
  ENSURE(parsed, decrypt_failed, "password");
  return out;
}

Bytes encrypt_pkcs8(BytesView pkcs8, const Secret& password) {
  const QuietErrors quiet;
  constexpr int kSalt = 16;
  const auto info = whole<PKCS8_PRIV_KEY_INFO, d2i_PKCS8_PRIV_KEY_INFO>(pkcs8);
  const BytesView secret = password.expose("locks a key");
  const Ptr<X509_SIG> sealed(PKCS8_encrypt(NID_hmacWithSHA256, EVP_aes_256_cbc(), text_ptr(secret),
                                           static_cast<int>(secret.size()), nullptr, kSalt, kPasswordRounds,
                                           info.get()));
  unsigned char* der = nullptr;
  const int size = i2d_X509_SIG(sealed.get(), &der);
  INVARIANT(size > 0, "PKCS#8 encryption");
  const Secret out = taken_over(der, static_cast<std::size_t>(size));
  const BytesView octets = out.expose("it is encrypted");
  return Bytes(octets.begin(), octets.end());
}

}  // namespace tessera::crypto
