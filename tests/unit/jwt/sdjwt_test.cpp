#include "sdjwt.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "json/json.hpp"

using namespace tests;

namespace {

const std::vector<std::string> kAll{kName, kAddress, kCountry, kNation};
const std::string kGood = shown(kSdClaims, kAll);

// The claims without what every test token has: iss, exp and cnf.
std::string rest(std::string_view text) {
  const auto claims = sd_verify(text);
  if (!claims) return refusal_of(claims);
  std::string out;
  json::Document document;
  const auto object = document.parse_object(claims->json());
  for (const auto [name, value] : *object)
    if (name != "iss" && name != "exp" && name != "cnf") out += std::string(name) + "=" + value.text() + ";";
  return out;
}
std::string rest(const Members& claims, const std::vector<std::string>& disclosures) {
  return rest(shown(claims, disclosures));
}

std::string bound_outcome(const std::string& text, sys_seconds now = kNow) {
  return refusal_of(sd_verify(text, bound_policy(), now));
}

const char* kUserClaims = R"({"iss":"https://id.example.com","sub":"user_42","exp":1800000300,"given_name":"John",
  "address":{"street":"123 Main St","country":"US"},"nationalities":["US","DE"],"a/b~c":1,"empty":{}})";

sdjwt::Draft draft() {
  return {.typ = "dc+sd-jwt",
          .claims = kUserClaims,
          .disclosable = {"/given_name", "/address", "/address/country", "/nationalities/1", "/a~1b~0c", "/empty"},
          .holder = holder_key().public_key()};
}
std::string issued(const sdjwt::Draft& draft) {
  const auto token = sdjwt::issue(draft, *issuer_key().with({.alg = Alg::ES256}));
  return token ? *token : refusal_of(token);
}
PrivateKey holder_signer() { return *holder_key().with({.alg = Alg::EdDSA}); }

}  // namespace

// ── processing (RFC 9901 section 7.1) ───────────────────────────────────────────────────────────────────────────────

TEST(SdJwt, what_is_disclosed_stands_in_its_place_and_the_rest_is_gone) {
  EXPECT_EQ(rest(kGood), R"(nations=["FR","GB"];given_name="Ada";address={"street":"St James","country":"UK"};)");
  EXPECT_EQ(rest(kSdClaims, {kName}), R"(nations=["FR"];given_name="Ada";)");
  EXPECT_EQ(rest(kSdClaims, {kAddress}), R"(nations=["FR"];address={"street":"St James"};)");
  EXPECT_EQ(rest(kSdClaims, {kCountry, kAddress}), R"(nations=["FR"];address={"street":"St James","country":"UK"};)");
  EXPECT_EQ(rest(kSdClaims, {}), R"(nations=["FR"];)");
}

TEST(SdJwt, an_object_of_which_nothing_is_disclosed_is_empty) {
  EXPECT_EQ(rest(kSdClaims.with("o", R"({"_sd":["x"]})").with("l", R"([{"...":"y"}])"), {}),
            R"(nations=["FR"];o={};l=[];)");
}

