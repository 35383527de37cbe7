// The rows of the requirements that concern the kinds of token, each case of a row.
#include <gtest/gtest.h>

#include "kinds.hpp"

using namespace tests;

namespace {

const char* kValues[] = {"null", "true", "0", "-1", "1.5", "\"\"", "[]", "[1]", "{}", "[null]", "{\"a\":1}"};

std::string with_header(const Kind& kind, std::string_view name, std::string json) {
  return forged(kind, claims_of(kind), header_of(kind).with(name, std::move(json)));
}
std::string with_claim_of(const Kind& kind, std::string_view name, std::string json) {
  return forged(kind, claims_of(kind).with(name, std::move(json)));
}

}  // namespace

TEST(KindsRequirements, R17_each_required_claim_absent_null_or_of_another_type) {
  for (const Kind& each : kinds())
    for (const std::string& name : each.required) {
      EXPECT_EQ(each.verify(forged(each, claims_of(each).without(name))), "claim_missing " + name) << each.name;
      for (const char* value : kValues) {
        const auto said = each.verify(with_claim_of(each, name, value));
        const bool known = said == "claim_type " + name || said == "claim_missing " + name ||
                           said == "claim_mismatch " + name || said == "expired exp" || said == "too_old iat";
        EXPECT_TRUE(known || (said == "ok" && name == "iat"))
            << each.name << ' ' << name << ' ' << value << ' ' << said;
      }
    }
}

TEST(KindsRequirements, R17_each_header_parameter_absent_null_or_of_another_type) {
  for (const Kind& each : kinds())
    for (const char* name : {"alg", "typ", "jwk", "kid"})
      for (const char* value : {"null", "true", "1", "[]", "[\"x\"]"})
        EXPECT_EQ(each.verify(with_header(each, name, value)), std::string("malformed_header ") + name) << each.name;
}

TEST(KindsRequirements, R20_iss_is_the_exact_text_and_no_list) {
  for (const Kind& each : kinds()) {
    const auto good = claims_of(each).value("iss");
    if (good.empty()) continue;  // a DPoP proof names none
    const std::string cut = good.substr(0, good.size() - 2) + '"';
    for (const std::string& other :
         {cut, good.substr(0, good.size() - 1) + "/\"", std::string(R"("")"), std::string(R"("x")")})
      EXPECT_TRUE(each.verify(with_claim_of(each, "iss", other)).starts_with("claim_")) << each.name << other;
    EXPECT_EQ(each.verify(with_claim_of(each, "iss", "[" + good + "]")), "claim_type iss") << each.name;
  }
}

TEST(KindsRequirements, R20_aud_is_the_exact_text_or_a_list_with_it) {
  for (const Kind& each : kinds()) {
    const auto good = claims_of(each).value("aud");
    if (good.empty()) continue;
    EXPECT_EQ(each.verify(with_claim_of(each, "aud", "[" + good + "]")), "ok") << each.name;
    for (const std::string& other :
         {good.substr(0, good.size() - 2) + '"', std::string(R"("x")"), std::string(R"("")")})
      EXPECT_EQ(each.verify(with_claim_of(each, "aud", other)), "claim_mismatch aud") << each.name << other;
    for (const std::string& other : {std::string("[]"), std::string("[1]"), "[" + good + ",1]", "[[" + good + "]]",
                                     std::string("null"), std::string("{}")})
      EXPECT_EQ(each.verify(with_claim_of(each, "aud", other)), "claim_type aud") << each.name << other;
  }
}

TEST(KindsRequirements, R21_a_time_of_another_type_is_never_an_absent_one) {
  for (const Kind& each : kinds())
    for (const char* name : {"exp", "nbf", "iat"})
      for (const char* value : {R"("123")", "true", "null", "-1", "1e19", R"("NaN")", "[1800000300]", "{}"})
        EXPECT_EQ(each.verify(with_claim_of(each, name, value)), std::string("claim_type ") + name)
            << each.name << value;
  for (const char* value : {R"("123")", "true", "null", "-1", "1e19"})
    EXPECT_EQ(id(with_claim_of(kind("ID token"), "auth_time", value)), "claim_type auth_time");
}

TEST(KindsRequirements, R22_a_hash_that_cannot_be_computed_fails) {
  // No hash is defined for Ed448: neither what the token says of it nor that it is silent in the place where it must
  // speak lets the access token pass.
  for (const char* name : {"Ed448", "EdDSA"})
    for (const char* hash : {"77QmUPtjPfzWtF2AnpK9RQ", "", "x"}) {
      const auto token =
          token_of(R"({"typ":"JWT","alg":")" + std::string(name) + "\"}", private_key(Alg::Ed448), *alg_from_name(name),
                   claims_of(kind("ID token")).with("at_hash", text_json(hash)).text());
      auto policy = id_policy();
      policy.algs = {Alg::Ed448, Alg::EdDSA};
      policy.access_token = id_token::Companion::of_token_endpoint("token");
      EXPECT_EQ(refusal_of(id_token::verify(token, public_key(Alg::Ed448), policy, kNow)), "at_hash_failed at_hash");
      policy.access_token = id_token::Companion::of_authorization_endpoint("token");
      EXPECT_EQ(refusal_of(id_token::verify(token, public_key(Alg::Ed448), policy, kNow)), "at_hash_failed at_hash");
    }
  auto draft = id_draft();
  draft.code = "code";
  EXPECT_EQ(refusal_of(id_token::issue(draft, *private_key(Alg::Ed448).with({.alg = Alg::Ed448}))),
            "at_hash_failed c_hash");
}

