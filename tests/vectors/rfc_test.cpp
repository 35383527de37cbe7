// The examples of RFC 7515 appendix A, RFC 7520 sections 3 and 4, RFC 7638 and RFC 8037 appendix A.
#include <gtest/gtest.h>

#include "json/json.hpp"
#include "support/expect.hpp"
#include "support/vectors.hpp"
#include "tessera/jws.hpp"

using namespace tessera;

namespace {

const std::string kJoe =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const std::string kJoeText = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

// The payload that verifies, or the refusal.
template <class Key>
std::string opened(const std::string& token, const Key& key, Alg alg) {
  const auto verified = jws::verify(token, key, {.algs = {alg}});
  return verified ? std::string(text_of(verified->payload())) : refusal_of(verified);
}

constexpr std::string_view kRsaOf7515 = R"({"kty":"RSA",
"n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
"e":"AQAB"})";

}  // namespace

TEST(Rfc7515, A1_hs256) {
  const auto key = SecretKey::parse(
      R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})");
  ASSERT_TRUE(key);
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + kJoe + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  EXPECT_EQ(opened(token, *key, Alg::HS256), kJoeText);
}

TEST(Rfc7515, A2_rs256) {
  const auto key = PublicKey::parse(kRsaOf7515);
  ASSERT_TRUE(key);
  EXPECT_EQ(opened("eyJhbGciOiJSUzI1NiJ9." + kJoe +
                       ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
                       "O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
                       "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
                       "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN"
                       "_IoypGlUPQGe77Rw",
                   *key, Alg::RS256),
            kJoeText);
}

TEST(Rfc7515, A3_es256) {
  const auto key = PrivateKey::parse(
      R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})");
  ASSERT_TRUE(key);
  EXPECT_EQ(opened("eyJhbGciOiJFUzI1NiJ9." + kJoe +
                       ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
                   key->public_key(), Alg::ES256),
            kJoeText);
}

TEST(Rfc7515, A4_es512) {
  const auto key = PrivateKey::parse(
      R"({"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2","d":"AY5pb7A0UFiB3RELSD64fTLOSV_jazdF7fLYyuTw8lOfRhWg6Y6rUrPAxerEzgdRhajnu0ferB0d53vM9mE15j2C"})");
  ASSERT_TRUE(key);
  EXPECT_EQ(
      opened(
          "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-"
          "KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
          key->public_key(), Alg::ES512),
      "Payload");
}

TEST(Rfc7515, A5_unsecured_is_refused) {
  const auto key = PublicKey::parse(kRsaOf7515);
  EXPECT_EQ(opened("eyJhbGciOiJub25lIn0." + kJoe + ".", *key, Alg::RS256), "alg_not_allowed alg");
}

namespace {
constexpr std::string_view kEcOf7515 =
    R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
const std::string kRsaSignature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
    "O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
    "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_"
    "eSN9383LcOLn6_dO--xi12jzDwusC-"
    "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0"
    "igcN_IoypGlUPQGe77Rw";
const std::string kEcSignature =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

// The indices of the signatures that verified and the kid of each, or the refusal.
std::string signers_of(const Result<jws::Verified>& verified) {
  if (!verified) return refusal_of(verified);
  std::string out;
  for (const auto& one : verified->signatures()) out += std::to_string(one.index) + one.kid + " ";
  return out;
}
}  // namespace

TEST(Rfc7515, A6_general_json) {
  const std::string text =
      R"({"payload":")" + kJoe +
      R"(","signatures":[{"protected":"eyJhbGciOiJSUzI1NiJ9","header":{"kid":"2010-12-29"},)" + R"("signature":")" +
      kRsaSignature +
      R"("},{"protected":"eyJhbGciOiJFUzI1NiJ9","header":{"kid":"e9bc097a-ce51-4036-9562-d2ade882db0d"},"signature":")" +
      kEcSignature + "\"}]}";
  const auto rsa = *PublicKey::parse(kRsaOf7515, {.kid = "2010-12-29"});
  const auto ec = *PublicKey::parse(kEcOf7515, {.kid = "e9bc097a-ce51-4036-9562-d2ade882db0d"});
  const jws::Policy policy{.algs = {Alg::RS256, Alg::ES256}};
  const auto both = jws::verify_json(text, Keys::of({ec, rsa}), Rule::ALL, policy);
  EXPECT_EQ(signers_of(both), "02010-12-29 1e9bc097a-ce51-4036-9562-d2ade882db0d ");
  EXPECT_EQ(text_of(both->payload()), kJoeText);
  EXPECT_EQ(signers_of(jws::verify_json(text, ec, Rule::ANY, policy)), "1e9bc097a-ce51-4036-9562-d2ade882db0d ");
  EXPECT_CODE(jws::verify_json(text, ec, Rule::ALL, policy), key_not_found);
}

TEST(Rfc7515, A7_flattened_json) {
  const std::string text =
      R"({"payload":")" + kJoe +
      R"(","protected":"eyJhbGciOiJFUzI1NiJ9","header":{"kid":"e9bc097a-ce51-4036-9562-d2ade882db0d"},"signature":")" +
      kEcSignature + "\"}";
  const auto verified = jws::verify_json(text, *PublicKey::parse(kEcOf7515), Rule::ALL, {.algs = {Alg::ES256}});
  ASSERT_TRUE(verified) << refusal_of(verified);
  EXPECT_EQ(text_of(verified->payload()), kJoeText);
  EXPECT_EQ(verified->signatures()[0].unprotected, R"({"kid":"e9bc097a-ce51-4036-9562-d2ade882db0d"})");
}