TEST(SdJwt, values_of_every_kind_can_be_disclosed) {
  for (const char* value : {"null", "true", "0", "-1", "1.5", "9223372036854775807", "\"\"", "[]", "{}", "[[1],{}]"}) {
    const auto member = disclosure(R"(["s","m",)" + std::string(value) + "]");
    const auto item = disclosure(R"(["s",)" + std::string(value) + "]");
    const Members claims{{"iss", R"("https://id.example.com")"},
                         {"exp", "1800000300"},
                         {"l", "[{\"...\":" + digest_json(item) + "}]"},
                         {"_sd", "[" + digest_json(member) + "]"}};
    EXPECT_EQ(rest(claims, {member, item}), "l=[" + std::string(value) + "];m=" + value + ";");
  }
}

TEST(SdJwt, the_digest_is_of_the_octets_that_were_sent) {
  // The same JSON, spelt otherwise.
  for (const char* other :
       {R"(["s1", "given_name", "Ada"])", R"(["s1","given_name","\u0041da"])", "[\"s1\",\"given_name\",\"Ada\"]\n"})
    EXPECT_EQ(sd_outcome(kSdClaims, {disclosure(other)}), "disclosure_unused disclosures");
}

TEST(SdJwt, hash_algorithms) {
  for (const auto hash : {sdjwt::Hash::sha_256, sdjwt::Hash::sha_384, sdjwt::Hash::sha_512}) {
    const std::string name(sdjwt::hash_name(hash));
    EXPECT_EQ(sdjwt::hash_from_name(name), hash);
    const auto claims =
        kSdClaims.with("_sd_alg", text_json(name)).with("_sd", "[" + text_json(digest(kName, hash)) + "]");
    EXPECT_EQ(rest(claims, {kName}), R"(nations=["FR"];given_name="Ada";)");
  }
  EXPECT_EQ(rest(kSdClaims.without("_sd_alg"), {kName}), R"(nations=["FR"];given_name="Ada";)");
  for (const char* unknown : {"sha-256-128", "SHA-256", "sha256", "md5", "", "none", "sha-256 "})
    EXPECT_EQ(sd_outcome(kSdClaims.with("_sd_alg", text_json(unknown)), {}), "unknown_alg _sd_alg") << unknown;
  for (const char* value : {"null", "1", "[\"sha-256\"]", "{}"})
    EXPECT_EQ(sd_outcome(kSdClaims.with("_sd_alg", value), {}), "claim_type _sd_alg");
}

TEST(SdJwt, a_digest_that_is_found_twice_is_refused) {
  const auto twice = "[" + digest_json(kName) + "," + digest_json(kName) + "]";
  EXPECT_EQ(sd_outcome(kSdClaims.with("_sd", twice), {kName}), "digest_repeated _sd");
  // Also when nobody discloses it, in two places, and in what is disclosed.
  EXPECT_EQ(sd_outcome(kSdClaims.with("_sd", twice), {}), "digest_repeated _sd");
  EXPECT_EQ(sd_outcome(kSdClaims.with("o", R"({"_sd":["decoy2"]})"), {}), "digest_repeated _sd");
  EXPECT_EQ(sd_outcome(kSdClaims.with("l", R"([{"...":"decoy2"}])"), {}), "digest_repeated _sd");
  EXPECT_EQ(sd_outcome(kSdClaims.with("o", "{\"_sd\":[" + digest_json(kCountry) + "]}"), {kAddress}),
            "digest_repeated _sd");
  EXPECT_NE(sd_outcome(kSdClaims.with("o", "{\"_sd\":[" + digest_json(kCountry) + "]}"), {kCountry}),
            "digest_repeated _sd");
}

TEST(SdJwt, a_disclosure_that_nothing_stands_for_is_refused) {
  EXPECT_EQ(sd_outcome(kSdClaims, {disclosure(R"(["s","x",1])")}), "disclosure_unused disclosures");
  EXPECT_EQ(sd_outcome(kSdClaims, {kCountry}), "disclosure_unused disclosures");  // without what it is inside of
  EXPECT_EQ(sd_outcome(kSdClaims, {kName, kName}), "disclosure_unused disclosures");
  EXPECT_EQ(sd_outcome(kSdClaims.without("_sd"), {kName}), "disclosure_unused disclosures");
}

TEST(SdJwt, a_disclosure_of_the_wrong_shape_is_refused) {
  for (const char* json : {R"({})", R"("s")", "1", "null", "[]", R"(["s"])", R"(["s","n",1,2])", R"([1,"n",1])",
                           R"([null,"n",1])", R"([["s"],1])", R"(["s",1,1])", R"(["s",null,1])", R"(["s",["n"],1])"}) {
    const auto bad = disclosure(json);
    const auto at = sd_outcome(kSdClaims.with("_sd", "[" + digest_json(bad) + "]"), {bad});
    EXPECT_TRUE(at.starts_with("bad_disclosure ")) << json << " " << at;
  }
  // An array element's in an object, and the reverse.
  EXPECT_EQ(sd_outcome(kSdClaims.with("_sd", "[" + digest_json(kNation) + "]").without("nations"), {kNation}),
            "bad_disclosure name");
  EXPECT_EQ(sd_outcome(kSdClaims.without("_sd").with("l", "[{\"...\":" + digest_json(kName) + "}]"), {kName}),
            "bad_disclosure name");
}

TEST(SdJwt, a_disclosure_that_cannot_be_read_is_refused) {
  const auto with = [](const std::string& bad) {
    return sd_outcome(kSdClaims.with("_sd", "[" + digest_json(bad) + "]"), {bad});
  };
  for (const char* bad : {"!", "WyJz Il0", "WyJzIl0=", "WyJzIl1"})
    EXPECT_EQ(with(bad), "bad_base64 disclosures") << bad;
  for (const char* json :
       {"[", R"(["s","n",1]])", R"(["s","n",1],["s","m",1])", R"(["s","n",nul])", "\xff", R"(["s","n",1] x)"})
    EXPECT_EQ(with(disclosure(json)), "bad_json disclosures") << json;
  EXPECT_EQ(with(disclosure(R"(["s","n",{"a":1,"\u0061":2}])")), "duplicate_member disclosures");
  // Two halves that would be one value side by side.
  const auto half = disclosure(R"(["s","n")"), other = disclosure("1]");
  EXPECT_EQ(sd_outcome(kSdClaims, {half, other}), "bad_json disclosures");
}

TEST(SdJwt, reserved_names_are_refused) {
  for (const char* name : {"_sd", "...", "_sd_alg", R"(_s\u0064)", R"(\u002e..)"}) {
    const auto bad = disclosure(R"(["s",")" + std::string(name) + R"(",["x"]])");
    EXPECT_EQ(sd_outcome(kSdClaims.without("_sd_alg").with("_sd", "[" + digest_json(bad) + "]"), {bad}),
              "bad_disclosure name")
        << name;
  }
  for (const char* value :
       {R"({"...":"x"})", R"({"a":{"...":"x"}})", R"({"_sd_alg":"sha-256"})", R"({"_sd":"x"})", R"({"_sd":null})",
        R"({"_sd":[1]})", R"({"_sd":[["x"]]})", R"({"_sd":{}})", R"([{"...":"x","a":1}])", R"([{"...":1}])",
        R"([{"...":["x"]}])", R"([{"...":null}])", R"([[{"_sd":[null]}]])", R"([{"\u002e..":1}])"})
    EXPECT_EQ(sd_outcome(kSdClaims.with("o", value), {}), "malformed claims") << value;
  EXPECT_EQ(sd_outcome(kSdClaims.with("...", "\"x\""), {}), "malformed claims");
  EXPECT_EQ(sd_outcome(kSdClaims.with("_sd", "\"x\""), {}), "malformed claims");
  // In what is disclosed, too; and what stands for an element is no placeholder of another.
  for (const char* json :
       {R"(["s","n",{"...":"x"}])", R"(["s","n",{"_sd_alg":"sha-256"}])", R"(["s","n",{"_sd":1}])"}) {
    const auto bad = disclosure(json);
    EXPECT_EQ(sd_outcome(kSdClaims.with("_sd", "[" + digest_json(bad) + "]"), {bad}), "malformed claims") << json;
  }
  const auto bad = disclosure(R"(["s",{"...":"x"}])");
  EXPECT_EQ(sd_outcome(kSdClaims.with("l", "[{\"...\":" + digest_json(bad) + "}]"), {bad}), "malformed claims");
}

TEST(SdJwt, a_claim_that_is_there_already_is_not_disclosed_again) {
  EXPECT_EQ(sd_outcome(kSdClaims.with("given_name", "\"Eve\""), {kName}), "duplicate_member disclosures");
  EXPECT_EQ(sd_outcome(kSdClaims.with(R"(given\u005fname)", "\"Eve\""), {kName}), "duplicate_member disclosures");
  const auto again = disclosure(R"(["s9","given_name","Eve"])");
  EXPECT_EQ(
      sd_outcome(kSdClaims.with("_sd", "[" + digest_json(kName) + "," + digest_json(again) + "]"), {kName, again}),
      "duplicate_member disclosures");
  const auto street = disclosure(R"(["s9","street","x"])");
  const auto address = disclosure(R"(["s3","address",{"street":"y","_sd":[)" + digest_json(street) + "]}]");
  EXPECT_EQ(sd_outcome(kSdClaims.with("_sd", "[" + digest_json(address) + "]"), {address, street}),
            "duplicate_member disclosures");
  // At another level it is another claim.
  EXPECT_EQ(rest(kSdClaims.with("o", R"({"given_name":1})").without("nations"), {kName}),
            R"(o={"given_name":1};given_name="Ada";)");
}

TEST(SdJwt, the_claims_are_checked_as_they_are_disclosed) {
  const auto exp = disclosure(R"(["s","exp",1800000000])");
  const auto hidden = kSdClaims.without("exp").with("_sd", "[" + digest_json(exp) + "]");
  EXPECT_EQ(sd_outcome(hidden, {exp}), "expired exp");
  EXPECT_EQ(sd_outcome(hidden, {}), "claim_missing exp");
  auto policy = sd_policy();
  policy.may_lack_exp = Unchecked("a test");
  EXPECT_EQ(sd_outcome(shown(hidden, {exp}), policy), "expired exp");
  const auto claims = sd_verify(shown(hidden, {}), policy);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->expires_at().time_since_epoch().count(), 253402300799);

  const auto iss = disclosure(R"(["s","iss","https://evil.example"])");
  const auto no_issuer = kSdClaims.without("iss").with("_sd", "[" + digest_json(iss) + "]");
  EXPECT_EQ(sd_outcome(no_issuer, {}), "claim_missing iss");
  EXPECT_EQ(sd_outcome(no_issuer, {iss}), "claim_mismatch iss");
  const auto sub = disclosure(R"(["s","sub",1])");
  EXPECT_EQ(sd_outcome(kSdClaims.with("_sd", "[" + digest_json(sub) + "]"), {sub}), "claim_type sub");
  policy = sd_policy();
  policy.issuer_signed.require = {"given_name"};
  EXPECT_EQ(sd_outcome(shown(kSdClaims, {}), policy), "claim_missing require");
  EXPECT_TRUE(sd_verify(shown(kSdClaims, {kName}), policy));
}

TEST(SdJwt, claims_have_types) {
  const auto claims = sd_verify(kGood);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->issuer(), kIssuer);
  EXPECT_EQ(claims->get<std::string>("given_name").value(), "Ada");
  EXPECT_EQ(claims->get<std::vector<std::string>>("nations").value(), (std::vector<std::string>{"FR", "GB"}));
  EXPECT_EQ(claims->json("address").value(), R"({"street":"St James","country":"UK"})");
  EXPECT_EQ(claims->typ(), "dc+sd-jwt");
  EXPECT_EQ(claims->alg(), Alg::ES256);
  EXPECT_FALSE(claims->has("_sd") || claims->has("_sd_alg"));
}

