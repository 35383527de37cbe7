// Keys of ML-DSA: read, printed, named; and refused where they would have to compute.
#include <gtest/gtest.h>

#include "forge.hpp"
#include "json/json.hpp"
#include "support/vectors.hpp"
#include "tessera/jwe.hpp"

using namespace tests;

namespace {

constexpr std::pair<const char*, KeyType> kSets[] = {
    {"44", KeyType::ML_DSA_44}, {"65", KeyType::ML_DSA_65}, {"87", KeyType::ML_DSA_87}};

struct Vector {
  std::string jwk, kid, pub, jws;
};

// draft-ietf-cose-dilithium's own.
Vector vector_of(const std::string& set) {
  const std::string text = read_file(*vectors() / ("ml-dsa/ML_DSA_" + set + ".jose.json"));
  json::Document document;
  const auto all = *document.parse_object(text);
  const auto jwk = *all.find("jwk")->object();
  return {all.find("jwk")->text(), std::string(*jwk.find("kid")->string()), std::string(*jwk.find("pub")->string()),
          std::string(*all.find("jws")->string())};
}

// RFC 9881 appendix C.2, and the seed of appendix C.1.
constexpr const char* kPublicPem = R"(-----BEGIN PUBLIC KEY-----
MIIFMjALBglghkgBZQMEAxEDggUhANeytHJUquDbReeTDUqY0sl9jxOX0Xidr6Fw
JLMW6b7JT8mUbULxm3mnQTu6oz5xSctC7VEVaTrAQfrLmIretf4OHYYxGEmVtZLD
l9IpTi4U+QqkFLo4JomaxD9MzKy8JumoMrlRGNXLQzy++WYLABOOCBf2HnYsonTD
atVU6yKqwRYuSrAay6HjjE79j4C2WzM9D3LlXf5xzpweu5iJ58VhBsD9c4A6Kuz+
r97XqjyyztpU0SvYzTanjPl1lDtHq9JeiArEUuV0LtHo0agq+oblkMdYwVrk0oQN
kryhpQkPQElll/yn2LlRPxob2m6VCqqY3kZ1B9Sk9aTwWZIWWCw1cvYu2okFqzWB
ZwxKAnd6M+DKcpX9j0/20aCjp2g9ZfX19/xg2gI+gmxfkhRMAvfRuhB1mHVT6pNn
/NdtmQt/qZzUWv24g21D5Fn1GH3wWEeXCaAepoNZNfpwRgmQzT3BukAbqUurHd5B
rGerMxncrKBgSNTE7vJ+4TqcF9BTj0MPLWQtwkFWYN54h32NirxyUjl4wELkKF9D
GYRsRBJiQpdoRMEOVWuiFbWnGeWdDGsqltOYWQcf3MLN51JKe+2uVOhbMY6FTo/i
svPt+slxkSgnCq/R5QRMOk/a/Z/zH5B4S46ORZYUSg2vWGUR09mWK56pWvGXtOX8
YPKx7RXeOlvvX4m9x52RBR2bKBbnT6VFMe/cHL501EiFf0drzVjyHAtlOzt2pOB2
plWaMCcYVVzGP3SFmqurkl8COGHKjND3utsocfZ9VTJtdFETWtRfShumkRj7ssij
DuyTku8/l3Bmya3VxxDMZHsVFNIX2VjHAXw+kP0gwE5nS5BIbpNwoxoAHTL0c5ee
SQZ0nn5Hf6C3RQj4pfI3gxK4PCW9OIygsP/3R4uvQrcWZ+2qyXxGsSlkPlhuWwVa
DCEZRtTzbmdb7Vhg+gQqMV2YJhZNapI3w1pfv0lUkKW9TfJIuVxKrneEtgVnMWas
QkW1tLCCoJ6TI+YvIHjFt2eDRG3v1zatOjcC1JsImESQCmGDM5e8RBmzDXqXoLOH
wZEUdMTUG1PjKpd6y28Op122W7OeWecB52lX3vby1EVZwxp3EitSBOO1whnxaIsU
7QvAuAGz5ugtzUPpwOn0F0TNmBW9G8iCDYuxI/BPrNGxtoXdWisbjbvz7ZM2cPCV
oYC08ZLQixC4+rvfzCskUY4y7qCl4MkEyoRHgAg/OwzS0Li2r2e8NVuUlAJdx7Cn
j6gOOi2/61EyiFHWB4GY6Uk2Ua54fsAlH5Irow6fUd9iptcnhM890gU5MXbfoySl
Er2Ulwo23TSlFKhnkfDrNvAUWwmrZGUbSgMTsplhGiocSIkWJ1mHaKMRQGC6RENI
bfUVIqHOiLMJhcIW+ObtF43VZ7MEoNTK+6iCooNC8XqaomrljbYwCD0sNY/fVmw/
XWKkKFZ7yeqM6VyqDzVHSwv6jzOaJQq0388gg76O77wQVeGP4VNw7ssmBWbYP/Br
IRquxDyim1TM0A+IFaJGXvC0ZRXMfkHzEk8J7/9zkwmrWLKaFFmgC85QOOk4yWeP
cusOTuX9quZtn4Vz/Jf8QrSVn0v4th14Qz6GsDNdbpGRxNi/SHs5BcEIz9asJLDO
t9y3z1H4TQ7Wh7lerrHFM8BvDZcCPZKnCCWDe1m6bLfU5WsKh8IDhiro8xW6WSXo
7e+meTaaIgJ2YVHxapZfn4Hs52zAcLVYaeTbl4TPBcgwsyQsgxI=
-----END PUBLIC KEY-----
)";
constexpr const char* kSeedPem = R"(-----BEGIN PRIVATE KEY-----
MDQCAQAwCwYJYIZIAWUDBAMRBCKAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ
GhscHR4f
-----END PRIVATE KEY-----
)";