TEST(KindsRequirements, R23_a_key_in_the_header_verifies_nothing_but_a_proof) {
  const auto attacker = *PrivateKey::generate(Alg::ES256)->with({});
  const std::string jwk = attacker.public_key().jwk();
  const auto mine = public_key(Alg::ES256);
  for (const Kind& each : kinds()) {
    if (each.typ == "dpop+jwt") continue;
    for (const auto& [name, json] :
         std::initializer_list<std::pair<const char*, std::string>>{{"jwk", jwk},
                                                                    {"jku", R"("https://evil.example.com/keys")"},
                                                                    {"x5u", R"("https://evil.example.com/cert")"},
                                                                    {"x5c", R"(["MIIB"])"}}) {
      const auto header = header_of(each).without("kid").with("alg", R"("ES256")").with(name, json);
      const auto forged_token = token_of(header.text(), attacker, Alg::ES256, claims_of(each).text());
      EXPECT_EQ(each.verify(forged_token), "alg_not_allowed alg") << each.name << name;
      auto policy = access_policy();
      policy.algs = {Alg::ES256};
      if (each.typ == "at+jwt") {
        EXPECT_EQ(refusal_of(access_token::verify(forged_token, mine, policy, kNow)), "bad_signature ") << name;
      }
    }
  }
}

TEST(KindsRequirements, R23_a_proof_takes_its_key_from_jwk_alone) {
  const Kind& its = kind("DPoP proof");
  for (const char* name : {"jku", "x5u"})
    EXPECT_EQ(its.verify(forged(its, claims_of(its),
                                header_of(its).without("jwk").with(name, R"("https://client.example.com/keys")"))),
              "malformed_header jwk");
  EXPECT_EQ(its.verify(forged(its, claims_of(its), header_of(its).without("jwk").with("x5c", R"(["MIIB"])"))),
            "malformed_header jwk");
}

TEST(KindsRequirements, R25_jku_and_x5u_are_never_followed) {
  // What they name is no address of anything: they are looked at for their type, and that is all.
  for (const Kind& each : kinds())
    for (const char* name : {"jku", "x5u"})
      for (const char* url :
           {R"("file:///etc/passwd")", R"("http://127.0.0.1:1/")", R"("https://localhost/")", R"("")"})
        EXPECT_EQ(each.verify(with_header(each, name, url)), "ok") << each.name << name;
}

TEST(KindsRequirements, R36_a_refusal_holds_nothing_of_the_token) {
  const std::string marker = "MARKER-of-the-sender";
  for (const Kind& each : kinds()) {
    std::vector<std::string> names = each.required;
    names.insert(names.end(), {"azp", "acr", "amr", "sid", "scope", "cnf", "ath", "nonce", "at_hash"});
    for (const std::string& name : names)
      for (const std::string& json : {text_json(marker), "[" + text_json(marker) + "]"})
        EXPECT_EQ(each.verify(with_claim_of(each, name, json)).find(marker), std::string::npos) << each.name << name;
  }
}

TEST(KindsRequirements, R38_a_token_of_one_kind_is_none_of_another) {
  for (const Kind& made : kinds())
    for (const Kind& wanted : kinds()) {
      const auto said = wanted.verify(made.good);
      if (made.name == wanted.name)
        EXPECT_EQ(said, "ok") << made.name;
      else if (made.typ == "dpop+jwt" || wanted.typ == "dpop+jwt")  // of another algorithm, too
        EXPECT_NE(said, "ok") << made.name << " as " << wanted.name;
      else
        EXPECT_EQ(said, "typ_mismatch typ") << made.name << " as " << wanted.name;
    }
}

TEST(KindsRequirements, R38_nor_one_that_is_signed_by_the_right_key_with_the_right_claims) {
  // The claims of each kind under the typ of each other: typ alone refuses.
  for (const Kind& made : kinds())
    for (const Kind& wanted : kinds()) {
      if (made.name == wanted.name) continue;
      const auto header = header_of(wanted).with("typ", text_json(made.typ));
      EXPECT_EQ(wanted.verify(forged(wanted, claims_of(wanted), header)), "typ_mismatch typ")
          << made.name << " as " << wanted.name;
    }
}

TEST(KindsRequirements, R38_without_typ_the_claims_tell_kinds_apart) {
  for (const Kind& made : kinds())
    for (const Kind& wanted : kinds()) {
      if (!wanted.verify_untyped) continue;
      for (const auto& header : {header_of(wanted).without("typ"), header_of(wanted).with("typ", R"("JWT")")}) {
        const auto said = wanted.verify_untyped(forged(wanted, claims_of(made), header));
        if (made.name == wanted.name)
          EXPECT_EQ(said, "ok") << made.name;
        else
          EXPECT_TRUE(said.starts_with("claim_")) << made.name << " as " << wanted.name << ": " << said;
      }
    }
  // And those that must be typed are not taken without.
  for (const Kind& each : kinds()) {
    if (each.typ == "JWT") continue;
    EXPECT_EQ(each.verify(forged(each, claims_of(each), header_of(each).without("typ"))), "typ_mismatch typ");
    EXPECT_EQ(each.verify(forged(each, claims_of(each), header_of(each).with("typ", R"("JWT")"))), "typ_mismatch typ");
  }
}