TEST(SdJwt, the_issuers_signature_is_checked) {
  EXPECT_EQ(sd_outcome(joined(token_of(kSdHeader, private_key(Alg::ES256), Alg::ES256, kSdClaims.text()), {})),
            sd_outcome(shown(kSdClaims, {})));
  const auto other = PrivateKey::generate(Alg::ES256);
  EXPECT_EQ(sd_outcome(joined(token_of(kSdHeader, *other, Alg::ES256, kSdClaims.text()), {})), "bad_signature ");
  EXPECT_EQ(sd_outcome(joined(input_of(R"({"alg":"none","typ":"dc+sd-jwt"})", kSdClaims.text()) + ".", {})),
            "alg_not_allowed alg");
  EXPECT_EQ(sd_outcome(joined(issuer_signed(kSdClaims.text(), R"({"alg":"ES256","typ":"JWT"})"), {})),
            "typ_mismatch typ");
  EXPECT_EQ(sd_outcome(joined(issuer_signed(kSdClaims.text(), R"({"alg":"ES256"})"), {})), "typ_mismatch typ");
}

// ── shape ───────────────────────────────────────────────────────────────────────────────────────────────────────────

TEST(SdJwt, shape) {
  EXPECT_EQ(sd_outcome(issuer_signed(kSdClaims.text())), "wrong_kind SD-JWT");  // no "~" behind it
  EXPECT_EQ(sd_outcome(kGood + "~"), "malformed disclosures");
  EXPECT_EQ(sd_outcome(issuer_signed(kSdClaims.text()) + "~~" + kName + "~"), "malformed disclosures");
  EXPECT_EQ(sd_outcome("~"), "malformed token");
  EXPECT_EQ(sd_outcome(""), "wrong_kind SD-JWT");
  EXPECT_EQ(sd_outcome("a.b.c.d.e~"), "wrong_kind JWE");
  // Without the last "~" the last disclosure is taken for a key binding JWT.
  EXPECT_EQ(sd_outcome(kGood.substr(0, kGood.size() - 1)), "key_binding_unwanted kb_jwt");
}