class MlDsa : public testing::Test {
 protected:
  void SetUp() override {
    if (!vectors()) GTEST_SKIP() << "no vectors";
  }
};

}  // namespace

TEST_F(MlDsa, the_drafts_keys_are_read_printed_and_named) {
  for (const auto& [set, type] : kSets) {
    const Vector vector = vector_of(set);
    const auto key = PrivateKey::parse(vector.jwk);
    ASSERT_TRUE(key) << refusal_of(key);
    EXPECT_EQ(key->type(), type);
    EXPECT_EQ(key_type_name(type), "ML-DSA-" + std::string(set));
    //= draft-ietf-cose-dilithium#6
    // the required members for a JWK thumbprint are "alg", "kty" and "pub"
    EXPECT_EQ(key->thumbprint(), vector.kid);
    const std::string shown = text_of_secret(key->jwk());
    EXPECT_EQ(shown, R"({"kty":"AKP","alg":"ML-DSA-)" + std::string(set) + R"(","pub":")" + vector.pub +
                         R"(","priv":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","kid":")" + vector.kid + "\"}");
    EXPECT_EQ(text_of_secret(PrivateKey::parse(shown)->jwk()), shown);

    const PublicKey half = key->public_key();
    EXPECT_EQ(half.jwk().find("priv"), std::string::npos);
    EXPECT_EQ(half.thumbprint(), vector.kid);
    EXPECT_EQ(PublicKey::parse(half.jwk())->jwk(), half.jwk());
    EXPECT_EQ(half.bits(), 8 * base64url::decode(vector.pub)->size());
    EXPECT_CODE(PublicKey::parse(vector.jwk), wrong_kind);
    EXPECT_CODE(PrivateKey::parse(half.jwk()), wrong_kind);
    const auto from_pem = PublicKey::parse(half.pem(), {.kid = vector.kid});
    ASSERT_TRUE(from_pem) << refusal_of(from_pem);
    EXPECT_EQ(from_pem->jwk(), half.jwk());
    EXPECT_EQ(PublicKey::parse_der(half.der())->thumbprint(), vector.kid);
    const auto published = Keys::parse(jwks(std::span(&half, 1)));
    ASSERT_TRUE(published && published->all().size() == 1);
    EXPECT_CODE(Keys::parse(R"({"keys":[)" + vector.jwk + "]}"), private_key_in_set);
    EXPECT_EQ(key->with({.kid = "new"})->public_key().thumbprint(), vector.kid);
    EXPECT_NE(key->with({.kid = "new"})->public_key().jwk().find(R"("alg":"ML-DSA)"), std::string::npos);
  }
}

