// JWE: what is encrypted opens again, for its recipient and nobody else.
#include <gtest/gtest.h>

#include "jwe_keys.hpp"

using namespace tests;

TEST(Jwe, opens_for_every_algorithm_in_every_serialization) {
  for (const KeyAlg alg : every_key_alg())
    for (const Enc enc : kEveryEnc)
      for (const auto& [ring, recipient, name] : pairs_for(alg, enc)) {
        SCOPED_TRACE(std::string(key_alg_name(alg)) + " " + std::string(enc_name(enc)) + " " + name);
        const auto token = jwe::encrypt(bytes_of("hello"), recipient, enc, kQuick);
        ASSERT_TRUE(token) << refusal_of(token);
        const auto compact = jwe::decrypt(*token, ring, open_policy());
        ASSERT_TRUE(compact) << refusal_of(compact);
        EXPECT_EQ(compact->text(), "hello");
        EXPECT_EQ(compact->alg(), alg);
        EXPECT_EQ(compact->enc(), enc);
        EXPECT_EQ(compact->header(), header_of(*token));
        const jwe::JsonOptions options{.header = kQuick, .aad = bytes_of("seen by all")};
        const auto flattened = jwe::encrypt_flattened(bytes_of("hello"), recipient, enc, options);
        const auto general = jwe::encrypt_general(bytes_of("hello"), {&recipient, 1}, enc, options);
        for (const auto& json : {flattened, general}) {
          ASSERT_TRUE(json) << refusal_of(json);
          const auto out = jwe::decrypt_json(*json, ring, Rule::ALL, open_policy());
          EXPECT_EQ(opened(out), "hello") << *json;
          EXPECT_EQ(text_of(out->aad()), "seen by all");
          EXPECT_EQ(
              opened(jwe::decrypt_json(replaced(*json, "\"aad\":\"c", "\"aad\":\"d"), ring, Rule::ANY, open_policy())),
              "decrypt_failed ciphertext");
        }
      }
}

TEST(Jwe, one_flipped_bit_anywhere_is_refused) {
  for (const KeyAlg alg : {KeyAlg::A128KW, KeyAlg::A256GCMKW, KeyAlg::ECDH_ES_A128KW, KeyAlg::ECDH_ES, KeyAlg::dir})
    for (const Enc enc : {Enc::A128GCM, Enc::A128CBC_HS256}) {
      const auto pair = pairs_for(alg, enc).front();
      const auto token = *jwe::encrypt(bytes_of("hello"), pair.recipient, enc);
      for (std::size_t i = 0; i < token.size(); ++i)
        for (int bit = 0; bit < 8; ++bit) {
          std::string altered = token;
          altered[i] = static_cast<char>(altered[i] ^ (1 << bit));
          ASSERT_FALSE(jwe::decrypt(altered, pair.ring, open_policy())) << altered;
        }
    }
}

TEST(Jwe, says_what_the_header_says) {
  const auto& key = recipient_key(KeyAlg::ECDH_ES_A128KW, KeyType::X25519);
  const auto token =
      *jwe::encrypt(bytes_of("x"), key.public_key(), Enc::A128GCM,
                    {.typ = "JOSE", .cty = "text/plain", .apu = bytes_of("Alice"), .apv = bytes_of("Bob")});
  EXPECT_EQ(
      header_of(token).substr(0, header_of(token).find(",\"epk\"")),
      R"({"alg":"ECDH-ES+A128KW","kid":")" + key.info().kid + R"(","enc":"A128GCM","typ":"JOSE","cty":"text/plain")");
  EXPECT_TRUE(header_of(token).ends_with(R"("apu":"QWxpY2U","apv":"Qm9i"})"));
  const auto out = jwe::decrypt(token, key, open_policy());
  ASSERT_TRUE(out);
  EXPECT_EQ(out->typ(), "JOSE");
  EXPECT_EQ(out->cty(), "text/plain");
  EXPECT_EQ(out->kid(), key.info().kid);
}