TEST(Requirements, R15_an_sd_jwt_too_large_is_refused_before_it_is_read) {
  EXPECT_EQ(sd_outcome(std::string((16 << 10) + 1, '~')), "too_large token");
  EXPECT_EQ(sd_outcome(std::string(16 << 10, '~')), "malformed disclosures");
  auto policy = sd_policy();
  policy.issuer_signed.max_bytes = 1 << 20;
  std::string many = issuer_signed(kSdClaims.text()) + "~";
  for (std::size_t i = 0; i < sdjwt::kMaxDisclosures; ++i) many += kName + "~";
  EXPECT_EQ(sd_outcome(many, policy), "disclosure_unused disclosures");
  EXPECT_EQ(sd_outcome(many + kName + "~", policy), "too_large disclosures");
}

TEST(Requirements, R16_disclosures_within_disclosures) {
  // Each holds the next: the depth is that of the outcome.
  const auto chain = [](std::size_t length) {
    std::vector<std::string> disclosures{disclosure(R"(["s","x",1])")};
    while (disclosures.size() < length)
      disclosures.push_back(disclosure(R"(["s","x",{"_sd":[)" + digest_json(disclosures.back()) + "]}]"));
    return shown(kSdClaims.with("_sd", "[" + digest_json(disclosures.back()) + "]"), disclosures);
  };
  EXPECT_TRUE(sd_verify(chain(32)));
  EXPECT_EQ(sd_outcome(chain(33)), "json_depth disclosures");
  EXPECT_EQ(sd_outcome(chain(100)), "json_depth disclosures");
  std::string deep = R"(["s","x",)" + std::string(40, '[') + std::string(40, ']') + "]";
  EXPECT_EQ(sd_outcome(kSdClaims, {disclosure(deep)}), "json_depth disclosures");
}

TEST(Requirements, R17_each_part_of_an_sd_jwt_absent_or_another) {
  const std::string token = bound(kGood, kb_claims(kGood));
  for (std::size_t size = 0; size < token.size(); size += 7)
    EXPECT_FALSE(sd_verify(token.substr(0, size), bound_policy()));
  for (const char* value : {"null", "true", "0", "\"x\"", "[]", "{}", "[null]", "[[]]", "[{}]"})
    for (const char* name : {"iss", "exp", "_sd_alg", "nations", "cnf", "_sd", "..."}) {
      const auto with = shown(kSdClaims.with(name, value), {});
      const auto outcome = sd_outcome(bound(with, kb_claims(with)), bound_policy());
      EXPECT_FALSE(outcome.empty());
    }
}

TEST(Requirements, R31_no_member_twice_in_an_sd_jwt) {
  std::string twice = kSdClaims.text();
  twice.insert(1, R"("_s\u0064":["x"],)");
  EXPECT_EQ(sd_outcome(joined(issuer_signed(twice), {})), "duplicate_member payload");
}

TEST(SdJwt, one_flipped_bit_is_refused) {
  const std::string token = bound(kGood, kb_claims(kGood));
  ASSERT_EQ(bound_outcome(token), "ok");
  for (std::size_t at = 0; at < token.size(); ++at) {
    std::string flipped = token;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    EXPECT_NE(bound_outcome(flipped), "ok") << at;
  }
}

// ── key binding (section 7.3) ───────────────────────────────────────────────────────────────────────────────────────

TEST(SdJwtKeyBinding, is_there_exactly_when_it_is_asked_for) {
  const auto token = bound(kGood, kb_claims(kGood));
  EXPECT_EQ(bound_outcome(token), "ok");
  EXPECT_EQ(bound_outcome(kGood), "key_binding_missing kb_jwt");
  EXPECT_EQ(sd_outcome(token), "key_binding_unwanted kb_jwt");
}

