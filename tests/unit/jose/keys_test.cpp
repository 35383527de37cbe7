#include "tessera/keys.hpp"

#include <gtest/gtest.h>

#include "forge.hpp"
#include "json/json.hpp"

using namespace tests;

namespace {}  // namespace

TEST(Keys, alg_names_go_both_ways) {
  for (const Alg alg : kEvery) EXPECT_EQ(alg_from_name(alg_name(alg)), alg);
  for (const char* name : {"", "none", "hs256", "HS256 ", "ES521", "RSA-OAEP"}) EXPECT_FALSE(alg_from_name(name));
}

TEST(Keys, generate_makes_a_key_of_the_algorithms_type) {
  const std::pair<Alg, KeyType> table[] = {
      {Alg::RS256, KeyType::RSA},     {Alg::PS512, KeyType::RSA},       {Alg::ES256, KeyType::P256},
      {Alg::ES384, KeyType::P384},    {Alg::ES512, KeyType::P521},      {Alg::ES256K, KeyType::secp256k1},
      {Alg::EdDSA, KeyType::Ed25519}, {Alg::Ed25519, KeyType::Ed25519}, {Alg::Ed448, KeyType::Ed448}};
  for (const auto& [alg, type] : table) {
    const auto key = PrivateKey::generate(alg);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->type(), type);
    EXPECT_EQ(key->info().alg, alg);
    EXPECT_EQ(key->info().kid, key->thumbprint());
    EXPECT_EQ(key->public_key().info().kid, key->thumbprint());
    EXPECT_EQ(key->public_key().thumbprint(), key->thumbprint());
  }
  EXPECT_EQ(PrivateKey::generate(Alg::RS256, {}, 2056)->public_key().bits(), 2056U);
  EXPECT_EQ(public_key(Alg::ES256).bits(), 256U);
  EXPECT_EQ(public_key(Alg::ES512).bits(), 521U);
  EXPECT_CODE(PrivateKey::generate(Alg::HS256), alg_key_mismatch);
  EXPECT_CODE(PrivateKey::generate(Alg::ES256, {.kid = {}, .alg = Alg::EdDSA}), alg_key_mismatch);
  EXPECT_EQ(PrivateKey::generate(Alg::ES256, {.kid = "mine", .alg = {}})->info().kid, "mine");
}

TEST(Keys, jwk_and_pem_round_trip_for_each_type) {
  for (const Alg alg : kOfEachType) {
    const KeyInfo info{.kid = "a \"kid\"", .alg = alg, .use = KeyUse::sig};
    const auto key = *private_key(alg).with(info);
    const auto from_jwk = PrivateKey::parse(text_of_secret(key.jwk()));
    ASSERT_TRUE(from_jwk) << refusal_of(from_jwk);
    EXPECT_EQ(text_of_secret(from_jwk->jwk()), text_of_secret(key.jwk()));
    EXPECT_EQ(from_jwk->info().kid, info.kid);
    EXPECT_EQ(from_jwk->info().alg, alg);
    EXPECT_EQ(from_jwk->info().use, KeyUse::sig);
    const auto from_pem = PrivateKey::parse(text_of_secret(key.pem()), info);
    ASSERT_TRUE(from_pem) << refusal_of(from_pem);
    EXPECT_EQ(text_of_secret(from_pem->jwk()), text_of_secret(key.jwk()));

    const auto half = key.public_key();
    const auto half_from_jwk = PublicKey::parse(half.jwk());
    ASSERT_TRUE(half_from_jwk) << refusal_of(half_from_jwk);
    EXPECT_EQ(half_from_jwk->jwk(), half.jwk());
    const auto half_from_pem = PublicKey::parse(half.pem(), info);
    ASSERT_TRUE(half_from_pem) << refusal_of(half_from_pem);
    EXPECT_EQ(half_from_pem->jwk(), half.jwk());
    EXPECT_EQ(half_from_pem->pem(), half.pem());
    // Whatever way it came, it is the same key.
    const auto token = jws::sign(bytes_of("x"), *from_pem);
    ASSERT_TRUE(token);
    EXPECT_EQ(verdict(*token, *half_from_jwk), "ok");
  }
}

