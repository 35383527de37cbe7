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
void check_example(const char* file) {
  const std::string content = read(file);
  json::Document document;
  const auto example = document.parse_object(content);
  ASSERT_TRUE(example) << file;
  const auto input = *example->find("input")->object();
  const std::string jwk = input.find("key")->text();
  const std::string payload(*input.find("payload")->string());
  const auto output = *example->find("output")->object();
  const std::string token(*output.find("compact")->string());
  const Alg alg = *alg_from_name(*input.find("alg")->string());
  const bool reproducible = example->find("reproducible") && *example->find("reproducible")->boolean();
  if (alg <= Alg::HS512) {
    const auto key = SecretKey::parse(jwk);
    ASSERT_TRUE(key) << refusal_of(key);
    EXPECT_EQ(opened(token, *key, alg), payload);
    EXPECT_EQ(*jws::sign(bytes_of(payload), *key), token);
    return;
  }
  const auto key = PrivateKey::parse(jwk);
  ASSERT_TRUE(key) << refusal_of(key);
  EXPECT_EQ(opened(token, key->public_key(), alg), payload);
  const auto made = jws::sign(bytes_of(payload), {*key, alg});
  ASSERT_TRUE(made);
  if (reproducible) {
    EXPECT_EQ(*made, token);
  }
  EXPECT_EQ(opened(*made, key->public_key(), alg), payload);
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
