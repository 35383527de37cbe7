// Encrypting and decrypting a message of a token's size, beside what of OpenSSL that cannot do without.
#include "tessera/jwe.hpp"

#include <benchmark/benchmark.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>

using namespace tessera;

void register_jwe();  // for library.cpp

namespace {

constexpr std::size_t kPlaintext = 300, kAssociated = 64;
using Octets = std::vector<unsigned char>;

void must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "bench: %s\n", what);
  std::abort();
}

struct Row {
  const char* name;
  KeyAlg alg;
  KeyType type;
  Enc enc;
};
constexpr Row kRows[] = {
    {"dir+A256GCM", KeyAlg::dir, KeyType::oct, Enc::A256GCM},
    {"A256KW+A128CBC-HS256", KeyAlg::A256KW, KeyType::oct, Enc::A128CBC_HS256},
    {"RSA-OAEP-256+A256GCM", KeyAlg::RSA_OAEP_256, KeyType::RSA, Enc::A256GCM},
    {"ECDH-ES+A256GCM P-256", KeyAlg::ECDH_ES, KeyType::P256, Enc::A256GCM},
    {"ECDH-ES+A256GCM X25519", KeyAlg::ECDH_ES, KeyType::X25519, Enc::A256GCM},
};

// ── the library ─────────────────────────────────────────────────────────────────────────────────────────────────────

struct Case {
  explicit Case(const Row& row) : enc(row.enc), policy{.algs = {row.alg}, .encs = {row.enc}} {
    if (row.type != KeyType::oct) {
      const auto key = *PrivateKey::generate(row.alg, row.type, {.kid = "k1"});
      to.emplace(key.public_key());
      ring.emplace(key);
    } else {
      const auto key = row.alg == KeyAlg::dir ? *SecretKey::generate(row.enc, {.kid = "k1"})
                                              : *SecretKey::generate(row.alg, {.kid = "k1"});
      to.emplace(key);
      ring.emplace(key);
    }
    token = *encrypt();
    must(jwe::decrypt(token, *ring, policy).has_value(), "a message does not open");
  }
  Result<std::string> encrypt() const { return jwe::encrypt(bytes_of(plaintext), *to, enc); }

  Enc enc;
  jwe::Policy policy;
  std::string plaintext = std::string(kPlaintext, 'x'), token;
  std::optional<jwe::Recipient> to;
  std::optional<jwe::Keyring> ring;
};

void encrypt(benchmark::State& state, const Row& row) {
  const Case c(row);
  for (auto _ : state) benchmark::DoNotOptimize(c.encrypt());
}

void decrypt(benchmark::State& state, const Row& row) {
  const Case c(row);
  for (auto _ : state) benchmark::DoNotOptimize(jwe::decrypt(c.token, *c.ring, c.policy));
}

// ── the floor ───────────────────────────────────────────────────────────────────────────────────────────────────────

// Everything is fetched and every context made once, every buffer has its size; no base64url, no JSON. What is new with
// each message (the keys of its content, an ephemeral pair, the sender's point) is in the floor. Nothing is freed: the
// program ends with it.
struct Floor {
  explicit Floor(const Row& r) : row(r) {
    if (row.type == KeyType::RSA) mine = EVP_RSA_gen(2048);
    if (row.type == KeyType::P256) mine = EVP_EC_gen("P-256");
    if (row.type == KeyType::X25519) mine = EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519");
    RAND_bytes(wrapping.data(), static_cast<int>(wrapping.size()));
    RAND_bytes(content_key.data(), static_cast<int>(content_key.size()));
    must(EVP_CipherInit_ex2(cipher, fetched(is_gcm() ? "AES-256-GCM" : "AES-128-CBC"), content_key.data(), nullptr, 1,
                            nullptr) == 1,
         "no cipher");
    EVP_CIPHER_CTX_set_flags(wrap, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    must(EVP_CipherInit_ex2(wrap, fetched("AES-256-WRAP"), wrapping.data(), nullptr, 1, nullptr) == 1, "no wrap");
    EVP_CIPHER_CTX_set_flags(unwrap, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    must(EVP_CipherInit_ex2(unwrap, fetched("AES-256-WRAP"), wrapping.data(), nullptr, 0, nullptr) == 1, "no wrap");
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                     OSSL_PARAM_construct_end()};
    must(EVP_MAC_CTX_set_params(mac, parameters) == 1, "no HMAC");
    if (row.type == KeyType::RSA) {
      const auto oaep = [&](EVP_PKEY_CTX* context, int (*init)(EVP_PKEY_CTX*)) {
        must(init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
                 EVP_PKEY_CTX_set_rsa_oaep_md_name(context, "SHA256", nullptr) == 1 &&
                 EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, "SHA256", nullptr) == 1,
             "no OAEP");
        return context;
      };
      rsa_encrypt = oaep(EVP_PKEY_CTX_new_from_pkey(nullptr, mine, nullptr), EVP_PKEY_encrypt_init);
      rsa_decrypt = oaep(EVP_PKEY_CTX_new_from_pkey(nullptr, mine, nullptr), EVP_PKEY_decrypt_init);
    } else if (mine) {
      generate = EVP_PKEY_CTX_new_from_pkey(nullptr, mine, nullptr);
      must(EVP_PKEY_keygen_init(generate) == 1, "no key generation");
      derive = EVP_PKEY_CTX_new_from_pkey(nullptr, mine, nullptr);
      must(EVP_PKEY_derive_init(derive) == 1, "no agreement");
      sender = EVP_PKEY_dup(mine);
    }
    encrypt();
    decrypt();
    must(opened == plaintext, "the floor does not open what it encrypted");
  }