TEST(Keys, a_jwk_starts_with_kty_and_holds_the_members_of_its_rfc) {
  EXPECT_TRUE(public_key(Alg::RS256).jwk().starts_with(R"({"kty":"RSA","n":")"));
  EXPECT_TRUE(public_key(Alg::ES256).jwk().starts_with(R"({"kty":"EC","crv":"P-256","x":")"));
  EXPECT_TRUE(public_key(Alg::Ed448).jwk().starts_with(R"({"kty":"OKP","crv":"Ed448","x":")"));
  json::Document document;
  const auto rsa = text_of_secret(private_key(Alg::RS256).jwk());
  const auto object = document.parse_object(rsa);
  ASSERT_TRUE(object);
  for (const char* name : {"n", "e", "d", "p", "q", "dp", "dq", "qi"}) EXPECT_TRUE(object->find(name)) << name;
  for (const char* name : {"\"d\"", "\"p\"", "\"q\"", "\"qi\""})
    EXPECT_EQ(private_key(Alg::RS256).public_key().jwk().find(name), std::string::npos);
}

TEST(Keys, ec_coordinates_keep_their_leading_zeros) {
  // Keys are drawn until a coordinate starts with a zero octet, as one of 128 does: eight zero bits are an A and one of
  // A to P.
  const auto starts_with_zero = [](std::string_view jwk, std::string_view member) {
    const auto at = jwk.find(member) + member.size();
    return jwk[at] == 'A' && jwk[at + 1] >= 'A' && jwk[at + 1] <= 'P';
  };
  for (int i = 0; i < 10'000; ++i) {
    const auto key = PrivateKey::generate(Alg::ES256)->public_key();
    const auto jwk = key.jwk();
    if (!starts_with_zero(jwk, R"("x":")") && !starts_with_zero(jwk, R"("y":")")) continue;
    const auto again = PublicKey::parse(jwk);
    ASSERT_TRUE(again) << refusal_of(again);
    EXPECT_EQ(again->pem(), key.pem());
    return;
  }
  FAIL() << "no such key drawn";
}

TEST(Keys, a_private_key_is_never_taken_for_a_public_one_nor_the_reverse) {
  for (const Alg alg : kOfEachType) {
    EXPECT_CODE(PublicKey::parse(text_of_secret(private_key(alg).jwk())), wrong_kind);
    EXPECT_CODE(PublicKey::parse(text_of_secret(private_key(alg).pem())), wrong_kind);
    EXPECT_CODE(PrivateKey::parse(public_key(alg).jwk()), wrong_kind);
    EXPECT_CODE(PrivateKey::parse(public_key(alg).pem()), wrong_kind);
  }
}

TEST(Keys, a_private_member_without_d_makes_no_public_key) {
  for (const Alg alg : kOfEachType)
    for (const char* member : {"p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
      for (const char* value : {R"("AQAB")", R"("")", "null", "[]"}) {
        const auto jwk = replaced(public_key(alg).jwk(), "{", std::string("{\"") + member + "\":" + value + ",");
        EXPECT_EQ(refusal_of(PublicKey::parse(jwk)), "wrong_kind private key") << member;
        EXPECT_EQ(refusal_of(PrivateKey::parse(jwk)), "bad_key d") << member;
        EXPECT_EQ(refusal_of(SecretKey::parse(jwk)), "bad_key d") << member;
        EXPECT_EQ(refusal_of(Keys::parse("{\"keys\":[" + jwk + "]}")), "private_key_in_set keys") << member;
      }
  EXPECT_CODE(PublicKey::parse(text_of_secret(secret_key(Alg::HS256).jwk())), wrong_kind);
  // Whatever else is wrong with it.
  EXPECT_CODE(PublicKey::parse(R"({"kty":"AKP","priv":"AA"})"), wrong_kind);
  EXPECT_CODE(PublicKey::parse(R"({"d":1})"), wrong_kind);
}

TEST(Keys, the_callers_information_completes_the_jwks) {
  const std::string plain = public_key(Alg::RS256).jwk();
  const auto key = PublicKey::parse(plain, {.kid = "k", .alg = Alg::PS256, .use = KeyUse::sig});
  ASSERT_TRUE(key);
  EXPECT_EQ(key->info().kid, "k");
  EXPECT_TRUE(key->admits(Alg::PS256));
  EXPECT_FALSE(key->admits(Alg::RS256));
  // It does not contradict it.
  EXPECT_CODE(PublicKey::parse(key->jwk(), {.kid = {}, .alg = Alg::RS256}), alg_key_mismatch);
  EXPECT_CODE(PublicKey::parse(plain, {.kid = {}, .alg = Alg::ES256}), alg_key_mismatch);
  EXPECT_CODE(PublicKey::parse(plain, {.kid = std::string(257, 'k'), .alg = {}}), too_large);
  EXPECT_CODE(PublicKey::parse(plain, {.kid = "\xFF", .alg = {}}), malformed);
  EXPECT_CODE(key->with({.kid = {}, .alg = Alg::ES256}), alg_key_mismatch);
}

TEST(Keys, information_that_contradicts_the_key_is_refused) {
  for (const Alg alg : kEvery) {
    const bool mac = alg <= Alg::HS512;
    const KeyInfo same{.alg = alg}, other{.alg = alg == Alg::HS256   ? Alg::HS512
                                                 : mac               ? Alg::HS256
                                                 : alg == Alg::RS256 ? Alg::PS256
                                                                     : Alg::RS256};
    const auto made = [&](const KeyInfo& info) {
      const std::string octets(64, 'k');
      if (mac)
        return code_of(SecretKey::generate(alg, info)) + " " +
               code_of(SecretKey::from_octets(bytes_of(octets), alg, info)) + " " +
               code_of(SecretKey::from_short_octets(bytes_of(octets), alg, "a test", info));
      return code_of(PrivateKey::generate(alg, info));
    };
    EXPECT_EQ(made(same), mac ? "ok ok ok" : "ok") << alg_name(alg);
    EXPECT_EQ(made(other), mac ? "alg_key_mismatch alg_key_mismatch alg_key_mismatch" : "alg_key_mismatch")
        << alg_name(alg);
  }
  const std::string plain = public_key(Alg::ES256).jwk();
  const auto used = [&](const char* use, KeyUse asked) {
    return refusal_of(PublicKey::parse(replaced(plain, "{", std::string(R"({"use":")") + use + "\","), {.use = asked}));
  };
  EXPECT_EQ(used("sig", KeyUse::sig), "ok");
  EXPECT_EQ(used("sig", KeyUse::any), "ok");
  EXPECT_EQ(used("enc", KeyUse::enc), "ok");
  EXPECT_EQ(used("enc", KeyUse::sig), "wrong_kind use");
  EXPECT_EQ(used("sig", KeyUse::enc), "wrong_kind use");
}

TEST(Keys, eddsa_and_ed25519_are_two_names_of_one_algorithm) {
  for (const Alg own : {Alg::Ed25519, Alg::Ed448}) {
    const auto key = private_key(own);
    const auto general = *key.with({.kid = {}, .alg = Alg::EdDSA}), exact = *key.with({.kid = {}, .alg = own});
    EXPECT_TRUE(key.admits(Alg::EdDSA) && key.admits(own));
    EXPECT_TRUE(general.admits(Alg::EdDSA) && general.admits(own));
    EXPECT_TRUE(exact.admits(own));
    EXPECT_FALSE(exact.admits(Alg::EdDSA));
    const Alg other = own == Alg::Ed25519 ? Alg::Ed448 : Alg::Ed25519;
    EXPECT_FALSE(key.admits(other) || general.admits(other));
  }
}

TEST(Keys, use_and_key_ops_are_obeyed) {
  const auto plain = private_key(Alg::ES256);
  const auto token = *jws::sign({}, {plain, Alg::ES256});
  const auto verifies = [&](const std::string& members) {
    const auto key = PublicKey::parse(replaced(plain.public_key().jwk(), "{", "{" + members + ","));
    return key ? verdict(token, *key) : code_of(key);
  };
  EXPECT_EQ(verifies(R"("use":"sig")"), "ok");
  EXPECT_EQ(verifies(R"("use":"enc")"), "key_not_found");
  EXPECT_EQ(verifies(R"("use":"other")"), "key_not_found");
  EXPECT_EQ(verifies(R"("use":1)"), "malformed");
  EXPECT_EQ(verifies(R"("use":"")"), "malformed");
  EXPECT_EQ(verifies(R"("key_ops":["verify"])"), "ok");
  EXPECT_EQ(verifies(R"("key_ops":["wrapKey","verify","x"])"), "ok");
  EXPECT_EQ(verifies(R"("key_ops":["sign"])"), "key_not_found");
  EXPECT_EQ(verifies(R"("key_ops":["encrypt"])"), "key_not_found");
  EXPECT_EQ(verifies(R"("key_ops":[])"), "key_not_found");
  EXPECT_EQ(verifies(R"("key_ops":"verify")"), "malformed");
  EXPECT_EQ(verifies(R"("key_ops":[1])"), "malformed");
  EXPECT_EQ(verifies(R"("key_ops":["verify","verify"])"), "malformed");
  EXPECT_EQ(verifies(R"("key_ops":["wrapKey","verify","wrapKey"])"), "malformed");
  EXPECT_EQ(verifies(R"("key_ops":["x","y","x"])"), "malformed");
  EXPECT_EQ(verifies(R"("use":"enc","key_ops":["verify"])"), "key_not_found");
  EXPECT_EQ(verifies(R"("use":")" + std::string(65, 'u') + "\""), "too_large");

  const auto signs = [&](const std::string& members) {
    const auto key = PrivateKey::parse(replaced(text_of_secret(plain.jwk()), "{", "{" + members + ","));
    return key ? code_of(jws::sign({}, {*key, Alg::ES256})) : code_of(key);
  };
  EXPECT_EQ(signs(R"("use":"sig")"), "ok");
  EXPECT_EQ(signs(R"("use":"enc")"), "alg_key_mismatch");
  EXPECT_EQ(signs(R"("key_ops":["sign"])"), "ok");
  EXPECT_EQ(signs(R"("key_ops":["verify"])"), "alg_key_mismatch");
  EXPECT_EQ(signs(R"("key_ops":[])"), "alg_key_mismatch");
}

TEST(Keys, a_restriction_survives_print_and_parse) {
  const auto plain = private_key(Alg::ES256);
  const auto signer = PrivateKey::parse(replaced(text_of_secret(plain.jwk()), "{", R"({"key_ops":["sign"],)"));
  ASSERT_TRUE(signer);
  EXPECT_NE(text_of_secret(signer->jwk()).find(R"("key_ops":["sign"])"), std::string::npos);
  // What a key may sign, its public half may verify.
  EXPECT_NE(signer->public_key().jwk().find(R"("key_ops":["verify"])"), std::string::npos);
  EXPECT_EQ(verdict(*jws::sign({}, {*signer, Alg::ES256}), signer->public_key()), "ok");
  // A use unknown here allows nothing, and keeps doing so.
  const auto odd = PublicKey::parse(replaced(plain.public_key().jwk(), "{", R"({"use":"tls",)"));
  ASSERT_TRUE(odd);
  EXPECT_EQ(verdict(*jws::sign({}, {plain, Alg::ES256}), *PublicKey::parse(odd->jwk())), "key_not_found");
  EXPECT_NE(odd->jwk().find(R"("use":"tls")"), std::string::npos) << odd->jwk();
  EXPECT_EQ(odd->jwk().find("key_ops"), std::string::npos) << odd->jwk();
  EXPECT_CODE(odd->with({.use = KeyUse::sig}), wrong_kind);
  EXPECT_CODE(PublicKey::parse(odd->jwk(), {.use = KeyUse::sig}), wrong_kind);
  EXPECT_OK(odd->with({.kid = "k"}));
}

TEST(Keys, each_refusal_has_its_code) {
  const std::string ec = public_key(Alg::ES256).jwk(), rsa = public_key(Alg::RS256).jwk();
  const auto code = [](const std::string& text) { return code_of(PublicKey::parse(text)); };
  EXPECT_EQ(code(""), "malformed");
  EXPECT_EQ(code("no key"), "malformed");
  EXPECT_EQ(code("{"), "bad_json");
  EXPECT_EQ(code(ec + "x"), "bad_json");
  EXPECT_EQ(code(replaced(ec, R"("kty":"EC")", R"("kty":"XYZ")")), "unsupported");
  EXPECT_EQ(code(replaced(ec, R"("P-256")", R"("P-224")")), "unsupported");
  EXPECT_EQ(code(replaced(ec, R"("P-256")", R"("brainpoolP256r1")")), "unsupported");
  EXPECT_EQ(code(replaced(ec, R"("P-256")", R"("P-384")")), "bad_key");
  EXPECT_EQ(code(replaced(ec, R"("P-256")", R"("secp256k1")")), "bad_key");
  EXPECT_EQ(code(replaced(ec, R"("P-256")", R"("Ed25519")")), "bad_key");
  EXPECT_EQ(code(replaced(ec, R"("EC")", R"("OKP")")), "bad_key");
  EXPECT_EQ(code(replaced(ec, "{", R"({"alg":"ES521",)")), "unknown_alg");
  EXPECT_EQ(code(replaced(ec, "{", R"({"alg":"none",)")), "unknown_alg");
  EXPECT_EQ(code(replaced(ec, "{", R"({"alg":"RS256",)")), "alg_key_mismatch");
  EXPECT_EQ(code(replaced(ec, "{", R"({"alg":1,)")), "malformed");
  EXPECT_EQ(code(replaced(ec, "{", R"({"kid":1,)")), "malformed");
  EXPECT_EQ(code(replaced(ec, "{", R"({"kid":")" + std::string(257, 'k') + "\",")), "too_large");
  EXPECT_EQ(code(replaced(rsa, R"("AQAB")", R"("AQAC")")), "weak_key");   // even
  EXPECT_EQ(code(replaced(rsa, R"("AQAB")", R"("AQ")")), "weak_key");     // 1
  EXPECT_EQ(code(replaced(rsa, R"("AQAB")", R"("AAEAAQ")")), "bad_key");  // a zero in front
  EXPECT_EQ(code(replaced(rsa, R"("AQAB")", R"("_____________w")")), "too_large");
  EXPECT_EQ(code(replaced(rsa, R"("n":")", R"("n":"AA)")), "bad_key");  // a zero in front
  EXPECT_EQ(code(replaced(rsa, R"("n":")", R"("n":"?)")), "bad_base64");
  EXPECT_EQ(code(R"({"kty":"RSA","e":"AQAB","n":")" + base64url::encode(Bytes(1025, std::byte{0xFF})) + "\"}"),
            "too_large");
  const std::string whole = text_of_secret(private_key(Alg::RS256).jwk());
  const auto private_code = [](const std::string& text) { return code_of(PrivateKey::parse(text)); };
  EXPECT_EQ(private_code(replaced(whole, "{", R"({"oth":[],)")), "unsupported");
  EXPECT_EQ(private_code(replaced(whole, R"("qi")", R"("xx")")), "bad_key");
  EXPECT_EQ(private_code(replaced(whole, R"("d")", R"("xx")")), "bad_key");
}

TEST(Keys, secret_keys_print_and_read) {
  for (const Alg alg : {Alg::HS256, Alg::HS384, Alg::HS512}) {
    const auto key = SecretKey::generate(alg, {.kid = "mac", .alg = {}});
    ASSERT_TRUE(key);
    const auto again = SecretKey::parse(text_of_secret(key->jwk()));
    ASSERT_TRUE(again) << refusal_of(again);
    EXPECT_EQ(text_of_secret(again->jwk()), text_of_secret(key->jwk()));
    EXPECT_EQ(again->thumbprint(), key->thumbprint());
    EXPECT_EQ(again->info().alg, alg);
    EXPECT_EQ(verdict(*jws::sign(bytes_of("x"), *key), *again), "ok");
  }
  EXPECT_CODE(SecretKey::generate(Alg::RS256), alg_key_mismatch);
  EXPECT_CODE(SecretKey::from_octets(Bytes(64, std::byte{1}), Alg::ES256), alg_key_mismatch);
  EXPECT_NE(text_of_secret(SecretKey::generate(Alg::HS256)->jwk()),
            text_of_secret(SecretKey::generate(Alg::HS256)->jwk()));
}

TEST(Keys, a_secret_key_obeys_use_and_key_ops) {
  const std::string jwk = text_of_secret(secret_key(Alg::HS256).jwk());
  const std::string token = *jws::sign({}, secret_key(Alg::HS256));
  const auto with = [&](const char* members) {
    return *SecretKey::parse(replaced(jwk, "{", std::string("{") + members + ","));
  };
  EXPECT_EQ(verdict(token, with(R"("use":"enc")")), "key_not_found");
  EXPECT_EQ(verdict(token, with(R"("key_ops":["sign"])")), "key_not_found");
  EXPECT_EQ(verdict(token, with(R"("key_ops":["sign","verify"])")), "ok");
  EXPECT_CODE(jws::sign({}, with(R"("key_ops":["verify"])")), alg_key_mismatch);
}

TEST(Keys, a_secret_key_under_other_information_is_the_same_key) {
  const auto key = secret_key(Alg::HS256);
  const auto named = *key.with({.kid = "k", .alg = Alg::HS256});
  EXPECT_EQ(named.info().kid, "k");
  EXPECT_EQ(named.thumbprint(), key.thumbprint());
  EXPECT_EQ(verdict(*jws::sign(bytes_of("x"), key), named), "ok");
  const auto may_not = *SecretKey::parse(replaced(text_of_secret(key.jwk()), "{", R"({"key_ops":["verify"],)"));
  EXPECT_CODE(jws::sign({}, *may_not.with({.kid = "k", .alg = Alg::HS256})), alg_key_mismatch);
  EXPECT_CODE(key.with({.kid = {}, .alg = Alg::ES256}), alg_key_mismatch);
  EXPECT_CODE(SecretKey::generate(Alg::HS256)->with({.alg = Alg::HS384}), weak_key);
}

TEST(Keys, information_that_breaks_the_rules_is_refused_by_each_type) {
  const auto private_ = private_key(Alg::ES256);
  const auto public_ = private_.public_key();
  const auto secret = secret_key(Alg::HS256);
  const auto refusals = [&](const KeyInfo& info) {
    return refusal_of(public_.with(info)) + ", " + refusal_of(private_.with(info)) + ", " +
           refusal_of(secret.with(info));
  };
  EXPECT_EQ(refusals({.kid = std::string(256, 'k')}), "ok, ok, ok");
  EXPECT_EQ(refusals({.kid = std::string(257, 'k')}), "too_large kid, too_large kid, too_large kid");
  EXPECT_EQ(refusals({.kid = "\xFF"}), "malformed kid, malformed kid, malformed kid");
  EXPECT_EQ(refusals({.alg = Alg::RS256}), "alg_key_mismatch alg, alg_key_mismatch alg, alg_key_mismatch alg");
}

// ── sets ──

TEST(EncryptionKey, has_the_size_that_its_cipher_takes) {
  const Bytes octets(64, std::byte{7});
  const auto first = [&](std::size_t size) { return BytesView(octets).first(size); };
  for (const KeyAlg alg : {KeyAlg::A128KW, KeyAlg::A192KW, KeyAlg::A256KW, KeyAlg::A128GCMKW, KeyAlg::A256GCMKW}) {
    const auto key = *SecretKey::generate(alg);
    EXPECT_TRUE(key.admits(alg));
    EXPECT_FALSE(key.admits(Alg::HS256));
    EXPECT_FALSE(key.admits(KeyAlg::dir));
    EXPECT_EQ(SecretKey::parse(text_of_secret(key.jwk()))->info().key_alg, alg);
  }
  for (const Enc enc : {Enc::A128GCM, Enc::A192GCM, Enc::A256GCM, Enc::A128CBC_HS256, Enc::A256CBC_HS512}) {
    const auto key = *SecretKey::generate(enc);
    EXPECT_TRUE(key.admits(enc) && key.admits(KeyAlg::dir));
    EXPECT_FALSE(key.admits(Alg::HS256));
    EXPECT_EQ(SecretKey::parse(text_of_secret(key.jwk()))->info().enc, enc);
  }
  EXPECT_CODE(SecretKey::from_octets(first(15), KeyAlg::A128KW), bad_key);
  EXPECT_CODE(SecretKey::from_octets(first(32), KeyAlg::A128KW), bad_key);
  EXPECT_CODE(SecretKey::from_octets(first(20), KeyAlg::dir), bad_key);
  EXPECT_CODE(SecretKey::from_octets(first(16), Enc::A256GCM), bad_key);
  EXPECT_CODE(SecretKey::from_octets(first(32), KeyAlg::RSA_OAEP), alg_key_mismatch);
  EXPECT_CODE(SecretKey::from_octets(first(32), KeyAlg::A256KW, {.alg = Alg::HS256}), alg_key_mismatch);
  EXPECT_CODE(SecretKey::from_octets(bytes_of("   "), KeyAlg::PBES2_HS256_A128KW), weak_key);
  EXPECT_CODE(SecretKey::generate(KeyAlg::dir), alg_key_mismatch);
  EXPECT_CODE(SecretKey::generate(KeyAlg::PBES2_HS256_A128KW), alg_key_mismatch);
  // What says nothing is a MAC key of at least 32 octets; of 16 where it is for encryption.
  EXPECT_CODE(SecretKey::parse(R"({"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODw"})"), weak_key);
  const auto small = SecretKey::parse(R"({"kty":"oct","use":"enc","k":"AAECAwQFBgcICQoLDA0ODw"})");
  ASSERT_TRUE(small);
  EXPECT_TRUE(small->admits(KeyAlg::A128KW) && small->admits(Enc::A128GCM));
  EXPECT_FALSE(small->admits(KeyAlg::A256KW) || small->admits(KeyAlg::PBES2_HS256_A128KW) || small->admits(Alg::HS256));
  EXPECT_CODE(SecretKey::parse(R"({"kty":"oct","use":"enc","k":"AAECAwQFBgcICQoLDA0O"})"), weak_key);
}

TEST(EncryptionKey, belongs_to_one_algorithm) {
  EXPECT_CODE(PrivateKey::generate(KeyAlg::ECDH_ES, KeyType::RSA), alg_key_mismatch);
  EXPECT_CODE(PrivateKey::generate(KeyAlg::ECDH_ES, KeyType::Ed25519), alg_key_mismatch);
  EXPECT_CODE(PrivateKey::generate(KeyAlg::ECDH_ES, KeyType::secp256k1), alg_key_mismatch);
  EXPECT_CODE(PrivateKey::generate(KeyAlg::ECDH_ES, KeyType::oct), alg_key_mismatch);
  EXPECT_CODE(PrivateKey::generate(KeyAlg::RSA_OAEP, KeyType::P256), alg_key_mismatch);
  EXPECT_CODE(PrivateKey::generate(KeyAlg::A128KW, KeyType::P256), alg_key_mismatch);
  const auto key = *PrivateKey::generate(KeyAlg::ECDH_ES_A256KW, KeyType::P256);
  EXPECT_TRUE(key.admits(KeyAlg::ECDH_ES_A256KW));
  EXPECT_FALSE(key.admits(KeyAlg::ECDH_ES) || key.admits(Alg::ES256));
  EXPECT_CODE(jws::sign(bytes_of("x"), {key, Alg::ES256}), alg_key_mismatch);
  // A signing key encrypts nothing, one that says nothing does either.
  EXPECT_FALSE(private_key(Alg::ES256).public_key().with({.alg = Alg::ES256})->admits(KeyAlg::ECDH_ES));
  EXPECT_TRUE(private_key(Alg::ES256).public_key().with({})->admits(KeyAlg::ECDH_ES));
  EXPECT_CODE(key.with({.alg = Alg::ES256, .key_alg = KeyAlg::ECDH_ES}), alg_key_mismatch);
  const std::string jwk = key.public_key().jwk();
  EXPECT_CODE(PublicKey::parse(jwk, {.key_alg = KeyAlg::ECDH_ES}), alg_key_mismatch);
  EXPECT_CODE(PublicKey::parse(jwk, {.alg = Alg::ES256}), alg_key_mismatch);
}

TEST(Keys, thumbprint_uris_go_both_ways) {
  // RFC 9278 section 4's form, over the key of RFC 7638 section 3.1.
  const std::string digest = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
  const std::string uri = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:" + digest;
  EXPECT_EQ(thumbprint_uri(digest), uri);
  EXPECT_EQ(*parse_thumbprint_uri(uri), digest);
  for (const Alg alg : kOfEachType)
    EXPECT_EQ(*parse_thumbprint_uri(thumbprint_uri(public_key(alg).thumbprint())), public_key(alg).thumbprint());
  EXPECT_CODE(parse_thumbprint_uri(replaced(uri, "sha-256", "sha-512")), unsupported);
  EXPECT_CODE(parse_thumbprint_uri(replaced(uri, "sha-256", "SHA-256")), unsupported);
  EXPECT_CODE(parse_thumbprint_uri(replaced(uri, "urn:", "URN:")), malformed);
  EXPECT_CODE(parse_thumbprint_uri(digest), malformed);
  EXPECT_CODE(parse_thumbprint_uri(""), malformed);
  EXPECT_CODE(parse_thumbprint_uri(uri + "A"), malformed);
  EXPECT_CODE(parse_thumbprint_uri(uri.substr(0, uri.size() - 1)), malformed);
  EXPECT_CODE(parse_thumbprint_uri(uri.substr(0, uri.size() - 1) + "t"), bad_base64);  // trailing bits
  EXPECT_CODE(parse_thumbprint_uri(uri.substr(0, uri.size() - 1) + "="), bad_base64);
}

TEST(KeySet, odd_keys_are_left_out_and_reported) {
  const std::string good = public_key(Alg::ES256).jwk();
  const std::string set =
      R"({"keys":[1,{"kty":"XYZ","kid":"pq"},)" + good + R"(,{"kty":"RSA","kid":"weak","e":"AQAB","n":")" +
      base64url::encode(Bytes(128, std::byte{0xC3})) + R"("},)" +
      replaced(good, "{", R"({"alg":"RSA1_5","kid":"enc",)") + "," + replaced(good, "{", R"({"alg":"ES384",)") + "," +
      replaced(good, "\"x\":\"", "\"x\":\"?") + R"(],"more":true})";
  const auto keys = Keys::parse(set);
  ASSERT_TRUE(keys) << refusal_of(keys);
  ASSERT_EQ(keys->all().size(), 1U);
  EXPECT_FALSE(keys->empty());
  EXPECT_EQ(keys->all()[0].jwk(), good);
  const std::tuple<std::size_t, std::string, Err> expected[] = {
      {0, "", Err::malformed},      {1, "pq", Err::unsupported},    {3, "weak", Err::weak_key},
      {4, "enc", Err::unknown_alg}, {5, "", Err::alg_key_mismatch}, {6, "", Err::bad_base64}};
  ASSERT_EQ(keys->skipped().size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    const auto& skipped = keys->skipped()[i];
    EXPECT_EQ(std::tuple(skipped.index, skipped.kid, skipped.error.code), expected[i]);
  }
}

