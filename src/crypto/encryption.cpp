#include "crypto/encryption.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>

#include "base/ct.hpp"
#include "base/try.hpp"
#include "crypto/crypto.hpp"
#include "crypto/ptr.hpp"

namespace tessera::crypto {

namespace {

// As C libraries take octets.
auto* uc(auto&& bytes) {
  using Char = std::conditional_t<std::is_const_v<std::remove_pointer_t<decltype(bytes.data())>>, const unsigned char,
                                  unsigned char>;
  return reinterpret_cast<Char*>(bytes.data());
}
int size_of(BytesView octets) {
  INVARIANT(octets.size() <= std::size_t{1} << 30, "no text of ours is that long");
  return static_cast<int>(octets.size());
}

// Fetched once, for the life of the program.
const EVP_CIPHER* fetched(const char* name) {
  const EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  INVARIANT(cipher, "OpenSSL lacks an AES mode");
  return cipher;
}

// By key size: 16, 24, 32.
using Family = std::array<const EVP_CIPHER*, 3>;
const EVP_CIPHER* of_size(const Family& family, std::size_t key_size) {
  INVARIANT(key_size == 16 || key_size == 24 || key_size == 32, "an AES key");
  return family[key_size / 8 - 2];
}
const EVP_CIPHER* gcm(std::size_t key_size) {
  static const Family family = {fetched("AES-128-GCM"), fetched("AES-192-GCM"), fetched("AES-256-GCM")};
  return of_size(family, key_size);
}
const EVP_CIPHER* cbc(std::size_t key_size) {
  static const Family family = {fetched("AES-128-CBC"), fetched("AES-192-CBC"), fetched("AES-256-CBC")};
  return of_size(family, key_size);
}
const EVP_CIPHER* wrap(std::size_t key_size) {
  static const Family family = {fetched("AES-128-WRAP"), fetched("AES-192-WRAP"), fetched("AES-256-WRAP")};
  return of_size(family, key_size);
}

Ptr<EVP_CIPHER_CTX> context() {
  Ptr<EVP_CIPHER_CTX> made(EVP_CIPHER_CTX_new());
  INVARIANT(made, "memory for a cipher");
  return made;
}

void encrypt_gcm(BytesView key, BytesView plaintext, BytesView associated, Ciphertext& out) {
  const auto c = context();
  int done = 0;
  out.octets.resize(plaintext.size());
  INVARIANT(EVP_EncryptInit_ex2(c.get(), gcm(key.size()), uc(key), uc(out.iv), nullptr) == 1, "GCM");
  INVARIANT(EVP_EncryptUpdate(c.get(), nullptr, &done, uc(associated), size_of(associated)) == 1, "GCM");
  INVARIANT(EVP_EncryptUpdate(c.get(), uc(out.octets), &done, uc(plaintext), size_of(plaintext)) == 1, "GCM");
  INVARIANT(EVP_EncryptFinal_ex(c.get(), nullptr, &done) == 1, "GCM");
  INVARIANT(EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_AEAD_GET_TAG, size_of(out.tag), out.tag.data()) == 1, "GCM");
}

// Whether the tag is right; `out`, of the ciphertext's size, is written either way.
bool decrypt_gcm(BytesView key, CiphertextView sealed, BytesView associated, std::span<std::byte> out) {
  const auto c = context();
  int done = 0;
  INVARIANT(EVP_DecryptInit_ex2(c.get(), gcm(key.size()), uc(key), uc(sealed.iv), nullptr) == 1, "GCM");
  INVARIANT(EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_AEAD_SET_TAG, size_of(sealed.tag),
                                const_cast<std::byte*>(sealed.tag.data())) == 1,
            "GCM");
  INVARIANT(EVP_DecryptUpdate(c.get(), nullptr, &done, uc(associated), size_of(associated)) == 1, "GCM");
  INVARIANT(EVP_DecryptUpdate(c.get(), uc(out), &done, uc(sealed.octets), size_of(sealed.octets)) == 1, "GCM");
  return EVP_DecryptFinal_ex(c.get(), nullptr, &done) == 1;
}

constexpr std::size_t kBlock = 16;

Hash hash_of(Cipher cipher) {
  return cipher == Cipher::A128CBC_HS256 ? Hash::SHA256 : cipher == Cipher::A192CBC_HS384 ? Hash::SHA384 : Hash::SHA512;
}

//= RFC7518#5.2.2.1
// The octet string AL is equal to the number of bits in the Additional Authenticated Data A expressed as a 64-bit
// unsigned big-endian integer.
Bytes cbc_tag(Cipher cipher, BytesView mac_key, BytesView iv, BytesView ciphertext, BytesView associated) {
  Bytes input;
  input.reserve(associated.size() + iv.size() + ciphertext.size() + 8);
  input.insert(input.end(), associated.begin(), associated.end());
  input.insert(input.end(), iv.begin(), iv.end());
  input.insert(input.end(), ciphertext.begin(), ciphertext.end());
  const std::uint64_t bits = std::uint64_t{associated.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8) input.push_back(static_cast<std::byte>(bits >> shift));
  Bytes tag(hash_size(hash_of(cipher)));
  MacKey(Secret(mac_key)).mac(hash_of(cipher), text_of(input), tag);
  tag.resize(tag_size(cipher));
  return tag;
}