// RFC 7518 section 4.6.2: "The "apu" and "apv" values MUST be distinct, when used."
TEST(Jwe, sender_and_receiver_are_not_the_same) {
  const auto& key = recipient_key(KeyAlg::ECDH_ES_A128KW, KeyType::P256);
  const std::vector<jwe::Recipient> to{key.public_key()};
  for (const KeyAlg alg : {KeyAlg::ECDH_ES, KeyAlg::ECDH_ES_A128KW}) {
    const auto& its = recipient_key(alg, KeyType::P256);
    const auto same = jwe::encrypt(bytes_of("x"), its.public_key(), Enc::A128GCM,
                                   {.apu = bytes_of("Alice"), .apv = bytes_of("Alice")});
    EXPECT_EQ(refusal_of(same), "malformed_header apv");
  }
  const auto json = *jwe::encrypt_general(bytes_of("x"), to, Enc::A128GCM);
  const auto read = [&](std::string_view members) {
    return jwe::decrypt_json(replaced(json, "{", members), key, Rule::ANY, open_policy());
  };
  EXPECT_EQ(refusal_of(read(R"({"unprotected":{"apu":"QQ","apv":"QQ"},)")), "malformed_header apv");
  EXPECT_EQ(refusal_of(read(R"({"unprotected":{"apu":"QQ","apv":"Qg"},)")), "decrypt_failed ciphertext");
  EXPECT_TRUE(read(R"({"unprotected":{"apu":"","apv":""},)"));
}

TEST(Jwe, what_stands_unprotected_is_not_shown_as_said) {
  const auto& key = recipient_key(KeyAlg::ECDH_ES_A128KW, KeyType::P256);
  const auto json = *jwe::encrypt_general(bytes_of("x"), std::vector<jwe::Recipient>{key.public_key()}, Enc::A128GCM);
  const auto out = jwe::decrypt_json(replaced(json, "{", R"({"unprotected":{"cty":"text/html","typ":"x"},)"), key,
                                     Rule::ANY, open_policy());
  ASSERT_TRUE(out) << refusal_of(out);
  EXPECT_EQ(out->cty() + out->typ(), "");
}

TEST(Jwe, each_message_has_a_key_an_iv_and_an_ephemeral_key_of_its_own) {
  const auto& key = recipient_key(KeyAlg::ECDH_ES_A128KW, KeyType::P256);
  const auto one = parts_of(*jwe::encrypt(bytes_of("x"), key.public_key(), Enc::A128GCM));
  const auto two = parts_of(*jwe::encrypt(bytes_of("x"), key.public_key(), Enc::A128GCM));
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NE(one[i], two[i]);
}

TEST(Jwe, opens_for_each_of_several_recipients) {
  const auto& alice = recipient_key(KeyAlg::ECDH_ES_A256KW, KeyType::P384);
  const auto& bob = recipient_key(KeyAlg::RSA_OAEP_256, KeyType::RSA);
  const auto carol = *SecretKey::generate(KeyAlg::A256GCMKW, {.kid = "carol"});
  const std::vector<jwe::Recipient> to{alice.public_key(), bob.public_key(), carol};
  const auto json = jwe::encrypt_general(bytes_of("to all"), to, Enc::A256CBC_HS512);
  ASSERT_TRUE(json) << refusal_of(json);
  for (const jwe::Keyring& ring : {jwe::Keyring(alice), jwe::Keyring(bob), jwe::Keyring(carol)}) {
    EXPECT_EQ(opened(jwe::decrypt_json(*json, ring, Rule::ANY, open_policy())), "to all");
    EXPECT_FALSE(jwe::decrypt_json(*json, ring, Rule::ALL, open_policy()));
  }
  const jwe::Keyring all({alice, bob}, {carol});
  EXPECT_EQ(opened(jwe::decrypt_json(*json, all, Rule::ALL, open_policy())), "to all");
  // The same keys under other kids: nobody's.
  const auto stranger = *PrivateKey::generate(KeyAlg::ECDH_ES_A256KW, KeyType::P384);
  EXPECT_CODE(jwe::decrypt_json(*json, stranger, Rule::ANY, open_policy()), key_not_found);
  // One part altered: whom it was for cannot read, the others can.
  const auto spoilt = replaced(*json, "\"encrypted_key\":\"", "\"encrypted_key\":\"AAAA");
  EXPECT_CODE(jwe::decrypt_json(spoilt, alice, Rule::ANY, open_policy()), malformed_jwe);
  EXPECT_EQ(opened(jwe::decrypt_json(spoilt, bob, Rule::ANY, open_policy())), "to all");
  EXPECT_CODE(jwe::decrypt_json(spoilt, all, Rule::ALL, open_policy()), malformed_jwe);
}

