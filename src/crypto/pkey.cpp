#include "crypto/pkey.hpp"

#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "base/try.hpp"
#include "crypto/key_check.hpp"
#include "crypto/pkey_impl.hpp"

namespace tessera::crypto {

std::uint64_t next_key_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

namespace {

struct CurveNames {
  PkeyType type;
  const char* group;
};
constexpr CurveNames kGroups[] = {{PkeyType::P256, "prime256v1"},
                                  {PkeyType::P384, "secp384r1"},
                                  {PkeyType::P521, "secp521r1"},
                                  {PkeyType::secp256k1, "secp256k1"}};

const char* group_name(PkeyType type) {
  for (const auto& row : kGroups)
    if (row.type == type) return row.group;
  return nullptr;
}

Ptr<BIGNUM> number(BytesView octets) {
  return Ptr<BIGNUM>(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()), nullptr));
}

Bytes octets_of(const BIGNUM* number, std::size_t size = 0) {
  Bytes out(size != 0 ? size : static_cast<std::size_t>(BN_num_bytes(number)));
  INVARIANT(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) >= 0,
            "a number of a key is larger than its field");
  return out;
}

Secret secret_of(const EVP_PKEY* pkey, const char* name, std::size_t size = 0) {
  const auto value = number_of(pkey, name);
  if (!value) return {};
  Bytes octets = octets_of(value.get(), size);
  Secret out{BytesView(octets)};
  OPENSSL_cleanse(octets.data(), octets.size());
  return out;
}

Ptr<EVP_PKEY> from_data(const char* kind, int selection, OSSL_PARAM_BLD* build) {
  const Ptr<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(build));
  const Ptr<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* pkey = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &pkey, selection, parameters.get()) != 1)
    return nullptr;
  return Ptr<EVP_PKEY>(pkey);
}

// The curves whose keys are octet strings (RFC 8037). OpenSSL's name; null for the rest.
const char* raw_name(PkeyType type) {
  switch (type) {
    case PkeyType::Ed25519: return "ED25519";
    case PkeyType::Ed448: return "ED448";
    case PkeyType::X25519: return "X25519";
    case PkeyType::X448: return "X448";
    default: return nullptr;
  }
}
bool is_raw(PkeyType type) { return raw_name(type) != nullptr; }
bool is_edwards(PkeyType type) { return type == PkeyType::Ed25519 || type == PkeyType::Ed448; }
bool only_agrees(PkeyType type) { return type == PkeyType::X25519 || type == PkeyType::X448; }

std::optional<PkeyType> type_of(const EVP_PKEY* pkey) {
  if (EVP_PKEY_is_a(pkey, "RSA")) return PkeyType::RSA;
  for (const PkeyType type : {PkeyType::Ed25519, PkeyType::Ed448, PkeyType::X25519, PkeyType::X448})
    if (EVP_PKEY_is_a(pkey, raw_name(type))) return type;
  if (!EVP_PKEY_is_a(pkey, "EC")) return std::nullopt;
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(), &size) != 1)
    return std::nullopt;
  for (const auto& row : kGroups)
    if (std::string_view(row.group) == name.data()) return row.type;
  return std::nullopt;
}

Bytes raw_public(const EVP_PKEY* pkey, std::size_t size) {
  Bytes out(size);
  INVARIANT(
      EVP_PKEY_get_raw_public_key(pkey, reinterpret_cast<unsigned char*>(out.data()), &size) == 1 && size == out.size(),
      "raw public key");
  return out;
}

// The seed with the public key behind it.
Secret sodium_secret(const EVP_PKEY* pkey, BytesView public_key) {
  Secret out = Secret::of_size(64);
  std::size_t size = 32;
  INVARIANT(EVP_PKEY_get_raw_private_key(pkey, reinterpret_cast<unsigned char*>(out.writable().data()), &size) == 1 &&
                size == 32,
            "raw private key");
  std::ranges::copy(public_key, out.writable().subspan(32).begin());
  return out;
}

