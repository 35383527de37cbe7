#include "tessera/jws.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "forge.hpp"

using namespace tests;

namespace {
std::string header_of(const std::string& token) {
  return std::string(text_of(*base64url::decode(token.substr(0, token.find('.')))));
}
PublicKey named(Alg alg, std::string kid) { return *public_key(alg).with({.kid = std::move(kid), .alg = {}}); }
std::string token_with_kid(Alg alg, const std::string& kid) {
  return token_of(R"({"alg":")" + std::string(alg_name(alg)) + R"(","kid":")" + kid + "\"}", private_key(alg), alg);
}
}  // namespace

TEST(Jws, every_algorithm_signs_and_verifies) {
  const std::string payload("any octets\0\xFF", 12);
  for (const Alg alg : kEvery) {
    const KeyInfo info{.kid = "k1", .alg = alg};
    const Alg only[] = {alg};
    if (alg <= Alg::HS512) {
      const auto key = SecretKey::generate(alg, info);
      const auto token = jws::sign(bytes_of(payload), {*key, {.typ = "JOSE"}});
      ASSERT_TRUE(token);
      const auto verified = jws::verify(*token, *key, allowing(only));
      ASSERT_TRUE(verified) << alg_name(alg);
      EXPECT_EQ(text_of(verified->payload()), payload);
      continue;
    }
    const auto key =
        PrivateKey::parse(private_key(alg == Alg::EdDSA ? Alg::Ed25519 : alg).jwk().expose_text("a test"), info);
    const auto token = jws::sign(bytes_of(payload), {*key, {.typ = "at+jwt", .cty = "c"}});
    ASSERT_TRUE(token) << alg_name(alg);
    EXPECT_EQ(header_of(*token),
              R"({"alg":")" + std::string(alg_name(alg)) + R"(","typ":"at+jwt","cty":"c","kid":"k1"})");
    const auto verified = jws::verify(*token, Keys::of({key->public_key()}), allowing(only));
    ASSERT_TRUE(verified) << alg_name(alg);
    EXPECT_EQ(text_of(verified->payload()), payload);
    EXPECT_EQ(verified->alg(), alg);
    EXPECT_EQ(verified->kid(), "k1");
    EXPECT_EQ(verified->typ(), "at+jwt");
    EXPECT_EQ(verified->header(), header_of(*token));
  }
}

TEST(Jws, one_flipped_bit_anywhere_is_refused) {
  const auto key = secret_key(Alg::HS256);
  const auto ed = private_key(Alg::Ed25519);
  const std::string tokens[] = {*jws::sign(bytes_of("payload"), key),
                                *jws::sign(bytes_of("payload"), {ed, Alg::Ed25519})};
  for (std::size_t which = 0; which < 2; ++which)
    for (std::size_t place = 0; place < tokens[which].size(); ++place)
      for (int bit = 0; bit < 8; ++bit) {
        std::string other = tokens[which];
        other[place] = static_cast<char>(other[place] ^ (1 << bit));
        ASSERT_NE(which == 0 ? verdict(other, key) : verdict(other, ed.public_key()), "ok") << other;
      }
}

TEST(Jws, a_key_that_names_no_algorithm_needs_it_named_to_sign) {
  EXPECT_CODE(jws::sign({}, private_key(Alg::RS256)), alg_key_mismatch);
  EXPECT_OK(jws::sign({}, {private_key(Alg::RS256), Alg::PS384}));
  EXPECT_CODE(jws::sign({}, {private_key(Alg::RS256), Alg::HS256}), alg_key_mismatch);
  const auto plain = SecretKey::parse(R"({"kty":"oct","k":")" + base64url::encode(std::string(64, 'k')) + "\"}");
  EXPECT_CODE(jws::sign({}, *plain), alg_key_mismatch);
  EXPECT_OK(jws::sign({}, {*plain, Alg::HS384}));
}

TEST(Jws, a_header_text_that_is_not_utf8_is_refused) {
  EXPECT_CODE(jws::sign({}, {secret_key(Alg::HS256), {.typ = "\xFF"}}), bad_json);
}

TEST(Jws, the_allow_list_stands_whatever_the_key) {
  const Alg only[] = {Alg::ES256};
  EXPECT_EQ(verdict(*jws::sign({}, secret_key(Alg::HS256)), secret_key(Alg::HS256), only), "alg_not_allowed");
  EXPECT_EQ(verdict(*jws::sign({}, {private_key(Alg::RS256), Alg::RS256}), public_key(Alg::RS256), only),
            "alg_not_allowed");
  EXPECT_EQ(verdict(*jws::sign({}, {private_key(Alg::RS256), Alg::RS256}), Keys::of({public_key(Alg::RS256)}), only),
            "alg_not_allowed");
}

