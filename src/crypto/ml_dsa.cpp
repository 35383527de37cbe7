#include "crypto/ml_dsa.hpp"

#include <algorithm>
#include <string_view>

#include "base/try.hpp"
#include "crypto/pem.hpp"
#include "crypto/ptr.hpp"

namespace tessera::crypto {

namespace {

//= RFC9881#2
// id-ml-dsa-44 OBJECT IDENTIFIER ::= { sigAlgs 17 }, id-ml-dsa-65 … 18, id-ml-dsa-87 … 19
constexpr const char* kOids[] = {"2.16.840.1.101.3.4.3.17", "2.16.840.1.101.3.4.3.18", "2.16.840.1.101.3.4.3.19"};

ASN1_OBJECT* oid_of(MlDsaSet set) { return OBJ_txt2obj(kOids[static_cast<std::size_t>(set)], 1); }

std::optional<MlDsaSet> set_of(const ASN1_OBJECT* oid) {
  char text[64];
  OBJ_obj2txt(text, sizeof text, oid, 1);
  const auto found = std::ranges::find(kOids, std::string_view(text));
  if (found == std::end(kOids)) return std::nullopt;
  return static_cast<MlDsaSet>(found - std::begin(kOids));
}

// As the structures that take it over want it: allocated by OpenSSL.
unsigned char* copy_of(BytesView octets) {
  return static_cast<unsigned char*>(OPENSSL_memdup(octets.data(), octets.size()));
}

}  // namespace

Bytes ml_dsa_spki(const MlDsaKey& key) {
  const Ptr<X509_PUBKEY> info(X509_PUBKEY_new());
  INVARIANT(info && X509_PUBKEY_set0_param(info.get(), oid_of(key.set), V_ASN1_UNDEF, nullptr, copy_of(key.pub),
                                           static_cast<int>(key.pub.size())) == 1,
            "SPKI of ML-DSA");
  Bytes der(static_cast<std::size_t>(i2d_X509_PUBKEY(info.get(), nullptr)));
  auto* to = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509_PUBKEY(info.get(), &to);
  return der;
}

Secret ml_dsa_pkcs8(const MlDsaKey& key) {
  //= RFC9881#6
  // seed [0] OCTET STRING (SIZE (32))
  Secret seed = Secret::of_size(2 + kMlDsaSeed);
  seed.writable()[0] = std::byte{0x80};
  seed.writable()[1] = std::byte{kMlDsaSeed};
  std::ranges::copy(key.seed.expose("printed as PKCS#8"), seed.writable().subspan(2).begin());
  const Ptr<PKCS8_PRIV_KEY_INFO> info(PKCS8_PRIV_KEY_INFO_new());
  INVARIANT(info && PKCS8_pkey_set0(info.get(), oid_of(key.set), 0, V_ASN1_UNDEF, nullptr,
                                    copy_of(seed.expose("printed as PKCS#8")), static_cast<int>(seed.size())) == 1,
            "PKCS#8 of ML-DSA");
  Secret der = Secret::of_size(static_cast<std::size_t>(i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr)));
  auto* to = reinterpret_cast<unsigned char*>(der.writable().data());
  i2d_PKCS8_PRIV_KEY_INFO(info.get(), &to);
  return der;
}

Result<std::optional<MlDsaKey>> ml_dsa_from_spki(BytesView spki) {
  const QuietErrors quiet;
  TRY_VOID(check_curve_is_named(spki));
  const auto* at = reinterpret_cast<const unsigned char*>(spki.data());
  const Ptr<X509_PUBKEY> info(d2i_X509_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  ASN1_OBJECT* oid = nullptr;
  const unsigned char* octets = nullptr;
  int size = 0;
  if (!info || X509_PUBKEY_get0_param(&oid, &octets, &size, nullptr, info.get()) != 1) return std::optional<MlDsaKey>{};
  const auto set = set_of(oid);
  if (!set) return std::optional<MlDsaKey>{};
  const BytesView pub(reinterpret_cast<const std::byte*>(octets), static_cast<std::size_t>(size));
  ENSURE(pub.size() == public_size(*set), bad_key, "pub");
  MlDsaKey key{*set, Bytes(pub.begin(), pub.end()), {}};
  // One spelling: no parameters, nothing behind it.
  ENSURE(std::ranges::equal(ml_dsa_spki(key), spki), malformed, "DER");
  return std::optional(std::move(key));
}

bool is_ml_dsa_pkcs8(BytesView pkcs8) {
  const QuietErrors quiet;
  const auto* at = reinterpret_cast<const unsigned char*>(pkcs8.data());
  const Ptr<PKCS8_PRIV_KEY_INFO> info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(pkcs8.size())));
  const ASN1_OBJECT* oid = nullptr;
  return info && PKCS8_pkey_get0(&oid, nullptr, nullptr, nullptr, info.get()) == 1 && set_of(oid);
}

}  // namespace tessera::crypto
