// The hot path: what is reused, what is shared, and what is never shared.
#include <gtest/gtest.h>

#include <thread>

#include "tokens.hpp"
#include "unit/jose/allocations.hpp"

using namespace tests;

TEST(Scratch, two_verifications_in_two_scratches_do_not_touch_each_other) {
  Scratch one, two;
  std::string first = with_claim("sub", R"("alice")"), second = with_claim("sub", R"("bob")");
  const auto a = verifier().verify(first, kNow, one);
  first.assign(first.size(), '!');
  const auto b = verifier().verify(second, kNow, two);
  second.assign(second.size(), '!');
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->subject(), "alice");
  EXPECT_EQ(a->issuer(), kIssuer);
  EXPECT_EQ(a->typ(), "at+jwt");
  EXPECT_EQ(b->subject(), "bob");
}

TEST(Scratch, owned_claims_do_not_touch_a_scratch) {
  Scratch scratch;
  const auto viewed = verifier().verify(with_claim("sub", R"("alice")"), kNow, scratch);
  const auto owned = verifier().verify(with_claim("sub", R"("bob")"), kNow);
  ASSERT_TRUE(viewed && owned);
  EXPECT_EQ(viewed->subject(), "alice");
  EXPECT_EQ(owned->subject(), "bob");
}

TEST(Scratch, claims_follow_a_scratch_that_moves) {
  Scratch one;
  const auto claims = verifier().verify(token(), kNow, one);
  Scratch two = std::move(one);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->subject(), "alice");
  // And the one that was moved from is as good as a new one.
  const auto again = verifier().verify(with_claim("sub", R"("bob")"), kNow, one);  // NOLINT(bugprone-use-after-move)
  ASSERT_TRUE(again);
  EXPECT_EQ(again->subject(), "bob");
  EXPECT_EQ(claims->subject(), "alice");
}

TEST(Scratch, one_scratch_serves_many_verifiers_and_headers) {
  Scratch scratch;
  const auto run = [&](const Verifier& by, const std::string& token) {
    return refusal_of(by.verify(token, kNow, scratch));
  };
  const auto es = private_key(Alg::ES256);
  Policy es_policy = policy();
  es_policy.algs = {Alg::ES256};
  const Verifier es_verifier{es.public_key(), es_policy};
  Policy id_policy = policy();
  id_policy.typ = "JWT";
  const Verifier id_verifier{mac_key(), id_policy};
  const auto mac_token = token();
  const auto es_token =
      token_of(kHeader.without("kid").with("alg", "\"ES256\"").text(), es, Alg::ES256, kClaims.text());
  const auto bad_header = "e30" + mac_token.substr(mac_token.find('.'));
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(run(verifier(), mac_token), "ok");
    EXPECT_EQ(run(es_verifier, mac_token), "alg_not_allowed alg");
    EXPECT_EQ(run(id_verifier, mac_token), "typ_mismatch typ");
    EXPECT_EQ(run(verifier(), bad_header), "malformed_header alg");
    EXPECT_EQ(run(verifier(), bad_header), "malformed_header alg");
    EXPECT_EQ(run(verifier(), mac_token), "ok");
    EXPECT_EQ(run(es_verifier, es_token), "ok");
    EXPECT_EQ(run(verifier(), es_token), "alg_not_allowed alg");
  }
}

TEST(Scratch, a_remembered_header_is_compared_whole) {
  Scratch scratch;
  const auto good = token();
  ASSERT_TRUE(verifier().verify(good, kNow, scratch));
  // The same header but for its end, and one that begins like it.
  const auto dot = good.find('.');
  EXPECT_EQ(refusal_of(verifier().verify(good.substr(0, dot - 4) + good.substr(dot), kNow, scratch)),
            "bad_json header");
  ASSERT_TRUE(verifier().verify(good, kNow, scratch));
  EXPECT_EQ(refusal_of(verifier().verify("e30" + good.substr(dot), kNow, scratch)), "malformed_header alg");
}

TEST(Scratch, each_flipped_character_is_refused) {
  Scratch scratch;
  const auto good = token();
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const int bit : {0, 1, 5}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      EXPECT_FALSE(verifier().verify(bad, kNow, scratch)) << i;
    }
  EXPECT_OK(verifier().verify(good, kNow, scratch));
}

TEST(Scratch, the_hot_path_allocates_nothing) {
  Scratch scratch;
  const auto first = token(), second = with_claim("roles", R"(["admin","reader"])");
  const auto run = [&](const std::string& token) {
    const auto claims = verifier().verify(token, kNow, scratch);
    return claims && claims->subject() == "alice" && claims->get<std::string_view>("iss").has_value() &&
           claims->contains("aud", kAudience);
  };
  ASSERT_TRUE(run(first) && run(second) && run(first));
  const auto before = allocations;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(run(i % 2 ? first : second));
  EXPECT_EQ(allocations, before);
}

TEST(Scratch, a_refusal_allocates_nothing) {
  Scratch scratch;
  const auto good = token();
  const std::string refused[] = {good.substr(1),
                                 good + "A",
                                 good.substr(0, good.size() - 2) + "AA",
                                 with_claim("exp", "1"),
                                 with_claim("iss", R"("x")"),
                                 with_claim("sub", "1"),
                                 token(kClaims.text(), kHeader.with("typ", R"("JWT")").text()),
                                 token(kClaims.text(), kHeader.with("kid", R"("x")").text()),
                                 token(kClaims.text(), kHeader.with("alg", R"("RS256")").text())};
  for (const auto& token : refused) ASSERT_FALSE(verifier().verify(token, kNow, scratch));
  const auto before = allocations;
  for (const auto& token : refused) ASSERT_FALSE(verifier().verify(token, kNow, scratch));
  EXPECT_EQ(allocations, before);
}

TEST(Verifier, eight_threads_share_one) {
  const auto es = PrivateKey::generate(Alg::ES256, {.kid = "es"});
  Policy es_policy = policy();
  es_policy.algs = {Alg::ES256};
  const Verifier es_verifier{Keys::of({es->public_key()}), es_policy};
  const auto es_token =
      token_of(kHeader.with("kid", "\"es\"").with("alg", "\"ES256\"").text(), *es, Alg::ES256, kClaims.text());
  const auto mac_token = token(), expired = with_claim("exp", "1");
  std::array<int, 8> good{};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < good.size(); ++t)
    threads.emplace_back([&, t] {
      Scratch scratch;
      for (int i = 0; i < 50; ++i) {
        const auto mac = verifier().verify(mac_token, kNow, scratch);
        const bool mac_good = mac && mac->subject() == "alice";
        const bool refused = refusal_of(verifier().verify(expired, kNow, scratch)) == "expired exp";
        const auto ec = es_verifier.verify(es_token, kNow);
        good[t] += mac_good && refused && ec && ec->alg() == Alg::ES256;
      }
    });
  for (auto& thread : threads) thread.join();
  for (const int count : good) EXPECT_EQ(count, 50);
}
