// The examples of RFC 7515 (its appendices but D, which has none), RFC 7520 sections 3 and 4, RFC 7638 and RFC 8037
// appendix A.
#include <gtest/gtest.h>

#include "base/base64url.hpp"
#include "json/json.hpp"
#include "support/expect.hpp"
#include "support/vectors.hpp"
#include "tessera/certificate.hpp"
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

TEST(Rfc7515, B_x5c) {
  const std::string first =
      "MIIE3jCCA8agAwIBAgICAwEwDQYJKoZIhvcNAQEFBQAwYzELMAkGA1UEBhMCVVMxITAfBgNVBAoTGFRoZSBHbyBEYWRkeSBHcm91cCwgSW5j"
      "LjExMC8GA1UECxMoR28gRGFkZHkgQ2xhc3MgMiBDZXJ0aWZpY2F0aW9uIEF1dGhvcml0eTAeFw0wNjExMTYwMTU0MzdaFw0yNjExMTYwMTU0"
      "MzdaMIHKMQswCQYDVQQGEwJVUzEQMA4GA1UECBMHQXJpem9uYTETMBEGA1UEBxMKU2NvdHRzZGFsZTEaMBgGA1UEChMRR29EYWRkeS5jb20s"
      "IEluYy4xMzAxBgNVBAsTKmh0dHA6Ly9jZXJ0aWZpY2F0ZXMuZ29kYWRkeS5jb20vcmVwb3NpdG9yeTEwMC4GA1UEAxMnR28gRGFkZHkgU2Vj"
      "dXJlIENlcnRpZmljYXRpb24gQXV0aG9yaXR5MREwDwYDVQQFEwgwNzk2OTI4NzCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAMQt"
      "1RWMnCZM7DI161+4WQFapmGBWTtwY6vj3D3HKrjJM9N55DrtPDAjhI6zMBS2sofDPZVUBJ7fmd0LJR4h3mUpfjWoqVTr9vcyOdQmVZWt7/v+"
      "WIbXnvQAjYwqDL1CBM6nPwT27oDyqu9SoWlm2r4arV3aLGbqGmu75RpRSgAvSMeYddi5Kcju+GZtCpyz8/x4fKL4o/K1w/O5epHBp+YlLpyo"
      "7RJlbmr2EkRTcDCVw5wrWCs9CHRK8r5RsL+H0EwnWGu1NcWdrxcx+AuP7q2BNgWJCJjPOq8lh8BJ6qf9Z/dFjpfMFDniNoW1fho3/Rb2cRGa"
      "dDAW/hOUoz+EDU8CAwEAAaOCATIwggEuMB0GA1UdDgQWBBT9rGEyk2xF1uLuhV+auud2mWjM5zAfBgNVHSMEGDAWgBTSxLDSkdRMEXGzYcs9"
      "of7dqGrU4zASBgNVHRMBAf8ECDAGAQH/AgEAMDMGCCsGAQUFBwEBBCcwJTAjBggrBgEFBQcwAYYXaHR0cDovL29jc3AuZ29kYWRkeS5jb20w"
      "RgYDVR0fBD8wPTA7oDmgN4Y1aHR0cDovL2NlcnRpZmljYXRlcy5nb2RhZGR5LmNvbS9yZXBvc2l0b3J5L2dkcm9vdC5jcmwwSwYDVR0gBEQw"
      "QjBABgRVHSAAMDgwNgYIKwYBBQUHAgEWKmh0dHA6Ly9jZXJ0aWZpY2F0ZXMuZ29kYWRkeS5jb20vcmVwb3NpdG9yeTAOBgNVHQ8BAf8EBAMC"
      "AQYwDQYJKoZIhvcNAQEFBQADggEBANKGwOy9+aG2Z+5mC6IGOgRQjhVyrEp0lVPLN8tESe8HkGsz2ZbwlFalEzAFPIUyIXvJxwqoJKSQ3kbT"
      "JSMUA2fCENZvD117esyfxVgqwcSeIaha86ykRvOe5GPLL5CkKSkB2XIsKd83ASe8T+5o0yGPwLPk9Qnt0hCqU7S+8MxZC9Y7lhyVJEnfzuz9"
      "p0iRFEUOOjZv2kWzRaJBydTXRE4+uXR21aITVSzGh6O1mawGhId/dQb8vxRMDsxuxN89txJx9OjxUUAiKEngHUuHqDTMBqLdElrRhjZkAzVv"
      "b3du6/KFUJheqwNTrZEjYx8WnM25sgVjOuH0aBsXBTWVU+4=";
  const std::string second =
      "MIIE+zCCBGSgAwIBAgICAQ0wDQYJKoZIhvcNAQEFBQAwgbsxJDAiBgNVBAcTG1ZhbGlDZXJ0IFZhbGlkYXRpb24gTmV0d29yazEXMBUGA1UE"
      "ChMOVmFsaUNlcnQsIEluYy4xNTAzBgNVBAsTLFZhbGlDZXJ0IENsYXNzIDIgUG9saWN5IFZhbGlkYXRpb24gQXV0aG9yaXR5MSEwHwYDVQQD"
      "ExhodHRwOi8vd3d3LnZhbGljZXJ0LmNvbS8xIDAeBgkqhkiG9w0BCQEWEWluZm9AdmFsaWNlcnQuY29tMB4XDTA0MDYyOTE3MDYyMFoXDTI0"
      "MDYyOTE3MDYyMFowYzELMAkGA1UEBhMCVVMxITAfBgNVBAoTGFRoZSBHbyBEYWRkeSBHcm91cCwgSW5jLjExMC8GA1UECxMoR28gRGFkZHkg"
      "Q2xhc3MgMiBDZXJ0aWZpY2F0aW9uIEF1dGhvcml0eTCCASAwDQYJKoZIhvcNAQEBBQADggENADCCAQgCggEBAN6d1+pXGEmhW+vXX0iG6r7d"
      "/+TvZxz0ZWizV3GgXne77ZtJ6XCAPVYYYwhv2vLM0D9/AlQiVBDYsoHUwHU9S3/Hd8M+eKsaA7Ugay9qK7HFiH7Eux6wwdhFJ2+qN1j3hybX"
      "2C32qRe3H3I2TqYXP2WYktsqbl2i/ojgC95/5Y0V4evLOtXiEqITLdiOr18SPaAIBQi2XKVlOARFmR6jYGB0xUGlcmIbYsUfb18aQr4CUWWo"
      "riMYavx4A6lNf4DD+qta/KFApMoZFv6yyO9ecw3ud72a9nmYvLEHZ6IVDd2gWMZEewo+YihfukEHU1jPEX44dMX4/7VpkI+EdOqXG68CAQOj"
      "ggHhMIIB3TAdBgNVHQ4EFgQU0sSw0pHUTBFxs2HLPaH+3ahq1OMwgdIGA1UdIwSByjCBx6GBwaSBvjCBuzEkMCIGA1UEBxMbVmFsaUNlcnQg"
      "VmFsaWRhdGlvbiBOZXR3b3JrMRcwFQYDVQQKEw5WYWxpQ2VydCwgSW5jLjE1MDMGA1UECxMsVmFsaUNlcnQgQ2xhc3MgMiBQb2xpY3kgVmFs"
      "aWRhdGlvbiBBdXRob3JpdHkxITAfBgNVBAMTGGh0dHA6Ly93d3cudmFsaWNlcnQuY29tLzEgMB4GCSqGSIb3DQEJARYRaW5mb0B2YWxpY2Vy"
      "dC5jb22CAQEwDwYDVR0TAQH/BAUwAwEB/zAzBggrBgEFBQcBAQQnMCUwIwYIKwYBBQUHMAGGF2h0dHA6Ly9vY3NwLmdvZGFkZHkuY29tMEQG"
      "A1UdHwQ9MDswOaA3oDWGM2h0dHA6Ly9jZXJ0aWZpY2F0ZXMuZ29kYWRkeS5jb20vcmVwb3NpdG9yeS9yb290LmNybDBLBgNVHSAERDBCMEAG"
      "BFUdIAAwODA2BggrBgEFBQcCARYqaHR0cDovL2NlcnRpZmljYXRlcy5nb2RhZGR5LmNvbS9yZXBvc2l0b3J5MA4GA1UdDwEB/wQEAwIBBjAN"
      "BgkqhkiG9w0BAQUFAAOBgQC1QPmnHfbq/qQaQlpE9xXUhUaJwL6e4+PrxeNYiY+Sn1eocSxI0YGyeR+sBjUZsE4OWBsUs5iB0QQeyAfJg594"
      "RAoYC5jcdnplDQ1tgMQLARzLrUc+cb53S8wGd9D0VmsfSxOaFIqII6hR8INMqzW/Rn453HWkrugp++85j09VZw==";
  const std::string third =
      "MIIC5zCCAlACAQEwDQYJKoZIhvcNAQEFBQAwgbsxJDAiBgNVBAcTG1ZhbGlDZXJ0IFZhbGlkYXRpb24gTmV0d29yazEXMBUGA1UEChMOVmFs"
      "aUNlcnQsIEluYy4xNTAzBgNVBAsTLFZhbGlDZXJ0IENsYXNzIDIgUG9saWN5IFZhbGlkYXRpb24gQXV0aG9yaXR5MSEwHwYDVQQDExhodHRw"
      "Oi8vd3d3LnZhbGljZXJ0LmNvbS8xIDAeBgkqhkiG9w0BCQEWEWluZm9AdmFsaWNlcnQuY29tMB4XDTk5MDYyNjAwMTk1NFoXDTE5MDYyNjAw"
      "MTk1NFowgbsxJDAiBgNVBAcTG1ZhbGlDZXJ0IFZhbGlkYXRpb24gTmV0d29yazEXMBUGA1UEChMOVmFsaUNlcnQsIEluYy4xNTAzBgNVBAsT"
      "LFZhbGlDZXJ0IENsYXNzIDIgUG9saWN5IFZhbGlkYXRpb24gQXV0aG9yaXR5MSEwHwYDVQQDExhodHRwOi8vd3d3LnZhbGljZXJ0LmNvbS8x"
      "IDAeBgkqhkiG9w0BCQEWEWluZm9AdmFsaWNlcnQuY29tMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDOOnHK5avIWZJV16vYdA757tn2"
      "VUdZZUcOBVXc65g2PFxTXdMwzzjsvUGJ7SVCCSRrCl6zfN1SLUzm1NZ9WlmpZdRJEy0kTRxQb7XBhVQ7/nHk01xC+YDgkRoKWzk2Z/M/VXwb"
      "P7RfZHM047QSv4dk+NoS/zcnwbNDu+97bi5p9wIDAQABMA0GCSqGSIb3DQEBBQUAA4GBADt/UG9vUJSZSWI4OB9L+KXIPqeCgfYrx+jFzug6"
      "EILLGACOTb2oWH+heQC1u+mNr0HZDzTuIYEZoDJJKPTEjlbVUjP9UNV+mWwD5MlM/Mtsq2azSiGM5bUMMj4QssxsodyamEwCW/POuZ6lcg5K"
      "tz885hZo+L7tdEy8W9ViH0Pd";
  const std::string header = R"({"alg":"RS256","x5c":[")" + first + R"(",")" + second + R"(",")" + third + R"("]})";
  const auto chain = peek_x5c(base64url::encode(bytes_of(header)) + ".e30.AA");
  ASSERT_TRUE(chain) << refusal_of(chain);
  ASSERT_EQ(chain->size(), 3U);
  // Each is certified by the one behind it, and the last by itself.
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ((*chain)[i].issuer(), (*chain)[std::min<std::size_t>(i + 1, 2)].subject()) << i;
  EXPECT_EQ((*chain)[0].serial(), "0301");
}

TEST(Rfc7515, C_base64url_without_padding) {
  const Bytes octets = {std::byte{3}, std::byte{236}, std::byte{255}, std::byte{224}, std::byte{193}};
  EXPECT_EQ(base64url::encode(octets), "A-z_4ME");
  EXPECT_EQ(base64url::decode("A-z_4ME"), octets);
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