TEST(Jwe, recipients_without_a_name_are_tried_in_turn_and_four_times) {
  // Keys that have no kid: only trying tells whose is whose.
  const auto mine = *SecretKey::generate(KeyAlg::A128KW);
  const auto behind = [&](std::size_t others, const SecretKey& last, KeyAlg alg) {
    std::vector<jwe::Recipient> to;
    for (std::size_t i = 0; i < others; ++i) to.push_back(*SecretKey::from_octets(Bytes(16, std::byte(i + 1)), alg));
    to.push_back(last);
    return *jwe::encrypt_general(bytes_of("x"), to, Enc::A128GCM, {.header = kQuick});
  };
  const auto opens = [&](const std::string& json, const SecretKey& key) {
    return opened(jwe::decrypt_json(json, key, Rule::ANY, open_policy()));
  };
  EXPECT_EQ(opens(behind(3, mine, KeyAlg::A128KW), mine), "x");
  EXPECT_EQ(opens(behind(4, mine, KeyAlg::A128KW), mine), "decrypt_failed ciphertext");
  // A password takes long: it is tried once.
  const auto password = *SecretKey::from_octets(bytes_of("correct horse"), KeyAlg::PBES2_HS256_A128KW);
  EXPECT_EQ(opens(behind(0, password, KeyAlg::PBES2_HS256_A128KW), password), "x");
  EXPECT_EQ(opens(behind(1, password, KeyAlg::PBES2_HS256_A128KW), password), "decrypt_failed ciphertext");
}

TEST(Jwe, a_kid_that_anybody_may_have_written_is_not_told) {
  const auto unnamed = *SecretKey::generate(KeyAlg::A128KW),
             named = *unnamed.with({.kid = "k", .key_alg = KeyAlg::A128KW});
  const auto json = *jwe::encrypt_flattened(bytes_of("x"), unnamed, Enc::A128GCM);
  const auto said = replaced(json, "{", R"({"header":{"kid":"k"},)");
  const auto by_unnamed = jwe::decrypt_json(said, unnamed, Rule::ALL, open_policy());
  ASSERT_TRUE(by_unnamed) << refusal_of(by_unnamed) << said;
  EXPECT_EQ(by_unnamed->kid(), "");
  EXPECT_EQ(jwe::decrypt_json(said, named, Rule::ALL, open_policy())->kid(), "k");  // the key's own
}

TEST(Jwe, direct_keys_serve_one_recipient) {
  const auto direct = *SecretKey::generate(Enc::A128GCM);
  const auto& agreeing = recipient_key(KeyAlg::ECDH_ES, KeyType::X25519);
  const auto wrapping = *SecretKey::generate(KeyAlg::A128KW);
  for (const jwe::Recipient& first : {jwe::Recipient(direct), jwe::Recipient(agreeing.public_key())})
    EXPECT_CODE(jwe::encrypt_general(bytes_of("x"), std::vector<jwe::Recipient>{first, wrapping}, Enc::A128GCM),
                alg_not_allowed);
  EXPECT_CODE(jwe::encrypt_general(bytes_of("x"), {}, Enc::A128GCM), no_keys);
  EXPECT_CODE(jwe::encrypt_general(bytes_of("x"), std::vector<jwe::Recipient>(17, wrapping), Enc::A128GCM), too_large);
}