TEST(SdJwtKeyBinding, is_the_holders) {
  const auto other = PrivateKey::generate(Alg::EdDSA);
  EXPECT_EQ(bound_outcome(bound(kGood, kb_claims(kGood), kKbHeader, *other)), "bad_signature kb_jwt");
  // The issuer is not the holder.
  EXPECT_EQ(
      bound_outcome(bound(kGood, kb_claims(kGood), kKbHeader.with("alg", R"("ES256")"), issuer_key(), Alg::ES256)),
      "alg_not_allowed kb_jwt.alg");
  // A key in the header chooses nothing.
  EXPECT_EQ(bound_outcome(bound(kGood, kb_claims(kGood), kKbHeader.with("jwk", other->public_key().jwk()), *other)),
            "bad_signature kb_jwt");
  for (const char* none : {"none", "None", "nOnE"})
    EXPECT_EQ(
        bound_outcome(kGood + input_of(kKbHeader.with("alg", text_json(none)).text(), kb_claims(kGood).text()) + "."),
        "alg_not_allowed kb_jwt.alg");
  EXPECT_EQ(bound_outcome(kGood + input_of(kKbHeader.text(), kb_claims(kGood).text()) + "."), "bad_signature kb_jwt");
}

TEST(SdJwtKeyBinding, needs_a_key_in_the_token) {
  const auto with = [](const Members& claims) {
    const auto text = shown(claims, {});
    return bound_outcome(bound(text, kb_claims(text)));
  };
  EXPECT_EQ(with(kSdClaims.without("cnf")), "claim_missing cnf");
  EXPECT_EQ(with(kSdClaims.with("cnf", "{}")), "claim_missing cnf");
  EXPECT_EQ(with(kSdClaims.with("cnf", R"({"kid":"x"})")), "claim_missing cnf");
  for (const char* value : {"null", "1", "\"x\"", "[]", R"({"jwk":null})", R"({"jwk":"x"})", R"({"jwk":[]})"})
    EXPECT_EQ(with(kSdClaims.with("cnf", value)), "claim_type cnf") << value;
  EXPECT_EQ(with(kSdClaims.with("cnf", R"({"jwk":{}})")), "bad_key cnf");
  EXPECT_EQ(with(kSdClaims.with("cnf", R"({"jwk":)" + text_of_secret(holder_key().jwk()) + "}")), "wrong_kind cnf");
  EXPECT_EQ(with(kSdClaims.with("cnf", R"({"jwk":)" + text_of_secret(secret_key(Alg::HS256).jwk()) + "}")),
            "wrong_kind cnf");
  // What may be withheld is not what the issuer has bound the token to.
  const auto cnf = disclosure(R"(["s","cnf",{"jwk":)" + holder_key().public_key().jwk() + "}]");
  const auto text = shown(kSdClaims.without("cnf").with("_sd", "[" + digest_json(cnf) + "]"), {cnf});
  EXPECT_EQ(bound_outcome(bound(text, kb_claims(text))), "claim_missing cnf");
}

TEST(SdJwtKeyBinding, is_of_its_type) {
  for (const char* typ : {"\"JWT\"", "\"kb+jwt2\"", "\"dc+sd-jwt\"", "\"\""})
    EXPECT_EQ(bound_outcome(bound(kGood, kb_claims(kGood), kKbHeader.with("typ", typ))), "typ_mismatch kb_jwt.typ");
  EXPECT_EQ(bound_outcome(bound(kGood, kb_claims(kGood), kKbHeader.without("typ"))), "typ_mismatch kb_jwt.typ");
  EXPECT_EQ(bound_outcome(bound(kGood, kb_claims(kGood), kKbHeader.with("typ", "1"))), "malformed_header kb_jwt.typ");
  EXPECT_EQ(bound_outcome(bound(kGood, kb_claims(kGood), kKbHeader.with("typ", "\"application/KB+JWT\""))), "ok");
  EXPECT_EQ(bound_outcome(kGood + "a.b"), "malformed kb_jwt");
  EXPECT_EQ(bound_outcome(kGood + "x"), "malformed kb_jwt");
}

