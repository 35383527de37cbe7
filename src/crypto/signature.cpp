#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/try.hpp"
#include "crypto/pkey.hpp"
#include "crypto/pkey_impl.hpp"

namespace tessera::crypto {

namespace {

const unsigned char* uc(BytesView octets) { return reinterpret_cast<const unsigned char*>(octets.data()); }
const unsigned char* uc(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

constexpr std::size_t kMaxHash = 64;

const char* hash_name(Hash hash) {
  constexpr const char* kNames[] = {"SHA256", "SHA384", "SHA512"};
  return kNames[static_cast<std::size_t>(hash)];
}

// Fetched once, for the life of the program.
EVP_MD* digest_of(Hash hash) {
  static const std::array<EVP_MD*, 3> digests = [] {
    std::array<EVP_MD*, 3> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i] = EVP_MD_fetch(nullptr, hash_name(static_cast<Hash>(i)), nullptr);
      INVARIANT(all[i], "OpenSSL lacks a SHA-2 digest");
    }
    return all;
  }();
  return digests[static_cast<std::size_t>(hash)];
}

EVP_MAC* hmac() {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  INVARIANT(mac, "OpenSSL lacks HMAC");
  return mac;
}

// A context is for one thread; making one costs more than using it. So each thread keeps the contexts that it used
// last, by key and use. A key that is gone leaves its context here until another takes the place or the thread ends.
enum class Use : std::uint8_t { none, verify, sign, mac };

struct Kept {
  std::uint64_t key = 0;
  Use use = Use::none;
  Scheme scheme{};
  Hash hash{};
  Ptr<EVP_PKEY_CTX> pkey;
  Ptr<EVP_MAC_CTX> mac;
};

Kept& place_for(std::uint64_t key, Use use, Scheme scheme, Hash hash) {
  thread_local std::array<Kept, 32> places;
  const auto salt =
      static_cast<std::uint64_t>(use) * 31 + static_cast<std::uint64_t>(scheme) * 7 + static_cast<std::uint64_t>(hash);
  Kept& place = places[(key * 0x9E3779B97F4A7C15 + salt * 0xC2B2AE3D27D4EB4F) >> 59];
  if (place.key != key || place.use != use || place.scheme != scheme || place.hash != hash) {
    place = Kept{};
    place.key = key;
    place.use = use;
    place.scheme = scheme;
    place.hash = hash;
  }
  return place;
}

// Nullptr when OpenSSL refuses.
EVP_PKEY_CTX* signature_context(const Pkey::Impl& key, Use use, Scheme scheme, Hash hash) {
  Kept& place = place_for(key.id, use, scheme, hash);
  if (place.pkey) return place.pkey.get();
  Ptr<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.pkey.get(), nullptr));
  if (!context) return nullptr;
  if ((use == Use::verify ? EVP_PKEY_verify_init(context.get()) : EVP_PKEY_sign_init(context.get())) != 1)
    return nullptr;
  if (scheme == Scheme::rsa_pkcs1 || scheme == Scheme::rsa_pss) {
    const int padding = scheme == Scheme::rsa_pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    if (EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) != 1) return nullptr;
  }
  if (EVP_PKEY_CTX_set_signature_md(context.get(), digest_of(hash)) != 1) return nullptr;
  //= RFC7518#3.5
  // The size of the salt value is the same size as the hash function output.
  if (scheme == Scheme::rsa_pss && (EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) != 1 ||
                                    EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), digest_of(hash)) != 1))
    return nullptr;
  place.pkey = std::move(context);
  return place.pkey.get();
}

struct Digested {
  std::array<unsigned char, kMaxHash> octets;
  std::size_t size;
};
Digested digested(Hash hash, std::string_view input) {
  Digested out;
  unsigned size = 0;
  INVARIANT(EVP_Digest(input.data(), input.size(), out.octets.data(), &size, digest_of(hash), nullptr) == 1,
            "EVP_Digest");
  out.size = size;
  return out;
}

// One DER INTEGER out of big-endian octets; gives the end.
unsigned char* append_integer(unsigned char* to, BytesView octets) {
  while (octets.size() > 1 && octets.front() == std::byte{0}) octets = octets.subspan(1);
  const bool pad = (octets.front() & std::byte{0x80}) != std::byte{0};
  *to++ = 0x02;
  *to++ = static_cast<unsigned char>(octets.size() + pad);
  if (pad) *to++ = 0;
  std::memcpy(to, octets.data(), octets.size());
  return to + octets.size();
}

// JOSE's r‖s (RFC 7518 section 3.4) as the DER that OpenSSL reads, without allocating: at most 2·(66+3)+3 octets.
struct Der {
  std::array<unsigned char, 144> octets;
  std::size_t size;
};
Der der_of(BytesView signature) {
  std::array<unsigned char, 140> body;
  const auto half = signature.size() / 2;
  auto* end = append_integer(append_integer(body.data(), signature.first(half)), signature.subspan(half));
  const auto size = static_cast<std::size_t>(end - body.data());
  Der out;
  auto* to = out.octets.data();
  *to++ = 0x30;
  if (size >= 0x80) *to++ = 0x81;
  *to++ = static_cast<unsigned char>(size);
  std::memcpy(to, body.data(), size);
  out.size = static_cast<std::size_t>(to - out.octets.data()) + size;
  return out;
}

