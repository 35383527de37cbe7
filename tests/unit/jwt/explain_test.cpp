// What is said of each refusal, and what never is.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "jwt/shown.hpp"
#include "tokens.hpp"

using namespace tests;

namespace {

struct Case {
  std::string token;
  Verifier by = verifier();
};

Verifier with(std::function<void(Policy&)> change) {
  Policy out = policy();
  change(out);
  return Verifier{mac_key(), out};
}

Verifier es_keys(std::initializer_list<const char*> kids) {
  std::vector<PublicKey> keys;
  for (const char* kid : kids) keys.push_back(private_key(Alg::ES256).with({.kid = kid})->public_key());
  Policy es = policy();
  es.algs = {Alg::ES256};
  return Verifier{Keys::of(keys), es};
}

std::string es_token(const Members& header, std::string_view signature = "") {
  const auto made =
      token_of(header.with("alg", "\"ES256\"").text(), private_key(Alg::ES256), Alg::ES256, kClaims.text());
  return signature.empty() ? made : made.substr(0, made.rfind('.') + 1) + base64url::encode(signature);
}

// The explanation of the refusal that really comes.
Explanation explained(const Case& c, Err code) {
  const auto result = c.by.verify(c.token, kNow);
  EXPECT_FALSE(result);
  if (result) return {};
  EXPECT_EQ(error_name(result.error().code), error_name(code));
  return explain(result.error(), c.token, c.by, kNow);
}

// One case of each code that a verification has.
std::vector<std::pair<Err, Case>> every_refusal() {
  const auto good = token();
  const auto header = [](std::string_view name, std::string json) {
    return token(kClaims.text(), kHeader.with(name, std::move(json)).text());
  };
  return {
      {Err::malformed, {"abc"}},
      {Err::too_large, {good + std::string(20'000, 'A')}},
      {Err::wrong_kind, {"e30.e30.e30.e30.e30"}},
      {Err::bad_base64, {good + "="}},
      {Err::bad_json, {token("[")}},
      {Err::json_depth, {with_claim("x", std::string(40, '[') + std::string(40, ']'))}},
      {Err::duplicate_member, {token(R"({"a":1,"a":1})")}},
      {Err::malformed_header, {header("kid", "1")}},
      {Err::crit_unsupported, {token(kClaims.text(), kHeader.with("crit", R"(["x"])").with("x", "1").text())}},
      {Err::unknown_alg, {header("alg", R"("XS256")")}},
      {Err::alg_not_allowed, {header("alg", R"("HS384")")}},
      {Err::alg_key_mismatch, {header("alg", R"("HS384")"), with([](Policy& p) { p.algs = {Alg::HS384}; })}},
      {Err::no_keys, {good, Verifier{Keys::of({}), policy()}}},
      {Err::key_not_found, {header("kid", R"("x")")}},
      {Err::ambiguous_key, {es_token(kHeader.without("kid")), es_keys({"a", "b", "c"})}},
      {Err::bad_signature, {good.substr(0, good.size() - 4) + "AAAA"}},
      {Err::typ_mismatch, {header("typ", R"("JWT")")}},
      {Err::claim_missing, {token(kClaims.without("aud"))}},
      {Err::claim_type, {with_claim("exp", R"("soon")")}},
      {Err::claim_mismatch, {with_claim("iss", R"("https://evil")")}},
      {Err::expired, {with_claim("exp", "1799999700")}},
      {Err::not_yet_valid, {with_claim("nbf", "1800007200")}},
      {Err::too_old, {with_claim("iat", "1799990000"), with([](Policy& p) { p.max_age = seconds(60); })}},
      {Err::bad_policy, {good, with([](Policy& p) { p.leeway = seconds(-1); })}},
  };
}

}  // namespace

TEST(Explain, every_refusal_says_what_was_expected_and_what_came) {
  std::set<Err> seen;
  for (const auto& [code, c] : every_refusal()) {
    const auto why = explained(c, code);
    EXPECT_EQ(why.code, error_name(code));
    EXPECT_FALSE(why.expected.empty()) << why.code;
    EXPECT_FALSE(why.actual.empty()) << why.code;
    EXPECT_FALSE(why.hint.empty()) << why.code;
    seen.insert(code);
  }
  // All that Verifier::verify documents.
  for (int code = 0; code <= static_cast<int>(Err::bad_policy); ++code) {
    const auto err = static_cast<Err>(code);
    if (err == Err::weak_key || err == Err::bad_key || err == Err::private_key_in_set) continue;  // of keys, not tokens
    EXPECT_TRUE(seen.contains(err)) << error_name(err);
  }
}

TEST(Explain, no_signature_and_no_key) {
  for (const auto& [code, c] : every_refusal()) {
    const auto why = explained(c, code);
    const auto all = why.code + why.at + why.expected + why.actual + why.hint;
    EXPECT_EQ(all.find("0123456789abcdef"), std::string::npos) << all;
    EXPECT_EQ(all.find(base64url::encode("0123456789abcdef")), std::string::npos) << all;
    const auto signature = c.token.substr(c.token.rfind('.') + 1);
    if (signature.size() > 8) {
      EXPECT_EQ(all.find(signature.substr(0, 8)), std::string::npos) << all;
    }
    EXPECT_LT(all.size(), 3000U);
  }
}

TEST(Explain, times) {
  auto why = explained({with_claim("exp", "1799999700")}, Err::expired);
  EXPECT_EQ(why.at, "exp");
  EXPECT_EQ(why.expected, "now (2027-01-15T08:00:00Z) before exp");
  EXPECT_EQ(why.actual, "exp 2027-01-15T07:55:00Z, 5 min before now");
  why =
      explained({with_claim("nbf", "1800007200"), with([](Policy& p) { p.leeway = seconds(30); })}, Err::not_yet_valid);
  EXPECT_EQ(why.expected, "now (2027-01-15T08:00:00Z) not before nbf with 30 s of leeway");
  EXPECT_EQ(why.actual, "nbf 2027-01-15T10:00:00Z, 2 h after now");
  why = explained({with_claim("iat", "1800000060")}, Err::not_yet_valid);
  EXPECT_EQ(why.actual, "iat 2027-01-15T08:01:00Z, 60 s after now");
  why = explained({with_claim("iat", "1799740800"), with([](Policy& p) { p.max_age = seconds(3600); })}, Err::too_old);
  EXPECT_EQ(why.expected, "iat at most 60 min before now (2027-01-15T08:00:00Z)");
  EXPECT_EQ(why.actual, "iat 2027-01-12T08:00:00Z, 3 days before now");
}

TEST(Explain, keys) {
  auto why = explained({es_token(kHeader.with("kid", R"("x")")), es_keys({"a", "b", "c"})}, Err::key_not_found);
  EXPECT_EQ(why.expected, R"(exactly one key that fits, of 3 keys: "a" (P-256), "b" (P-256), "c" (P-256))");
  EXPECT_EQ(why.actual, R"(kid "x", alg ES256)");
  EXPECT_EQ(why.hint, R"(kid "x" is not among these keys: refresh the key set, or ask the issuer)");
  why = explained({es_token(kHeader.without("kid")), es_keys({"a", "b"})}, Err::ambiguous_key);
  EXPECT_EQ(why.actual, "kid absent, alg ES256");
  why = explained({token(), Verifier{Keys::of({}), policy()}}, Err::no_keys);
  EXPECT_EQ(why.actual, "0 keys");
  why = explained({token(kClaims.text(), kHeader.with("alg", R"("HS512")").text())}, Err::alg_not_allowed);
  EXPECT_EQ(why.expected, "HS256");
  EXPECT_EQ(why.actual, "HS512");
  EXPECT_EQ(why.hint, error_hint(Err::alg_not_allowed));
  for (const char* none : {"none", "NONE", "nOnE"}) {
    why = explained({token(kClaims.text(), kHeader.with("alg", text_json(none)).text())}, Err::alg_not_allowed);
    EXPECT_EQ(why.actual, none);
    EXPECT_TRUE(why.hint.starts_with("none is never accepted")) << why.hint;
  }
}

TEST(Explain, signatures) {
  const auto good = token();
  auto why = explained({good.substr(0, good.size() - 4) + "AAAA"}, Err::bad_signature);
  EXPECT_EQ(why.expected, R"(HS256 by the key "mac" (HS256))");
  EXPECT_EQ(why.actual, "one that does not verify");
  why = explained({es_token(kHeader.with("kid", R"("a")"), std::string(70, '0')), es_keys({"a"})}, Err::bad_signature);
  EXPECT_EQ(why.expected, R"(ES256 by the key "a" (P-256): 64 octets)");
  EXPECT_EQ(why.actual, "70 octets");
  EXPECT_NE(why.hint.find("not DER"), std::string::npos);
}

TEST(Explain, claims) {
  auto why = explained({token(kClaims.without("aud"))}, Err::claim_missing);
  EXPECT_EQ(why.expected, "the claim aud");
  EXPECT_EQ(why.actual, "the claims iss, sub, exp, iat, jti");
  why = explained({with_claim("https://x/y", "null"), with([](Policy& p) { p.require = {"sub", "https://x/y"}; })},
                  Err::claim_missing);
  EXPECT_EQ(why.expected, "the claim https://x/y");
  EXPECT_EQ(why.actual, "https://x/y null");
  why = explained({with_claim("aud", R"([1,"x"])")}, Err::claim_type);
  EXPECT_EQ(why.expected, "a text, or a list of at least one text");
  EXPECT_EQ(why.actual, R"([1,"x"])");
  why = explained(
      {with_claim("iss", R"("https://evil")"), with([](Policy& p) { p.issuer = {"https://a", "https://b"}; })},
      Err::claim_mismatch);
  EXPECT_EQ(why.expected, "https://a or https://b");
  EXPECT_EQ(why.actual, "https://evil");
}

TEST(Explain, shapes) {
  EXPECT_EQ(explained({"abc"}, Err::malformed).actual, "1 part");
  EXPECT_EQ(explained({"e30.e30.AA~e30~e30.e30.AA"}, Err::wrong_kind).actual,
            "an SD-JWT: a JWS with disclosures behind it");
  EXPECT_EQ(explained({"e30.e30.e30.e30.e30"}, Err::wrong_kind).actual, "5 parts: a JWE, which is encrypted");
  const auto good = token();
  EXPECT_EQ(explained({good + "~e30~"}, Err::bad_base64).actual, "an SD-JWT: a JWS with disclosures behind it");
  EXPECT_EQ(explained({good + "="}, Err::bad_base64).actual,
            "a character outside the alphabet at character 44 of the signature");
  EXPECT_EQ(explained({replaced(good, ".", "=.")}, Err::bad_base64).actual,
            "padding at character " + std::to_string(good.find('.') + 1) + " of the header");
  EXPECT_EQ(explained({good + std::string(20'000, 'A')}, Err::too_large).expected, "at most 16384 octets");
}

TEST(Explain, it_is_cut_and_escaped) {
  const auto why = explained({with_claim("iss", text_json("\\u001b[31mred\\u202e\\u0085" + std::string(5000, 'x')))},
                             Err::claim_mismatch);
  EXPECT_TRUE(why.actual.starts_with("\\u001b[31mred\\u202e\\u0085xxx")) << why.actual;
  EXPECT_LT(why.actual.size(), 220U);
  const auto wide =
      explained({with_claim("iss", text_json(std::string(199, 'x') + "\xC3\xA9\xC3\xA9"))}, Err::claim_mismatch);
  EXPECT_EQ(wide.actual, std::string(199, 'x') + "…");
}

TEST(Explain, any_error_for_any_token) {
  const std::string tokens[] = {"",
                                ".",
                                "..",
                                "....",
                                "e30.e30.e30",
                                "\xFF.\xFF.\xFF",
                                token(),
                                token("[]"),
                                token("{}"),
                                std::string(100'000, '.')};
  for (int code = 0; code <= static_cast<int>(Err::io); ++code)
    for (const char* at : {"", "iss", "exp", "header", "payload", "signature", "require", "alg", "crit", "parts"})
      for (const auto& token : tokens) {
        const auto why = explain(Error{static_cast<Err>(code), at}, token, verifier(), kNow);
        EXPECT_EQ(why.code, error_name(static_cast<Err>(code)));
        EXPECT_FALSE(why.expected.empty());
      }
}

TEST(Shown, text) {
  using detail::shown;
  EXPECT_EQ(shown("plain é €"), "plain é €");
  EXPECT_EQ(shown("a\\x1b"), "a\\\\x1b");
  EXPECT_EQ(shown("\x7F\n"), "\\u007f\\u000a");
  EXPECT_EQ(shown("a\xFF"
                  "b"),
            "a\\xffb");
  EXPECT_EQ(shown(std::string(200, 'x')), std::string(200, 'x'));
  EXPECT_EQ(shown(std::string(201, 'x')), std::string(200, 'x') + "…");
}

TEST(Shown, spans) {
  EXPECT_EQ(detail::shown_span(seconds(119)), "119 s");
  EXPECT_EQ(detail::shown_span(seconds(-300)), "5 min");
  EXPECT_EQ(detail::shown_span(seconds(86400)), "24 h");
  EXPECT_EQ(detail::shown_span(seconds(864000)), "10 days");
}