TEST(Jws, exactly_one_key_is_chosen) {
  const auto other = *PrivateKey::generate(Alg::ES256)->public_key().with({});
  const auto other_named = [&](std::string kid) { return *other.with({.kid = std::move(kid), .alg = {}}); };
  const std::string plain = token_of(R"({"alg":"ES256"})", private_key(Alg::ES256), Alg::ES256);
  const std::string kid_a = token_with_kid(Alg::ES256, "a");

  // By kid.
  EXPECT_EQ(verdict(kid_a, Keys::of({named(Alg::ES256, "a"), other_named("b")})), "ok");
  EXPECT_EQ(verdict(kid_a, Keys::of({other_named("a"), named(Alg::ES256, "b")})), "bad_signature");
  EXPECT_EQ(verdict(kid_a, Keys::of({other_named("b"), named(Alg::ES256, "c")})), "key_not_found");
  EXPECT_EQ(verdict(kid_a, Keys::of({named(Alg::ES256, "a"), other_named("a")})), "ambiguous_key");
  // A key that names the kid goes before those that name none.
  EXPECT_EQ(verdict(kid_a, Keys::of({other, named(Alg::ES256, "a")})), "ok");
  EXPECT_EQ(verdict(kid_a, Keys::of({named(Alg::RS256, "a"), public_key(Alg::ES256)})), "alg_key_mismatch");
  EXPECT_EQ(verdict(kid_a, Keys::of({other, public_key(Alg::ES256)})), "ambiguous_key");
  EXPECT_EQ(verdict(kid_a, Keys::of({public_key(Alg::ES256)})), "ok");
  // Without a kid, by type and algorithm.
  EXPECT_EQ(verdict(plain, Keys::of({named(Alg::ES256, "a"), named(Alg::RS256, "b"), named(Alg::Ed25519, "c")})), "ok");
  EXPECT_EQ(verdict(plain, Keys::of({named(Alg::ES256, "a"), other_named("b")})), "ambiguous_key");
  EXPECT_EQ(verdict(plain, Keys::of({named(Alg::RS256, "a"), named(Alg::Ed25519, "b")})), "alg_key_mismatch");
  // One kid for keys of two types is no ambiguity.
  EXPECT_EQ(verdict(kid_a, Keys::of({named(Alg::RS256, "a"), named(Alg::ES256, "a")})), "ok");
  // By use: an encryption key of the same type does not count.
  const auto for_encryption = *other.with({.kid = "a", .alg = {}, .use = KeyUse::enc});
  EXPECT_EQ(verdict(kid_a, Keys::of({for_encryption, named(Alg::ES256, "a")})), "ok");
  EXPECT_EQ(verdict(kid_a, Keys::of({for_encryption})), "key_not_found");
  // The same key twice is still two.
  EXPECT_EQ(verdict(plain, Keys::of({public_key(Alg::ES256), public_key(Alg::ES256)})), "ambiguous_key");
}

TEST(Jws, what_was_verified_owns_its_octets) {
  auto key = std::make_optional(
      *private_key(Alg::ES256).with({.kid = "a kid that is longer than a small string", .alg = Alg::ES256}));
  std::string token = *jws::sign(bytes_of("a payload that is longer than a small string"), *key);
  const Alg algs[] = {Alg::ES256};
  const auto first = jws::verify(token, key->public_key(), allowing(algs));
  const auto second = jws::verify(*jws::sign(bytes_of("another"), *key), key->public_key(), allowing(algs));
  key.reset();
  token.assign(token.size(), 'x');
  ASSERT_TRUE(first && second);
  EXPECT_EQ(text_of(first->payload()), "a payload that is longer than a small string");
  EXPECT_EQ(first->kid(), "a kid that is longer than a small string");
}

TEST(Jws, threads_share_a_key) {
  const auto key = private_key(Alg::RS256);
  const auto keys = Keys::of({key.public_key(), public_key(Alg::ES256), public_key(Alg::Ed25519)});
  const std::string good = *jws::sign(bytes_of("x"), {key, Alg::PS256});
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const auto mine = jws::sign(bytes_of("y"), {key, Alg::RS256});
        if (verdict(good, keys) != "ok" || !mine || verdict(*mine, keys) != "ok") ++wrong;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}