// A signature over a fixed text and its verification: the halves belong together. (A key that cannot sign had its
// public half computed.)
Result<void> check_pair(const Pkey& key) {
  if (only_agrees(key.type())) return {};
  constexpr std::string_view kText = "tessera key check";
  const Scheme scheme = key.type() == PkeyType::RSA ? Scheme::rsa_pkcs1
                        : is_edwards(key.type())    ? Scheme::eddsa
                                                    : Scheme::ecdsa;
  const auto signature = key.sign(scheme, Hash::SHA256, kText);
  ENSURE(signature, bad_key, "private key");
  ENSURE(key.verify(scheme, Hash::SHA256, kText, *signature), bad_key, "private key");
  return {};
}

Secret print(const EVP_PKEY* pkey, int selection, const char* structure) {
  const Ptr<OSSL_ENCODER_CTX> context(OSSL_ENCODER_CTX_new_for_pkey(pkey, selection, "DER", structure, nullptr));
  unsigned char* text = nullptr;
  std::size_t size = 0;
  INVARIANT(context && OSSL_ENCODER_to_data(context.get(), &text, &size) == 1, "DER print");
  Secret out{BytesView(reinterpret_cast<const std::byte*>(text), size)};
  OPENSSL_clear_free(text, size);
  return out;
}

}  // namespace

Result<Pkey> Pkey::checked(std::shared_ptr<Impl> impl) {
  const QuietErrors quiet;
  auto& key = *impl;
  if (key.type == PkeyType::RSA) {
    TRY_VOID(check_rsa(key.pkey.get(), key.has_private));
  } else if (!is_raw(key.type)) {
    const Ptr<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.pkey.get(), nullptr));
    // On the curve is enough: the cofactor of each is 1, so that every point but infinity has the curve's own order
    // (SP 800-56A section 5.6.2.3.4).
    ENSURE(EVP_PKEY_public_check_quick(context.get()) == 1, bad_key, "point");
    if (key.has_private) {
      ENSURE(EVP_PKEY_private_check(context.get()) == 1, bad_key, "d");
      ENSURE(EVP_PKEY_pairwise_check(context.get()) == 1, bad_key, "d");
    }
  }
  if (is_edwards(key.type)) {
    const Bytes x = raw_public(key.pkey.get(), coordinate_size(key.type));
    ENSURE(key.type == PkeyType::Ed25519 ? good_ed25519_point(x) : good_ed448_point(x), bad_key, "x");
    if (key.type == PkeyType::Ed25519) {
      std::ranges::copy(x, key.ed25519_public.begin());
      if (key.has_private) key.ed25519_secret = sodium_secret(key.pkey.get(), x);
    }
  }
  key.bits = static_cast<unsigned>(EVP_PKEY_get_bits(key.pkey.get()));
  key.signature_size = key.type == PkeyType::RSA ? (key.bits + 7) / 8 : 2 * coordinate_size(key.type);
  Pkey made{std::move(impl)};
  if (made.has_private()) TRY_VOID(check_pair(made));
  return made;
}

Result<Pkey> Pkey::from_rsa(const RsaNumbers& numbers) {
  const QuietErrors quiet;
  const auto minimal = [](BytesView octets) { return !octets.empty() && octets.front() != std::byte{0}; };
  ENSURE(minimal(numbers.n), bad_key, "n");
  ENSURE(minimal(numbers.e), bad_key, "e");
  ENSURE(numbers.n.size() <= kMaxRsaBits / 8, too_large, "n");
  ENSURE(numbers.e.size() <= 8, too_large, "e");
  for (const Secret* secret : {&numbers.d, &numbers.p, &numbers.q, &numbers.dp, &numbers.dq, &numbers.qi})
    ENSURE(secret->size() <= kMaxRsaBits / 8, too_large, "d");
  const bool has_private = !numbers.d.empty(), has_primes = !numbers.p.empty();
  const Ptr<OSSL_PARAM_BLD> build(OSSL_PARAM_BLD_new());
  std::vector<Ptr<BIGNUM>> kept;  // the builder refers to them until it is printed
  const auto push = [&](const char* name, BytesView octets) {
    kept.push_back(number(octets));
    OSSL_PARAM_BLD_push_BN(build.get(), name, kept.back().get());
  };
  push(OSSL_PKEY_PARAM_RSA_N, numbers.n);
  push(OSSL_PKEY_PARAM_RSA_E, numbers.e);
  if (has_private) push(OSSL_PKEY_PARAM_RSA_D, numbers.d.expose("imported into OpenSSL"));
  if (has_primes) {
    const std::pair<const char*, const Secret*> rest[] = {{OSSL_PKEY_PARAM_RSA_FACTOR1, &numbers.p},
                                                          {OSSL_PKEY_PARAM_RSA_FACTOR2, &numbers.q},
                                                          {OSSL_PKEY_PARAM_RSA_EXPONENT1, &numbers.dp},
                                                          {OSSL_PKEY_PARAM_RSA_EXPONENT2, &numbers.dq},
                                                          {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, &numbers.qi}};
    for (const auto& [name, secret] : rest) {
      ENSURE(!secret->empty(), bad_key, "p");
      push(name, secret->expose("imported into OpenSSL"));
    }
  }
  auto impl = std::make_shared<Impl>();
  impl->type = PkeyType::RSA;
  impl->has_private = has_private;
  impl->pkey = from_data("RSA", has_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, build.get());
  ENSURE(impl->pkey, bad_key, "n");
  return checked(std::move(impl));
}