//= RFC7518#5.2.2.1
// MAC_KEY consists of the initial MAC_KEY_LEN octets of K, in order. ENC_KEY consists of the final ENC_KEY_LEN octets.
struct Halves {
  BytesView mac, cipher;
};
Halves halves(BytesView key) { return {key.first(key.size() / 2), key.subspan(key.size() / 2)}; }

void encrypt_cbc(Cipher cipher, BytesView key, BytesView plaintext, BytesView associated, Ciphertext& out) {
  const auto [mac_key, cipher_key] = halves(key);
  const auto c = context();
  int done = 0, last = 0;
  out.octets.resize(plaintext.size() + kBlock);
  INVARIANT(EVP_EncryptInit_ex2(c.get(), cbc(cipher_key.size()), uc(cipher_key), uc(out.iv), nullptr) == 1, "CBC");
  INVARIANT(EVP_EncryptUpdate(c.get(), uc(out.octets), &done, uc(plaintext), size_of(plaintext)) == 1, "CBC");
  INVARIANT(EVP_EncryptFinal_ex(c.get(), uc(out.octets) + done, &last) == 1, "CBC");
  out.octets.resize(static_cast<std::size_t>(done + last));
  out.tag = cbc_tag(cipher, mac_key, out.iv, out.octets, associated);
}

Result<Secret> decrypt_cbc(Cipher cipher, BytesView key, CiphertextView sealed, BytesView associated) {
  const auto [mac_key, cipher_key] = halves(key);
  // A length that nothing padded has is no secret.
  ENSURE(!sealed.octets.empty() && sealed.octets.size() % kBlock == 0, decrypt_failed, "ciphertext");
  const Bytes tag = cbc_tag(cipher, mac_key, sealed.iv, sealed.octets, associated);
  const auto c = context();
  int done = 0, last = 0;
  Secret padded = Secret::of_size(sealed.octets.size());
  INVARIANT(EVP_DecryptInit_ex2(c.get(), cbc(cipher_key.size()), uc(cipher_key), uc(sealed.iv), nullptr) == 1, "CBC");
  INVARIANT(EVP_CIPHER_CTX_set_padding(c.get(), 0) == 1, "CBC");
  INVARIANT(EVP_DecryptUpdate(c.get(), uc(padded.writable()), &done, uc(sealed.octets), size_of(sealed.octets)) == 1 &&
                EVP_DecryptFinal_ex(c.get(), uc(padded.writable()) + done, &last) == 1,
            "CBC");
  const BytesView octets = padded.expose("padding taken off");
  const std::size_t padding = ct::padding_size(octets.last(kBlock));
  // One verdict, after all the work: a wrong padding under a good MAC looks like a wrong MAC (RFC 7516 section 11.5).
  ENSURE(ct::told_yes(ct::same(tag, sealed.tag) & ~ct::same(padding, 0)), decrypt_failed, "ciphertext");
  return Secret(octets.first(octets.size() - ct::told(padding)));
}

}  // namespace

Ciphertext encrypt(Cipher cipher, const Secret& key, BytesView plaintext, BytesView associated) {
  INVARIANT(key.size() == key_size(cipher), "a content encryption key has its cipher's size");
  Ciphertext out{.iv = Bytes(iv_size(cipher)), .octets = {}, .tag = Bytes(tag_size(cipher))};
  random(out.iv);
  const auto octets = key.expose("content encryption");
  if (is_gcm(cipher))
    encrypt_gcm(octets, plaintext, associated, out);
  else
    encrypt_cbc(cipher, octets, plaintext, associated, out);
  return out;
}

Result<Secret> decrypt(Cipher cipher, const Secret& key, CiphertextView sealed, BytesView associated) {
  INVARIANT(
      key.size() == key_size(cipher) && sealed.iv.size() == iv_size(cipher) && sealed.tag.size() == tag_size(cipher),
      "key, IV and tag have their cipher's sizes");
  const QuietErrors quiet;
  const auto octets = key.expose("content decryption");
  if (!is_gcm(cipher)) return decrypt_cbc(cipher, octets, sealed, associated);
  Secret out = Secret::of_size(sealed.octets.size());
  ENSURE(decrypt_gcm(octets, sealed, associated, out.writable()), decrypt_failed, "ciphertext");
  return out;
}

