// What a key pair does for JWE: RSAES-OAEP and ECDH.
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <algorithm>

#include "base/ct.hpp"
#include "base/try.hpp"
#include "crypto/pkey_impl.hpp"

namespace tessera::crypto {

namespace {

// As C libraries take octets.
auto* uc(auto&& bytes) {
  using Char = std::conditional_t<std::is_const_v<std::remove_pointer_t<decltype(bytes.data())>>, const unsigned char,
                                  unsigned char>;
  return reinterpret_cast<Char*>(bytes.data());
}

constexpr const char* kOaepHash[] = {"SHA1", "SHA256", "SHA384", "SHA512"};

bool set_oaep(EVP_PKEY_CTX* context, Oaep hash) {
  const char* name = kOaepHash[static_cast<std::size_t>(hash)];
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md_name(context, name, nullptr) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, name, nullptr) == 1;
}

Ptr<EVP_PKEY_CTX> context_of(const Pkey::Impl& key) {
  return Ptr<EVP_PKEY_CTX>(EVP_PKEY_CTX_new_from_pkey(nullptr, key.pkey.get(), nullptr));
}

}  // namespace

Result<Bytes> Pkey::encrypt_oaep(Oaep hash, const Secret& key) const {
  INVARIANT(type() == PkeyType::RSA, "OAEP is RSA's");
  const QuietErrors quiet;
  const auto context = context_of(*impl_);
  Bytes out((bits() + 7) / 8);
  std::size_t size = out.size();
  const auto octets = key.expose("encrypted to the recipient");
  ENSURE(context && EVP_PKEY_encrypt_init(context.get()) == 1 && set_oaep(context.get(), hash) &&
             EVP_PKEY_encrypt(context.get(), uc(out), &size, uc(octets), octets.size()) == 1,
         unavailable, "RSAES-OAEP");
  out.resize(size);
  return out;
}

Result<Secret> Pkey::decrypt_oaep(Oaep hash, BytesView encrypted, Secret otherwise) const {
  INVARIANT(type() == PkeyType::RSA && has_private(), "OAEP is opened by RSA's private key");
  const QuietErrors quiet;
  const auto context = context_of(*impl_);
  ENSURE(context && EVP_PKEY_decrypt_init(context.get()) == 1 && set_oaep(context.get(), hash), unavailable,
         "RSAES-OAEP");
  Secret out = Secret::of_size((bits() + 7) / 8);
  std::size_t size = out.size();
  // OpenSSL takes the padding off in constant time; its answer and the size are as secret as the key.
  const int answer = EVP_PKEY_decrypt(context.get(), uc(out.writable()), &size, uc(encrypted), encrypted.size());
  const ct::Mask good = ct::same(static_cast<std::size_t>(answer), 1) & ct::same(size, otherwise.size());
  ct::copy_if(good, out.expose("cut to its length").first(otherwise.size()), otherwise.writable());
  return otherwise;
}

Result<Secret> Pkey::agree(const Pkey& peer) const {
  INVARIANT(has_private() && type() == peer.type(), "ECDH takes two keys of one curve");
  const QuietErrors quiet;
  const auto context = context_of(*impl_);
  std::size_t size = coordinate_size(type());
  Secret out = Secret::of_size(size);
  //= RFC8037#3.2
  // The receiver MUST check whether the shared secret is the all-zero value.
  // OpenSSL refuses it for X25519 and X448 by itself; looked at here for every curve, without a branch on the way.
  ENSURE(context && EVP_PKEY_derive_init(context.get()) == 1 &&
             EVP_PKEY_derive_set_peer_ex(context.get(), peer.impl_->pkey.get(), 0) == 1 &&  // checked when it was made
             EVP_PKEY_derive(context.get(), uc(out.writable()), &size) == 1 && size == out.size(),
         bad_key, "epk");
  std::byte any{};
  for (const std::byte octet : out.expose("compared with zero")) any |= octet;
  ENSURE(any != std::byte{}, bad_key, "epk");
  return out;
}

Result<Pkey::Agreement> Pkey::agree_with_ephemeral() const {
  const QuietErrors quiet;
  // Not checked as a key that is kept would be: OpenSSL has just made it, for one use.
  const Pkey ephemeral(TRY(fresh(type(), 0)));
  Secret agreed = TRY(ephemeral.agree(*this));
  return Agreement{ephemeral.curve_public(), std::move(agreed)};
}

}  // namespace tessera::crypto