Result<Bytes> joined(const unsigned char* der, std::size_t size, std::size_t coordinate) {
  const unsigned char* at = der;
  const Ptr<ECDSA_SIG> parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  ENSURE(parsed, unavailable, "ECDSA");
  Bytes out(2 * coordinate);
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  const int width = static_cast<int>(coordinate);
  ENSURE(BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), to, width) == width &&
             BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), to + coordinate, width) == width,
         unavailable, "ECDSA");
  return out;
}

Result<void> verify_edwards(const Pkey::Impl& key, std::string_view input, BytesView signature) {
  if (key.type == PkeyType::Ed25519) {
    // libsodium's is half again as fast as OpenSSL 3.0's, and refuses points of small order.
    ENSURE(crypto_sign_verify_detached(uc(signature), uc(input), input.size(), uc(BytesView(key.ed25519_public))) == 0,
           bad_signature, "");
    return {};
  }
  const Ptr<EVP_MD_CTX> context(EVP_MD_CTX_new());
  ENSURE(EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.pkey.get(), nullptr) == 1,
         unavailable, "Ed448");
  ENSURE(EVP_DigestVerify(context.get(), uc(signature), signature.size(), uc(input), input.size()) == 1, bad_signature,
         "");
  return {};
}

Result<Bytes> sign_edwards(const Pkey::Impl& key, std::string_view input) {
  if (key.type == PkeyType::Ed25519) {
    Bytes out(64);
    crypto_sign_detached(reinterpret_cast<unsigned char*>(out.data()), nullptr, uc(input), input.size(),
                         uc(key.ed25519_secret.expose("signs")));
    return out;
  }
  const Ptr<EVP_MD_CTX> context(EVP_MD_CTX_new());
  std::size_t size = 114;
  Bytes out(size);
  ENSURE(EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.pkey.get(), nullptr) == 1 &&
             EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, uc(input),
                            input.size()) == 1,
         unavailable, "Ed448");
  out.resize(size);
  return out;
}

}  // namespace

Result<void> Pkey::verify(Scheme scheme, Hash hash, std::string_view input, BytesView signature) const {
  //= RFC7518#3.4
  // If they are not, the validation has failed.
  ENSURE(signature.size() == impl_->signature_size, bad_signature, "length");
  const QuietErrors quiet;
  if (scheme == Scheme::eddsa) return verify_edwards(*impl_, input, signature);
  const auto digest = digested(hash, input);
  EVP_PKEY_CTX* context = signature_context(*impl_, Use::verify, scheme, hash);
  ENSURE(context, unavailable, "OpenSSL");
  if (scheme == Scheme::ecdsa) {
    const Der der = der_of(signature);
    ENSURE(EVP_PKEY_verify(context, der.octets.data(), der.size, digest.octets.data(), digest.size) == 1, bad_signature,
           "");
    return {};
  }
  ENSURE(EVP_PKEY_verify(context, uc(signature), signature.size(), digest.octets.data(), digest.size) == 1,
         bad_signature, "");
  return {};
}

Result<Bytes> Pkey::sign(Scheme scheme, Hash hash, std::string_view input) const {
  INVARIANT(impl_->has_private, "signing with a public key");
  const QuietErrors quiet;
  if (scheme == Scheme::eddsa) return sign_edwards(*impl_, input);
  const auto digest = digested(hash, input);
  EVP_PKEY_CTX* context = signature_context(*impl_, Use::sign, scheme, hash);
  ENSURE(context, unavailable, "OpenSSL");
  std::size_t size = kMaxRsaBits / 8;
  Bytes out(size);
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  ENSURE(EVP_PKEY_sign(context, to, &size, digest.octets.data(), digest.size) == 1, unavailable, "OpenSSL");
  if (scheme == Scheme::ecdsa) return joined(to, size, coordinate_size(impl_->type));
  out.resize(size);
  return out;
}

Result<Bytes> joined_from_der(PkeyType type, BytesView der) {
  const QuietErrors quiet;
  auto out = joined(uc(der), der.size(), coordinate_size(type));
  ENSURE(out, malformed, "signature");
  // One spelling: nothing behind it, no number longer than it needs.
  const Der again = der_of(*out);
  ENSURE(std::ranges::equal(BytesView(std::as_bytes(std::span(again.octets))).first(again.size), der), malformed,
         "signature");
  return out;
}

MacKey::MacKey(Secret octets) : octets_(std::move(octets)), id_(next_key_id()) {}

void MacKey::mac(Hash hash, std::string_view input, std::span<std::byte> out) const {
  Kept& place = place_for(id_, Use::mac, Scheme{}, hash);
  if (!place.mac) {
    place.mac.reset(EVP_MAC_CTX_new(hmac()));
    char name[8];
    std::strcpy(name, hash_name(hash));
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                     OSSL_PARAM_construct_end()};
    const BytesView key = octets_.expose("keys the HMAC");
    INVARIANT(place.mac && EVP_MAC_init(place.mac.get(), uc(key), key.size(), parameters) == 1, "HMAC");
  } else {
    // The key stays; only its first block is taken up again.
    INVARIANT(EVP_MAC_init(place.mac.get(), nullptr, 0, nullptr) == 1, "HMAC");
  }
  std::size_t size = 0;
  INVARIANT(EVP_MAC_update(place.mac.get(), uc(input), input.size()) == 1 &&
                EVP_MAC_final(place.mac.get(), reinterpret_cast<unsigned char*>(out.data()), &size, out.size()) == 1 &&
                size == hash_size(hash),
            "HMAC");
}

}  // namespace tessera::crypto