TEST(Rfc7515, E_a_critical_extension_that_nobody_knows) {
  // Refused before its `crit` is read.
  const auto key = SecretKey::parse(
      R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})");
  EXPECT_EQ(opened("eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh0dHA6Ly9leGFtcGx"
                   "lLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA.",
                   *key, Alg::HS256),
            "alg_not_allowed alg");
}

TEST(Rfc7515, F_detached_content) {
  const jws::Detached content{bytes_of(kJoeText)};
  const jws::Policy policy{.algs = {Alg::ES256}};
  const auto key = *PublicKey::parse(kEcOf7515);
  EXPECT_EQ(text_of(jws::verify("eyJhbGciOiJFUzI1NiJ9.." + kEcSignature, key, policy, content)->payload()), kJoeText);
  EXPECT_OK(jws::verify_json(R"({"protected":"eyJhbGciOiJFUzI1NiJ9","signature":")" + kEcSignature + "\"}", key,
                             Rule::ALL, policy, content));
}

// ── RFC 7797 ──

TEST(Rfc7797, examples_of_section_4) {
  const auto key = SecretKey::parse(
      R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})");
  const jws::Policy policy{.algs = {Alg::HS256}};
  const jws::Signer signer(*key, Alg::HS256);
  const jws::Detached content{bytes_of("$.02")};
  // 4.1
  const std::string encoded = "eyJhbGciOiJIUzI1NiJ9.JC4wMg.5mvfOroL-g7HyqJoozehmsaqmvTYGEq5jTI1gVvoEoQ";
  EXPECT_EQ(*jws::sign(bytes_of("$.02"), signer), encoded);
  EXPECT_EQ(opened(encoded, *key, Alg::HS256), "$.02");
  // 4.2
  const std::string detached =
      "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY";
  EXPECT_EQ(*jws::sign(bytes_of("$.02"), signer, jws::Payload::plain_detached), detached);
  EXPECT_OK(jws::verify(detached, *key, policy, content));
  const std::string flattened =
      R"({"payload":"$.02","protected":"eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19","signature":"A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY"})";
  EXPECT_EQ(*jws::sign_flattened(bytes_of("$.02"), signer, jws::Payload::plain), flattened);
  EXPECT_EQ(text_of(jws::verify_json(flattened, *key, Rule::ALL, policy)->payload()), "$.02");
  // Its full stop keeps it out of a compact text.
  EXPECT_CODE(jws::sign(bytes_of("$.02"), signer, jws::Payload::plain), malformed);
}

TEST(Rfc7638, thumbprint_of_section_3_1) {
  const auto key = PublicKey::parse(R"({"kty":"RSA",
"n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
"e":"AQAB","alg":"RS256","kid":"2011-04-29"})");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST(Rfc8037, A3_thumbprint_and_A4_A5_signature) {
  const auto key = PrivateKey::parse(
      R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  const std::string token =
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-"
      "09PGcvMg3AIbQR6dWbhijcNR4ki4iy"
      "lGjg5BhVsPt9g7sVvpAr_MuM0KAg";
  EXPECT_EQ(opened(token, key->public_key(), Alg::EdDSA), "Example of Ed25519 signing");
  const auto made = jws::sign(bytes_of("Example of Ed25519 signing"), {*key, Alg::EdDSA});
  ASSERT_TRUE(made);
  EXPECT_EQ(*made, token);  // deterministic
}

// ── RFC 7520 ──

namespace {
std::string read(const char* file) { return tests::read_file(*tests::vectors() / "rfc7520" / file); }
}  // namespace

