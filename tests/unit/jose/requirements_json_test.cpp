// The rows of the requirements again, for the JSON serializations of a JWS.
#include <gtest/gtest.h>

#include "forge.hpp"

using namespace tests;

namespace {

const jws::Policy kAll = allowing(kEvery);
const std::string kPayload = base64url::encode("payload");

// A signature's members, signed with `key` whatever the header says; `header` "" leaves the protected one out.
std::string members(std::string_view header, const SecretKey& key, std::string_view unprotected = "",
                    std::string_view payload = kPayload) {
  const std::string encoded = base64url::encode(header);
  const std::string token = forge(encoded + "." + std::string(payload), key, Alg::HS256);
  std::string out;
  if (!header.empty()) out += R"("protected":")" + encoded + R"(",)";
  if (!unprotected.empty()) out += R"("header":)" + std::string(unprotected) + ",";
  return out + R"("signature":")" + token.substr(token.rfind('.') + 1) + "\"";
}

std::string flattened(const std::string& signature) { return R"({"payload":")" + kPayload + R"(",)" + signature + "}"; }
std::string general(const std::string& signatures) {
  return R"({"payload":")" + kPayload + R"(","signatures":[)" + signatures + "]}";
}

std::string answer(std::string_view text, Rule rule = Rule::ALL) {
  return code_of(jws::verify_json(text, secret_key(Alg::HS256), rule, kAll));
}

// The answer for one signature, the same in both serializations and under both rules.
std::string answer_for(std::string_view header, std::string_view unprotected = "") {
  const std::string signature = members(header, secret_key(Alg::HS256), unprotected);
  const std::string first = answer(flattened(signature));
  for (const Rule rule : {Rule::ANY, Rule::ALL}) {
    EXPECT_EQ(answer(flattened(signature), rule), first) << signature;
    EXPECT_EQ(answer(general("{" + signature + "}"), rule), first) << signature;
  }
  return first;
}

const std::string kGood = R"({"alg":"HS256"})";
std::string good() { return members(kGood, secret_key(Alg::HS256)); }

}  // namespace

TEST(RequirementsJson, R01_alg_none) {
  for (const char* none : {"none", "None", "NONE", "nOnE"})
    for (const char* signature : {"", "AAAA"}) {
      const std::string text = R"("protected":")" + base64url::encode(R"({"alg":")" + std::string(none) + "\"}") +
                               R"(","signature":")" + signature + "\"";
      EXPECT_EQ(answer(flattened(text), Rule::ANY), "alg_not_allowed");
      EXPECT_EQ(answer(general("{" + text + "}"), Rule::ANY), "alg_not_allowed");
    }
  EXPECT_EQ(code_of(jws::verify_json(flattened(good()), Keys::of({}), Rule::ANY, kAll)), "no_keys");
}