TEST(Jwe, the_algorithm_is_the_keys_or_named) {
  const auto plain = recipient_key(KeyAlg::ECDH_ES, KeyType::P256).with({});
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), plain->public_key(), Enc::A128GCM), alg_key_mismatch);
  const jwe::Recipient named(plain->public_key(), KeyAlg::ECDH_ES_A192KW);
  EXPECT_EQ(opened(jwe::decrypt(*jwe::encrypt(bytes_of("x"), named, Enc::A128GCM), *plain, open_policy())), "x");
  const auto rsa = recipient_key(KeyAlg::RSA_OAEP_256, KeyType::RSA).public_key();
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), {rsa, KeyAlg::RSA_OAEP}, Enc::A128GCM), alg_key_mismatch);
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), {rsa, KeyAlg::ECDH_ES}, Enc::A128GCM), alg_key_mismatch);
  const auto direct = *SecretKey::generate(Enc::A256GCM);
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), direct, Enc::A128GCM), alg_key_mismatch);
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), direct, Enc::A128CBC_HS256), alg_key_mismatch);
  // A key of signatures, and one that its use or its operations forbid.
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), {public_key(Alg::ES256).with({.alg = Alg::ES256}).value(), KeyAlg::ECDH_ES},
                           Enc::A128GCM),
              alg_key_mismatch);
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), {public_key(Alg::ES256).with({.use = KeyUse::sig}).value(), KeyAlg::ECDH_ES},
                           Enc::A128GCM),
              alg_key_mismatch);
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), {secret_key(Alg::HS256), KeyAlg::dir}, Enc::A256CBC_HS512), alg_key_mismatch);
}

TEST(Jwe, key_ops_are_obeyed) {
  const std::string k = R"("kty":"oct","alg":"A128KW","k":"AAECAwQFBgcICQoLDA0ODw")";
  const auto key = [&](const std::string& operations) {
    return *SecretKey::parse("{" + k + ",\"key_ops\":[" + operations + "]}");
  };
  const auto token = *jwe::encrypt(bytes_of("x"), key(R"("wrapKey")"), Enc::A128GCM);
  EXPECT_EQ(opened(jwe::decrypt(token, key(R"("unwrapKey")"), open_policy())), "x");
  for (const char* others : {R"("wrapKey")", R"("decrypt","encrypt")", ""})
    EXPECT_CODE(jwe::decrypt(token, key(others), open_policy()), key_not_found);
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), key(R"("unwrapKey")"), Enc::A128GCM), alg_key_mismatch);
  // The public half of a key that may unwrap may wrap.
  const auto jwk = text_of_secret(recipient_key(KeyAlg::RSA_OAEP, KeyType::RSA).jwk());
  const auto rsa = *PrivateKey::parse(replaced(jwk, "{", R"({"key_ops":["unwrapKey"],)"));
  EXPECT_EQ(opened(jwe::decrypt(*jwe::encrypt(bytes_of("x"), rsa.public_key(), Enc::A128GCM), rsa, open_policy())),
            "x");
}

TEST(Jwe, the_policy_lists_what_may_be_read) {
  const auto& key = recipient_key(KeyAlg::ECDH_ES_A128KW, KeyType::X25519);
  const auto token = *jwe::encrypt(bytes_of("x"), key.public_key(), Enc::A128GCM);
  const jwe::Policy wanted{.algs = {KeyAlg::ECDH_ES_A128KW}, .encs = {Enc::A128GCM}};
  EXPECT_EQ(opened(jwe::decrypt(token, key, wanted)), "x");
  jwe::Policy other = wanted;
  other.algs = {KeyAlg::ECDH_ES};
  EXPECT_EQ(opened(jwe::decrypt(token, key, other)), "alg_not_allowed alg");
  other = wanted;
  other.encs = {Enc::A256GCM};
  EXPECT_EQ(opened(jwe::decrypt(token, key, other)), "alg_not_allowed enc");
  other.encs = std::vector<Enc>{};
  EXPECT_EQ(opened(jwe::decrypt(token, key, other)), "alg_not_allowed enc");
  EXPECT_EQ(opened(jwe::decrypt(token, key, {.algs = Unchecked("a test"), .encs = Unchecked("a test")})), "x");
  other = wanted;
  other.max_bytes = token.size() - 1;
  EXPECT_EQ(opened(jwe::decrypt(token, key, other)), "too_large token");
}

