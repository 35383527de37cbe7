#include "crypto/crypto.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/expect.hpp"
#include "unit/crypto/hex.hpp"

using namespace tessera;

namespace {
Bytes filled(std::size_t size, int value) { return Bytes(size, static_cast<std::byte>(value)); }
Secret secret(std::string_view text) { return Secret(text); }
}  // namespace

TEST(Crypto, hashes_as_fips_180) {
  const auto abc = bytes_of("abc");
  EXPECT_EQ(hex(crypto::sha256(abc)), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(crypto::sha384(abc)),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(hex(crypto::sha512(abc)),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d442364"
            "3ce80e2a"
            "9ac94fa54ca49f");
  EXPECT_EQ(hex(crypto::sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Crypto, hmac_as_rfc_4231_case_6) {
  // A key of 131 octets 0xaa.
  EXPECT_EQ(
      hex(crypto::hmac_sha256(filled(131, 0xAA), bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"))),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Crypto, hmac_refuses_a_short_key) { EXPECT_DEATH(crypto::hmac_sha256(filled(31, 1), {}), "MAC key"); }

TEST(Crypto, derive_is_hkdf_of_rfc_5869_case_3) {
  // No salt, no info.
  const Secret key = crypto::derive(Secret(filled(22, 0x0B)), "", 42);
  EXPECT_EQ(hex(key.expose("a test")),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Crypto, derive_gives_each_purpose_its_own_key) {
  const Secret master(filled(32, 7));
  std::set<std::string> keys;
  for (const char* purpose : {"", "a", "b", "aa"}) keys.insert(hex(crypto::derive(master, purpose).expose("a test")));
  EXPECT_EQ(keys.size(), 4U);
  EXPECT_EQ(crypto::derive(master, "a").size(), 32U);
}

TEST(Crypto, random_octets_differ) {
  std::set<std::string> drawn;
  for (int i = 0; i < 100; ++i) drawn.insert(hex(crypto::random<16>()));
  EXPECT_EQ(drawn.size(), 100U);
}

TEST(Crypto, a_seal_opens_under_its_key_and_data_only) {
  const Secret key(filled(32, 1)), other(filled(32, 2));
  const auto text = bytes_of("a code"), data = bytes_of("realm");
  const Bytes sealed = crypto::seal(key, text, data);
  EXPECT_EQ(sealed.size(), text.size() + crypto::kSealOverhead);
  const auto opened = crypto::open(key, sealed, data);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->expose_text("a test"), "a code");
  EXPECT_CODE(crypto::open(other, sealed, data), decrypt_failed);
  EXPECT_CODE(crypto::open(key, sealed, bytes_of("Realm")), decrypt_failed);
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_CODE(crypto::open(key, BytesView(sealed).first(size), data), decrypt_failed);
  for (std::size_t place = 0; place < sealed.size(); ++place) {
    Bytes altered = sealed;
    altered[place] ^= std::byte{1};
    EXPECT_CODE(crypto::open(key, altered, data), decrypt_failed);
  }
  EXPECT_NE(crypto::seal(key, text, data), sealed);  // its own nonce
  EXPECT_OK(crypto::open(key, crypto::seal(key, {}, {}), {}));
}

TEST(Crypto, passwords_are_argon2id_and_name_their_cost) {
  const crypto::PasswordCost cheap{.memory_kib = 64, .passes = 1};
  const auto hash = crypto::hash_password(secret("correct horse"), cheap);
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << *hash;
  EXPECT_TRUE(crypto::verify_password(secret("correct horse"), *hash));
  EXPECT_FALSE(crypto::verify_password(secret("correct horsf"), *hash));
  EXPECT_FALSE(crypto::verify_password(secret(""), *hash));
  EXPECT_FALSE(crypto::password_needs_rehash(*hash, cheap));
  EXPECT_TRUE(crypto::password_needs_rehash(*hash, {.memory_kib = 128, .passes = 1}));
  EXPECT_TRUE(crypto::password_needs_rehash(*hash, {}));
  EXPECT_NE(*crypto::hash_password(secret("correct horse"), cheap), *hash);  // its own salt
}

TEST(Crypto, a_password_may_hold_a_nul) {
  const crypto::PasswordCost cheap{.memory_kib = 64, .passes = 1};
  const auto hash = crypto::hash_password(secret(std::string_view("a\0b", 3)), cheap);
  ASSERT_TRUE(hash);
  EXPECT_FALSE(crypto::verify_password(secret("a"), *hash));
  EXPECT_TRUE(crypto::verify_password(secret(std::string_view("a\0b", 3)), *hash));
}

TEST(Crypto, a_text_that_is_no_hash_matches_no_password) {
  for (const char* text :
       {"", "$argon2id$", "plain", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=64,t=1,p=1$x$y"}) {
    EXPECT_FALSE(crypto::verify_password(secret("plain"), text));
    EXPECT_TRUE(crypto::password_needs_rehash(text, {}));
  }
}

TEST(Crypto, too_little_memory_is_an_error) {
  EXPECT_CODE(crypto::hash_password(secret("x"), {.memory_kib = 0xFFFFFFFF, .passes = 1}), unavailable);
}