TEST(RequirementsJson, R17_each_member_absent_null_or_of_another_type) {
  const std::string values[] = {"null", "true", "1", "1.5", "[]", "{}", "[\"\"]", "\"\"", "\"?\"", "\"AA==\""};
  ASSERT_EQ(answer(flattened(good())), "ok");
  ASSERT_EQ(answer(general("{" + good() + "}")), "ok");
  for (const char* name : {"payload", "protected", "signature", "signatures"}) {
    const std::string member = "\"" + std::string(name) + "\":";
    const std::string texts[] = {flattened(good()), general("{" + good() + "}")};
    for (const auto& text : texts) {
      const auto at = text.find(member);
      if (at == std::string::npos) continue;
      const auto start = at + member.size();
      const auto end = text[start] == '[' ? text.rfind(']') + 1 : text.find('"', start + 1) + 1;
      for (const auto& value : values) {
        const std::string other = text.substr(0, start) + value + text.substr(end);
        for (const Rule rule : {Rule::ANY, Rule::ALL}) EXPECT_NE(answer(other, rule), "ok") << other;
        if (value[0] != '"' && !(name == std::string("signatures") && value[0] == '[')) {
          EXPECT_EQ(answer(other), "malformed") << other;
        }
      }
      // Absent: renamed, which makes it an additional member.
      EXPECT_NE(answer(replaced(text, member, "\"x" + member.substr(1))), "ok");
    }
  }
  for (const auto& value : values) {
    if (value == "{}") continue;
    EXPECT_EQ(answer(flattened(members(kGood, secret_key(Alg::HS256), value))), "malformed") << value;
  }
  EXPECT_EQ(answer(flattened(members(kGood, secret_key(Alg::HS256), "{}"))), "ok");
  for (const char* text : {"", " ", "null", "1", "\"\"", "[]", "{", "{}x", "\xFF", "\xEF\xBB\xBF{}"})
    EXPECT_EQ(answer(text), "bad_json") << text;
  EXPECT_EQ(answer("{}"), "malformed");
  for (const auto& value : values) EXPECT_EQ(answer(general(value)), value == "{}" ? "malformed" : "malformed");
  EXPECT_EQ(answer(general("{" + good() + "},null")), "malformed");
  // Both serializations at once.
  for (const char* member : {R"("protected":"")", R"("header":{})", R"("signature":"")"})
    EXPECT_EQ(answer(replaced(general("{" + good() + "}"), "{", "{" + std::string(member) + ",")), "malformed");
  // Additional members are ignored.
  EXPECT_EQ(answer(replaced(flattened(good()), "{", R"({"x":[{}],)")), "ok");
  EXPECT_EQ(answer(general("{\"x\":1," + good() + "}")), "ok");
}

TEST(RequirementsJson, R17_each_parameter_of_another_type) {
  for (const char* name : {"kid", "typ", "cty", "jku", "x5u", "x5t", "x5t#S256", "jwk", "x5c"})
    for (const std::string_view value : {"null", "true", "1", "[]", "{}", "\"text\"", "[1]"}) {
      const std::string parameter = "\"" + std::string(name) + "\":" + std::string(value);
      const bool takes_text = name != std::string_view("jwk") && name != std::string_view("x5c");
      const bool good = (value[0] == '"' && takes_text) || (value == "{}" && name == std::string_view("jwk"));
      const std::string expected = good ? "ok" : "malformed_header";
      EXPECT_EQ(answer_for(R"({"alg":"HS256",)" + parameter + "}"), expected) << parameter;
      EXPECT_EQ(answer_for(kGood, "{" + parameter + "}"), expected) << parameter;
    }
  for (const std::string_view value : {"null", "true", "1", "[]", "{}", "[1]"}) {
    EXPECT_EQ(answer_for(R"({"alg":)" + std::string(value) + "}"), "malformed_header") << value;
    EXPECT_EQ(answer_for(R"({"alg":"HS256","crit":)" + std::string(value) + "}"), "malformed_header") << value;
  }
}

TEST(RequirementsJson, R18_crit) {
  EXPECT_EQ(answer_for(R"({"alg":"HS256","crit":["exp"],"exp":1})"), "crit_unsupported");
  EXPECT_EQ(answer_for(R"({"alg":"HS256","crit":["b64","exp"],"b64":true,"exp":1})"), "crit_unsupported");
  for (const char* crit : {"[]", "null", "\"b64\"", "{}", "[1]", "[\"exp\",\"exp\"]", "[\"x\"]", "[\"alg\"]",
                           "[\"kid\"]", "[\"crit\"]", "[\"\"]"})
    EXPECT_EQ(answer_for(R"({"alg":"HS256","kid":"k","exp":1,"crit":)" + std::string(crit) + "}"), "malformed_header")
        << crit;
  // Unprotected, it says nothing, whoever it names; and what it names must be protected too.
  EXPECT_EQ(answer_for(kGood, R"({"crit":["exp"],"exp":1})"), "malformed_header");
  EXPECT_EQ(answer_for(kGood, R"({"crit":["alg"]})"), "malformed_header");
  EXPECT_EQ(answer_for(kGood, R"({"crit":[]})"), "malformed_header");
  EXPECT_EQ(answer_for(R"({"alg":"HS256","crit":["exp"]})", R"({"exp":1})"), "malformed_header");
  EXPECT_EQ(answer_for(R"({"alg":"HS256","crit":["b64"]})", R"({"b64":true})"), "malformed_header");
}