Result<Pkey> Pkey::from_curve(PkeyType type, const CurveNumbers& numbers) {
  const QuietErrors quiet;
  const std::size_t size = coordinate_size(type);
  ENSURE(numbers.x.size() == size, bad_key, "x");
  ENSURE(numbers.d.empty() || numbers.d.size() == size, bad_key, "d");
  auto impl = std::make_shared<Impl>();
  impl->type = type;
  impl->has_private = !numbers.d.empty();
  if (is_raw(type)) {
    const auto raw = [](BytesView octets) { return reinterpret_cast<const unsigned char*>(octets.data()); };
    if (impl->has_private) {
      const BytesView d = numbers.d.expose("imported into OpenSSL");
      impl->pkey.reset(EVP_PKEY_new_raw_private_key_ex(nullptr, raw_name(type), nullptr, raw(d), d.size()));
      ENSURE(impl->pkey, bad_key, "d");
      ENSURE(raw_public(impl->pkey.get(), size) == numbers.x, bad_key, "x");
    } else {
      impl->pkey.reset(EVP_PKEY_new_raw_public_key_ex(nullptr, raw_name(type), nullptr, raw(numbers.x), size));
      ENSURE(impl->pkey, bad_key, "x");
    }
    return checked(std::move(impl));
  }
  ENSURE(numbers.y.size() == size, bad_key, "y");
  Bytes point{std::byte{4}};  // uncompressed (SEC 1 section 2.3.3)
  point.insert(point.end(), numbers.x.begin(), numbers.x.end());
  point.insert(point.end(), numbers.y.begin(), numbers.y.end());
  const Ptr<OSSL_PARAM_BLD> build(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_name(type), 0);
  OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  Ptr<BIGNUM> d;
  if (impl->has_private) {
    d = number(numbers.d.expose("imported into OpenSSL"));
    OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, d.get());
  }
  impl->pkey = from_data("EC", impl->has_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, build.get());
  ENSURE(impl->pkey, bad_key, "point");
  return checked(std::move(impl));
}

Result<Pkey> Pkey::from_der(Form form, BytesView der) {
  const QuietErrors quiet;
  TRY_VOID(check_curve_is_named(der));
  auto impl = std::make_shared<Impl>();
  impl->has_private = is_private(form);
  const char* structure = form == Form::spki    ? "SubjectPublicKeyInfo"
                          : form == Form::pkcs8 ? "PrivateKeyInfo"
                                                : "type-specific";
  const char* kind = form == Form::sec1 ? "EC" : form == Form::pkcs1 || form == Form::pkcs1_public ? "RSA" : nullptr;
  EVP_PKEY* pkey = nullptr;
  const Ptr<OSSL_DECODER_CTX> context(OSSL_DECODER_CTX_new_for_pkey(
      &pkey, "DER", structure, kind, impl->has_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, nullptr, nullptr));
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  std::size_t left = der.size();
  const bool decoded = OSSL_DECODER_from_data(context.get(), &data, &left) == 1;
  impl->pkey.reset(pkey);
  ENSURE(decoded && pkey && left == 0, malformed, "DER");
  const auto type = type_of(pkey);
  ENSURE(type, unsupported, "kind of key");
  impl->type = *type;
  return checked(std::move(impl));
}

