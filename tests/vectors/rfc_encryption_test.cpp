// The examples of RFC 7516 (appendices A and B), RFC 7519 and RFC 8037 appendix A.7.
#include <gtest/gtest.h>

#include "base/base64url.hpp"
#include "crypto/encryption.hpp"
#include "jose/key_data.hpp"
#include "support/expect.hpp"
#include "support/vectors.hpp"
#include "tessera/jwe.hpp"
#include "tessera/jwt.hpp"
#include "unit/crypto/hex.hpp"

using namespace tessera;

namespace {

constexpr std::string_view kRsaOf7516A1 = R"({"kty":"RSA",
"n":"oahUIoWw0K0usKNuOR6H4wkf4oBUXHTxRvgb48E-BVvxkeDNjbC4he8rUWcJoZmds2h7M70imEVhRU5djINXtqllXI4DFqcI1DgjT9LewND8MW2Krf3Spsk_ZkoFnilakGygTwpZ3uesH-PFABNIUYpOiN15dsQRkgr0vEhxN92i2asbOenSZeyaxziK72UwxrrKoExv6kc5twXTq4h-QChLOln0_mtUZwfsRaMStPs6mS6XrgxnxbWhojf663tuEQueGC-FCMfra36C9knDFGzKsNa7LZK2djYgyD3JR_MB_4NUJW_TqOQtwHYbxevoJArm-L5StowjzGy-_bq6Gw",
"e":"AQAB",
"d":"kLdtIj6GbDks_ApCSTYQtelcNttlKiOyPzMrXHeI-yk1F7-kpDxY4-WY5NWV5KntaEeXS1j82E375xxhWMHXyvjYecPT9fpwR_M9gV8n9Hrh2anTpTD93Dt62ypW3yDsJzBnTnrYu1iwWRgBKrEYY46qAZIrA2xAwnm2X7uGR1hghkqDp0Vqj3kbSCz1XyfCs6_LehBwtxHIyh8Ripy40p24moOAbgxVw3rxT_vlt3UVe4WO3JkJOzlpUf-KTVI2Ptgm-dARxTEtE-id-4OJr0h-K-VFs3VSndVTIznSxfyrj8ILL6MG_Uv8YAu7VILSB3lOW085-4qE3DzgrTjgyQ",
"p":"1r52Xk46c-LsfB5P442p7atdPUrxQSy4mti_tZI3Mgf2EuFVbUoDBvaRQ-SWxkbkmoEzL7JXroSBjSrK3YIQgYdMgyAEPTPjXv_hI2_1eTSPVZfzL0lffNn03IXqWF5MDFuoUYE0hzb2vhrlN_rKrbfDIwUbTrjjgieRbwC6Cl0",
"q":"wLb35x7hmQWZsWJmB_vle87ihgZ19S8lBEROLIsZG4ayZVe9Hi9gDVCOBmUDdaDYVTSNx_8Fyw1YYa9XGrGnDew00J28cRUoeBB_jKI1oma0Orv1T9aXIWxKwd4gvxFImOWr3QRL9KEBRzk2RatUBnmDZJTIAfwTs0g68UZHvtc",
"dp":"ZK-YwE7diUh0qR1tR7w8WHtolDx3MZ_OTowiFvgfeQ3SiresXjm9gZ5KLhMXvo-uz-KUJWDxS5pFQ_M0evdo1dKiRTjVw_x4NyqyXPM5nULPkcpU827rnpZzAJKpdhWAgqrXGKAECQH0Xt4taznjnd_zVpAmZZq60WPMBMfKcuE",
"dq":"Dq0gfgJ1DdFGXiLvQEZnuKEN0UUmsJBxkjydc3j4ZYdBiMRAy86x0vHCjywcMlYYg4yoC4YZa9hNVcsjqA3FeiL19rk8g6Qn29Tt0cj8qqyFpz9vNDBUfCAiJVeESOjJDZPYHdHY8v1b-o-Z2X5tvLx-TCekf7oxyeKDUqKWjis",
"qi":"VIMpMYbPf47dT1w_zDUXfPimsSegnMOA1zTaX7aGk_8urY6R8-ZW1FxU7AlWAyLWybqq6t16VFd7hQd0y6flUK4SlOydB61gwanOsXGOAOv82cHq0E3eL4HrtZkUuKvnPrMnsUUFlfUdybVzxyjz9JF_XyaY14ardLSjf4L_FNY"})";

