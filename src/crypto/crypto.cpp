#include "crypto/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <sodium.h>

#include "base/ct.hpp"
#include "base/try.hpp"
#include "crypto/key_check.hpp"
#include "crypto/ptr.hpp"

namespace tessera::crypto {

namespace {

// As C libraries take octets.
auto* uc(auto&& bytes) {
  using Char = std::conditional_t<std::is_const_v<std::remove_pointer_t<decltype(bytes.data())>>, const unsigned char,
                                  unsigned char>;
  return reinterpret_cast<Char*>(bytes.data());
}

// libsodium takes no null pointer, even of no octets.
std::string_view text_or_empty(std::string_view text) { return text.empty() ? std::string_view("") : text; }

// Fetched once: a fetch costs more than the hash of a short text.
const EVP_MD* digest(const char* name) {
  const EVP_MD* md = EVP_MD_fetch(nullptr, name, nullptr);
  INVARIANT(md, "OpenSSL lacks a SHA-2 digest");
  return md;
}

Bytes hash(const EVP_MD* md, std::size_t size, BytesView data) {
  Bytes out(size);
  INVARIANT(EVP_Digest(data.data(), data.size(), uc(out), nullptr, md, nullptr) == 1, "EVP_Digest");
  return out;
}

}  // namespace

void random(std::span<std::byte> out) {
  need_sodium();
  randombytes_buf(out.data(), out.size());
}

Sha256 sha256(BytesView data) {
  static const EVP_MD* const md = digest("SHA256");
  Sha256 out;
  INVARIANT(EVP_Digest(data.data(), data.size(), uc(out), nullptr, md, nullptr) == 1, "EVP_Digest");
  return out;
}

Bytes sha384(BytesView data) {
  static const EVP_MD* const md = digest("SHA384");
  return hash(md, 48, data);
}

Bytes sha512(BytesView data) {
  static const EVP_MD* const md = digest("SHA512");
  return hash(md, 64, data);
}

Sha256 hmac_sha256(BytesView key, BytesView data) {
  need_sodium();
  INVARIANT(key.size() >= 32, "a MAC key is at least as long as the hash");
  Sha256 out;
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, uc(key), key.size());
  crypto_auth_hmacsha256_update(&state, uc(data), data.size());
  crypto_auth_hmacsha256_final(&state, uc(out));
  sodium_memzero(&state, sizeof state);
  return out;
}

Secret derive(const Secret& master, std::string_view purpose, std::size_t size) {
  static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  INVARIANT(kdf, "OpenSSL lacks HKDF");
  const Ptr<EVP_KDF_CTX> context(EVP_KDF_CTX_new(kdf));
  const BytesView key = master.expose("input of HKDF");
  char sha256_name[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, sha256_name, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, const_cast<std::byte*>(key.data()), key.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, const_cast<char*>(purpose.data()), purpose.size()),
      OSSL_PARAM_construct_end()};
  Secret out = Secret::of_size(size);
  INVARIANT(EVP_KDF_derive(context.get(), uc(out.writable()), size, parameters) == 1, "HKDF");
  return out;
}

Bytes seal(const Secret& key, BytesView plaintext, BytesView associated) {
  need_sodium();
  INVARIANT(key.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a seal's key has 32 octets");
  constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  Bytes out(plaintext.size() + kSealOverhead);
  random(std::span(out).first(kNonce));
  crypto_aead_xchacha20poly1305_ietf_encrypt(uc(out) + kNonce, nullptr, uc(plaintext), plaintext.size(), uc(associated),
                                             associated.size(), nullptr, uc(out), uc(key.expose("key of a seal")));
  return out;
}

Result<Secret> open(const Secret& key, BytesView sealed, BytesView associated) {
  need_sodium();
  INVARIANT(key.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a seal's key has 32 octets");
  constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  ENSURE(sealed.size() >= kSealOverhead, decrypt_failed, "sealed");
  Secret out = Secret::of_size(sealed.size() - kSealOverhead);
  const int answer = crypto_aead_xchacha20poly1305_ietf_decrypt(
      uc(out.writable()), nullptr, nullptr, uc(sealed) + kNonce, sealed.size() - kNonce, uc(associated),
      associated.size(), uc(sealed), uc(key.expose("key of a seal")));
  ENSURE(ct::told(static_cast<std::size_t>(answer)) == 0, decrypt_failed, "sealed");
  return out;
}

Result<std::string> hash_password(const Secret& password, PasswordCost cost) {
  need_sodium();
  char text[crypto_pwhash_STRBYTES];
  const auto octets = text_or_empty(password.expose_text("hashed with Argon2id"));
  ENSURE(crypto_pwhash_str_alg(text, octets.data(), octets.size(), cost.passes, std::size_t{cost.memory_kib} * 1024,
                               crypto_pwhash_ALG_ARGON2ID13) == 0,
         unavailable, "memory for Argon2id");
  return std::string(text);
}

bool verify_password(const Secret& password, const std::string& hash) {
  need_sodium();
  const auto octets = text_or_empty(password.expose_text("checked against an Argon2id hash"));
  const int answer = crypto_pwhash_str_verify(hash.c_str(), octets.data(), octets.size());
  return ct::told(static_cast<std::size_t>(answer)) == 0;
}

bool password_needs_rehash(const std::string& hash, PasswordCost cost) {
  need_sodium();
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost.passes, std::size_t{cost.memory_kib} * 1024) != 0;
}

}  // namespace tessera::crypto
