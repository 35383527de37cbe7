// Making tokens.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tokens.hpp"

using namespace tests;

namespace {

Draft draft() {
  return {.typ = "at+jwt",
          .issuer = kIssuer,
          .subject = "alice",
          .audience = {kAudience},
          .issued_at = kNow,
          .expires_at = kNow + seconds(300),
          .not_before = kNow,
          .id = "j-1"};
}
Draft with(std::vector<Claim> claims) {
  Draft out = draft();
  out.claims = std::move(claims);
  return out;
}
std::string outcome_of(const Draft& draft) { return refusal_of(sign(draft, mac_key())); }
std::string payload_of(const Draft& draft) { return peek_unverified(sign(draft, mac_key()).value()).value().payload; }
std::string header_of(const Draft& draft) { return peek_unverified(sign(draft, mac_key()).value()).value().header; }

}  // namespace

TEST(Sign, header_and_claims_stand_in_their_order) {
  auto full = with({{"scope", "a b"}, {"roles", std::vector<std::string>{"x", "y"}}});
  EXPECT_EQ(header_of(full), R"({"alg":"HS256","typ":"at+jwt","kid":"mac"})");
  EXPECT_EQ(payload_of(full),
            R"({"iss":"https://id.example.com","sub":"alice","aud":"https://api.example.com","exp":1800000300,)"
            R"("nbf":1800000000,"iat":1800000000,"jti":"j-1","scope":"a b","roles":["x","y"]})");
  EXPECT_EQ(sign(full, mac_key()).value(), sign(full, mac_key()).value());
}

TEST(Sign, what_is_empty_is_left_out) {
  const Draft bare{.typ = "", .issued_at = kNow, .expires_at = kNow + seconds(1)};
  const auto key = mac_key();
  const auto nameless =
      SecretKey::parse(R"({"kty":"oct","alg":"HS256","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"})");
  ASSERT_TRUE(nameless);
  const auto peeked = peek_unverified(sign(bare, *nameless).value());
  EXPECT_EQ(peeked->header, R"({"alg":"HS256"})");
  EXPECT_EQ(peeked->payload, R"({"exp":1800000001,"iat":1800000000})");
}

TEST(Sign, several_audiences_are_a_list) {
  Draft two = draft();
  two.audience = {"a", "b"};
  EXPECT_NE(payload_of(two).find(R"("aud":["a","b"])"), std::string::npos);
}

TEST(Sign, each_kind_of_value) {
  const auto text = payload_of(with({{"text", "say \"hi\"\n"},
                                     {"yes", true},
                                     {"count", std::int64_t{-9223372036854775807}},
                                     {"small", 7U},
                                     {"half", 0.5},
                                     {"none", std::vector<std::string>{}},
                                     {"json", JsonText{R"({ "a" : [ 1, null, " \" " ] })"}},
                                     {"exact", JsonText{"[12345678901234567890, 1.10]"}}}));
  EXPECT_NE(text.find(R"("text":"say \"hi\"\n","yes":true,"count":-9223372036854775807,"small":7,"half":0.5,"none":[],)"
                      R"("json":{"a":[1,null," \" "]},"exact":[12345678901234567890,1.10]})"),
            std::string::npos)
      << text;
}

TEST(Sign, what_is_signed_verifies_under_every_algorithm) {
  for (const Alg alg : kEvery) {
    Policy expects = policy();
    expects.algs = {alg};
    if (alg <= Alg::HS512) {
      const auto key = *SecretKey::generate(alg, {.kid = "k"});
      EXPECT_EQ(outcome(sign(draft(), key).value(), Verifier{key, expects}), "ok") << alg_name(alg);
    } else {
      const bool rsa = alg >= Alg::RS256 && alg <= Alg::PS512;
      const auto key = rsa ? *private_key(Alg::RS256).with({.kid = "k", .alg = alg})
                           : *PrivateKey::generate(alg, {.kid = "k", .alg = alg});
      EXPECT_EQ(outcome(sign(draft(), key).value(), Verifier{key.public_key(), expects}), "ok") << alg_name(alg);
    }
  }
}

TEST(Sign, the_key_names_the_algorithm) {
  EXPECT_CODE(sign(draft(), private_key(Alg::RS256)), alg_key_mismatch);
  EXPECT_CODE(sign(draft(), private_key(Alg::ES256)), alg_key_mismatch);
}

TEST(Sign, no_name_twice) {
  EXPECT_EQ(outcome_of(with({{"a", 1}, {"b", 1}, {"a", 2}})), "duplicate_member claims");
  for (const char* registered : {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}) {
    EXPECT_EQ(outcome_of(with({{registered, "x"}})), "duplicate_member claims") << registered;
    Draft bare{.typ = "JWT", .issued_at = kNow, .expires_at = kNow + seconds(1)};
    bare.claims = {{registered, "x"}};
    EXPECT_EQ(outcome_of(bare), "duplicate_member claims") << registered;
  }
}