Result<std::shared_ptr<Pkey::Impl>> Pkey::fresh(PkeyType type, unsigned rsa_bits) {
  auto impl = std::make_shared<Impl>();
  impl->type = type;
  impl->has_private = true;
  if (type == PkeyType::RSA) {
    ENSURE(rsa_bits >= kMinRsaBits, weak_key, "bits");
    ENSURE(rsa_bits <= kMaxRsaBits, too_large, "bits");
    impl->pkey.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{rsa_bits}));
  } else if (is_raw(type)) {
    impl->pkey.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, raw_name(type)));
  } else {
    impl->pkey.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", group_name(type)));
  }
  ENSURE(impl->pkey, unavailable, "key generation");
  return impl;
}

Result<Pkey> Pkey::generate(PkeyType type, unsigned rsa_bits) {
  auto made = TRY(fresh(type, rsa_bits));
  return checked(std::move(made));
}

PkeyType Pkey::type() const { return impl_->type; }
bool Pkey::has_private() const { return impl_->has_private; }
unsigned Pkey::bits() const { return impl_->bits; }

RsaNumbers Pkey::rsa_public() const {
  const auto* pkey = impl_->pkey.get();
  RsaNumbers out;
  out.n = octets_of(number_of(pkey, OSSL_PKEY_PARAM_RSA_N).get());
  out.e = octets_of(number_of(pkey, OSSL_PKEY_PARAM_RSA_E).get());
  return out;
}

RsaNumbers Pkey::rsa_private() const {
  const auto* pkey = impl_->pkey.get();
  RsaNumbers out = rsa_public();
  out.d = secret_of(pkey, OSSL_PKEY_PARAM_RSA_D);
  out.p = secret_of(pkey, OSSL_PKEY_PARAM_RSA_FACTOR1);
  out.q = secret_of(pkey, OSSL_PKEY_PARAM_RSA_FACTOR2);
  out.dp = secret_of(pkey, OSSL_PKEY_PARAM_RSA_EXPONENT1);
  out.dq = secret_of(pkey, OSSL_PKEY_PARAM_RSA_EXPONENT2);
  out.qi = secret_of(pkey, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
  return out;
}

CurveNumbers Pkey::curve_public() const {
  const std::size_t size = coordinate_size(type());
  CurveNumbers out;
  if (is_raw(type())) {
    out.x = raw_public(impl_->pkey.get(), size);
    return out;
  }
  out.x = octets_of(number_of(impl_->pkey.get(), OSSL_PKEY_PARAM_EC_PUB_X).get(), size);
  out.y = octets_of(number_of(impl_->pkey.get(), OSSL_PKEY_PARAM_EC_PUB_Y).get(), size);
  return out;
}

CurveNumbers Pkey::curve_private() const {
  const std::size_t size = coordinate_size(type());
  CurveNumbers out = curve_public();
  if (is_raw(type())) {
    out.d = Secret::of_size(size);
    std::size_t written = size;
    INVARIANT(EVP_PKEY_get_raw_private_key(impl_->pkey.get(), reinterpret_cast<unsigned char*>(out.d.writable().data()),
                                           &written) == 1,
              "raw private key");
  } else {
    out.d = secret_of(impl_->pkey.get(), OSSL_PKEY_PARAM_PRIV_KEY, size);
  }
  return out;
}

Bytes Pkey::spki() const {
  const Secret der = print(impl_->pkey.get(), EVP_PKEY_PUBLIC_KEY, "SubjectPublicKeyInfo");
  const BytesView octets = der.expose("a public key is no secret");
  return Bytes(octets.begin(), octets.end());
}

Secret Pkey::pkcs8() const { return print(impl_->pkey.get(), EVP_PKEY_KEYPAIR, "PrivateKeyInfo"); }

Pkey Pkey::public_half() const {
  auto half = type() == PkeyType::RSA ? from_rsa(rsa_public()) : from_curve(type(), curve_public());
  INVARIANT(half, "the public half of a good key is good");
  return *half;
}

}  // namespace tessera::crypto
