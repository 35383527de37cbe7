#include "crypto/encryption.hpp"

#include <gtest/gtest.h>

#include "crypto/crypto.hpp"
#include "support/expect.hpp"

namespace tessera::crypto {
namespace {

constexpr Cipher kCiphers[] = {Cipher::A128GCM,       Cipher::A192GCM,       Cipher::A256GCM,
                               Cipher::A128CBC_HS256, Cipher::A192CBC_HS384, Cipher::A256CBC_HS512};

Bytes hex(std::string_view text) {
  Bytes out;
  for (std::size_t i = 0; i < text.size(); i += 2)
    out.push_back(static_cast<std::byte>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return out;
}

Secret random_key(std::size_t size) {
  Secret key = Secret::of_size(size);
  random(key.writable());
  return key;
}

Bytes octets_of(const Secret& secret) {
  const auto view = secret.expose("compared by a test");
  return {view.begin(), view.end()};
}

CiphertextView view(const Ciphertext& sealed) { return {sealed.iv, sealed.octets, sealed.tag}; }

TEST(Encryption, what_is_encrypted_opens_again_and_nothing_else_does) {
  for (const Cipher cipher : kCiphers) {
    const Secret key = random_key(key_size(cipher));
    for (const std::size_t size : {0, 1, 15, 16, 17, 1000}) {
      const std::string text(size, 'x');
      const Ciphertext sealed = encrypt(cipher, key, bytes_of(text), bytes_of("header"));
      EXPECT_EQ(sealed.iv.size(), iv_size(cipher));
      EXPECT_EQ(sealed.tag.size(), tag_size(cipher));
      const auto opened = decrypt(cipher, key, view(sealed), bytes_of("header"));
      ASSERT_TRUE(opened);
      EXPECT_EQ(opened->expose_text("compared by a test"), text);

      EXPECT_CODE(decrypt(cipher, key, view(sealed), bytes_of("headeR")), decrypt_failed);
      EXPECT_CODE(decrypt(cipher, random_key(key_size(cipher)), view(sealed), bytes_of("header")), decrypt_failed);
      for (Bytes Ciphertext::* part : {&Ciphertext::iv, &Ciphertext::octets, &Ciphertext::tag})
        for (std::size_t i = 0; i < (sealed.*part).size(); ++i) {
          Ciphertext altered = sealed;
          (altered.*part)[i] ^= std::byte{1};
          EXPECT_CODE(decrypt(cipher, key, view(altered), bytes_of("header")), decrypt_failed);
        }
    }
    // Whole blocks or not, none or many: never a crash, never an answer.
    for (const std::size_t size : {0, 1, 16, 31, 32}) {
      const Bytes iv(iv_size(cipher)), octets(size), tag(tag_size(cipher));
      EXPECT_CODE(decrypt(cipher, key, {iv, octets, tag}, {}), decrypt_failed);
    }
  }
}

TEST(Encryption, an_initialization_vector_is_never_used_twice) {
  const Secret key = random_key(32);
  EXPECT_NE(encrypt(Cipher::A256GCM, key, {}, {}).iv, encrypt(Cipher::A256GCM, key, {}, {}).iv);
}

TEST(Encryption, key_wrap_gives_the_answers_of_its_rfc) {
  struct Case {
    std::string_view kek, key, wrapped;
  };
  for (const auto& [kek, key, wrapped] :
       {// RFC 3394 sections 4.1, 4.2, 4.6
        Case{"000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF",
             "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"},
        Case{"000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF",
             "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D"},
        Case{"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
             "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
             "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"}}) {
    const Secret kek_secret(hex(kek));
    EXPECT_EQ(wrap_key(kek_secret, Secret(hex(key))), hex(wrapped));
    const Bytes otherwise(key.size() / 2, std::byte{'o'});
    EXPECT_EQ(octets_of(unwrap_key(kek_secret, hex(wrapped), Secret(otherwise))), hex(key));
    for (std::size_t i = 0; i < wrapped.size() / 2; ++i) {
      Bytes altered = hex(wrapped);
      altered[i] ^= std::byte{0x80};
      EXPECT_EQ(octets_of(unwrap_key(kek_secret, altered, Secret(otherwise))), otherwise);
    }
  }
}

TEST(Encryption, concat_kdf_gives_the_answer_of_rfc_7518_appendix_c) {
  const Secret agreed(hex("9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4"));
  const Bytes info =
      hex("000000074131323847434d"
          "00000005416c696365"
          "00000003426f62"
          "00000080");
  EXPECT_EQ(octets_of(concat_kdf(agreed, info, 16)), hex("56aa8deaf8236d205c2228cd71a7101a"));
}

TEST(Encryption, pbkdf2_gives_known_answers) {
  const Secret password(std::string_view("password"));
  EXPECT_EQ(octets_of(pbkdf2(Hash::SHA256, password, bytes_of("salt"), 1, 32)),
            hex("120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b"));
  EXPECT_EQ(octets_of(pbkdf2(Hash::SHA256, password, bytes_of("salt"), 2, 32)),
            hex("ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43"));
}

TEST(Encryption, oaep_opens_what_it_closed) {
  const auto pair = Pkey::generate(PkeyType::RSA, 2048);
  const auto other = Pkey::generate(PkeyType::RSA, 2048);
  ASSERT_TRUE(pair && other);
  for (const Oaep hash : {Oaep::SHA1, Oaep::SHA256, Oaep::SHA384, Oaep::SHA512}) {
    const Secret key = random_key(64);
    const auto encrypted = pair->public_half().encrypt_oaep(hash, key);
    ASSERT_TRUE(encrypted);
    EXPECT_EQ(encrypted->size(), 256u);
    const Bytes otherwise(key.size(), std::byte{'r'});
    const auto opened = [&](const Pkey& by, Oaep with, BytesView octets, std::size_t wanted = 64) {
      return octets_of(*by.decrypt_oaep(with, octets, Secret(BytesView(otherwise).first(wanted))));
    };
    EXPECT_EQ(opened(*pair, hash, *encrypted), octets_of(key));
    EXPECT_EQ(opened(*other, hash, *encrypted), otherwise);
    EXPECT_EQ(opened(*pair, hash == Oaep::SHA1 ? Oaep::SHA256 : Oaep::SHA1, *encrypted), otherwise);
    EXPECT_EQ(opened(*pair, hash, BytesView(*encrypted).first(255)), otherwise);
    EXPECT_EQ(opened(*pair, hash, {}), otherwise);
    EXPECT_EQ(opened(*pair, hash, Bytes(256, std::byte{0xFF})), otherwise);     // above the modulus
    EXPECT_EQ(opened(*pair, hash, *encrypted, 32), Bytes(32, std::byte{'r'}));  // a key of another size
  }
}

TEST(Encryption, two_parties_agree) {
  for (const PkeyType type : {PkeyType::P256, PkeyType::P384, PkeyType::P521}) {
    const auto alice = Pkey::generate(type, 0), bob = Pkey::generate(type, 0), eve = Pkey::generate(type, 0);
    ASSERT_TRUE(alice && bob && eve);
    const auto here = alice->agree(bob->public_half()), there = bob->agree(alice->public_half());
    ASSERT_TRUE(here && there);
    EXPECT_EQ(here->size(), coordinate_size(type));
    EXPECT_EQ(octets_of(*here), octets_of(*there));
    EXPECT_NE(octets_of(*here), octets_of(*eve->agree(bob->public_half())));
  }
}

}  // namespace
}  // namespace tessera::crypto