TEST(KeySet, private_or_symmetric_members_refuse_the_set) {
  const std::string good = public_key(Alg::ES256).jwk();
  for (const Alg alg : kOfEachType)
    EXPECT_CODE(Keys::parse(R"({"keys":[)" + good + "," + text_of_secret(private_key(alg).jwk()) + "]}"),
                private_key_in_set);
  EXPECT_CODE(Keys::parse(R"({"keys":[)" + text_of_secret(secret_key(Alg::HS256).jwk()) + "]}"), private_key_in_set);
  // Even where the key itself would be left out.
  for (const char* member : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
    EXPECT_CODE(Keys::parse(R"({"keys":[{"kty":"AKP",")" + std::string(member) + "\":\"AA\"}]}"), private_key_in_set);
}

TEST(KeySet, refuses_what_is_no_set) {
  for (const char* text : {"{}", R"({"keys":{}})", R"({"keys":null})", R"({"keys":"x"})", R"({"Keys":[]})"})
    EXPECT_CODE(Keys::parse(text), malformed);
  for (const char* text : {"", "[]", "{", "null"}) EXPECT_CODE(Keys::parse(text), bad_json);
  const auto empty = Keys::parse(R"({"keys":[]})");
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->empty());
}

TEST(KeySet, what_jwks_prints_parse_reads) {
  std::vector<PublicKey> keys;
  for (const Alg alg : kOfEachType)
    keys.push_back(*public_key(alg).with({.kid = std::string(alg_name(alg)), .alg = alg}));
  const auto read = Keys::parse(jwks(keys));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->all().size(), keys.size());
  EXPECT_TRUE(read->skipped().empty());
  EXPECT_EQ(jwks(read->all()), jwks(keys));
  for (const Alg alg : kOfEachType)
    EXPECT_EQ(verdict(*jws::sign({}, *private_key(alg).with({.kid = std::string(alg_name(alg)), .alg = alg})), *read),
              "ok");
}