TEST_F(MlDsa, signing_and_verifying_say_which_openssl_they_need) {
  for (const auto& [set, type] : kSets) {
    const Vector vector = vector_of(set);
    const auto key = *PrivateKey::parse(vector.jwk);
    const Alg alg = *key.info().alg;
    EXPECT_TRUE(key.admits(alg));
    EXPECT_CODE(jws::sign(bytes_of("x"), key), needs_openssl);
    EXPECT_CODE(jws::sign(bytes_of("x"), {key, alg}), needs_openssl);
    EXPECT_CODE(jws::sign(bytes_of("x"), {key, Alg::ES256}), alg_key_mismatch);
    const Alg allowed[] = {alg};
    EXPECT_EQ(verdict(vector.jws, key.public_key(), allowed), "needs_openssl");
    EXPECT_EQ(verdict(vector.jws, Keys::of({public_key(Alg::ES256), key.public_key()}), allowed), "needs_openssl");
    EXPECT_EQ(verdict(vector.jws, key.public_key()), "alg_not_allowed");
    EXPECT_EQ(verdict(vector.jws, public_key(Alg::ES256), allowed), "alg_key_mismatch");
    EXPECT_CODE(PrivateKey::generate(alg), needs_openssl);
    EXPECT_NE(error_hint(Err::needs_openssl).find("3.5"), std::string_view::npos);
    // Nor is it a key of anything else.
    EXPECT_CODE(jwe::encrypt(bytes_of("x"), {key.public_key(), KeyAlg::ECDH_ES}, Enc::A128GCM), alg_key_mismatch);
    EXPECT_CODE(jwe::encrypt(bytes_of("x"), {key.public_key(), KeyAlg::RSA_OAEP}, Enc::A128GCM), alg_key_mismatch);
    const auto sealed = *jwe::encrypt(bytes_of("x"), {public_key(Alg::ES256), KeyAlg::ECDH_ES}, Enc::A128GCM);
    EXPECT_CODE(jwe::decrypt(sealed, key, {.algs = {KeyAlg::ECDH_ES}, .encs = {Enc::A128GCM}}), alg_key_mismatch);
  }
}

TEST_F(MlDsa, what_is_no_such_key_is_refused) {
  const Vector vector = vector_of("44");
  const std::string jwk = PrivateKey::parse(vector.jwk)->public_key().with({})->jwk();
  const auto with = [&](std::string_view what, std::string_view by) {
    return refusal_of(PublicKey::parse(replaced(jwk, what, by)));
  };
  EXPECT_EQ(with(R"("alg":"ML-DSA-44",)", ""), "bad_key alg");
  EXPECT_EQ(with(R"("alg":"ML-DSA-44")", R"("alg":"ML-DSA-65")"), "bad_key pub");
  EXPECT_EQ(with(R"("alg":"ML-DSA-44")", R"("alg":"ES256")"), "bad_key alg");
  EXPECT_EQ(with(R"("alg":"ML-DSA-44")", R"("alg":"ML-DSA-43")"), "unknown_alg alg");
  EXPECT_EQ(with(R"("alg":"ML-DSA-44")", R"("alg":null)"), "malformed alg");
  EXPECT_EQ(with(vector.pub, ""), "bad_key pub");
  EXPECT_EQ(with(vector.pub, vector.pub.substr(4)), "bad_key pub");
  EXPECT_EQ(with(vector.pub, vector.pub + "AAAA"), "bad_key pub");
  EXPECT_EQ(with(vector.pub, vector.pub + "="), "bad_base64 pub");
  EXPECT_EQ(with("\"pub\"", "\"pup\""), "bad_key pub");
  EXPECT_EQ(with("\"" + vector.pub + "\"", "7"), "malformed pub");
  for (const char* priv : {"AAAA", "", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    EXPECT_EQ(refusal_of(PrivateKey::parse(replaced(jwk, "{", R"({"priv":")" + std::string(priv) + "\","))),
              "bad_key priv");
  EXPECT_EQ(refusal_of(PrivateKey::parse(replaced(jwk, "{", R"({"priv":null,)"))), "malformed priv");
  EXPECT_EQ(refusal_of(PrivateKey::parse(replaced(jwk, "{", R"({"d":"AAAA",)"))), "bad_key d");
  EXPECT_CODE(PublicKey::parse(jwk)->with({.kid = "", .alg = Alg::ML_DSA_65}), alg_key_mismatch);
}

TEST(MlDsaText, the_keys_of_rfc_9881_come_out_as_they_went_in) {
  const auto half = PublicKey::parse(kPublicPem);
  ASSERT_TRUE(half) << refusal_of(half);
  EXPECT_EQ(half->type(), KeyType::ML_DSA_44);
  EXPECT_EQ(half->info().alg, Alg::ML_DSA_44);
  EXPECT_EQ(half->pem(), kPublicPem);
  // The public key does not follow from the seed here.
  EXPECT_CODE(PrivateKey::parse(kSeedPem), needs_openssl);
  const std::string whole = replaced(half->jwk(), "{", R"({"priv":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",)");
  const auto key = PrivateKey::parse(whole);
  ASSERT_TRUE(key) << refusal_of(key);
  EXPECT_EQ(text_of_secret(key->pem()), kSeedPem);
  EXPECT_CODE(PublicKey::parse(kSeedPem), wrong_kind);
  Bytes der = half->der();
  der.push_back(std::byte{0});
  EXPECT_CODE(PublicKey::parse_der(der), malformed);
  EXPECT_CODE(PublicKey::parse_der(BytesView(half->der()).first(100)), malformed);
}