TEST(SdJwtKeyBinding, says_what_was_asked_of_it) {
  const auto claims = kb_claims(kGood);
  const auto with = [&](std::string_view name, const char* json) {
    return bound_outcome(bound(kGood, claims.with(name, json)));
  };
  const auto without = [&](std::string_view name) { return bound_outcome(bound(kGood, claims.without(name))); };
  EXPECT_EQ(without("nonce"), "claim_missing kb_jwt.nonce");
  EXPECT_EQ(without("aud"), "claim_missing kb_jwt.aud");
  EXPECT_EQ(without("iat"), "claim_missing kb_jwt.iat");
  EXPECT_EQ(without("sd_hash"), "claim_missing kb_jwt.sd_hash");
  EXPECT_EQ(with("nonce", "\"n-2\""), "claim_mismatch kb_jwt.nonce");
  EXPECT_EQ(with("nonce", "1"), "claim_type kb_jwt.nonce");
  EXPECT_EQ(with("nonce", "null"), "claim_type kb_jwt.nonce");
  EXPECT_EQ(with("aud", "\"https://other.example\""), "claim_mismatch kb_jwt.aud");
  EXPECT_EQ(with("aud", R"(["https://api.example.com"])"), "claim_type kb_jwt.aud");
  EXPECT_EQ(with("aud", R"(["https://api.example.com","https://other.example"])"), "claim_type kb_jwt.aud");
  EXPECT_EQ(with("aud", "1"), "claim_type kb_jwt.aud");
  EXPECT_EQ(with("iat", "\"1800000000\""), "claim_type kb_jwt.iat");
  EXPECT_EQ(with("iat", "1800000001"), "not_yet_valid kb_jwt.iat");
  EXPECT_EQ(with("iat", "1799999940"), "ok");
  EXPECT_EQ(with("iat", "1799999939"), "too_old kb_jwt.iat");
  EXPECT_EQ(with("exp", "1800000000"), "expired kb_jwt.exp");
  EXPECT_EQ(with("exp", "1800000001"), "ok");
  EXPECT_EQ(with("nbf", "1800000001"), "not_yet_valid kb_jwt.nbf");
  EXPECT_EQ(with("sd_hash", "1"), "claim_type kb_jwt.sd_hash");
  EXPECT_EQ(with("sd_hash", "\"\""), "claim_mismatch kb_jwt.sd_hash");
}

TEST(SdJwtKeyBinding, is_of_these_disclosures_and_this_hash) {
  const auto fewer = shown(kSdClaims, {kName});
  EXPECT_EQ(bound_outcome(bound(fewer, kb_claims(kGood))), "claim_mismatch kb_jwt.sd_hash");
  const auto none = issuer_signed(kSdClaims.text()) + "~";
  EXPECT_EQ(bound_outcome(bound(none, kb_claims(none))), "ok");
  const auto with512 = shown(kSdClaims.with("_sd_alg", R"("sha-512")"), {});
  EXPECT_EQ(bound_outcome(bound(with512, kb_claims(with512))), "claim_mismatch kb_jwt.sd_hash");
  EXPECT_EQ(bound_outcome(
                bound(with512, kb_claims(with512).with("sd_hash", text_json(digest(with512, sdjwt::Hash::sha_512))))),
            "ok");
}

TEST(SdJwtKeyBinding, a_policy_that_asks_for_nothing_is_refused) {
  for (const auto& [nonce, audience, age] :
       {std::tuple("", "a", 1), std::tuple("n", "", 1), std::tuple("n", "a", -1)}) {
    auto policy = bound_policy();
    policy.key_binding =
        sdjwt::KeyBinding{.nonce = nonce, .audience = audience, .algs = {Alg::EdDSA}, .max_age = seconds(age)};
    EXPECT_EQ(sd_outcome(kGood, policy), "bad_policy key_binding");
  }
  auto policy = sd_policy();
  policy.issuer_signed.leeway = seconds(-1);
  EXPECT_EQ(sd_outcome(kGood, policy), "bad_policy leeway");
}

// ── the issuer ──────────────────────────────────────────────────────────────────────────────────────────────────────

TEST(SdJwtIssue, what_is_issued_is_held_and_verified) {
  const std::string token = issued(draft());
  const auto held = sdjwt::Held::parse(token);
  ASSERT_TRUE(held) << token;
  EXPECT_EQ(held->disclosures().size(), 6U);
  EXPECT_EQ(held->holder()->thumbprint(), holder_key().thumbprint());
  const auto claims = sd_verify(token);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->json(), held->claims());
  EXPECT_EQ(claims->get<std::string>("given_name").value(), "John");
  EXPECT_EQ(claims->json("address").value(), R"({"street":"123 Main St","country":"US"})");
  EXPECT_EQ(claims->json("nationalities").value(), R"(["US","DE"])");
  EXPECT_EQ(claims->json("a/b~c").value(), "1");
  // Nothing of what may be withheld stands in the issuer-signed JWT.
  const auto shown_jwt = held->present({});
  const auto bare = sd_verify(*shown_jwt);
  ASSERT_TRUE(bare);
  for (const char* name : {"given_name", "address", "a/b~c", "empty"}) EXPECT_FALSE(bare->has(name)) << name;
  EXPECT_EQ(bare->json("nationalities").value(), R"(["US"])");
}

TEST(SdJwtIssue, salts_are_128_bits_and_never_the_same) {
  std::vector<std::string> salts;
  for (int i = 0; i < 3; ++i) {
    const auto held = sdjwt::Held::parse(issued(draft()));
    ASSERT_TRUE(held);
    for (const auto& one : held->disclosures()) {
      const auto octets = base64url::decode(one.encoded);
      json::Document document;
      const auto list = document.parse(text_of(*octets))->array();
      const auto salt = (*list->begin()).string();
      EXPECT_EQ(base64url::decode(*salt)->size(), 16U);
      salts.emplace_back(*salt);
    }
  }
  std::ranges::sort(salts);
  EXPECT_EQ(std::ranges::adjacent_find(salts), salts.end());
}

TEST(SdJwtIssue, digests_are_in_an_order_that_tells_nothing) {
  sdjwt::Draft many{
      .typ = "", .claims = R"({"a":1,"b":2,"c":3,"d":4,"e":5})", .disclosable = {"/a", "/b", "/c", "/d", "/e"}};
  json::Document document;
  const std::string token = issued(many);
  const auto payload =
      base64url::decode(std::string_view(token).substr(token.find('.') + 1, token.rfind('.') - token.find('.') - 1));
  ASSERT_TRUE(payload) << token;
  const auto object = document.parse_object(text_of(*payload));
  const auto list = object->find("_sd")->array();
  std::vector<std::string> digests;
  for (const json::Value one : *list) digests.emplace_back(*one.string());
  EXPECT_EQ(digests.size(), 5U);
  EXPECT_TRUE(std::ranges::is_sorted(digests));
  EXPECT_EQ(*object->find("_sd_alg")->string(), "sha-256");
}

TEST(SdJwtIssue, decoys_are_digests_of_nothing) {
  auto with = draft();
  with.decoys = {{.at = "", .count = 3}, {.at = "/nationalities", .count = 4}, {.at = "/address", .count = 2}};
  with.hash = sdjwt::Hash::sha_384;
  const std::string token = issued(with);
  EXPECT_EQ(sd_verify(token).has_value(), true) << token;
  EXPECT_EQ(sdjwt::Held::parse(token)->disclosures().size(), 6U);
  const auto payload = base64url::decode(
      std::string_view(token).substr(token.find('.') + 1, token.find('.', token.find('.') + 1) - token.find('.') - 1));
  json::Document document;
  const auto object = document.parse_object(text_of(*payload));
  EXPECT_EQ(object->find("_sd")->array()->size(), 4U + 3);
  EXPECT_EQ(object->find("nationalities")->array()->size(), 2U + 4);
  const auto list = object->find("_sd")->array();
  for (const json::Value one : *list) EXPECT_EQ(one.string()->size(), 64U);  // all look alike
}

TEST(SdJwtIssue, refusals) {
  const auto with = [](auto change) {
    sdjwt::Draft changed = draft();
    change(changed);
    return issued(changed);
  };
  const auto disclosing = [&](std::vector<std::string> pointers) {
    return with([&](auto& d) { d.disclosable = std::move(pointers); });
  };
  for (const char* pointer :
       {"/iss", "/exp", "/nbf", "/aud", "/cnf", "/cnf/jwk", "/status", "/status/status_list", "/vct"})
    EXPECT_EQ(disclosing({pointer}), "bad_policy disclosable") << pointer;
  EXPECT_EQ(disclosing({"/none"}), "not_found disclosable");
  EXPECT_EQ(disclosing({"/nationalities/2"}), "not_found disclosable");
  EXPECT_EQ(disclosing({"/given_name/x"}), "not_found disclosable");
  EXPECT_EQ(disclosing({"/sub", "/sub"}), "duplicate_member disclosable");
  for (const char* pointer : {"", "sub", "/a~", "/a~2", "~"})
    EXPECT_EQ(disclosing({pointer}), "malformed disclosable") << pointer;
  EXPECT_EQ(disclosing({"/" + std::string(1024, 'x')}), "too_large disclosable");
  EXPECT_EQ(disclosing(std::vector<std::string>(1001, "/x")), "duplicate_member disclosable");
  EXPECT_EQ(with([](auto& d) { d.decoys = {{"/given_name", 1}}; }), "not_found decoys");
  EXPECT_EQ(with([](auto& d) { d.decoys = {{"", 1}, {"", 1}}; }), "duplicate_member decoys");
  EXPECT_EQ(with([](auto& d) { d.decoys = {{"", 0}}; }), "too_large decoys");
  EXPECT_EQ(with([](auto& d) { d.decoys = {{"x", 1}}; }), "malformed decoys");
  for (const char* claims :
       {R"({"_sd":[]})", R"({"a":{"_sd":1}})", R"({"a":[{"...":"x"}]})", R"({"_sd_alg":"sha-256"})"})
    EXPECT_EQ(with([&](auto& d) { d.claims = claims, d.disclosable = {}; }), "malformed claims") << claims;
  EXPECT_EQ(with([](auto& d) { d.claims = "[]"; }), "bad_json object");
  EXPECT_EQ(with([](auto& d) { d.claims = R"({"exp":"x"})"; }), "claim_type exp");
  EXPECT_EQ(with([](auto& d) { d.claims = R"({"cnf":{}})"; }), "duplicate_member cnf");
  EXPECT_EQ(code_of(sdjwt::issue(draft(), issuer_key())), "alg_key_mismatch");  // names no algorithm
  EXPECT_EQ(with([](auto& d) { d.claims = std::string(sdjwt::kMaxBytes + 1, ' '); }), "too_large claims");
  // What its digests make too deep for anybody here.
  std::string deep = "{\"a\":";
  for (int i = 0; i < 31; ++i) deep += "[";
  EXPECT_EQ(with([&](auto& d) { d.claims = deep + "1" + std::string(31, ']') + "}", d.disclosable = {}; }).find(' '),
            std::string::npos);
  std::string pointer = "/a";
  for (int i = 0; i < 31; ++i) pointer += "/0";
  EXPECT_EQ(with([&](auto& d) { d.claims = deep + "1" + std::string(31, ']') + "}", d.disclosable = {pointer}; }),
            "json_depth payload");
}

TEST(SdJwtIssue, claims_may_be_none) {
  EXPECT_TRUE(sdjwt::Held::parse(issued({.typ = "x", .claims = "{}"})));
  EXPECT_TRUE(sdjwt::Held::parse(
      issued({.typ = "x", .claims = R"({"a":1})", .disclosable = {"/a"}, .holder = holder_key().public_key()})));
}

// ── the holder ──────────────────────────────────────────────────────────────────────────────────────────────────────

TEST(SdJwtHeld, lists_what_may_be_withheld) {
  const auto held = sdjwt::Held::parse(kGood);
  ASSERT_TRUE(held);
  const auto list = held->disclosures();
  ASSERT_EQ(list.size(), 4U);
  EXPECT_EQ(list[0].pointer, "/given_name");
  EXPECT_EQ(list[0].value, "\"Ada\"");
  EXPECT_EQ(list[0].encoded, kName);
  EXPECT_EQ(list[1].pointer, "/address");
  EXPECT_EQ(list[2].pointer, "/address/country");
  EXPECT_EQ(list[2].inside, 1U);
  EXPECT_EQ(list[3].pointer, "/nations/1");
  EXPECT_FALSE(list[0].inside || list[1].inside || list[3].inside);
}

TEST(SdJwtHeld, shows_what_is_chosen_and_what_that_is_inside_of) {
  const auto held = sdjwt::Held::parse(kGood);
  const auto seen = [&](std::initializer_list<std::string> pointers) { return rest(*held->present(pointers)); };
  EXPECT_EQ(seen({}), R"(nations=["FR"];)");
  EXPECT_EQ(seen({"/address"}), R"(nations=["FR"];address={"street":"St James"};)");
  EXPECT_EQ(seen({"/address/country"}), R"(nations=["FR"];address={"street":"St James","country":"UK"};)");
  EXPECT_EQ(seen({"/address/country", "/address", "/address/country"}), seen({"/address/country"}));
  EXPECT_EQ(seen({"/nations/1"}), R"(nations=["FR","GB"];)");
  EXPECT_EQ(*held->present({"/given_name", "/address/country", "/nations/1"}), kGood);
  for (const char* none : {"/nations/0", "/iss", "/x", "", "given_name"})
    EXPECT_EQ(refusal_of(held->present({none})), "not_found pointer");
}

TEST(SdJwtHeld, binds_what_is_shown) {
  const auto held = sdjwt::Held::parse(kGood);
  const sdjwt::Presentation to{.nonce = "n-1", .audience = kAudience, .issued_at = kNow};
  const auto shown = held->present({"/given_name"}, to, holder_signer());
  ASSERT_TRUE(shown);
  EXPECT_EQ(bound_outcome(*shown), "ok");
  EXPECT_EQ(bound_outcome(*held->present({}, to, holder_signer())), "ok");
  EXPECT_EQ(code_of(sdjwt::Held::parse(*shown)), "key_binding_unwanted");
  EXPECT_EQ(refusal_of(held->present({}, to, *PrivateKey::generate(Alg::EdDSA))), "claim_mismatch cnf");
  EXPECT_EQ(code_of(held->present({}, to, holder_key())), "alg_key_mismatch");  // names no algorithm
  EXPECT_EQ(refusal_of(held->present({"/x"}, to, holder_signer())), "not_found pointer");
  const auto refused = [&](std::string nonce, std::string audience, std::int64_t time) {
    return refusal_of(held->present({}, {.nonce = nonce, .audience = audience, .issued_at = sys_seconds(seconds(time))},
                                    holder_signer()));
  };
  EXPECT_EQ(refused("", "a", 0), "bad_policy nonce");
  EXPECT_EQ(refused("n", "", 0), "bad_policy aud");
  EXPECT_EQ(refused("n", "a", -1), "bad_policy iat");
  EXPECT_EQ(refused("\xff", "a", 0), "bad_json nonce");
  EXPECT_EQ(refused("n", "\xff", 0), "bad_json aud");
  const auto unbound = sdjwt::Held::parse(tests::shown(kSdClaims.without("cnf"), {}));
  EXPECT_EQ(refusal_of(unbound->present({}, to, holder_signer())), "claim_missing cnf");
}

TEST(SdJwtHeld, refuses_what_a_verifier_would) {
  EXPECT_EQ(code_of(sdjwt::Held::parse(issuer_signed(kSdClaims.text()))), "wrong_kind");
  EXPECT_EQ(code_of(sdjwt::Held::parse(shown(kSdClaims, {kCountry}))), "disclosure_unused");
  EXPECT_EQ(code_of(sdjwt::Held::parse(shown(kSdClaims.with("given_name", "1"), {kName}))), "duplicate_member");
  EXPECT_EQ(code_of(sdjwt::Held::parse(shown(kSdClaims.with("_sd_alg", "\"md5\""), {}))), "unknown_alg");
  EXPECT_EQ(code_of(sdjwt::Held::parse(shown(kSdClaims.with("cnf", "1"), {}))), "claim_type");
  EXPECT_EQ(code_of(sdjwt::Held::parse("a.!.c~")), "bad_base64");
  // A pointer that nobody would type, and that would be copied for each claim beneath it.
  const auto inner = disclosure(R"(["s","x",1])");
  const auto claims = kSdClaims.with(std::string(1023, 'n'), "{\"_sd\":[" + digest_json(inner) + "]}");
  EXPECT_EQ(refusal_of(sdjwt::Held::parse(shown(claims, {inner}))), "too_large pointer");
}