TEST(Rfc7520, keys_of_section_3) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  EXPECT_OK(PublicKey::parse(read("jwk/3_1.ec_public_key.json")));
  EXPECT_OK(PrivateKey::parse(read("jwk/3_2.ec_private_key.json")));
  EXPECT_OK(PublicKey::parse(read("jwk/3_3.rsa_public_key.json")));
  EXPECT_OK(PrivateKey::parse(read("jwk/3_4.rsa_private_key.json")));
  EXPECT_OK(SecretKey::parse(read("jwk/3_5.symmetric_key_mac_computation.json")));
  EXPECT_OK(SecretKey::parse(read("jwk/3_6.symmetric_key_encryption.json")));
  EXPECT_CODE(PublicKey::parse(read("jwk/3_2.ec_private_key.json")), wrong_kind);
  EXPECT_CODE(PrivateKey::parse(read("jwk/3_1.ec_public_key.json")), wrong_kind);
}

namespace {

// A published example, kept with what its values view.
struct Example {
  std::string content;
  json::Document document;
  json::Object root;
  json::Object input() const { return *root.find("input")->object(); }
  json::Object output() const { return *root.find("output")->object(); }
  std::string payload() const { return std::string(*input().find("payload")->string()); }
  std::string text(const char* form) const {
    const auto value = output().find(form);
    return !value ? "" : value->string() ? std::string(*value->string()) : value->text();
  }
};
Example example(const char* file) {
  std::string content = read(file);
  json::Document document;
  const auto root = *document.parse_object(content);
  return {std::move(content), std::move(document), root};
}

void check_example(const char* file) {
  const auto shown = example(file);
  const std::string jwk = shown.input().find("key")->text(), payload = shown.payload();
  const Alg alg = *alg_from_name(*shown.input().find("alg")->string());
  const bool reproducible = shown.root.find("reproducible") && *shown.root.find("reproducible")->boolean();
  const jws::Policy policy{.algs = {alg}};
  const auto check = [&](const jws::Signer& signer, jws::KeysView keys) {
    EXPECT_EQ(text_of(jws::verify(shown.text("compact"), keys, policy)->payload()), payload);
    for (const char* form : {"json", "json_flat"})
      EXPECT_EQ(text_of(jws::verify_json(shown.text(form), keys, Rule::ALL, policy)->payload()), payload);
    const std::string compact = *jws::sign(bytes_of(payload), signer),
                      flattened = *jws::sign_flattened(bytes_of(payload), signer),
                      general = *jws::sign_general(bytes_of(payload), {&signer, 1});
    EXPECT_OK(jws::verify(compact, keys, policy));
    EXPECT_OK(jws::verify_json(flattened, keys, Rule::ALL, policy));
    EXPECT_OK(jws::verify_json(general, keys, Rule::ALL, policy));
    if (!reproducible) return;
    EXPECT_EQ(compact, shown.text("compact"));
    EXPECT_EQ(flattened, shown.text("json_flat"));
    EXPECT_EQ(general, shown.text("json"));
  };
  if (alg <= Alg::HS512) {
    const auto key = SecretKey::parse(jwk);
    ASSERT_TRUE(key) << refusal_of(key);
    check({*key, alg}, *key);
  } else {
    const auto key = PrivateKey::parse(jwk);
    ASSERT_TRUE(key) << refusal_of(key);
    check({*key, alg}, key->public_key());
  }
}
}  // namespace

TEST(Rfc7520, signatures_of_sections_4_1_to_4_4) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  check_example("jws/4_1.rsa_v15_signature.json");
  check_example("jws/4_2.rsa-pss_signature.json");
  check_example("jws/4_3.ecdsa_signature.json");
  check_example("jws/4_4.hmac-sha2_integrity_protection.json");
  check_example("curve25519/jws.json");
}

TEST(Rfc7520, detached_content_of_section_4_5) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  const auto shown = example("jws/4_5.signature_with_detached_content.json");
  const auto key = *SecretKey::parse(shown.input().find("key")->text());
  const std::string payload = shown.payload();
  const jws::Policy policy{.algs = {Alg::HS256}};
  const jws::Detached content{bytes_of(payload)};
  constexpr auto kDetached = jws::Payload::base64url_detached;
  const jws::Signer signer(key);
  EXPECT_OK(jws::verify(shown.text("compact"), key, policy, content));
  EXPECT_OK(jws::verify_json(shown.text("json"), key, Rule::ALL, policy, content));
  EXPECT_OK(jws::verify_json(shown.text("json_flat"), key, Rule::ALL, policy, content));
  EXPECT_EQ(*jws::sign(content.content, signer, kDetached), shown.text("compact"));
  EXPECT_EQ(*jws::sign_general(content.content, {&signer, 1}, kDetached), shown.text("json"));
  EXPECT_EQ(*jws::sign_flattened(content.content, signer, kDetached), shown.text("json_flat"));
}