TEST(RequirementsJson, R19_b64) {
  const auto key = secret_key(Alg::HS256);
  const auto plain = [&](std::string_view header) {
    return R"({"payload":"payload",)" + members(header, key, "", "payload") + "}";
  };
  const std::string b64_false = R"({"alg":"HS256","b64":false,"crit":["b64"]})";
  const std::string b64_true = R"({"alg":"HS256","b64":true,"crit":["b64"]})";
  EXPECT_EQ(answer(plain(b64_false)), "ok");
  EXPECT_EQ(answer_for(b64_true), "ok");
  // The signature is over the octets that b64 says.
  EXPECT_EQ(answer(plain(kGood)), "bad_base64");  // "payload" is not base64url
  for (const char* header : {R"({"alg":"HS256","b64":false})", R"({"alg":"HS256","b64":true})",
                             R"({"alg":"HS256","b64":false,"crit":["exp"],"exp":1})",
                             R"({"alg":"HS256","b64":false,"crit":[]})", R"({"alg":"HS256","b64":false,"crit":"b64"})"})
    EXPECT_EQ(answer_for(header), "malformed_header") << header;
  for (const char* value : {"null", "0", "1", "\"false\"", "[]", "{}"})
    EXPECT_EQ(answer_for(R"({"alg":"HS256","crit":["b64"],"b64":)" + std::string(value) + "}"), "malformed_header");
  EXPECT_EQ(answer_for(kGood, R"({"b64":false})"), "malformed_header");
  EXPECT_EQ(answer_for(kGood, R"({"b64":true})"), "malformed_header");
  // Mixed, in either order and under either rule, even where the other signature could never verify.
  const std::string one = "{" + members(b64_false, key, "", kPayload) + "}", two = "{" + members(kGood, key) + "}";
  const std::string odd = "{" + members(R"({"alg":"XX","b64":false,"crit":["b64"]})", key) + "}";
  for (const Rule rule : {Rule::ANY, Rule::ALL}) {
    EXPECT_EQ(answer(general(one + "," + two), rule), "malformed_header");
    EXPECT_EQ(answer(general(two + "," + one), rule), "malformed_header");
    EXPECT_EQ(answer(general(two + "," + odd), rule), "malformed_header");
    EXPECT_EQ(answer(general(one + "," + one), rule), "ok");
    EXPECT_EQ(answer(general(two + ",{" + members(b64_true, key) + "}"), rule), "ok");
  }
}