const std::string kKeyUnderRsa15 =
    "UGhIOguC7IuEvf_NPVaXsGMoLOmwvc1GyqlIKOK1nN94nHPoltGRhWhw7Zx0-kFm1NJn8LE9XShH59_"
    "i8J0PH5ZZyNfGy2xGdULU7sHNF6Gp2vPLgNZ_"
    "_deLKxGHZ7PcHALUzoOegEI-8E66jX2E4zyJKx-YxzZIItRzC5hlRirb6Y5Cl_p-"
    "ko3YvkkysZIFNPccxRU7qve1WYPxqbb2Yw8kZqa2rMWI5ng8Otvz"
    "lV7elprCbuPhcCdZ6XDP0_F8rkXds2vE4X-ncOIM8hAYHHi29NX0mcKiRaD0-D-ljQTP-cFPgwCp6X-nZZd9OHBv-B3oWh2TbqmScqXMR4gp_A";
const std::string kKeyUnderA128kw = "6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ";

SecretKey wrapping_key() { return *SecretKey::parse(R"({"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg"})"); }
const jwe::Policy kPolicy{.algs = {KeyAlg::RSA_OAEP, KeyAlg::A128KW}, .encs = {Enc::A256GCM, Enc::A128CBC_HS256}};

std::string opened(const Result<jwe::Decrypted>& result) {
  return result ? std::string(result->text()) : refusal_of(result);
}

}  // namespace

TEST(Rfc7516, A1_rsa_oaep_and_a256gcm) {
  const std::string token =
      "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ."
      "OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGeipsEdY3mx_etLbbWSrFr05kLzcSr4qKAq7YN7e9jwQRb23nf"
      "a6c9d-StnImGyFDbSv04uVuxIp5Zms1gNxKKK2Da14B8S4rzVRltdYwam_lDp5XnZAYpQdb76FdIKLaVmqgfwX7XWRxv2322i-vDxRfqNzo_tETK"
      "zpVLzfiwQyeyPGLBIO56YJ7eObdv0je81860ppamavo35UgoRdbYaBcoh9QcfylQr66oc6vFWXRcZ_ZT2LawVCWTIy3brGPi6UklfCpIMfIjf7iG"
      "dXKHzg.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A."
      "XFBoMYUZodetZdvTiFvSkQ";
  EXPECT_EQ(opened(jwe::decrypt(token, *PrivateKey::parse(kRsaOf7516A1), kPolicy)),
            "The true sign of intelligence is not knowledge but imagination.");
}

TEST(Rfc7516, A2_rsa1_5_is_not_built) {
  tests::record_cases(1, 1);
  const std::string token =
      "eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0." + kKeyUnderRsa15 +
      ".AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.9hH0vgRfYgPnAHOd8stkvw";
  EXPECT_EQ(opened(jwe::decrypt(token, *PrivateKey::parse(kRsaOf7516A1), kPolicy)), "unknown_alg alg");
}

TEST(Rfc7516, A3_a128kw_and_a128cbc_hs256) {
  const std::string token =
      "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0." + kKeyUnderA128kw +
      ".AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ";
  EXPECT_EQ(opened(jwe::decrypt(token, wrapping_key(), kPolicy)), "Live long and prosper.");
}

TEST(Rfc7516, A4_general_json) {
  const std::string json =
      R"({"protected":"eyJlbmMiOiJBMTI4Q0JDLUhTMjU2In0",)"
      R"("unprotected":{"jku":"https://server.example.com/keys.jwks"},)"
      R"("recipients":[{"header":{"alg":"RSA1_5","kid":"2011-04-29"},"encrypted_key":")" +
      kKeyUnderRsa15 + R"("},{"header":{"alg":"A128KW","kid":"7"},"encrypted_key":")" + kKeyUnderA128kw +
      R"("}],"iv":"AxY8DCtDaGlsbGljb3RoZQ","ciphertext":"KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY",)"
      R"("tag":"Mz-VPPyU4RlcuYv1IwIvzw"})";
  EXPECT_EQ(opened(jwe::decrypt_json(json, wrapping_key(), Rule::ANY, kPolicy)), "Live long and prosper.");
  EXPECT_EQ(opened(jwe::decrypt_json(json, wrapping_key(), Rule::ALL, kPolicy)), "unknown_alg alg");
}

