// The rows of the requirements that concern claims and policies, each case of a row; and the rows of signatures and
// limits once more, through a Verifier.
#include <gtest/gtest.h>

#include <chrono>

#include "tokens.hpp"
#include "unit/jose/allocations.hpp"

using namespace tests;

namespace {

Policy policy_of(Alg alg) { return {.issuer = kIssuer, .audience = kAudience, .typ = "at+jwt", .algs = {alg}}; }

std::string nested(std::size_t depth) {
  std::string out;
  for (std::size_t i = 0; i < depth; ++i) out += i % 2 ? "{\"a\":" : "[";
  out += "1";
  for (std::size_t i = depth; i-- > 0;) out += i % 2 ? "}" : "]";
  return out;
}

const char* kValues[] = {"null",  "true", "false", "0",    "-1", "1.5",    "1e19",      "\"\"",
                         "\"x\"", "[]",   "[1]",   "[[]]", "{}", "[null]", "{\"a\":1}", "\"123\""};

}  // namespace

TEST(Requirements, the_good_token_is_good) { EXPECT_EQ(outcome(token()), "ok"); }

TEST(Requirements, R01_alg_none) {
  for (const char* none : {"none", "None", "NONE", "nOnE"})
    for (const char* signature : {"", "AAAA"}) {
      const std::string unsigned_token =
          input_of(kHeader.with("alg", text_json(none)).text(), kClaims.text()) + "." + signature;
      EXPECT_EQ(outcome(unsigned_token), "alg_not_allowed alg");
      Policy any = policy();
      any.algs = Unchecked("a test: even so, none is no algorithm");
      EXPECT_EQ(outcome(unsigned_token, any), "alg_not_allowed alg");
      EXPECT_EQ(outcome(unsigned_token, Verifier{Keys::of({}), any}), "alg_not_allowed alg");
    }
}

TEST(Requirements, R01_no_keys_configured) {
  EXPECT_EQ(outcome(token(), Verifier{Keys::of({}), policy()}), "no_keys keys");
  const auto bare = input_of(kHeader.text(), kClaims.text()) + ".";
  EXPECT_EQ(outcome(bare, Verifier{Keys::of({}), policy()}), "no_keys keys");
}

TEST(Requirements, R01_no_algorithm_allowed) {
  Policy none = policy();
  none.algs = std::vector<Alg>{};
  EXPECT_EQ(outcome(token(), none), "alg_not_allowed alg");
}

TEST(Requirements, R01_an_empty_signature_is_a_bad_one) {
  const auto good = token();
  EXPECT_EQ(outcome(good.substr(0, good.rfind('.') + 1)), "bad_signature ");
}

TEST(Requirements, R02_a_public_key_is_never_a_mac_key) {
  for (const Alg owner : kOfEachType) {
    const auto key = public_key(owner);
    for (const auto& text : {key.pem(), " " + key.pem(), key.jwk(), jwks(std::span(&key, 1))}) {
      const auto attacker = SecretKey::from_octets(bytes_of(text), Alg::HS256);
      if (!attacker) continue;
      const auto forged = token_of(kHeader.without("kid").text(), *attacker, Alg::HS256, kClaims.text());
      EXPECT_EQ(outcome(forged, Verifier{key, policy_of(owner)}), "alg_not_allowed alg");
      EXPECT_EQ(outcome(forged, Verifier{key, policy_of(Alg::HS256)}), "alg_key_mismatch alg");
      Policy any = policy();
      any.algs = Unchecked("a test: the key still decides");
      EXPECT_EQ(outcome(forged, Verifier{key, any}), "alg_key_mismatch alg");
      EXPECT_EQ(outcome(forged, Verifier{Keys::of({key}), any}), "alg_key_mismatch alg");
    }
  }
}

TEST(Requirements, R03_a_key_without_alg_admits_what_its_type_and_curve_admit) {
  Policy any = policy();
  any.algs = Unchecked("a test: the key alone decides");
  for (const Alg owner : kOfEachType)
    for (const Alg alg : kEvery) {
      const auto key = public_key(owner);
      ASSERT_FALSE(key.info().alg);
      const auto header = kHeader.without("kid").with("alg", text_json(alg_name(alg))).text();
      const auto made = key.admits(alg) ? token_of(header, private_key(owner), alg, kClaims.text())
                                        : input_of(header, kClaims.text()) + ".";
      EXPECT_EQ(outcome(made, Verifier{key, any}), key.admits(alg) ? "ok" : "alg_key_mismatch alg");
      EXPECT_EQ(outcome(made, Verifier{key, policy_of(alg)}), key.admits(alg) ? "ok" : "alg_key_mismatch alg");
      if (alg != owner) {
        EXPECT_EQ(outcome(made, Verifier{key, policy_of(owner)}), "alg_not_allowed alg");
      }
    }
}