TEST(Jwe, a_policy_that_contradicts_itself_reads_nothing) {
  const auto key = password(KeyAlg::PBES2_HS256_A128KW);
  const auto token = *jwe::encrypt(bytes_of("x"), key, Enc::A128GCM, kQuick);
  for (const auto& change : std::initializer_list<void (*)(jwe::Policy&)>{
           [](jwe::Policy& p) { p.max_bytes = 0; },
           [](jwe::Policy& p) { p.max_bytes = (64 << 20) + 1; },
           [](jwe::Policy& p) { p.max_inflated = (64 << 20) + 1; },
           [](jwe::Policy& p) { p.passwords = {.min = 999}; },
           [](jwe::Policy& p) { p.passwords = {.min = 2'000, .max = 1'999}; },
           [](jwe::Policy& p) { p.passwords = {.max = 10'000'001}; },
       }) {
    jwe::Policy policy = open_policy();
    change(policy);
    EXPECT_CODE(policy.check(), bad_policy);
    EXPECT_CODE(jwe::decrypt(token, key, policy), bad_policy);
    EXPECT_CODE(jwe::decrypt_json("{}", key, Rule::ANY, policy), bad_policy);
  }
  EXPECT_OK(open_policy().check());
}

TEST(Jwe, one_key_of_many_is_meant) {
  const auto first = *SecretKey::generate(KeyAlg::A128KW, {.kid = "1"}),
             second = *first.with({.kid = "2", .key_alg = KeyAlg::A128KW});
  const auto token = *jwe::encrypt(bytes_of("x"), second, Enc::A128GCM);
  EXPECT_EQ(opened(jwe::decrypt(token, {{}, {first, second}}, open_policy())), "x");
  EXPECT_EQ(opened(jwe::decrypt(token, first, open_policy())), "key_not_found kid");
  const auto unnamed = *first.with({.key_alg = KeyAlg::A128KW});
  EXPECT_EQ(opened(jwe::decrypt(token, {{}, {unnamed, unnamed}}, open_policy())), "ambiguous_key kid");
  EXPECT_EQ(opened(jwe::decrypt(token, jwe::Keyring(std::vector<PrivateKey>{}), open_policy())), "no_keys keys");
  EXPECT_EQ(opened(jwe::decrypt(token, *SecretKey::generate(KeyAlg::A256KW), open_policy())), "alg_key_mismatch alg");
}

TEST(Jwe, compresses_where_asked_and_opens_where_allowed) {
  const auto key = *SecretKey::generate(KeyAlg::A128KW);
  const std::string text(10'000, 'a');
  const auto token = *jwe::encrypt(bytes_of(text), key, Enc::A128GCM, {.zip = jwe::Zip::DEF});
  EXPECT_LT(token.size(), 400U);
  EXPECT_EQ(opened(jwe::decrypt(token, key, open_policy())), text);
  jwe::Policy closed = open_policy();
  closed.max_inflated = 0;
  EXPECT_EQ(opened(jwe::decrypt(token, key, closed)), "alg_not_allowed zip");
}

TEST(Jwe, refuses_to_encrypt_what_nobody_could_read) {
  const auto key = *SecretKey::generate(KeyAlg::A128KW);
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), key, Enc::A128GCM, {.typ = "\xff"}), bad_json);
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), password(KeyAlg::PBES2_HS256_A128KW), Enc::A128GCM, {.p2c = 999}),
              bad_policy);
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), password(KeyAlg::PBES2_HS256_A128KW), Enc::A128GCM, {.p2c = 10'000'001}),
              bad_policy);
  EXPECT_CODE(jwe::encrypt(Bytes((16 << 20) + 1), key, Enc::A128GCM), too_large);
}