TEST(Sign, text_is_UTF_8) {
  EXPECT_EQ(outcome_of(with({{"a", "\xFF"}})), "bad_json claims");
  EXPECT_EQ(outcome_of(with({{"\xC0\x80", "a"}})), "bad_json claims");
  EXPECT_EQ(outcome_of(with({{"a", std::vector<std::string>{"\xED\xA0\x80"}}})), "bad_json claims");
  Draft bad = draft();
  bad.subject = "\xFF";
  EXPECT_EQ(outcome_of(bad), "bad_json claims");
  bad = draft();
  bad.typ = "\xFF";
  EXPECT_EQ(outcome_of(bad), "bad_json header");
}

TEST(Sign, numbers_are_finite) {
  EXPECT_EQ(outcome_of(with({{"a", std::nan("")}})), "bad_json claims");
  EXPECT_EQ(outcome_of(with({{"a", std::numeric_limits<double>::infinity()}})), "bad_json claims");
  const double exact = 0.1;
  const auto token = sign(with({{"a", exact}}), mac_key());
  ASSERT_TRUE(token);
  EXPECT_EQ(verifier().verify(*token, kNow)->get<double>("a").value(), exact);
}

TEST(Sign, JSON_text_is_one_strict_value) {
  for (const char* text : {"", "1,\"sub\":\"root\"", "}", "{", "[1,]", "nul", "1 2", "{\"a\":1,\"a\":2}", "'x'", "NaN"})
    EXPECT_NE(outcome_of(with({{"x", JsonText{text}}})), "ok") << text;
  const auto nested = [](std::size_t depth) { return JsonText{std::string(depth, '[') + std::string(depth, ']')}; };
  EXPECT_EQ(outcome_of(with({{"x", nested(31)}})), "ok");
  EXPECT_EQ(code_of(sign(with({{"x", nested(32)}}), mac_key())), "json_depth");
  EXPECT_EQ(code_of(sign(with({{"x", nested(33)}}), mac_key())), "json_depth");
}

TEST(Sign, times_make_sense) {
  Draft bad = draft();
  bad.expires_at = kNow;
  EXPECT_EQ(outcome_of(bad), "bad_policy exp");
  bad = draft();
  bad.not_before = kNow + seconds(300);
  EXPECT_EQ(outcome_of(bad), "bad_policy nbf");
  bad = draft();
  bad.issued_at = sys_seconds(seconds(-1));
  EXPECT_EQ(outcome_of(bad), "bad_policy iat");
  bad = draft();
  bad.expires_at = sys_seconds(seconds(253402300800));
  EXPECT_EQ(outcome_of(bad), "bad_policy exp");
  bad.expires_at = sys_seconds(seconds(253402300799));
  EXPECT_EQ(outcome_of(bad), "ok");
}

TEST(Sign, a_token_has_at_most_16_KiB) {
  EXPECT_EQ(code_of(sign(with({{"a", std::string(16 * 1024, 'x')}}), mac_key())), "too_large");
  EXPECT_EQ(code_of(sign(with({{"a", std::string(13 * 1024, 'x')}}), mac_key())), "too_large");
  const auto token = sign(with({{"a", std::string(11 * 1024, 'x')}}), mac_key());
  ASSERT_TRUE(token);
  EXPECT_LE(token->size(), 16U * 1024);
  EXPECT_EQ(outcome(*token), "ok");
  std::vector<Claim> many;
  for (int i = 0; i < 2000; ++i) many.push_back({std::to_string(i), 1});
  EXPECT_EQ(code_of(sign(with(many), mac_key())), "too_large");
}

TEST(Peek, reads_without_trust) {
  const auto good = token();
  const auto peeked = peek_unverified(good.substr(0, good.rfind('.')) + ".AAAA");
  ASSERT_TRUE(peeked);
  EXPECT_EQ(peeked->parts, 3U);
  EXPECT_EQ(peeked->header, kHeader.text());
  EXPECT_EQ(peeked->payload, kClaims.text());
  const auto jwe = peek_unverified("e30.a.b.c.d");
  ASSERT_TRUE(jwe);
  EXPECT_EQ(jwe->parts, 5U);
  EXPECT_EQ(jwe->payload, "");
  EXPECT_EQ(peek_unverified("e30.AAAA.")->payload, std::string(3, '\0'));
}

TEST(Peek, refuses_what_it_cannot_read) {
  const auto peek = [](std::string_view text) { return refusal_of(peek_unverified(text)); };
  EXPECT_EQ(peek(""), "malformed parts");
  EXPECT_EQ(peek("e30"), "malformed parts");
  EXPECT_EQ(peek("e30.e30"), "wrong_kind parts");
  EXPECT_EQ(peek("e30.e30.e30.e30"), "wrong_kind parts");
  EXPECT_EQ(peek(std::string(1000, '.')), "wrong_kind parts");
  EXPECT_EQ(peek(std::string((1 << 20) + 1, '.')), "too_large token");
  EXPECT_EQ(peek("e3=.e30."), "bad_base64 header");
  EXPECT_EQ(peek("e30.e3=."), "bad_base64 payload");
  EXPECT_EQ(peek("W10.e30."), "bad_json header");
  EXPECT_EQ(peek(".."), "bad_json header");
  EXPECT_EQ(peek(base64url::encode(R"({"a":1,"a":1})") + ".e30."), "duplicate_member header");
  EXPECT_EQ(peek(base64url::encode("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}") + ".e30."),
            "json_depth header");
}