TEST(Requirements, R14_a_megabyte_of_dots) {
  const std::string dots(1 << 20, '.');
  Policy large = policy();
  large.max_bytes = 1 << 20;
  const Verifier wide{mac_key(), large};
  Scratch scratch;
  const auto before = allocations;
  EXPECT_EQ(verifier().verify(dots, kNow, scratch).error().code, Err::too_large);
  EXPECT_EQ(wide.verify(dots, kNow, scratch).error().code, Err::malformed);
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(outcome("." + dots.substr(1), wide), "malformed parts");
  EXPECT_EQ(outcome("a" + dots.substr(1), wide), "malformed parts");
  EXPECT_EQ(outcome(".."), "malformed header");
  EXPECT_EQ(outcome("."), "malformed parts");
  EXPECT_EQ(outcome(""), "malformed token");
}

TEST(Requirements, R15_a_token_above_the_limit_is_refused_before_it_is_decoded) {
  const auto good = token();
  Policy exact = policy();
  exact.max_bytes = good.size();
  EXPECT_EQ(outcome(good, exact), "ok");
  exact.max_bytes = good.size() - 1;
  EXPECT_EQ(outcome(good, exact), "too_large token");
  const std::string large = with_claim("more", text_json(std::string(16 * 1024, 'x')));
  Scratch scratch;
  const Verifier& its = verifier();  // made here, where no other test has made it
  const auto before = allocations;
  const auto refused = its.verify(large, kNow, scratch);
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(refusal_of(refused), "too_large token");
}

TEST(Requirements, R15_too_many_members) {
  Members many = kClaims;
  std::string text = many.text();
  text.pop_back();
  for (int i = 0; i < 1100; ++i) text += ",\"" + std::to_string(i) + "\":1";
  EXPECT_EQ(outcome(token(text + "}")), "too_large payload");
}

TEST(Requirements, R16_deep_nesting) {
  for (const std::size_t depth : {32U, 33U, 500U, 2000U}) {
    // Before the signature, and before any key is looked for.
    const auto header = kHeader.with("x", nested(depth)).text();
    EXPECT_EQ(outcome(input_of(header, kClaims.text()) + ".AAAA", Verifier{Keys::of({}), policy()}),
              "json_depth header");
    EXPECT_EQ(outcome(with_claim("x", nested(depth))), "json_depth payload");
  }
  EXPECT_EQ(outcome(with_claim("x", nested(31))), "ok");
  EXPECT_EQ(outcome(token(kClaims.text(), kHeader.with("x", nested(31)).text())), "ok");
}

TEST(Requirements, R17_each_header_parameter_absent_null_or_of_another_type) {
  for (const char* name : {"alg", "typ", "kid"}) {
    EXPECT_EQ(outcome(token(kClaims.text(), kHeader.without(name).text())),
              std::string_view(name) == "alg"   ? "malformed_header alg"
              : std::string_view(name) == "typ" ? "typ_mismatch typ"
                                                : "ok");
    for (const std::string value : kValues)
      if (value[0] != '"') {
        EXPECT_EQ(outcome(token(kClaims.text(), kHeader.with(name, value).text())),
                  std::string("malformed_header ") + name)
            << value;
      }
  }
  for (const char* header : {"", "null", "[]", "1", "\"x\"", "{", "{}x", "{\"alg\":\"HS256\",}"})
    EXPECT_NE(outcome(token(kClaims.text(), header)), "ok") << header;
}