TEST(Rfc7516, A5_flattened_json) {
  const std::string json =
      R"({"protected":"eyJlbmMiOiJBMTI4Q0JDLUhTMjU2In0",)"
      R"("unprotected":{"jku":"https://server.example.com/keys.jwks"},)"
      R"("header":{"alg":"A128KW","kid":"7"},"encrypted_key":")" +
      kKeyUnderA128kw +
      R"(","iv":"AxY8DCtDaGlsbGljb3RoZQ","ciphertext":"KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY",)"
      R"("tag":"Mz-VPPyU4RlcuYv1IwIvzw"})";
  EXPECT_EQ(opened(jwe::decrypt_json(json, wrapping_key(), Rule::ALL, kPolicy)), "Live long and prosper.");
}

// The same message as A.3, step by step: the halves of the key, what is authenticated, and half of its MAC.
TEST(Rfc7516, B_a128cbc_hs256) {
  const Secret key(octets_of_hex("04d31fc5549dfcfe0b649dfa3faa6ace6b7cd42d6f6b09dbc8b100f08f9c2ccf"));
  const Bytes iv = octets_of_hex("03163c0c2b4368696c6c69636f746865");
  const Bytes octets = octets_of_hex("283953b577218594c6b9f31898e6064b81df7f13d252b7e6a821d7688f703866");
  const Bytes tag = octets_of_hex("5349bf6268cdd380c9bdc7852026c255");
  const auto aad = bytes_of("eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0");
  const auto opened = crypto::decrypt(crypto::Cipher::A128CBC_HS256, key, {iv, octets, tag}, aad);
  ASSERT_TRUE(opened) << refusal_of(opened);
  EXPECT_EQ(opened->expose_text("published"), "Live long and prosper.");
}

TEST(Rfc7519, example_of_section_3_1) {
  const auto key = SecretKey::parse(
      R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})");
  const Verifier verifier{
      *key, {.issuer = "joe", .audience = Unchecked("the example names none"), .typ = "JWT", .algs = {Alg::HS256}}};
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const auto claims = verifier.verify(token, sys_seconds(seconds(1300819379)));
  ASSERT_TRUE(claims) << refusal_of(claims);
  EXPECT_EQ(claims->get<bool>("http://example.com/is_root").value(), true);
  EXPECT_CODE(verifier.verify(token, sys_seconds(seconds(1300819380))), expired);
}

TEST(Rfc7519, the_unsecured_jwt_of_section_6_1_is_none) {
  const std::string token =
      "eyJhbGciOiJub25lIn0."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";
  const Verifier verifier{*SecretKey::generate(Alg::HS256),
                          {.issuer = "joe",
                           .audience = Unchecked("the example names none"),
                           .typ = Unchecked("the example names none"),
                           .algs = {Alg::HS256}}};
  EXPECT_CODE(verifier.verify(token, sys_seconds(seconds(1300819379))), alg_not_allowed);
}

