// Reading verified claims.
#include <gtest/gtest.h>

#include "tokens.hpp"

using namespace tests;

namespace {

Claims claims_of(const Members& members) {
  auto claims = verifier().verify(token(members), kNow);
  EXPECT_OK(claims);
  return std::move(*claims);
}

const Members kRich = kClaims.with("nbf", "1799999999.9")
                          .with("aud", R"(["https://api.example.com","other"])")
                          .with("text", R"("caf\u00e9")")
                          .with("yes", "true")
                          .with("count", "-42")
                          .with("half", "0.5")
                          .with("whole", "3.0")
                          .with("roles", R"(["a","b"])")
                          .with("none", "[]")
                          .with("mixed", R"(["a",1])")
                          .with("object", R"({ "a" : [ 1, "x" ] })")
                          .with("null", "null");

}  // namespace

TEST(Claims, registered_claims_and_the_header) {
  const auto claims = claims_of(kRich);
  EXPECT_EQ(claims.issuer(), kIssuer);
  EXPECT_EQ(claims.subject(), "alice");
  EXPECT_EQ(claims.audience(), (std::vector<std::string_view>{kAudience, "other"}));
  EXPECT_EQ(claims.id(), "j-1");
  EXPECT_EQ(claims.expires_at(), kNow + seconds(300));
  EXPECT_EQ(claims.not_before(), kNow - seconds(1));
  EXPECT_EQ(claims.issued_at(), kNow);
  EXPECT_EQ(claims.typ(), "at+jwt");
  EXPECT_EQ(claims.kid(), "mac");
  EXPECT_EQ(claims.alg(), Alg::HS256);
}

TEST(Claims, what_is_absent_reads_as_absent) {
  Policy open = policy();
  open.issuer = open.audience = open.typ = Unchecked("a test of absent claims");
  const auto bare = token_of(R"({"alg":"HS256"})", mac_key(), Alg::HS256, R"({"exp":1800000300})");
  const auto claims = Verifier{mac_key(), open}.verify(bare, kNow);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->issuer(), "");
  EXPECT_EQ(claims->subject(), "");
  EXPECT_TRUE(claims->audience().empty());
  EXPECT_EQ(claims->id(), "");
  EXPECT_FALSE(claims->issued_at());
  EXPECT_FALSE(claims->not_before());
  EXPECT_EQ(claims->typ(), "");
  EXPECT_EQ(claims->kid(), "");
}

TEST(Claims, get_gives_each_type) {
  const auto claims = claims_of(kRich);
  EXPECT_EQ(*claims.get<std::string_view>("text"), "café");
  EXPECT_EQ(*claims.get<std::string>("text"), "café");
  EXPECT_EQ(*claims.get<bool>("yes"), true);
  EXPECT_EQ(*claims.get<std::int64_t>("count"), -42);
  EXPECT_EQ(*claims.get<std::int64_t>("whole"), 3);
  EXPECT_EQ(*claims.get<double>("half"), 0.5);
  EXPECT_EQ(*claims.get<double>("count"), -42.0);
  EXPECT_EQ(*claims.get<std::vector<std::string>>("roles"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*claims.get<std::vector<std::string_view>>("roles"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(*claims.get<std::vector<std::string>>("text"), std::vector<std::string>{"café"});
  EXPECT_TRUE(claims.get<std::vector<std::string>>("none")->empty());
}

TEST(Claims, get_tells_a_missing_claim_from_one_of_another_type) {
  const auto claims = claims_of(kRich);
  EXPECT_EQ(refusal_of(claims.get<std::string>("nothing")), "claim_missing claim");
  EXPECT_EQ(refusal_of(claims.get<std::string>("email")), "claim_missing email");
  EXPECT_EQ(refusal_of(claims.get<std::string>("roles")), "claim_type roles");
  EXPECT_EQ(refusal_of(claims.get<std::string>("null")), "claim_type claim");
  EXPECT_EQ(refusal_of(claims.get<std::string_view>("count")), "claim_type claim");
  EXPECT_EQ(refusal_of(claims.get<bool>("count")), "claim_type claim");
  EXPECT_EQ(refusal_of(claims.get<std::int64_t>("half")), "claim_type claim");
  EXPECT_EQ(refusal_of(claims.get<std::int64_t>("yes")), "claim_type claim");
  EXPECT_EQ(refusal_of(claims.get<double>("text")), "claim_type claim");
  EXPECT_EQ(refusal_of(claims.get<std::vector<std::string>>("mixed")), "claim_type claim");
  EXPECT_EQ(refusal_of(claims.get<std::vector<std::string>>("object")), "claim_type claim");
}

TEST(Claims, has_and_contains) {
  const auto claims = claims_of(kRich);
  EXPECT_TRUE(claims.has("roles"));
  EXPECT_TRUE(claims.has("null"));
  EXPECT_FALSE(claims.has("role"));
  EXPECT_TRUE(claims.contains("roles", "b"));
  EXPECT_FALSE(claims.contains("roles", "B"));
  EXPECT_FALSE(claims.contains("roles", ""));
  EXPECT_TRUE(claims.contains("mixed", "a"));
  EXPECT_TRUE(claims.contains("text", "café"));
  EXPECT_FALSE(claims.contains("text", "caf"));
  EXPECT_FALSE(claims.contains("count", "-42"));
  EXPECT_FALSE(claims.contains("nothing", ""));
}

TEST(Claims, the_JSON_text_is_as_it_was_signed) {
  const auto claims = claims_of(kRich);
  EXPECT_EQ(claims.json(), kRich.text());
  EXPECT_EQ(*claims.json("object"), R"({"a":[1,"x"]})");
  EXPECT_EQ(*claims.json("null"), "null");
  EXPECT_EQ(refusal_of(claims.json("nothing")), "claim_missing claim");
}

TEST(Claims, they_move) {
  auto claims = claims_of(kRich);
  Claims moved = std::move(claims);
  EXPECT_EQ(moved.subject(), "alice");
  Claims other = claims_of(kClaims.with("sub", R"("bob")"));
  other = std::move(moved);
  EXPECT_EQ(other.subject(), "alice");
}

TEST(Claims, they_outlive_the_token_and_the_verifier) {
  std::optional<Verifier> by{Verifier{mac_key(), policy()}};
  std::optional<std::string> text{token(kRich)};
  const auto claims = by->verify(*text, kNow);
  text->assign(text->size(), '!');
  text.reset();
  by.reset();
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->subject(), "alice");
  EXPECT_EQ(claims->typ(), "at+jwt");
  EXPECT_EQ(claims->kid(), "mac");
  EXPECT_EQ(claims->json(), kRich.text());
}
