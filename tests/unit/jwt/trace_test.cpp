// Every check of a verification, told of one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "sdjwt.hpp"

using namespace tests;

namespace {

const std::vector<std::string> kChecks{"policy",    "size",        "shape", "header", "alg", "key", "typ", "signature",
                                       "claim_set", "claim_types", "exp",   "nbf",    "iat", "iss", "aud", "require"};

Verifier with(std::function<void(Policy&)> change) {
  Policy out = policy();
  change(out);
  return Verifier{mac_key(), out};
}

std::string with_header(std::string_view name, std::string json) {
  return token(kClaims.text(), kHeader.with(name, std::move(json)).text());
}

struct Case {
  std::string check;  // that fails
  std::string token;
  Verifier by = verifier();
};

// Each check fails at least once, in the table's order.
std::vector<Case> every_check() {
  const auto good = token();
  return {
      {"policy", good, with([](Policy& p) { p.leeway = seconds(-1); })},
      {"size", good + std::string(20'000, 'A')},
      {"shape", "abc"},
      {"shape", "eyJ.e30.e30.e30.e30"},  // a JWE
      {"header", with_header("kid", "1")},
      {"header", with_header("alg", R"("XS256")")},
      {"alg", with_header("alg", R"("HS384")")},
      {"key", with_header("kid", R"("x")")},
      {"typ", with_header("typ", R"("JWT")")},
      {"signature", good.substr(0, good.size() - 4) + "AAAA"},
      {"claim_set", token("[")},
      {"claim_types", with_claim("sub", "1")},
      {"exp", with_claim("exp", "1799999700")},
      {"exp", token(kClaims.without("exp"))},
      {"nbf", with_claim("nbf", "1800007200")},
      {"iat", with_claim("iat", "1800000060")},
      {"iat", with_claim("iat", "1799990000"), with([](Policy& p) { p.max_age = seconds(60); })},
      {"iss", with_claim("iss", R"("https://evil")")},
      {"aud", token(kClaims.without("aud"))},
      {"require", good, with([](Policy& p) { p.require = {"email"}; })},
  };
}

const Step& step(const Trace& trace, std::string_view check) {
  return *std::ranges::find(trace.steps, check, &Step::check);
}

std::string claim(const Trace& trace, std::string_view name) {
  for (const auto& [known, value] : trace.claims)
    if (known == name) return value;
  return "absent";
}

std::string all_text(const Trace& trace) {
  std::string out;
  for (const auto& s : trace.steps) out += s.check + s.at + s.code + s.expected + s.actual + s.hint + "\n";
  for (const auto& [name, value] : trace.claims) out += name + value + "\n";
  return out;
}

}  // namespace

TEST(Trace, a_good_token_passes_every_check) {
  const auto told = trace(token(), verifier(), kNow, Values::redacted);
  EXPECT_FALSE(told.refusal);
  ASSERT_EQ(told.steps.size(), kChecks.size());
  for (std::size_t i = 0; i < kChecks.size(); ++i) {
    const auto& s = told.steps[i];
    EXPECT_EQ(s.check, kChecks[i]);
    EXPECT_EQ(s.verdict, Verdict::passed) << s.check;
    EXPECT_FALSE(s.expected.empty()) << s.check;
    EXPECT_FALSE(s.actual.empty()) << s.check;
    EXPECT_EQ(s.code + s.hint, "") << s.check;
  }
  EXPECT_EQ(step(told, "key").expected, R"(exactly one key that fits, of 1 key: "mac" (HS256))");
  EXPECT_EQ(step(told, "key").actual, R"(kid "mac", alg HS256)");
  EXPECT_EQ(step(told, "signature").expected, R"(HS256 by the key "mac" (HS256))");
  EXPECT_EQ(step(told, "exp").expected, "now (2027-01-15T08:00:00Z) before exp");
  EXPECT_EQ(step(told, "exp").actual, "exp 2027-01-15T08:05:00Z, 5 min after now");
  EXPECT_EQ(step(told, "nbf").actual, "no nbf");
  EXPECT_EQ(step(told, "iss").expected, kIssuer);
  EXPECT_EQ(step(told, "iss").actual, kIssuer);
}

TEST(Trace, what_follows_a_failing_check_is_not_reached) {
  std::vector<std::string> seen;
  for (const auto& c : every_check()) {
    const auto result = c.by.verify(c.token, kNow);
    ASSERT_FALSE(result) << c.check;
    const auto told = trace(c.token, c.by, kNow, Values::redacted);
    ASSERT_TRUE(told.refusal) << c.check;
    EXPECT_EQ(*told.refusal, result.error()) << c.check;
    ASSERT_EQ(told.steps.size(), kChecks.size());
    auto expected = Verdict::passed;
    for (const auto& s : told.steps) {
      const bool here = s.check == c.check;
      EXPECT_EQ(s.verdict, here ? Verdict::failed : expected) << c.check << ": " << s.check;
      if (here) {
        expected = Verdict::not_reached;
        EXPECT_EQ(s.code, error_name(result.error().code)) << c.check;
        EXPECT_EQ(s.at, result.error().at) << c.check;
        EXPECT_FALSE(s.expected.empty() || s.actual.empty() || s.hint.empty()) << c.check;
      } else if (expected == Verdict::not_reached) {
        EXPECT_EQ(s.code + s.expected + s.actual + s.hint, "") << c.check << ": " << s.check;
      }
    }
    if (seen.empty() || seen.back() != c.check) seen.push_back(c.check);
  }
  EXPECT_EQ(seen, kChecks);
}

TEST(Trace, a_jwe_is_of_the_wrong_kind) {
  const auto told = trace("e30.e30.e30.e30.e30", verifier(), kNow, Values::redacted);
  EXPECT_EQ(step(told, "shape").code, "wrong_kind");
  EXPECT_EQ(step(told, "shape").actual, "5 parts: a JWE, which is encrypted");
}

TEST(Trace, what_the_policy_leaves_unchecked_has_not_passed) {
  const Verifier lax{mac_key(), Policy{.issuer = Unchecked("a test"),
                                       .audience = Unchecked("a test"),
                                       .typ = Unchecked("a test"),
                                       .algs = Unchecked("a test")}};
  const auto told = trace(token(), lax, kNow, Values::redacted);
  EXPECT_FALSE(told.refusal);
  for (const auto& s : told.steps) {
    const bool named = s.check == "alg" || s.check == "typ" || s.check == "iss" || s.check == "aud";
    EXPECT_EQ(s.verdict, named ? Verdict::unchecked : Verdict::passed) << s.check;
    if (named) {
      EXPECT_EQ(s.expected, "not checked: a test") << s.check;
    }
  }
}

TEST(Trace, redacted_it_holds_nothing_personal_or_secret) {
  const auto bearer = token(kClaims.with("email", R"("alice@secret")")
                                .with("nonce", R"("n-secret")")
                                .with("jti", R"("j-secret")")
                                .with("sub", R"("sub-secret")")
                                .with("own", R"({"a":"secret","b":2})")
                                .with("list", R"(["secret"])")
                                .with("azp", R"({"no":"secret"})")
                                .with("scope", R"("orders:read")")
                                .with("age", "42")
                                .with("flag", "true")
                                .with("none", "null")
                                .with("auth_time", "1799999000"));
  const auto told = trace(bearer, verifier(), kNow, Values::redacted);
  EXPECT_FALSE(told.refusal);
  EXPECT_EQ(all_text(told).find("secret"), std::string::npos) << all_text(told);
  EXPECT_EQ(claim(told, "email"), "a text of 12 octets");
  EXPECT_EQ(claim(told, "sub"), "a text of 10 octets");
  EXPECT_EQ(claim(told, "own"), "an object of 2 members");
  EXPECT_EQ(claim(told, "list"), "a list of 1 value");
  EXPECT_EQ(claim(told, "azp"), "an object of 1 member");
  EXPECT_EQ(claim(told, "age"), "a number");
  EXPECT_EQ(claim(told, "flag"), "a boolean");
  EXPECT_EQ(claim(told, "none"), "null");
  EXPECT_EQ(claim(told, "scope"), R"("orders:read")");
  EXPECT_EQ(claim(told, "iss"), R"("https://id.example.com")");
  EXPECT_EQ(claim(told, "exp"), "1800000300, 2027-01-15T08:05:00Z");
  EXPECT_EQ(claim(told, "auth_time"), "1799999000, 2027-01-15T07:43:20Z");
  const auto open = trace(bearer, verifier(), kNow, Values::shown);
  EXPECT_EQ(claim(open, "email"), R"("alice@secret")");
  EXPECT_EQ(claim(open, "own"), R"({"a":"secret","b":2})");
}

TEST(Trace, a_refusal_is_redacted_too) {
  const auto jti = with_claim("jti", R"({"secret":1})");
  EXPECT_EQ(step(trace(jti, verifier(), kNow, Values::redacted), "claim_types").actual, "an object of 1 member");
  EXPECT_EQ(step(trace(jti, verifier(), kNow, Values::shown), "claim_types").actual, R"({"secret":1})");
  const auto jwk = with_header("jwk", R"("secret")");
  EXPECT_EQ(step(trace(jwk, verifier(), kNow, Values::redacted), "header").actual, "a text of 6 octets");
  EXPECT_EQ(step(trace(jwk, verifier(), kNow, Values::shown), "header").actual, R"("secret")");
}

TEST(Trace, no_signature_and_no_key) {
  for (const auto& c : every_check())
    for (const Values values : {Values::redacted, Values::shown}) {
      const auto all = all_text(trace(c.token, c.by, kNow, values));
      EXPECT_EQ(all.find("0123456789abcdef"), std::string::npos) << all;
      const auto signature = c.token.substr(c.token.rfind('.') + 1);
      if (signature.size() > 8) {
        EXPECT_EQ(all.find(signature.substr(0, 8)), std::string::npos) << all;
      }
    }
}

TEST(Trace, any_text_can_be_traced_and_is_cut) {
  std::string many = "{\"iss\":\"x\"";
  for (int i = 0; i < 200; ++i) many += ",\"c" + std::to_string(i) + "\":\"" + std::string(40, 'y') + "\"";
  const Verifier wide = with([](Policy& p) { p.max_bytes = 1 << 20; });
  const std::string texts[] = {"",
                               ".",
                               "..",
                               "....",
                               "e30.e30.e30",
                               "\xFF.\xFF.\xFF",
                               std::string(100'000, '.'),
                               token(many + "}"),
                               with_claim("sub", text_json(std::string(5000, 's')))};
  for (const auto& text : texts) {
    const auto told = trace(text, wide, kNow, Values::shown);
    EXPECT_EQ(told.refusal.has_value(), !wide.verify(text, kNow).has_value());
    EXPECT_EQ(told.steps.size(), kChecks.size());
    EXPECT_LE(told.claims.size(), 100U);
    for (const auto& [name, value] : told.claims) EXPECT_LT(value.size(), 210U);
  }
}

TEST(Trace, verdicts_have_names) {
  EXPECT_EQ(verdict_name(Verdict::passed), "passed");
  EXPECT_EQ(verdict_name(Verdict::failed), "failed");
  EXPECT_EQ(verdict_name(Verdict::not_reached), "not_reached");
  EXPECT_EQ(verdict_name(Verdict::unchecked), "unchecked");
}

// ── SD-JWT ──────────────────────────────────────────────────────────────────────────────────────────────────────────

TEST(Trace, an_sd_jwt_is_traced_as_it_is_verified) {
  const std::string audience = disclosure(R"(["s5","https://api.example.com"])");
  const Members for_some = kSdClaims.with("aud", R"([{"...":)" + digest_json(audience) + "}]");
  const std::string expiry = disclosure(R"(["s6","exp",1800000300])");
  const Members hides_exp = kSdClaims.without("exp").with("_sd", "[" + digest_json(expiry) + "]");
  const auto with = [](std::function<void(Policy&)> change) {
    Policy out = sd_policy().issuer_signed;
    change(out);
    return out;
  };
  const Policy plain = sd_policy().issuer_signed;
  const Policy audited = with([](Policy& p) { p.audience = kAudience; });
  const Policy named = with([](Policy& p) { p.require = {"given_name"}; });
  const std::string good = shown(kSdClaims, {kName});
  struct SdCase {
    std::string text;
    Policy by;
    std::string fails;  // the check; "" where none does
  };
  const std::vector<SdCase> cases{
      {good, plain, ""},
      {good, named, ""},
      {shown(kSdClaims, {}), named, "require"},
      {shown(for_some, {audience}), audited, ""},
      {shown(for_some, {}), audited, "claim_types"},
      {good, audited, "aud"},
      {shown(hides_exp, {expiry}), plain, ""},
      {shown(hides_exp, {}), plain, "exp"},
      {good, with([](Policy& p) { p.leeway = seconds(-1); }), "policy"},
      {good, with([](Policy& p) { p.max_bytes = 100; }), "presentation"},
      {issuer_signed(kSdClaims.text()), plain, "presentation"},
      {issuer_signed(kSdClaims.text()) + "~~", plain, "presentation"},
      {joined(issuer_signed(kSdClaims.text(), R"({"alg":"ES256","typ":"JWT"})"), {}), plain, "typ"},
      {shown(kSdClaims, {kCountry}), plain, "disclosures"},
      {shown(kSdClaims, {kName, kName}), plain, "disclosures"},
      {shown(kSdClaims.with("_sd_alg", "1"), {}), plain, "disclosures"},
      {shown(kSdClaims.with("iss", R"("https://evil")"), {}), plain, "iss"},
      {"", plain, "presentation"},
      {"", with([](Policy& p) { p.leeway = seconds(-1); }), "policy"},
  };
  for (const auto& [text, by, fails] : cases) {
    const auto keys = Keys::of({issuer_key().public_key()});
    const sdjwt::Policy policy{by, Unchecked("a test")};
    const auto trace = sdjwt::trace(text, keys, policy, kNow, Values::redacted);
    const auto verified = sdjwt::verify(text, keys, policy, kNow);
    ASSERT_EQ(trace.refusal.has_value(), !verified) << fails << " " << text;
    EXPECT_EQ(verified.has_value(), fails.empty()) << fails << " " << text;
    EXPECT_EQ(trace.refusal, verified ? std::nullopt : std::optional(verified.error())) << fails;
    bool reached = true;
    for (const Step& one : trace.steps) {
      if (one.check == "key_binding") continue;
      if (one.check == fails) {
        EXPECT_EQ(one.verdict, Verdict::failed) << fails;
        EXPECT_EQ(one.code, error_name(verified.error().code));
        EXPECT_FALSE(one.expected.empty() || one.actual.empty());
        reached = false;
      } else {
        EXPECT_EQ(one.verdict == Verdict::passed || one.verdict == Verdict::unchecked, reached) << one.check;
      }
    }
    EXPECT_EQ(reached, fails.empty()) << fails;
    EXPECT_EQ(trace.steps.size(), kChecks.size() + 3);
  }
}

TEST(Trace, the_claims_of_an_sd_jwt_are_those_that_were_disclosed) {
  const auto trace =
      sdjwt::trace(shown(kSdClaims, {kName}), Keys::of({issuer_key().public_key()}), sd_policy(), kNow, Values::shown);
  const auto claim = [&](std::string_view name) {
    const auto it = std::ranges::find(trace.claims, name, &std::pair<std::string, std::string>::first);
    return it == trace.claims.end() ? "" : it->second;
  };
  EXPECT_EQ(claim("given_name"), R"("Ada")");
  EXPECT_EQ(claim("nations"), R"(["FR"])");
  EXPECT_EQ(claim("_sd") + claim("_sd_alg"), "");
}

Trace sd_trace(const std::string& text, const sdjwt::Policy& policy) {
  return sdjwt::trace(text, Keys::of({issuer_key().public_key()}), policy, kNow, Values::redacted);
}
const Step& step_of(const Trace& trace, std::string_view check) {
  return *std::ranges::find(trace.steps, check, &Step::check);
}

TEST(Trace, key_binding_is_traced_as_it_is_verified) {
  const std::string good = shown(kSdClaims, {kName}), anonymous = shown(kSdClaims.without("cnf"), {kName});
  const std::string hashed = shown(kSdClaims.with("_sd_alg", R"("md5")"), {kName});
  for (const std::string& text :
       {bound(good, kb_claims(good)), good, good + "garbage", bound(good, kb_claims(good).with("nonce", R"("n-2")")),
        bound(good, kb_claims(good).with("aud", R"("x")")), bound(good, kb_claims(good).with("iat", "1")),
        bound(good, kb_claims(good), kKbHeader, *PrivateKey::generate(Alg::EdDSA)),
        bound(anonymous, kb_claims(anonymous)), bound(hashed, kb_claims(hashed))}) {
    const auto verified = sd_verify(text, bound_policy());
    const Trace trace = sd_trace(text, bound_policy());
    EXPECT_EQ(trace.refusal, verified ? std::nullopt : std::optional(verified.error())) << text;
    EXPECT_EQ(step_of(trace, "key_binding").verdict, verified ? Verdict::passed : Verdict::failed) << text;
    EXPECT_EQ(step_of(trace, "disclosures").verdict, verified ? Verdict::passed : Verdict::not_reached) << text;
  }
}

TEST(Trace, a_key_binding_that_nobody_asked_for_is_checked_as_far_as_it_can_be) {
  const std::string good = shown(kSdClaims, {kName});
  const auto refusal = [](const std::string& text) {
    const Trace trace = sd_trace(text, sd_policy());
    EXPECT_EQ(step_of(trace, "key_binding").verdict, trace.refusal ? Verdict::failed : Verdict::unchecked);
    return trace.refusal ? std::string(error_name(trace.refusal->code)) + " " + trace.refusal->at : "";
  };
  EXPECT_EQ(refusal(good), "");
  EXPECT_EQ(refusal(bound(good, kb_claims(good))), "");
  EXPECT_EQ(refusal(bound(good, kb_claims(good).with("nonce", R"("n-2")").with("aud", R"("x")"))), "");
  EXPECT_EQ(refusal(good + "garbage"), "malformed kb_jwt");
  EXPECT_EQ(refusal(bound(good, kb_claims(good), kKbHeader, *PrivateKey::generate(Alg::EdDSA))),
            "bad_signature kb_jwt");
  EXPECT_EQ(refusal(bound(good, kb_claims(good + kNation + "~"))), "claim_mismatch kb_jwt.sd_hash");
  EXPECT_EQ(refusal(bound(good, kb_claims(good).without("aud"))), "claim_missing kb_jwt.aud");
}

TEST(Trace, an_sd_jwt_may_lack_exp_where_the_policy_says_so) {
  const std::string endless = shown(kSdClaims.without("exp"), {});
  sdjwt::Policy policy = sd_policy();
  EXPECT_EQ(step_of(sd_trace(endless, policy), "exp").verdict, Verdict::failed);
  policy.may_lack_exp = Unchecked("a test");
  const Trace trace = sd_trace(endless, policy);
  EXPECT_FALSE(trace.refusal);
  EXPECT_EQ(step_of(trace, "exp").verdict, Verdict::unchecked);
  EXPECT_EQ(step_of(trace, "exp").expected, "not checked: a test");
  EXPECT_EQ(step_of(sd_trace(shown(kSdClaims, {}), policy), "exp").verdict, Verdict::passed);
  EXPECT_EQ(step_of(sd_trace(shown(kSdClaims.with("exp", "1"), {}), policy), "exp").verdict, Verdict::failed);
}

TEST(Trace, what_is_wrong_with_disclosures_is_named) {
  const Trace hashed = sd_trace(shown(kSdClaims.with("_sd_alg", R"("md5")"), {}), sd_policy());
  EXPECT_EQ(step_of(hashed, "disclosures").expected, "sha-256 or sha-384 or sha-512");
  EXPECT_EQ(step_of(hashed, "disclosures").actual, R"(_sd_alg "md5": the algorithm is not known)");
  const Trace second = sd_trace(shown(kSdClaims, {kName, disclosure("[1]")}), sd_policy());
  EXPECT_TRUE(step_of(second, "disclosures").actual.starts_with("disclosure 2 of 2: "));
  const Error error{Err::unknown_alg, "_sd_alg"};
  const Verifier verifier{issuer_key().public_key(), sd_policy().issuer_signed};
  const auto why = explain(error, issuer_signed(kSdClaims.with("_sd_alg", R"("md5")").text()), verifier, kNow);
  EXPECT_EQ(why.expected + ", not " + why.actual, "sha-256 or sha-384 or sha-512, not md5");
}
