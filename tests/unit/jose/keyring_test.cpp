// Encrypted keys (RFC 7517 section 7).
#include <gtest/gtest.h>

#include "jwe_keys.hpp"

using namespace tests;

namespace {

const SecretKey& lock() {
  static const SecretKey key = password(KeyAlg::PBES2_HS512_A256KW);
  return key;
}
jwe::Policy policy() {
  return {.algs = {KeyAlg::PBES2_HS512_A256KW}, .encs = {Enc::A256GCM}, .passwords = jwe::PasswordRounds{}};
}
std::string text(const jwe::Keyring& ring) { return text_of_secret(ring.json()); }

}  // namespace

TEST(Keyring, what_is_printed_is_parsed) {
  const auto ec = *PrivateKey::generate(Alg::ES256);
  const auto mac = *SecretKey::generate(Alg::HS256, {.kid = "mac"});
  EXPECT_EQ(text(ec), text_of_secret(ec.jwk()));
  EXPECT_EQ(text(mac), text_of_secret(mac.jwk()));
  const jwe::Keyring both({ec}, {mac});
  EXPECT_EQ(text(both), R"({"keys":[)" + text(ec) + "," + text(mac) + "]}");
  for (const auto& ring : {jwe::Keyring(ec), jwe::Keyring(mac), both}) {
    const auto again = jwe::Keyring::parse(text(ring));
    ASSERT_TRUE(again) << refusal_of(again);
    EXPECT_EQ(text(*again), text(ring));
  }
}

TEST(Keyring, an_odd_key_is_an_error) {
  const std::string good = text(*PrivateKey::generate(Alg::ES256));
  EXPECT_CODE(jwe::Keyring::parse(R"({"keys":[)" + good + "," + public_key(Alg::ES256).jwk() + "]}"), wrong_kind);
  EXPECT_CODE(jwe::Keyring::parse(public_key(Alg::ES256).jwk()), wrong_kind);
  EXPECT_CODE(jwe::Keyring::parse(R"({"keys":[)" + good + ",1]}"), malformed);
  EXPECT_CODE(jwe::Keyring::parse(R"({"keys":{}})"), malformed);
  EXPECT_CODE(jwe::Keyring::parse("[]"), bad_json);
  EXPECT_CODE(jwe::Keyring::parse("{}"), bad_key);
  EXPECT_CODE(jwe::Keyring::parse(std::string((1 << 20) + 1, ' ')), too_large);
}

TEST(Keyring, keys_go_under_a_password_and_come_back) {
  const auto ec = *PrivateKey::generate(Alg::ES256);
  const jwe::Keyring both({ec}, {*SecretKey::generate(Alg::HS256)});
  const std::pair<jwe::Keyring, const char*> cases[] = {{ec, "jwk+json"}, {both, "jwk-set+json"}};
  for (const auto& [ring, cty] : cases) {
    const auto sealed = jwe::encrypt_keys(ring, lock(), Enc::A256GCM, kQuick);
    ASSERT_TRUE(sealed) << refusal_of(sealed);
    EXPECT_TRUE(header_of(*sealed).contains(R"("cty":")" + std::string(cty) + "\"")) << header_of(*sealed);
    const auto again = jwe::decrypt_keys(*sealed, lock(), policy());
    ASSERT_TRUE(again) << refusal_of(again);
    EXPECT_EQ(text(*again), text(ring));
    const auto other = *SecretKey::from_octets(bytes_of("another password"), KeyAlg::PBES2_HS512_A256KW);
    EXPECT_CODE(jwe::decrypt_keys(*sealed, other, policy()), decrypt_failed);
  }
}

TEST(Keyring, what_is_encrypted_must_say_that_it_is_keys) {
  for (const char* cty : {"", "JWT", "json"}) {
    const auto sealed = *jwe::encrypt(bytes_of(text(*SecretKey::generate(Alg::HS256))), lock(), Enc::A256GCM,
                                      {.cty = cty, .p2c = 1'000});
    EXPECT_CODE(jwe::decrypt_keys(sealed, lock(), policy()), wrong_kind);
  }
  const auto nothing = *jwe::encrypt(bytes_of("no key"), lock(), Enc::A256GCM, {.cty = "jwk+json", .p2c = 1'000});
  EXPECT_CODE(jwe::decrypt_keys(nothing, lock(), policy()), bad_json);
}
