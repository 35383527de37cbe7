// Nested JWTs: the signature inside is demanded, whatever the envelope says.
#include "tessera/nested.hpp"

#include <gtest/gtest.h>

#include "tokens.hpp"

using namespace tests;

namespace {

const PrivateKey& recipient() {
  static const PrivateKey key = *PrivateKey::generate(KeyAlg::ECDH_ES_A128KW, KeyType::X25519);
  return key;
}
const jwe::Policy kEnvelope{.algs = {KeyAlg::ECDH_ES_A128KW}, .encs = {Enc::A256GCM}};

std::string in_envelope(std::string_view content, std::string_view cty = "JWT") {
  return *jwe::encrypt(bytes_of(content), recipient().public_key(), Enc::A256GCM, {.cty = cty});
}
std::string opened(std::string_view text) {
  return refusal_of(decrypt_and_verify(text, recipient(), kEnvelope, verifier(), kNow));
}

Draft draft() {
  return {.typ = "at+jwt",
          .issuer = kIssuer,
          .subject = "alice",
          .audience = {kAudience},
          .issued_at = kNow,
          .expires_at = kNow + seconds(60)};
}

}  // namespace

TEST(Nested, what_is_signed_and_encrypted_opens_and_verifies) {
  const auto text = sign_and_encrypt(draft(), mac_key(), recipient().public_key(), Enc::A256GCM, {.typ = "JWT"});
  ASSERT_TRUE(text) << refusal_of(text);
  const auto claims = decrypt_and_verify(*text, recipient(), kEnvelope, verifier(), kNow);
  ASSERT_TRUE(claims) << refusal_of(claims);
  EXPECT_EQ(claims->subject(), "alice");
  const auto header = peek_unverified(*text)->header;
  EXPECT_TRUE(header.contains(R"("typ":"JWT","cty":"JWT")")) << header;

  const auto es256 = *PrivateKey::generate(Alg::ES256);
  const Verifier by_public{es256.public_key(),
                           {.issuer = kIssuer, .audience = kAudience, .typ = "at+jwt", .algs = {Alg::ES256}}};
  const auto other = *sign_and_encrypt(draft(), es256, recipient().public_key(), Enc::A256GCM);
  EXPECT_OK(decrypt_and_verify(other, recipient(), kEnvelope, by_public, kNow));
  EXPECT_EQ(opened(other), "alg_not_allowed alg");
}

TEST(Nested, the_claims_own_their_octets) {
  const auto claims = decrypt_and_verify(in_envelope(token()), recipient(), kEnvelope, verifier(), kNow);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->issuer(), kIssuer);
  EXPECT_EQ(claims->id(), "j-1");
}

TEST(Requirements, R28_nested_policy_demands_an_inner_signature) {
  EXPECT_EQ(opened(in_envelope(token())), "ok");
  // CVE-2026-29000 and the like: claims in an envelope, signed by nobody.
  const std::string unsigned_token = input_of(R"({"alg":"none","typ":"at+jwt"})", kClaims.text()) + ".";
  EXPECT_EQ(opened(in_envelope(unsigned_token)), "alg_not_allowed alg");
  EXPECT_EQ(opened(in_envelope(kClaims.text())), "malformed token");
  EXPECT_EQ(opened(in_envelope(in_envelope(token()))), "wrong_kind JWE");
  EXPECT_EQ(opened(in_envelope(token(), "jwt")), "ok");
  for (const char* cty : {"", "JOSE", "at+jwt", "text/plain"})
    EXPECT_EQ(opened(in_envelope(token(), cty)), "wrong_kind cty") << cty;
  // No envelope at all, and no trust in an inner token that another key signed.
  EXPECT_EQ(opened(token()), "wrong_kind JWS");
  const std::string by_another = token_of(kHeader.text(), *SecretKey::generate(Alg::HS256), Alg::HS256, kClaims.text());
  EXPECT_EQ(opened(in_envelope(by_another)), "bad_signature ");
  EXPECT_EQ(opened(in_envelope(with_claim("exp", "1700000000"))), "expired exp");
  // The envelope's own rules.
  const auto strangers = *jwe::encrypt(bytes_of(token()),
                                       PrivateKey::generate(KeyAlg::ECDH_ES_A128KW, KeyType::X25519)
                                           ->with({.kid = recipient().info().kid, .key_alg = KeyAlg::ECDH_ES_A128KW})
                                           ->public_key(),
                                       Enc::A256GCM, {.cty = "JWT"});
  EXPECT_EQ(opened(strangers), "decrypt_failed ciphertext");
}