// Both are encrypted with RSA1_5, which is not built (tests/vectors/deviations.txt).
TEST(Rfc7519, encrypted_jwts_of_appendix_A) {
  tests::record_cases(2, 2);
  const std::string a1 =
      "eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0."
      "QR1Owv2ug2WyPBnbQrRARTeEk9kDO2w8qDcjiHnSJflSdv1iNqhWXaKH4MqAkQtM"
      "oNfABIPJaZm0HaA415sv3aeuBWnD8J-Ui7Ah6cWafs3ZwwFKDFUUsWHSK-IPKxLG"
      "TkND09XyjORj_CHAgOPJ-Sd8ONQRnJvWn_hXV1BNMHzUjPyYwEsRhDhzjAD26ima"
      "sOTsgruobpYGoQcXUwFDn7moXPRfDE8-NoQX7N7ZYMmpUDkR-Cx9obNGwJQ3nM52"
      "YCitxoQVPzjbl7WBuB7AohdBoZOdZ24WlN1lVIeh8v1K4krB8xgKvRU8kgFrEn_a"
      "1rZgN5TiysnmzTROF869lQ."
      "AxY8DCtDaGlsbGljb3RoZQ."
      "MKOle7UQrG6nSxTLX6Mqwt0orbHvAKeWnDYvpIAeZ72deHxz3roJDXQyhxx0wKaM"
      "HDjUEOKIwrtkHthpqEanSBNYHZgmNOV7sln1Eu9g3J8."
      "fiK51VwhsxJ-siBMR-YFiA";
  const std::string a2 =
      "eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiY3R5IjoiSldU"
      "In0."
      "g_hEwksO1Ax8Qn7HoN-BVeBoa8FXe0kpyk_XdcSmxvcM5_P296JXXtoHISr_DD_M"
      "qewaQSH4dZOQHoUgKLeFly-9RI11TG-_Ge1bZFazBPwKC5lJ6OLANLMd0QSL4fYE"
      "b9ERe-epKYE3xb2jfY1AltHqBO-PM6j23Guj2yDKnFv6WO72tteVzm_2n17SBFvh"
      "DuR9a2nHTE67pe0XGBUS_TK7ecA-iVq5COeVdJR4U4VZGGlxRGPLRHvolVLEHx6D"
      "YyLpw30Ay9R6d68YCLi9FYTq3hIXPK_-dmPlOUlKvPr1GgJzRoeC9G5qCvdcHWsq"
      "JGTO_z3Wfo5zsqwkxruxwA."
      "UmVkbW9uZCBXQSA5ODA1Mg."
      "VwHERHPvCNcHHpTjkoigx3_ExK0Qc71RMEParpatm0X_qpg-w8kozSjfNIPPXiTB"
      "BLXR65CIPkFqz4l1Ae9w_uowKiwyi9acgVztAi-pSL8GQSXnaamh9kX1mdh3M_TT"
      "-FZGQFQsFhu0Z72gJKGdfGE-OE7hS1zuBD5oEUfk0Dmb0VzWEzpxxiSSBbBAzP10"
      "l56pPfAtrjEYw-7ygeMkwBl6Z_mLS6w6xUgKlvW6ULmkV-uLC4FUiyKECK4e3WZY"
      "Kw1bpgIqGYsw2v_grHjszJZ-_I5uM-9RA8ycX9KqPRp9gc6pXmoU_-27ATs9XCvr"
      "ZXUtK2902AUzqpeEUJYjWWxSNsS-r1TJ1I-FMJ4XyAiGrfmo9hQPcNBYxPz3GQb2"
      "8Y5CLSQfNgKSGt0A4isp1hBUXBHAndgtcslt7ZoQJaKe_nNJgNliWtWpJ_ebuOpE"
      "l8jdhehdccnRMIwAmU1n7SPkmhIl1HlSOpvcvDfhUN5wuqU955vOBvfkBOh5A11U"
      "zBuo2WlgZ6hYi9-e3w29bR0C2-pp3jbqxEDw3iWaf2dc5b-LnR0FEYXvI_tYk5rd"
      "_J9N0mg0tQ6RbpxNEMNoA9QWk5lgdPvbh9BaO195abQ."
      "AVO9iT5AV4CzvDJCdhSFlQ";
  for (const auto& token : {a1, a2})
    EXPECT_EQ(refusal_of(jwe::decrypt(token, wrapping_key(), kPolicy)), "unknown_alg alg");
}

TEST(Rfc8037, agreement_of_appendix_a_7) {
  const auto bob = PrivateKey::parse(
      R"({"kty":"OKP","crv":"X448","x":"mwj3zDG34-Z9ItWuoSEHSic70rg94Jxj-qc9LCLF2bvINmRyQdlT1AxbEtqIEg1TF3-A5TLEH6A",)"
      R"("d":"mo9JJdFRn1d1z0awS1gA1O6e6LrovFVl1JjCjdnJuvV0qUGXRIlzkQBjgqbxJ6sdmsLYwKWYcms"})");
  const auto epk = PublicKey::parse(
      R"({"kty":"OKP","crv":"X448","x":"PreoKbDNIPW8_AtZm2_sz22kYnEHvbDU80W0MCfYuXL8PjT7QjKhPKcG3LV67D2uB73BxnvzNgk"})");
  ASSERT_TRUE(bob && epk);
  const auto z = bob->data().agree(std::make_shared<detail::KeyData>(epk->data()));
  ASSERT_TRUE(z);
  EXPECT_EQ(base64url::encode(z->expose("the example's")),
            "B__0GBrGzJXsHBapSg900S2iMs5Ap3VSKB0oK7YMC1b9JGTDNVQ5NlIcJEAwhdWaRJpQN1FKh50");
}