TEST(Rfc7520, an_unprotected_kid_of_section_4_6) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  const auto shown = example("jws/4_6.protecting_specific_header_fields.json");
  const auto key = *SecretKey::parse(shown.input().find("key")->text());
  const jws::Policy policy{.algs = {Alg::HS256}};
  for (const char* form : {"json", "json_flat"})
    EXPECT_EQ(text_of(jws::verify_json(shown.text(form), key, Rule::ALL, policy)->payload()), shown.payload());
  const std::string payload = shown.payload();
  const jws::Signer signer(*key.with({.kid = "", .alg = Alg::HS256}),
                           {.unprotected = R"({"kid":")" + key.info().kid + "\"}"});
  EXPECT_EQ(*jws::sign_general(bytes_of(payload), {&signer, 1}), shown.text("json"));
  EXPECT_EQ(*jws::sign_flattened(bytes_of(payload), signer), shown.text("json_flat"));
}

// Deviation: RFC 7515 allows an `alg` that nothing protects; here it is refused, whatever the signature.
TEST(Rfc7520, an_unprotected_alg_of_section_4_7_is_refused) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  tests::record_cases(1, 1);
  const auto shown = example("jws/4_7.protecting_content_only.json");
  const auto key = *SecretKey::parse(shown.input().find("key")->text());
  for (const char* form : {"json", "json_flat"})
    for (const Rule rule : {Rule::ANY, Rule::ALL})
      EXPECT_EQ(refusal_of(jws::verify_json(shown.text(form), key, rule, {.algs = {Alg::HS256}})),
                "malformed_header alg");
}

TEST(Rfc7520, several_signatures_of_section_4_8) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  tests::record_cases(3, 1);  // signatures
  const auto shown = example("jws/4_8.multiple_signatures.json");
  std::vector<PublicKey> public_keys;
  std::vector<SecretKey> secret_keys;
  const auto jwks = *shown.input().find("key")->array();
  for (const json::Value jwk : jwks) {
    if (auto key = PrivateKey::parse(jwk.text()))
      public_keys.push_back(key->public_key());
    else
      secret_keys.push_back(*SecretKey::parse(jwk.text()));
  }
  ASSERT_EQ(public_keys.size() + secret_keys.size(), 3U);
  const jws::Policy policy{.algs = {Alg::RS256, Alg::ES512, Alg::HS256}};
  const auto any = jws::verify_json(shown.text("json"), {public_keys, secret_keys}, Rule::ANY, policy);
  // Deviation: the second names its alg unprotected, as in 4.7.
  EXPECT_EQ(signers_of(any), "0bilbo.baggins@hobbiton.example 2018c0ae5-4d9b-471b-bfd6-eef314bc7037 ");
  EXPECT_EQ(text_of(any->payload()), shown.payload());
  EXPECT_EQ(refusal_of(jws::verify_json(shown.text("json"), {public_keys, secret_keys}, Rule::ALL, policy)),
            "malformed_header alg");
}

TEST(Rfc7797, examples_beside_the_rfc) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  const jws::Policy policy{.algs = {Alg::HS256}};
  tests::record_cases(2, 1);
  const auto plain = example("rfc7797/4.2.hmac-sha2_b64_false.json");
  const auto other = example("rfc7797/hmac-sha2_b64_false.json");
  const auto key = *SecretKey::parse(plain.input().find("key")->text());
  for (const auto* shown : {&plain, &other}) {
    const std::string payload = shown->payload();
    // Deviation: one of the two names b64 without crit, which RFC 7797 section 6 asks for.
    const bool critical = shown->text("json_flat").contains("ImNyaXQi");
    for (const char* form : {"json", "json_flat"}) {
      const auto verified = jws::verify_json(shown->text(form), key, Rule::ALL, policy);
      if (critical)
        EXPECT_EQ(text_of(verified->payload()), payload);
      else
        EXPECT_EQ(refusal_of(verified), "malformed_header b64");
    }
  }
  EXPECT_EQ(text_of(jws::verify(other.text("compact"), key, policy)->payload()), other.payload());
  EXPECT_EQ(*jws::sign(bytes_of(other.payload()), {key, Alg::HS256}, jws::Payload::plain), other.text("compact"));
  EXPECT_EQ(*jws::sign_flattened(bytes_of(other.payload()), {key, Alg::HS256}, jws::Payload::plain),
            other.text("json_flat"));
}