TEST(Requirements, R17_missing_parts) {
  const auto good = token();
  const auto first = good.find('.'), last = good.rfind('.');
  const std::string header = good.substr(0, first), payload = good.substr(first + 1, last - first - 1),
                    signature = good.substr(last + 1);
  EXPECT_EQ(outcome("." + payload + "." + signature), "malformed header");
  EXPECT_EQ(outcome(header + ".." + signature), "bad_signature ");
  EXPECT_EQ(outcome(header + "." + payload + "."), "bad_signature ");
  EXPECT_EQ(outcome(header + "." + payload), "malformed parts");
  EXPECT_EQ(outcome(header), "malformed parts");
  for (const char* claims :
       {"", "null", "[]", "1", "\"x\"", "{", "{}x", "{\"exp\":1,}", "\xEF\xBB\xBF{}", "{\"a\":\"\xFF\"}"})
    EXPECT_EQ(outcome(token(claims)), "bad_json payload") << claims;
}

//= RFC7797#7
// For interoperability reasons, JSON Web Tokens [JWT] MUST NOT use "b64" with a "false" value.
TEST(Requirements, R19_a_jwt_has_an_encoded_payload) {
  for (const char* b64 : {"true", "false"}) {
    const std::string header = kHeader.with("b64", b64).with("crit", R"(["b64"])").text();
    EXPECT_EQ(outcome(token(kClaims.text(), header)), "crit_unsupported crit");
    EXPECT_EQ(outcome(token(kClaims.text(), kHeader.with("b64", b64).text())), "malformed_header b64");
    // Signed as it stands.
    EXPECT_EQ(outcome(forge(base64url::encode(header) + "." + R"({"sub":"alice"})", mac_key(), Alg::HS256)),
              "crit_unsupported crit");
  }
  const auto detached = jws::sign(bytes_of(kClaims.text()), mac_key(), jws::Payload::base64url_detached);
  EXPECT_EQ(outcome(*detached), "typ_mismatch typ");
  const jws::Signer signer(mac_key(), {.typ = "at+jwt"});
  EXPECT_EQ(outcome(*jws::sign(bytes_of(kClaims.text()), signer, jws::Payload::base64url_detached)), "bad_signature ");
}

TEST(Requirements, R27_a_jwt_is_compact) {
  const jws::Signer signer(mac_key(), {.typ = "at+jwt"});
  EXPECT_EQ(outcome(*jws::sign(bytes_of(kClaims.text()), signer)), "ok");
  for (const auto how : {jws::Payload::base64url, jws::Payload::plain}) {
    EXPECT_EQ(outcome(*jws::sign_flattened(bytes_of(kClaims.text()), signer, how)), "malformed token");
    EXPECT_EQ(outcome(*jws::sign_general(bytes_of(kClaims.text()), {&signer, 1}, how)), "malformed token");
  }
}

TEST(Requirements, R20_iss_is_one_of_the_exact_texts) {
  EXPECT_EQ(outcome(token(kClaims.without("iss"))), "claim_missing iss");
  for (const char* partial : {"", "https://id.example.co", "id.example.com", "https://id.example.com/",
                              "https://id.example.com ", "https://id.example.com.evil", "HTTPS://id.example.com",
                              "https://ID.example.com", "https://id.example.com\\u0000"})
    EXPECT_EQ(outcome(with_claim("iss", text_json(partial))), "claim_mismatch iss") << partial;
}

