// What a policy lets pass, and where each of its bounds lies.
#include <gtest/gtest.h>

#include "tokens.hpp"

using namespace tests;
using std::chrono::minutes;

namespace {

constexpr sys_seconds kExp{seconds(1'800'000'300)};

Policy with_leeway(seconds leeway) {
  Policy out = policy();
  out.leeway = leeway;
  return out;
}
Policy with_max_age(seconds max_age, seconds leeway = seconds(0)) {
  Policy out = with_leeway(leeway);
  out.max_age = max_age;
  return out;
}
std::string typed(const char* typ) { return token(kClaims.text(), kHeader.with("typ", text_json(typ)).text()); }

}  // namespace

TEST(Policy, a_contradiction_is_an_error) {
  EXPECT_OK(policy().check());
  EXPECT_EQ(refusal_of(with_leeway(seconds(-1)).check()), "bad_policy leeway");
  EXPECT_OK(with_leeway(minutes(10)).check());
  EXPECT_EQ(refusal_of(with_leeway(minutes(10) + seconds(1)).check()), "bad_policy leeway");
  EXPECT_EQ(refusal_of(with_max_age(seconds(-1)).check()), "bad_policy max_age");
  EXPECT_OK(with_max_age(seconds(0)).check());
  EXPECT_OK(with_max_age(seconds::max()).check());
  Policy size = policy();
  size.max_bytes = 0;
  EXPECT_EQ(refusal_of(size.check()), "bad_policy max_bytes");
  size.max_bytes = (1 << 20) + 1;
  EXPECT_EQ(refusal_of(size.check()), "bad_policy max_bytes");
}

TEST(Policy, a_contradiction_makes_every_verification_fail) {
  EXPECT_EQ(outcome(token(), with_leeway(seconds(-1))), "bad_policy leeway");
  EXPECT_EQ(outcome("", with_leeway(minutes(11))), "bad_policy leeway");
}

TEST(Policy, a_token_is_expired_from_exp_on) {
  EXPECT_EQ(outcome(token(), policy(), kExp - seconds(1)), "ok");
  EXPECT_EQ(outcome(token(), policy(), kExp), "expired exp");
  EXPECT_EQ(outcome(token(), with_leeway(seconds(60)), kExp + seconds(59)), "ok");
  EXPECT_EQ(outcome(token(), with_leeway(seconds(60)), kExp + seconds(60)), "expired exp");
}

TEST(Policy, exp_is_required_always) {
  EXPECT_EQ(outcome(token(kClaims.without("exp"))), "claim_missing exp");
  EXPECT_EQ(outcome(token("{}")), "claim_missing exp");
}

TEST(Policy, a_token_is_not_valid_before_nbf) {
  const auto later = with_claim("nbf", "1800000100");
  EXPECT_EQ(outcome(later, policy(), kNow + seconds(99)), "not_yet_valid nbf");
  EXPECT_EQ(outcome(later, policy(), kNow + seconds(100)), "ok");
  EXPECT_EQ(outcome(later, with_leeway(seconds(60)), kNow + seconds(39)), "not_yet_valid nbf");
  EXPECT_EQ(outcome(later, with_leeway(seconds(60)), kNow + seconds(40)), "ok");
}

TEST(Policy, a_token_from_the_future_is_not_valid_yet) {
  EXPECT_EQ(outcome(token(), policy(), kNow - seconds(1)), "not_yet_valid iat");
  EXPECT_EQ(outcome(token(), with_leeway(seconds(1)), kNow - seconds(1)), "ok");
  EXPECT_EQ(outcome(token(kClaims.without("iat"))), "ok");
}

TEST(Policy, max_age_counts_from_iat) {
  EXPECT_EQ(outcome(token(), with_max_age(seconds(60)), kNow + seconds(60)), "ok");
  EXPECT_EQ(outcome(token(), with_max_age(seconds(60)), kNow + seconds(61)), "too_old iat");
  EXPECT_EQ(outcome(token(), with_max_age(seconds(60), seconds(5)), kNow + seconds(65)), "ok");
  EXPECT_EQ(outcome(token(), with_max_age(seconds(60), seconds(5)), kNow + seconds(66)), "too_old iat");
  EXPECT_EQ(outcome(token(kClaims.without("iat")), with_max_age(seconds(60))), "claim_missing iat");
  EXPECT_EQ(outcome(token(), with_max_age(seconds::max()), kNow), "ok");
}

TEST(Policy, typ_is_compared_without_case_and_prefix) {
  for (const char* same : {"at+jwt", "AT+JWT", "At+Jwt", "application/at+jwt", "APPLICATION/AT+JWT"}) {
    EXPECT_EQ(outcome(typed(same)), "ok") << same;
    Policy spelt = policy();
    spelt.typ = same;
    EXPECT_EQ(outcome(typed("at+jwt"), spelt), "ok") << same;
  }
  for (const char* other : {"at+jw", "at+jwt ", " at+jwt", "at+jwt/", "application/", "application/application/at+jwt",
                            "x/at+jwt", "application/x/at+jwt", "application at+jwt", "\\u212At+jwt"})
    EXPECT_EQ(outcome(typed(other)), "typ_mismatch typ") << other;
}

TEST(Policy, an_absent_typ_is_no_empty_one) {
  Policy empty = policy();
  empty.typ = "";
  EXPECT_EQ(outcome(token(kClaims.text(), kHeader.without("typ").text()), empty), "typ_mismatch typ");
  EXPECT_EQ(outcome(typed(""), empty), "typ_mismatch typ");
}

TEST(Policy, one_of_several_is_enough) {
  Policy several = policy();
  several.issuer = {"https://other", kIssuer};
  several.audience = {std::string("x"), "y", kAudience};
  several.typ = std::vector<std::string>{"JWT", "at+jwt"};
  several.algs = {Alg::RS256, Alg::HS256};
  EXPECT_EQ(outcome(token(), several), "ok");
}

TEST(Policy, unchecked_is_said_field_by_field) {
  Policy open = policy();
  open.issuer = Unchecked("a test");
  EXPECT_EQ(outcome(token(kClaims.without("iss")), open), "ok");
  EXPECT_EQ(outcome(token(kClaims.without("aud")), open), "claim_missing aud");
  open.audience = Unchecked("a test");
  EXPECT_EQ(outcome(token(kClaims.without("aud")), open), "ok");
  open.typ = Unchecked("a test");
  EXPECT_EQ(outcome(token(kClaims.text(), kHeader.without("typ").text()), open), "ok");
  open.algs = Unchecked("a test");
  EXPECT_EQ(outcome(token(), open), "ok");
  EXPECT_STREQ(open.algs.unchecked_reason(), "a test");
  EXPECT_EQ(outcome(token(kClaims.without("exp")), open), "claim_missing exp");
}

TEST(Policy, a_required_claim_is_there_and_not_null) {
  Policy wants = policy();
  wants.require = {"sub", "jti", "scope"};
  EXPECT_EQ(outcome(token(), wants), "claim_missing scope");
  EXPECT_EQ(outcome(with_claim("scope", "null"), wants), "claim_missing scope");
  EXPECT_EQ(outcome(with_claim("scope", R"("")"), wants), "ok");
  wants.require = {"https://example.com/private"};
  EXPECT_EQ(outcome(token(), wants), "claim_missing require");
  EXPECT_EQ(outcome(with_claim("https://example.com/private", "0"), wants), "ok");
}

// Each later check is wrong too, and the earlier one answers.
TEST(Verifier, the_order_of_the_checks) {
  const auto bad_claims = kClaims.with("iss", "\"x\"")
                              .with("aud", "\"x\"")
                              .with("exp", "1")
                              .with("nbf", "1900000000")
                              .with("iat", "1900000000");
  Policy strict = policy();
  strict.require = {"nothing"};
  const auto made = [&](const Members& header, const std::string& claims) { return token(claims, header.text()); };
  const auto unsigned_of = [](const std::string& token) { return token.substr(0, token.rfind('.')) + ".AAAA"; };
  const auto bad_typ = kHeader.with("typ", "\"x\""), bad_kid = bad_typ.with("kid", "\"x\"");
  EXPECT_EQ(outcome(unsigned_of(made(bad_kid.with("alg", "\"RS256\""), "[")), strict), "alg_not_allowed alg");
  EXPECT_EQ(outcome(unsigned_of(made(bad_kid, "[")), strict), "key_not_found kid");
  EXPECT_EQ(outcome(unsigned_of(made(bad_typ, "[")), strict), "typ_mismatch typ");
  EXPECT_EQ(outcome(unsigned_of(made(kHeader, "[")), strict), "bad_signature ");
  EXPECT_EQ(outcome(made(kHeader, "["), strict), "bad_json payload");
  EXPECT_EQ(outcome(made(kHeader, bad_claims.with("sub", "1").text()), strict), "claim_type sub");
  EXPECT_EQ(outcome(made(kHeader, bad_claims.text()), strict), "expired exp");
  const auto unexpired = bad_claims.with("exp", "2000000000");
  EXPECT_EQ(outcome(made(kHeader, unexpired.text()), strict), "not_yet_valid nbf");
  EXPECT_EQ(outcome(made(kHeader, unexpired.without("nbf").text()), strict), "not_yet_valid iat");
  EXPECT_EQ(outcome(made(kHeader, unexpired.without("nbf").without("iat").text()), strict), "claim_mismatch iss");
  EXPECT_EQ(outcome(made(kHeader, kClaims.with("aud", "\"x\"").text()), strict), "claim_mismatch aud");
  EXPECT_EQ(outcome(token(), strict), "claim_missing require");
}

TEST(Verifier, one_key_of_several) {
  const auto a = *PrivateKey::generate(Alg::ES256, {.kid = "a"}), b = *PrivateKey::generate(Alg::ES256, {.kid = "b"});
  Policy es = policy();
  es.algs = {Alg::ES256};
  const Verifier both{Keys::of({a.public_key(), b.public_key()}), es};
  const auto made = [&](const PrivateKey& key, const char* kid) {
    return token_of(kHeader.with("alg", "\"ES256\"").with("kid", text_json(kid)).text(), key, Alg::ES256,
                    kClaims.text());
  };
  EXPECT_EQ(outcome(made(a, "a"), both), "ok");
  EXPECT_EQ(outcome(made(b, "b"), both), "ok");
  EXPECT_EQ(outcome(made(a, "b"), both), "bad_signature ");
  EXPECT_EQ(outcome(made(a, "c"), both), "key_not_found kid");
  const auto bare = token_of(kHeader.with("alg", "\"ES256\"").without("kid").text(), a, Alg::ES256, kClaims.text());
  EXPECT_EQ(outcome(bare, both), "ambiguous_key kid");
  EXPECT_EQ(outcome(bare, Verifier{a.public_key(), es}), "ok");
}

TEST(Verifier, a_copy_outlives_its_original) {
  std::optional<Verifier> first{verifier()};
  const Verifier copy = *first;
  first.reset();
  EXPECT_EQ(outcome(token(), copy), "ok");
}