TEST(RequirementsJson, R23_a_header_never_brings_its_own_key) {
  const auto attacker = *PrivateKey::generate(Alg::ES256);
  const auto ours = public_key(Alg::ES256);
  const std::string jwk = attacker.public_key().with({})->jwk();
  for (const auto& brought : {R"("jwk":)" + jwk, std::string(R"("jku":"https://attacker.example/jwks")"),
                              std::string(R"("x5c":["MIIB"])"), std::string(R"("x5u":"https://attacker.example/c")")}) {
    const jws::Signer in_protected({*attacker.with({}), Alg::ES256, {.more = "{" + brought + "}"}});
    const jws::Signer beside({*attacker.with({}), Alg::ES256, {.unprotected = "{" + brought + "}"}});
    for (const auto& signer : {in_protected, beside}) {
      const std::string text = *jws::sign_flattened(bytes_of("x"), signer);
      EXPECT_CODE(jws::verify_json(text, ours, Rule::ANY, kAll), bad_signature);
      EXPECT_CODE(jws::verify_json(text, Keys::of({}), Rule::ANY, kAll), no_keys);
    }
  }
}

TEST(RequirementsJson, R27_each_entry_point_takes_its_serialization_only) {
  const auto key = secret_key(Alg::HS256);
  const std::string compact = *jws::sign(bytes_of("payload"), key);
  EXPECT_EQ(answer(compact), "bad_json");
  EXPECT_EQ(answer("\"" + compact + "\""), "bad_json");
  EXPECT_EQ(answer("[\"" + compact + "\"]"), "bad_json");
  for (const auto& text : {flattened(good()), general("{" + good() + "}"), " " + flattened(good())})
    EXPECT_EQ(verdict(text, key), "malformed") << text;
  // CVE-2022-39227: one text that is compact to one reader and JSON to another.
  const auto parts = compact.find('.');
  const std::string polyglot = "{\"" + compact.substr(0, parts) + ".Zm9yZ2Vk.\":\"\"," + flattened(good()).substr(1);
  EXPECT_EQ(verdict(polyglot, key), "malformed");
  const auto verified = jws::verify_json(polyglot, key, Rule::ALL, kAll);
  EXPECT_EQ(text_of(verified->payload()), "payload");  // an additional member is nothing to JSON
}

TEST(RequirementsJson, R28_a_jwe_is_another_kind) {
  EXPECT_EQ(answer(R"({"protected":"e30","ciphertext":"AA","iv":"AA","tag":"AA"})"), "wrong_kind");
  EXPECT_EQ(answer(R"({"recipients":[],"ciphertext":"AA"})"), "wrong_kind");
  EXPECT_EQ(answer(replaced(flattened(good()), "{", R"({"ciphertext":"AA",)")), "wrong_kind");
}

TEST(RequirementsJson, R29_the_algorithm_is_protected_and_no_name_stands_twice) {
  // alg only unprotected, wherever the signature is otherwise right.
  EXPECT_EQ(answer_for("", R"({"alg":"HS256"})"), "malformed_header");
  EXPECT_EQ(answer_for(R"({"kid":"k"})", R"({"alg":"HS256"})"), "malformed_header");
  EXPECT_EQ(answer_for("", ""), "malformed_header");
  // In both, alike or not; and so with every other name.
  for (const char* alg : {"HS256", "none", "ES256", "HS512"})
    EXPECT_EQ(answer_for(kGood, R"({"alg":")" + std::string(alg) + "\"}"), "duplicate_header");
  for (const char* name : {"kid", "typ", "cty", "jku", "x5u", "x5t", "x5t#S256", "private"}) {
    const std::string parameter = "\"" + std::string(name) + R"(":"v")";
    EXPECT_EQ(answer_for(R"({"alg":"HS256",)" + parameter + "}", "{" + parameter + "}"), "duplicate_header") << name;
  }
  EXPECT_EQ(answer_for(R"({"alg":"HS256","kid":"a"})", R"({"\u006bid":"b"})"), "duplicate_header");
  EXPECT_EQ(answer_for(R"({"alg":"HS256","b64":true,"crit":["b64"]})", R"({"b64":false})"), "duplicate_header");
  EXPECT_EQ(answer_for(R"({"alg":"HS256","b64":true,"crit":["b64"]})", R"({"crit":["b64"]})"), "duplicate_header");
  // It refuses the whole, whatever verifies beside it.
  const std::string twice = members(R"({"alg":"HS256","kid":"a"})", secret_key(Alg::HS256), R"({"kid":"a"})");
  EXPECT_EQ(answer(general("{" + good() + "},{" + twice + "}"), Rule::ANY), "duplicate_header");
}

TEST(RequirementsJson, R30_none_of_none_does_not_hold) {
  for (const Rule rule : {Rule::ANY, Rule::ALL}) {
    EXPECT_EQ(answer(general(""), rule), "malformed");
    EXPECT_EQ(answer(R"({"payload":""})", rule), "malformed");
    EXPECT_EQ(answer(R"({"signatures":[]})", rule), "malformed");
  }
}

TEST(RequirementsJson, R31_duplicate_members) {
  const std::string text = flattened(good());
  for (const char* name : {"payload", "protected", "signature", "x"}) {
    const std::string twice = "\"" + std::string(name) + "\":\"\",\"" + name + "\":\"\",";
    EXPECT_EQ(answer(replaced(text, "{", "{" + twice)), "duplicate_member") << name;
  }
  EXPECT_EQ(answer(replaced(text, "{", R"({"\u0070ayload":"",)")), "duplicate_member");
  EXPECT_EQ(answer(general("{" + good() + R"(,"\u0073ignature":""})")), "duplicate_member");
  EXPECT_EQ(answer(replaced(text, "{", R"({"x":{"a":[{"b":1,"b":1}]},)")), "duplicate_member");
  for (const char* header : {R"({"alg":"HS256","al\u0067":"HS256"})", R"({"alg":"HS256","x":{"a":1,"a":2}})"})
    EXPECT_EQ(answer_for(header), "duplicate_member") << header;
  for (const char* header : {R"({"a":1,"\u0061":2})", R"({"x":[{"a":1,"a":2}]})"})
    EXPECT_EQ(answer_for(kGood, header), "duplicate_member") << header;
}

TEST(RequirementsJson, R16_deep_nesting) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(answer(replaced(flattened(good()), "{", R"({"x":)" + nested(32) + ",")), "json_depth");
  EXPECT_EQ(answer(replaced(flattened(good()), "{", R"({"x":)" + nested(31) + ",")), "ok");
  EXPECT_EQ(answer_for(R"({"alg":"HS256","x":)" + nested(32) + "}"), "json_depth");
  EXPECT_EQ(answer(nested(100000)), "json_depth");
}