TEST(Requirements, R20_iss_is_no_list) {
  for (const char* list : {R"(["https://id.example.com"])", "[]", R"({"https://id.example.com":1})"})
    EXPECT_EQ(outcome(with_claim("iss", list)), "claim_type iss");
}

TEST(Requirements, R20_aud_holds_one_of_the_exact_texts) {
  EXPECT_EQ(outcome(token(kClaims.without("aud"))), "claim_missing aud");
  EXPECT_EQ(outcome(with_claim("aud", R"(["x","https://api.example.com"])")), "ok");
  for (const char* other : {R"("")", R"("https://api")", R"("https://api.example.com.evil")", R"("x")", R"(["x"])",
                            R"(["https://api.example.co","m"])", R"("https://api.example.com/")"})
    EXPECT_EQ(outcome(with_claim("aud", other)), "claim_mismatch aud") << other;
}

TEST(Requirements, R20_aud_of_another_type) {
  for (const char* other : {"[]", "[1]", "1", "true", "null", "{}", R"([["https://api.example.com"]])",
                            R"(["https://api.example.com",1])", R"(["https://api.example.com",null])"}) {
    EXPECT_EQ(outcome(with_claim("aud", other)), "claim_type aud") << other;
    Policy unchecked = policy();
    unchecked.audience = Unchecked("a test: the type is checked all the same");
    EXPECT_EQ(outcome(with_claim("aud", other), unchecked), "claim_type aud") << other;
  }
}

TEST(Requirements, R20_an_empty_list_of_expectations_matches_nothing) {
  Policy none = policy();
  none.issuer = std::vector<std::string>{};
  EXPECT_EQ(outcome(token(), none), "claim_mismatch iss");
  none = policy();
  none.audience = std::vector<std::string>{};
  EXPECT_EQ(outcome(token(), none), "claim_mismatch aud");
  none = policy();
  none.typ = std::vector<std::string>{};
  EXPECT_EQ(outcome(token(), none), "typ_mismatch typ");
}

TEST(Requirements, R21_a_time_of_another_type_is_never_an_absent_one) {
  for (const char* name : {"exp", "nbf", "iat"})
    for (const char* value :
         {R"("123")", R"("1800000300")", R"("NaN")", "true", "false", "null", "-1", "-0.5", "1e19", "253402300800",
          "253402300799.5", "18446744073709551615", "9223372036854775807", "1e308", "[1800000300]", "{}", R"("")"})
      EXPECT_EQ(outcome(with_claim(name, value)), std::string("claim_type ") + name) << value;
}

TEST(Requirements, R21_what_JSON_has_no_number_for_is_no_JSON) {
  for (const char* name : {"exp", "nbf", "iat"})
    for (const char* value : {"NaN", "Infinity", "-Infinity", "1e400", "-1e400", "0x10", "01", "1.", ".5", "+1",
                              "100000000000000000000000"})
      EXPECT_EQ(outcome(with_claim(name, value)), "bad_json payload") << value;
}

TEST(Requirements, R21_registered_texts_are_texts) {
  for (const char* name : {"iss", "sub", "jti"})
    for (const std::string value : kValues)
      if (value[0] != '\"') {
        EXPECT_EQ(outcome(with_claim(name, value)), std::string("claim_type ") + name) << value;
      }
}

TEST(Requirements, R21_times_may_have_fractions_and_exponents) {
  EXPECT_EQ(outcome(with_claim("exp", "1800000000.5")), "ok");
  EXPECT_EQ(outcome(with_claim("exp", "1.8000003e9")), "ok");
  EXPECT_EQ(outcome(with_claim("exp", "1799999999.5")), "expired exp");
  EXPECT_EQ(outcome(with_claim("exp", "253402300799")), "ok");
  EXPECT_EQ(outcome(with_claim("nbf", "1800000000.9")), "ok");
  EXPECT_EQ(outcome(with_claim("nbf", "0")), "ok");
  EXPECT_EQ(outcome(with_claim("exp", "0")), "expired exp");
}

TEST(Requirements, R28_a_JWE_is_another_kind) {
  EXPECT_EQ(outcome("e30.e30.e30.e30.e30"), "wrong_kind JWE");
  EXPECT_EQ(outcome("eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"),
            "wrong_kind JWE");
  // A JWE around an unsigned token: five parts are refused whatever they hold.
  const auto plain = input_of(R"({"alg":"none"})", kClaims.text());
  EXPECT_EQ(outcome(input_of(kHeader.text(), plain) + "...", policy()), "wrong_kind JWE");
}

TEST(Requirements, R28_a_token_inside_a_token_is_no_claim_set) {
  const auto header = kHeader.with("cty", R"("JWT")").text();
  EXPECT_EQ(outcome(token(token(), header)), "bad_json payload");
  EXPECT_EQ(outcome(token(text_json(token()), header)), "bad_json payload");
  EXPECT_EQ(outcome(token(input_of(R"({"alg":"none"})", kClaims.text()) + ".", header)), "bad_json payload");
}

// A scratch keeps the header that it read last: another token's never stands in for it.
TEST(Requirements, R33_a_kept_header_is_the_tokens_own) {
  Scratch scratch;
  const auto answer = [&](const std::string& token) { return refusal_of(verifier().verify(token, kNow, scratch)); };
  const auto good = token(), other = token(kClaims.text(), kHeader.with("typ", R"("at+jwx")").text()),
             broken = token(kClaims.text(), kHeader.with("typ", "[1,2,3]").text());
  ASSERT_EQ(good.find('.'), other.find('.'));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(answer(good), "ok");
    EXPECT_EQ(answer(other), "typ_mismatch typ");
    EXPECT_EQ(answer(good), "ok");
    EXPECT_EQ(answer(broken), "malformed_header typ");
    EXPECT_EQ(answer(good), "ok");
    EXPECT_EQ(answer(replaced(good, ".", "!.")), "bad_base64 header");
  }
}

TEST(Requirements, R34_no_pattern_in_a_policy) {
  for (const char* pattern : {".*", "https://.*", "https://id*", "^https://id.example.com$", "/https:.*/", "*", ""}) {
    Policy wild = policy();
    wild.issuer = pattern;
    EXPECT_EQ(outcome(token(), wild), "claim_mismatch iss") << pattern;
    wild = policy();
    wild.audience = pattern;
    EXPECT_EQ(outcome(token(), wild), "claim_mismatch aud") << pattern;
    wild = policy();
    wild.typ = pattern;
    EXPECT_EQ(outcome(token(), wild), "typ_mismatch typ") << pattern;
  }
  EXPECT_EQ(outcome(with_claim("iss", text_json("https://idXexampleXcom"))), "claim_mismatch iss");
}

TEST(Requirements, R34_the_answer_does_not_depend_on_the_one_before) {
  const auto good = token(), bad = with_claim("iss", text_json("https://evil"));
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(outcome(good), "ok");
    EXPECT_EQ(outcome(bad), "claim_mismatch iss");
  }
}

TEST(Requirements, R34_a_long_claim_takes_linear_time) {
  Policy large = policy();
  large.max_bytes = 1 << 20;
  const Verifier wide{mac_key(), large};
  const auto long_token = with_claim("iss", text_json(std::string(500'000, 'a') + "!"));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(outcome(long_token, wide), "claim_mismatch iss");
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(2));
}

TEST(Requirements, R35_the_allow_list_is_checked_whatever_form_the_key_has) {
  const auto made = [](Alg alg, const auto& key) {
    return token_of(kHeader.without("kid").with("alg", text_json(alg_name(alg))).text(), key, alg, kClaims.text());
  };
  // The key names its algorithm, and the token has it: it still has to be on the list.
  const auto owner = *private_key(Alg::RS256).with({.kid = "", .alg = Alg::RS256});
  const auto signed_token = made(Alg::RS256, owner);
  const auto key = owner.public_key();
  for (const auto& by : {Verifier{key, policy_of(Alg::ES256)}, Verifier{Keys::of({key}), policy_of(Alg::ES256)},
                         Verifier{*Keys::parse(jwks(std::span(&key, 1))), policy_of(Alg::ES256)},
                         Verifier{*PublicKey::parse(key.jwk()), policy_of(Alg::ES256)},
                         Verifier{*PublicKey::parse(key.pem(), {.kid = "", .alg = Alg::RS256}), policy_of(Alg::PS256)}})
    EXPECT_EQ(outcome(signed_token, by), "alg_not_allowed alg");
  const auto secret = secret_key(Alg::HS512);
  EXPECT_EQ(outcome(made(Alg::HS512, secret), Verifier{secret, policy()}), "alg_not_allowed alg");
  EXPECT_EQ(outcome(made(Alg::HS512, secret), Verifier{secret, policy_of(Alg::HS512)}), "ok");
}

TEST(Requirements, R36_an_error_holds_no_text_of_the_token) {
  // An Error is a code and a literal; nothing that the sender chose gets into either.
  const std::string marker = "MARKER";
  for (const auto& refused : {with_claim("iss", text_json(marker)), with_claim("aud", text_json(marker)),
                              with_claim("exp", text_json(marker)), with_claim("sub", "[\"" + marker + "\"]"),
                              token(kClaims.text(), kHeader.with("typ", text_json(marker)).text()),
                              token(kClaims.text(), kHeader.with("kid", text_json(marker)).text()),
                              token(kClaims.text(), kHeader.with("alg", text_json(marker)).text()), marker,
                              marker + "." + marker + "." + marker}) {
    const auto result = verifier().verify(refused, kNow);
    ASSERT_FALSE(result);
    EXPECT_EQ(std::string(result.error().at).find(marker), std::string::npos);
    EXPECT_EQ(error_text(result.error().code).find(marker), std::string::npos);
    EXPECT_EQ(error_hint(result.error().code).find(marker), std::string::npos);
  }
  Policy wants = policy();
  wants.require = {marker};
  EXPECT_EQ(outcome(token(), wants), "claim_missing require");
}

TEST(Requirements, R37_a_NUL_ends_nothing) {
  using namespace std::string_literals;
  const auto good = token();
  EXPECT_EQ(outcome(good + "\0"s), "bad_base64 signature");
  EXPECT_EQ(outcome(good + "\0x"s), "bad_base64 signature");
  EXPECT_EQ(outcome("\0"s + good), "bad_base64 header");
  EXPECT_EQ(outcome(replaced(good, ".", "\0."s)), "bad_base64 header");
  EXPECT_EQ(outcome("\0"s), "malformed parts");
  // In a claim and in a policy it is an octet like any other.
  EXPECT_EQ(outcome(with_claim("iss", R"("https://id.example.com\u0000.evil")")), "claim_mismatch iss");
  EXPECT_EQ(outcome(with_claim("aud", R"("https://api.example.com\u0000")")), "claim_mismatch aud");
  Policy nul = policy();
  nul.issuer = "https://id.example.com\0x"s;
  EXPECT_EQ(outcome(token(), nul), "claim_mismatch iss");
  EXPECT_EQ(outcome(with_claim("iss", R"("https://id.example.com\u0000x")"), nul), "ok");
  nul = policy();
  nul.require = {"jti\0x"s};
  EXPECT_EQ(outcome(token(), nul), "claim_missing require");
  // A NUL as it stands, unescaped, is no JSON.
  EXPECT_EQ(outcome(with_claim("sub", "\"a\0b\""s)), "bad_json payload");
  const auto claims = verifier().verify(with_claim("sub", R"("a\u0000b")"), kNow);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->subject(), "a\0b"s);
  EXPECT_FALSE(claims->has("sub\0x"s));
  EXPECT_FALSE(claims->contains("sub", "a"));
  // In a header.
  EXPECT_EQ(outcome(token(kClaims.text(), kHeader.with("typ", R"("at+jwt\u0000")").text())), "typ_mismatch typ");
  EXPECT_EQ(outcome(token(kClaims.text(), kHeader.with("alg", R"("HS256\u0000")").text())), "unknown_alg alg");
  EXPECT_EQ(outcome(token(kClaims.text(), kHeader.with("kid", R"("mac\u0000")").text())), "key_not_found kid");
}

TEST(Requirements, R37_a_key_is_as_long_as_it_is) {
  using namespace std::string_literals;
  const auto key_of = [](std::string octets) { return *SecretKey::from_octets(bytes_of(octets), Alg::HS256); };
  const auto key = key_of("0123456789abcdef\0"s + std::string(16, 'a')),
             other = key_of("0123456789abcdef\0"s + std::string(16, 'b'));
  const auto made = token_of(kHeader.without("kid").text(), key, Alg::HS256, kClaims.text());
  EXPECT_EQ(outcome(made, Verifier{key, policy()}), "ok");
  EXPECT_EQ(outcome(made, Verifier{other, policy()}), "bad_signature ");
}

TEST(Requirements, R38_a_token_of_one_kind_is_none_of_another) {
  const char* kinds[] = {"at+jwt", "JWT", "logout+jwt", "dpop+jwt", "secevent+jwt"};
  for (const char* made : kinds)
    for (const char* wanted : kinds) {
      Policy wants = policy();
      wants.typ = wanted;
      EXPECT_EQ(outcome(token(kClaims.text(), kHeader.with("typ", text_json(made)).text()), wants),
                std::string_view(made) == wanted ? "ok" : "typ_mismatch typ")
          << made << " as " << wanted;
    }
  // Before the signature, and whatever the claims say.
  const auto id_token = token(kClaims.text(), kHeader.with("typ", R"("JWT")").text());
  EXPECT_EQ(outcome(id_token.substr(0, id_token.rfind('.')) + ".AAAA"), "typ_mismatch typ");
  EXPECT_EQ(outcome(token(kClaims.text(), kHeader.without("typ").text())), "typ_mismatch typ");
  EXPECT_EQ(outcome(token(kClaims.text(), kHeader.with("typ", R"("")").text())), "typ_mismatch typ");
  Policy none = policy();
  none.typ = "";
  for (const auto& header : {kHeader.without("typ"), kHeader.with("typ", R"("")"), kHeader})
    EXPECT_EQ(outcome(token(kClaims.text(), header.text()), none), "typ_mismatch typ");
}