Bytes wrap_key(const Secret& kek, const Secret& key) {
  INVARIANT(key.size() >= 16 && key.size() % 8 == 0, "a key that AES Key Wrap takes");
  const auto c = context();
  EVP_CIPHER_CTX_set_flags(c.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  int done = 0, last = 0;
  Bytes out(key.size() + 8);
  const auto octets = key.expose("wrapped");
  INVARIANT(EVP_EncryptInit_ex2(c.get(), wrap(kek.size()), uc(kek.expose("wraps a key")), nullptr, nullptr) == 1,
            "AES-KW");
  INVARIANT(EVP_EncryptUpdate(c.get(), uc(out), &done, uc(octets), size_of(octets)) == 1, "AES-KW");
  INVARIANT(EVP_EncryptFinal_ex(c.get(), uc(out) + done, &last) == 1, "AES-KW");
  return out;
}

Secret unwrap_key(const Secret& kek, BytesView wrapped, Secret otherwise) {
  INVARIANT(wrapped.size() == otherwise.size() + 8 && wrapped.size() >= 24 && wrapped.size() % 8 == 0,
            "a wrapped key's size");
  const QuietErrors quiet;
  const auto c = context();
  EVP_CIPHER_CTX_set_flags(c.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  int done = 0;
  Secret out = Secret::of_size(wrapped.size());
  INVARIANT(EVP_DecryptInit_ex2(c.get(), wrap(kek.size()), uc(kek.expose("unwraps a key")), nullptr, nullptr) == 1,
            "AES-KW");
  const bool good = EVP_DecryptUpdate(c.get(), uc(out.writable()), &done, uc(wrapped), size_of(wrapped)) == 1;
  // Where a key does not unwrap, OpenSSL leaves two errors and wipes what it wrote. That takes 0.26 µs, which
  // bench/oracle sees: so as much is done where it does.
  if (good) {
    for (int i = 0; i < 2; ++i) ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
    std::array<std::byte, 72> spare;
    OPENSSL_cleanse(spare.data(), std::min(spare.size(), otherwise.size()));
  }
  ct::copy_if(ct::same(std::size_t{good}, 1), out.expose("cut to its length").first(otherwise.size()),
              otherwise.writable());
  return otherwise;
}

Secret unwrap_key(Cipher gcm, const Secret& kek, CiphertextView wrapped, Secret otherwise) {
  INVARIANT(is_gcm(gcm) && kek.size() == key_size(gcm) && wrapped.iv.size() == iv_size(gcm) &&
                wrapped.tag.size() == tag_size(gcm) && wrapped.octets.size() == otherwise.size(),
            "key, IV, tag and wrapped key have their sizes");
  const QuietErrors quiet;
  Secret out = Secret::of_size(otherwise.size());
  const bool good = decrypt_gcm(kek.expose("unwraps a key"), wrapped, {}, out.writable());
  ct::copy_if(ct::same(std::size_t{good}, 1), out.expose("the key that was wrapped"), otherwise.writable());
  return otherwise;
}

namespace {

Secret derived(const char* kdf_name, std::span<const OSSL_PARAM> parameters, std::size_t size) {
  const Ptr<EVP_KDF> kdf(EVP_KDF_fetch(nullptr, kdf_name, nullptr));
  INVARIANT(kdf, "OpenSSL lacks a key derivation");
  const Ptr<EVP_KDF_CTX> c(EVP_KDF_CTX_new(kdf.get()));
  Secret out = Secret::of_size(size);
  INVARIANT(c && EVP_KDF_derive(c.get(), uc(out.writable()), size, parameters.data()) == 1, "key derivation");
  return out;
}

OSSL_PARAM octets_param(const char* name, BytesView octets) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::byte*>(octets.data()), octets.size());
}
OSSL_PARAM digest_param(const char* name) {
  return OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(name), 0);
}

}  // namespace

Secret concat_kdf(const Secret& agreed, BytesView other_info, std::size_t size) {
  const OSSL_PARAM parameters[] = {digest_param("SHA256"),
                                   octets_param(OSSL_KDF_PARAM_KEY, agreed.expose("input of the Concat KDF")),
                                   octets_param(OSSL_KDF_PARAM_INFO, other_info), OSSL_PARAM_construct_end()};
  return derived("SSKDF", parameters, size);
}

Secret pbkdf2(Hash hash, const Secret& password, BytesView salt, std::uint32_t iterations, std::size_t size) {
  constexpr const char* kNames[] = {"SHA256", "SHA384", "SHA512"};
  std::uint64_t rounds = iterations;
  const OSSL_PARAM parameters[] = {digest_param(kNames[static_cast<std::size_t>(hash)]),
                                   octets_param(OSSL_KDF_PARAM_PASSWORD, password.expose("input of PBKDF2")),
                                   octets_param(OSSL_KDF_PARAM_SALT, salt),
                                   OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &rounds),
                                   OSSL_PARAM_construct_end()};
  return derived("PBKDF2", parameters, size);
}

}  // namespace tessera::crypto