TEST(RequirementsJson, R32_one_spelling_of_each_part) {
  const std::string text = flattened(good());
  for (const char* part : {"payload", "protected", "signature"}) {
    const auto start = text.find("\"" + std::string(part) + "\":\"") + std::string_view(part).size() + 4;
    const auto end = text.find('"', start);
    const std::string value = text.substr(start, end - start);
    for (const auto& other : {value + "=", value + "==", " " + value, value + " ", value + "\\n", value + "+",
                              value + "/", value + "\\u0000", value + "."}) {
      const auto code = answer(text.substr(0, start) + other + text.substr(end));
      // A payload is decoded once a signature covers it.
      EXPECT_EQ(code, part == std::string_view("payload") ? "bad_signature" : "bad_base64") << other;
    }
  }
  const auto key = secret_key(Alg::HS256);
  for (const char* payload : {"cGF5bG9hZA=", "cGF5bG9hZB", "cGF5 bG9hZA", "cGF5b", "."})
    EXPECT_EQ(answer("{\"payload\":\"" + std::string(payload) + "\"," + members(kGood, key, "", payload) + "}"),
              "bad_base64")
        << payload;
}

TEST(RequirementsJson, R35_the_allow_list_stands_whatever_the_key) {
  const jws::Policy only{.algs = {Alg::ES384}};
  const jws::Policy none{.algs = std::vector<Alg>{}};
  const auto key = private_key(Alg::RS256);
  const jws::Signer signers[] = {{key, Alg::RS256}, {key, Alg::PS256}};
  const auto public_half = key.public_key();
  const auto named = *key.public_key().with({.kid = {}, .alg = Alg::RS256});
  const auto secret = secret_key(Alg::HS256);
  for (const Rule rule : {Rule::ANY, Rule::ALL}) {
    const std::string text = *jws::sign_general({}, signers);
    for (const auto& policy : {only, none}) {
      EXPECT_CODE(jws::verify_json(text, public_half, rule, policy), alg_not_allowed);
      EXPECT_CODE(jws::verify_json(text, named, rule, policy), alg_not_allowed);
      EXPECT_CODE(jws::verify_json(text, Keys::of({public_half}), rule, policy), alg_not_allowed);
      EXPECT_CODE(jws::verify_json(text, {{&public_half, 1}, {&secret, 1}}, rule, policy), alg_not_allowed);
      EXPECT_CODE(jws::verify_json(flattened(good()), secret, rule, policy), alg_not_allowed);
      EXPECT_CODE(
          jws::verify_json(flattened(good()), *SecretKey::parse(secret.jwk().expose_text("a test")), rule, policy),
          alg_not_allowed);
    }
  }
}