  void encrypt() {
    // The content's key, and how it gets there.
    std::size_t size = encrypted_key.size();
    int done = 0;
    if (row.alg == KeyAlg::A256KW || row.alg == KeyAlg::RSA_OAEP_256)
      RAND_bytes(content_key.data(), static_cast<int>(content_key.size()));
    if (row.alg == KeyAlg::A256KW)
      must(EVP_CipherInit_ex2(wrap, nullptr, nullptr, nullptr, 1, nullptr) == 1 &&
               EVP_EncryptUpdate(wrap, encrypted_key.data(), &done, content_key.data(),
                                 static_cast<int>(content_key.size())) == 1,
           "wrap");
    if (row.alg == KeyAlg::RSA_OAEP_256)
      must(EVP_PKEY_encrypt(rsa_encrypt, encrypted_key.data(), &size, content_key.data(), content_key.size()) == 1,
           "OAEP");
    if (row.alg == KeyAlg::ECDH_ES) {
      EVP_PKEY* ephemeral = nullptr;
      must(EVP_PKEY_generate(generate, &ephemeral) == 1, "a new pair");
      OPENSSL_free(sender_point);
      sender_point_size = EVP_PKEY_get1_encoded_public_key(ephemeral, &sender_point);
      EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_pkey(nullptr, ephemeral, nullptr);
      must(EVP_PKEY_derive_init(context) == 1, "no agreement");
      agree(context, mine);
      EVP_PKEY_CTX_free(context);
      EVP_PKEY_free(ephemeral);
    }
    // The content.
    RAND_bytes(iv.data(), static_cast<int>(iv.size()));
    const bool same_key = row.alg == KeyAlg::dir;
    must(EVP_CipherInit_ex2(cipher, nullptr, same_key ? nullptr : cipher_key(), iv.data(), 1, nullptr) == 1, "cipher");
    if (is_gcm()) must(EVP_EncryptUpdate(cipher, nullptr, &done, associated.data(), kAssociated) == 1, "GCM");
    must(EVP_EncryptUpdate(cipher, ciphertext.data(), &done, plaintext.data(), kPlaintext) == 1, "cipher");
    ciphertext_size = done;
    must(EVP_EncryptFinal_ex(cipher, ciphertext.data() + done, &done) == 1, "cipher");
    ciphertext_size += done;
    if (is_gcm())
      must(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, 16, tag.data()) == 1, "GCM");
    else
      authenticate(tag);
  }

  void decrypt() {
    std::size_t size = content_key.size();
    int done = 0, last = 0;
    if (row.alg == KeyAlg::A256KW)
      must(EVP_CipherInit_ex2(unwrap, nullptr, nullptr, nullptr, 0, nullptr) == 1 &&
               EVP_DecryptUpdate(unwrap, unwrapped.data(), &done, encrypted_key.data(),
                                 static_cast<int>(content_key.size() + 8)) == 1,
           "unwrap");
    if (row.alg == KeyAlg::RSA_OAEP_256) {
      size = unwrapped.size();
      must(EVP_PKEY_decrypt(rsa_decrypt, unwrapped.data(), &size, encrypted_key.data(), encrypted_key.size()) == 1,
           "OAEP");
    }
    if (row.alg == KeyAlg::A256KW || row.alg == KeyAlg::RSA_OAEP_256)
      std::copy_n(unwrapped.begin(), content_key.size(), content_key.begin());
    if (row.alg == KeyAlg::ECDH_ES) {
      must(EVP_PKEY_set1_encoded_public_key(sender, sender_point, sender_point_size) == 1, "the sender's point");
      agree(derive, sender);
    }
    const bool same_key = row.alg == KeyAlg::dir;
    must(EVP_CipherInit_ex2(cipher, nullptr, same_key ? nullptr : cipher_key(), iv.data(), 0, nullptr) == 1, "cipher");
    if (is_gcm()) {
      must(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, 16, tag.data()) == 1 &&
               EVP_DecryptUpdate(cipher, nullptr, &done, associated.data(), kAssociated) == 1,
           "GCM");
    } else {
      Octets expected(32);
      authenticate(expected);
      must(CRYPTO_memcmp(expected.data(), tag.data(), 16) == 0, "HMAC");
    }
    opened.resize(kPlaintext + 32);
    must(EVP_DecryptUpdate(cipher, opened.data(), &done, ciphertext.data(), ciphertext_size) == 1 &&
             EVP_DecryptFinal_ex(cipher, opened.data() + done, &last) == 1,
         "cipher");
    opened.resize(static_cast<std::size_t>(done + last));
  }

 private:
  static const EVP_CIPHER* fetched(const char* name) { return EVP_CIPHER_fetch(nullptr, name, nullptr); }
  bool is_gcm() const { return row.enc == Enc::A256GCM; }
  const unsigned char* cipher_key() const { return content_key.data() + (is_gcm() ? 0 : 16); }

  void authenticate(Octets& out) {
    static constexpr unsigned char kBits[8] = {0, 0, 0, 0, 0, 0, kAssociated * 8 >> 8, kAssociated * 8 & 255};
    std::size_t size = 0;
    must(EVP_MAC_init(mac, content_key.data(), 16, nullptr) == 1 &&
             EVP_MAC_update(mac, associated.data(), kAssociated) == 1 && EVP_MAC_update(mac, iv.data(), 16) == 1 &&
             EVP_MAC_update(mac, ciphertext.data(), static_cast<std::size_t>(ciphertext_size)) == 1 &&
             EVP_MAC_update(mac, kBits, 8) == 1 && EVP_MAC_final(mac, out.data(), &size, out.size()) == 1,
         "HMAC");
  }

  // Whether the point lies on its curve was seen when it was read. The KDF is one hash of as much as RFC 7518 asks for.
  void agree(EVP_PKEY_CTX* context, EVP_PKEY* peer) {
    std::array<unsigned char, 32> agreed{};
    static constexpr unsigned char kInfo[4 + 4 + 7 + 4 + 4 + 4] = {};
    std::size_t size = agreed.size();
    must(EVP_PKEY_derive_set_peer_ex(context, peer, 0) == 1 && EVP_PKEY_derive(context, agreed.data(), &size) == 1 &&
             EVP_DigestInit_ex2(hash, sha256, nullptr) == 1 &&
             EVP_DigestUpdate(hash, agreed.data(), agreed.size()) == 1 &&
             EVP_DigestUpdate(hash, kInfo, sizeof kInfo) == 1 &&
             EVP_DigestFinal_ex(hash, content_key.data(), nullptr) == 1,
         "agreement");
  }

  Row row;
  EVP_PKEY *mine = nullptr, *sender = nullptr;
  EVP_PKEY_CTX *rsa_encrypt = nullptr, *rsa_decrypt = nullptr, *generate = nullptr, *derive = nullptr;
  EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new(), *wrap = EVP_CIPHER_CTX_new(), *unwrap = EVP_CIPHER_CTX_new();
  EVP_MAC_CTX* mac = EVP_MAC_CTX_new(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  const EVP_MD* sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* hash = EVP_MD_CTX_new();
  unsigned char* sender_point = nullptr;
  std::size_t sender_point_size = 0;
  int ciphertext_size = 0;
  Octets wrapping = Octets(32), content_key = Octets(32), unwrapped = Octets(256), encrypted_key = Octets(256),
         iv = Octets(row.enc == Enc::A256GCM ? 12 : 16), ciphertext = Octets(kPlaintext + 32), tag = Octets(32),
         associated = Octets(kAssociated, 'h'), plaintext = Octets(kPlaintext, 'x'), opened;
};

void encrypt_raw(benchmark::State& state, const Row& row) {
  Floor floor(row);
  for (auto _ : state) floor.encrypt();
}

void decrypt_raw(benchmark::State& state, const Row& row) {
  Floor floor(row);
  for (auto _ : state) floor.decrypt();
}

}  // namespace

void register_jwe() {
  for (const Row& row : kRows) {
    const std::string name(row.name);
    benchmark::RegisterBenchmark(("encrypt/" + name).c_str(), encrypt, row);
    benchmark::RegisterBenchmark(("encrypt_raw/" + name).c_str(), encrypt_raw, row);
    benchmark::RegisterBenchmark(("decrypt/" + name).c_str(), decrypt, row);
    benchmark::RegisterBenchmark(("decrypt_raw/" + name).c_str(), decrypt_raw, row);
  }
}
