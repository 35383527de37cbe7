// The rows of the requirements that concern encryption; each case of a row.
#include <gtest/gtest.h>

#include "crypto/encryption.hpp"
#include "jwe_keys.hpp"

using namespace tests;

namespace {

const SecretKey& wrapping() {
  static const SecretKey key = *SecretKey::generate(KeyAlg::A128KW);
  return key;
}

// What a header's words alone provoke, with everything behind it of the right length.
std::string of_header(const std::string& header, const jwe::Keyring& ring, jwe::Policy policy = open_policy()) {
  const auto token = *jwe::encrypt(bytes_of("x"), wrapping(), Enc::A128GCM);
  return opened(jwe::decrypt(with_header(token, header), ring, policy));
}

std::string with_part(const std::string& token, std::size_t part, const Bytes& octets) {
  auto parts = parts_of(token);
  parts[part] = base64url::encode(octets);
  return joined(parts);
}

Bytes part_of(const std::string& token, std::size_t part) { return *base64url::decode(parts_of(token)[part]); }

}  // namespace

TEST(JweRequirements, R01_alg_none_encrypts_nothing_either) {
  for (const char* none : {"none", "None", "nOnE"})
    EXPECT_EQ(of_header(R"({"alg":")" + std::string(none) + R"(","enc":"A128GCM"})", wrapping()),
              "alg_not_allowed alg");
}

TEST(JweRequirements, R02_a_public_key_is_no_key_of_a_cipher) {
  const auto& rsa = recipient_key(KeyAlg::RSA_OAEP, KeyType::RSA);
  // Whether it says what it is for or not.
  for (const auto& key : {rsa, *rsa.with({})})
    for (const char* alg : {"dir", "A128KW", "A256GCMKW"})
      EXPECT_EQ(of_header(R"({"alg":")" + std::string(alg) + R"(","enc":"A128GCM","iv":"AA","tag":"AA"})", key),
                "alg_key_mismatch alg");
  EXPECT_EQ(of_header(R"({"alg":"RSA-OAEP","enc":"A128GCM"})", wrapping()), "alg_key_mismatch alg");
}

TEST(JweRequirements, R04_the_key_has_the_algorithms_size) {
  for (const KeyAlg alg : {KeyAlg::A192KW, KeyAlg::A256KW, KeyAlg::A128GCMKW})
    EXPECT_EQ(of_header(R"({"alg":")" + std::string(key_alg_name(alg)) + R"(","enc":"A128GCM"})", wrapping()),
              "alg_key_mismatch alg");
  const auto direct = *SecretKey::parse(R"({"kty":"oct","use":"enc","k":"AAECAwQFBgcICQoLDA0ODw"})");
  for (const char* alg : {"A192KW", "A256KW"})
    EXPECT_EQ(of_header(R"({"alg":")" + std::string(alg) + R"(","enc":"A128GCM"})", direct), "alg_key_mismatch alg");
  EXPECT_EQ(of_header(R"({"alg":"dir","enc":"A256GCM"})", direct), "alg_key_mismatch alg");
  EXPECT_EQ(of_header(R"({"alg":"dir","enc":"A128CBC-HS256"})", direct), "alg_key_mismatch alg");
}

TEST(JweRequirements, R08_invalid_curve) {
  const auto p256 = *recipient_key(KeyAlg::ECDH_ES_A128KW, KeyType::P256).with({});
  const auto x25519 = *recipient_key(KeyAlg::ECDH_ES_A128KW, KeyType::X25519).with({});
  const auto with_epk = [](const std::string& epk) {
    return R"({"alg":"ECDH-ES+A128KW","enc":"A128GCM","epk":)" + epk + "}";
  };
  const std::string on_curve = p256.public_key().jwk();
  // CVE-2017-16007: a point of no curve, of a weak one, and of a curve that is not the key's.
  const std::string off = R"({"kty":"EC","crv":"P-256","x":"gTi65eTk1K-QbZzeZ6tqsmFVmYbUFVEkW-f9wG1rUcY",)"
                          R"("y":"gTi65eTk1K-QbZzeZ6tqsmFVmYbUFVEkW-f9wG1rUcY"})";
  const std::string other_curve = recipient_key(KeyAlg::ECDH_ES_A128KW, KeyType::P384).public_key().with({})->jwk();
  for (const auto& epk :
       {off, other_curve, x25519.public_key().jwk(), std::string("{}"), std::string(R"({"kty":"EC"})"),
        replaced(on_curve, "P-256", "P-384"), replaced(on_curve, "\"x\":\"", "\"x\":\"AA"),
        replaced(on_curve, "\"y\":\"", "\"z\":\""), text_of_secret(p256.jwk()),
        std::string(R"({"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"})")})
    EXPECT_EQ(of_header(with_epk(epk), p256), "bad_key epk") << epk;
  for (const char* not_an_object : {"null", "\"x\"", "[]", "1"})
    EXPECT_EQ(of_header(with_epk(not_an_object), p256), "malformed_header epk");
  EXPECT_EQ(of_header(R"({"alg":"ECDH-ES+A128KW","enc":"A128GCM"})", p256), "malformed_header epk");

  // X25519 and X448: the points of small order, which lead every private key to zero.
  for (const char* x :
       {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "4Ot6fDtBuK4WVuP68Z_EatoJjeucMrH9hmIFFl9JuAA", "X5yVvKNQjCSx0LFVnIPvWwREXMRYHI6G2CJO3dCfEVc",
        "7P___________________________________________38", "7f___________________________________________38",
        "7v___________________________________________38"})
    EXPECT_EQ(of_header(with_epk(R"({"kty":"OKP","crv":"X25519","x":")" + std::string(x) + "\"}"), x25519),
              "bad_key epk")
        << x;
  const auto x448 = *recipient_key(KeyAlg::ECDH_ES_A128KW, KeyType::X448).with({});
  EXPECT_EQ(of_header(with_epk(R"({"kty":"OKP","crv":"X448","x":")" + base64url::encode(Bytes(56)) + "\"}"), x448),
            "bad_key epk");
  // The same from the sender's side.
  const auto weak = PublicKey::parse(R"({"kty":"OKP","crv":"X25519","x":")" + base64url::encode(Bytes(32)) + "\"}");
  ASSERT_TRUE(weak);
  EXPECT_CODE(jwe::encrypt(bytes_of("x"), {*weak, KeyAlg::ECDH_ES}, Enc::A128GCM), bad_key);
  // Where nobody needs one, too.
  for (const char* epk : {"null", "1", "\"x\"", "[]"})
    EXPECT_EQ(of_header(R"({"alg":"A128KW","enc":"A128GCM","epk":)" + std::string(epk) + "}", wrapping()),
              "malformed_header epk");
}

TEST(JweRequirements, R09_tag_and_iv_length) {
  for (const Enc enc : kEveryEnc) {
    const auto key = *SecretKey::generate(enc);
    const auto token = *jwe::encrypt(bytes_of("hello"), key, enc);
    for (const std::size_t part : {2, 4}) {
      const std::size_t size = part_of(token, part).size();
      for (std::size_t other = 0; other <= 2 * size; ++other) {
        if (other == size) continue;
        Bytes octets = part_of(token, part);
        octets.resize(other);
        EXPECT_EQ(opened(jwe::decrypt(with_part(token, part, octets), key, open_policy())),
                  part == 2 ? "malformed_jwe iv" : "malformed_jwe tag");
      }
    }
  }
}

TEST(JweRequirements, R09_lengths_of_the_encrypted_key_and_of_its_own_iv_and_tag) {
  for (const KeyAlg alg : every_key_alg()) {
    const auto pair = pairs_for(alg, Enc::A128GCM).front();
    const auto token = *jwe::encrypt(bytes_of("x"), pair.recipient, Enc::A128GCM, kQuick);
    const Bytes key = part_of(token, 1);
    for (const std::size_t size : {std::size_t{0}, std::size_t{8}, key.size() - 1, key.size() + 1, key.size() + 8}) {
      if (size == key.size() || size > key.size() + 8) continue;
      Bytes other = key;
      other.resize(size);
      EXPECT_EQ(opened(jwe::decrypt(with_part(token, 1, other), pair.ring, open_policy())),
                "malformed_jwe encrypted_key")
          << key_alg_name(alg) << " " << size;
    }
  }
  const auto gcm = *SecretKey::generate(KeyAlg::A128GCMKW);
  const auto token = *jwe::encrypt(bytes_of("x"), gcm, Enc::A128GCM);
  const auto code = [&](std::size_t iv, std::size_t tag) {
    const std::string header = R"({"alg":"A128GCMKW","enc":"A128GCM","iv":")" + base64url::encode(Bytes(iv)) +
                               R"(","tag":")" + base64url::encode(Bytes(tag)) + "\"}";
    return opened(jwe::decrypt(with_header(token, header), gcm, open_policy()));
  };
  for (const std::size_t iv : {0, 11, 13, 16}) EXPECT_EQ(code(iv, 16), "malformed_jwe iv");
  for (const std::size_t tag : {0, 12, 15, 17}) EXPECT_EQ(code(12, tag), "malformed_jwe tag");
  EXPECT_EQ(code(12, 16), "decrypt_failed ciphertext");
}

TEST(JweRequirements, R10_all_failures_of_secrets_are_one) {
  for (const KeyAlg alg : every_key_alg())
    for (const Enc enc : {Enc::A128GCM, Enc::A256CBC_HS512}) {
      const auto pair = pairs_for(alg, enc).front();
      const auto token = *jwe::encrypt(bytes_of("hello"), pair.recipient, enc, kQuick);
      for (const std::size_t part : {1, 2, 3, 4}) {
        Bytes octets = part_of(token, part);
        if (octets.empty()) continue;
        for (const std::size_t at : {std::size_t{0}, octets.size() / 2, octets.size() - 1}) {
          Bytes altered = octets;
          altered[at] ^= std::byte{1};
          EXPECT_EQ(opened(jwe::decrypt(with_part(token, part, altered), pair.ring, open_policy())),
                    "decrypt_failed ciphertext")
              << key_alg_name(alg) << " part " << part;
        }
      }
      // Octets cut off or put behind.
      for (const std::size_t size : {0, 1, 15, 17, 64}) {
        Bytes octets = part_of(token, 3);
        if (size == octets.size()) continue;
        octets.resize(size);
        EXPECT_EQ(opened(jwe::decrypt(with_part(token, 3, octets), pair.ring, open_policy())),
                  "decrypt_failed ciphertext");
      }
    }
}

TEST(JweRequirements, R10_a_wrong_padding_under_a_good_mac_is_no_other_failure) {
  // CVE-2021-29443 and the like. The two halves of the key, the MAC's and the cipher's, are known to this test.
  const Bytes octets(32, std::byte{7});
  const auto direct = *SecretKey::from_octets(octets, Enc::A128CBC_HS256);
  const auto token = *jwe::encrypt(bytes_of("0123456789abcdef"), direct, Enc::A128CBC_HS256);
  const crypto::MacKey mac(Secret(BytesView(octets).first(16)));
  const auto sealed_as = [&](const Bytes& ciphertext) {
    const std::string header = parts_of(token)[0];
    const Bytes iv = part_of(token, 2);
    std::string input = header + std::string(text_of(iv)) + std::string(text_of(ciphertext));
    for (int shift = 56; shift >= 0; shift -= 8) input += static_cast<char>(header.size() * 8 >> shift);
    Bytes tag(32);
    mac.mac(crypto::Hash::SHA256, input, tag);
    tag.resize(16);
    return with_part(with_part(token, 3, ciphertext), 4, tag);
  };
  const Bytes good = part_of(token, 3);
  EXPECT_EQ(opened(jwe::decrypt(sealed_as(good), direct, open_policy())), "0123456789abcdef");
  for (const std::size_t size : {0, 1, 15, 16, 17, 31}) {
    Bytes cut = good;
    cut.resize(size);
    EXPECT_EQ(opened(jwe::decrypt(sealed_as(cut), direct, open_policy())), "decrypt_failed ciphertext") << size;
  }
  Bytes other = good;
  other[15] ^= std::byte{0x55};  // turns the last octet of the padding
  EXPECT_EQ(opened(jwe::decrypt(sealed_as(other), direct, open_policy())), "decrypt_failed ciphertext");
}

TEST(JweRequirements, R10_what_does_not_unwrap_leaves_no_key_behind) {
  const auto sealed_under = [](BytesView content_key, const std::string& header, BytesView encrypted_key) {
    std::string out = base64url::encode(header);
    const auto content =
        crypto::encrypt(crypto::Cipher::A128GCM, Secret(content_key), bytes_of("hello"), bytes_of(out));
    for (const BytesView part :
         {encrypted_key, BytesView(content.iv), BytesView(content.octets), BytesView(content.tag)})
      out += '.' + base64url::encode(part);
    return out;
  };
  Bytes content_key(16);
  // AES Key Wrap leaves zeros.
  const auto wrapping = *SecretKey::generate(KeyAlg::A128KW);
  const auto zeros = sealed_under(content_key, R"({"alg":"A128KW","enc":"A128GCM"})", Bytes(24));
  EXPECT_EQ(opened(jwe::decrypt(zeros, wrapping, open_policy())), "decrypt_failed ciphertext");
  // GCM leaves what it decrypted before it looked at the tag: whoever knows one key knows those beside it.
  const Bytes octets(16, std::byte{'k'});
  const auto gcm = *SecretKey::from_octets(octets, KeyAlg::A128GCMKW);
  auto wrapped = crypto::encrypt(crypto::Cipher::A128GCM, Secret(octets), content_key, {});
  const std::string header = R"({"alg":"A128GCMKW","enc":"A128GCM","iv":")" + base64url::encode(wrapped.iv) +
                             R"(","tag":")" + base64url::encode(wrapped.tag) + R"("})";
  EXPECT_EQ(opened(jwe::decrypt(sealed_under(content_key, header, wrapped.octets), gcm, open_policy())), "hello");
  wrapped.octets[0] ^= std::byte{1};
  content_key[0] ^= std::byte{1};
  EXPECT_EQ(opened(jwe::decrypt(sealed_under(content_key, header, wrapped.octets), gcm, open_policy())),
            "decrypt_failed ciphertext");
}

TEST(JweRequirements, R10_rsa1_5_is_absent) {
  const auto rsa = *recipient_key(KeyAlg::RSA_OAEP, KeyType::RSA).with({});
  EXPECT_EQ(of_header(R"({"alg":"RSA1_5","enc":"A128GCM"})", rsa), "unknown_alg alg");
  EXPECT_FALSE(key_alg_from_name("RSA1_5"));
}

TEST(JweRequirements, R12_p2c_limit) {
  const auto key = password(KeyAlg::PBES2_HS256_A128KW);
  const auto header = [](const std::string& p2c, const std::string& p2s = "AAECAwQFBgc") {
    return R"({"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2s":")" + p2s + R"(","p2c":)" + p2c + "}";
  };
  for (const char* p2c : {"1", "999", "1000001", "2147483647", "4294967296", "9007199254740993"})
    EXPECT_EQ(of_header(header(p2c), key), "p2c_limit p2c") << p2c;
  for (const char* p2c : {"0", "-1", "1.5", "\"1000\"", "null", "[]", "true"})
    EXPECT_EQ(of_header(header(p2c), key), "malformed_header p2c") << p2c;
  EXPECT_EQ(of_header(header("1000"), key), "decrypt_failed ciphertext");
  jwe::Policy narrow = open_policy();
  narrow.passwords = {.min = 5'000, .max = 10'000};
  EXPECT_EQ(of_header(header("4999"), key, narrow), "p2c_limit p2c");
  EXPECT_EQ(of_header(header("10001"), key, narrow), "p2c_limit p2c");
  // Off by default, even where the policy lists the algorithm or lists none.
  jwe::Policy off{.algs = {KeyAlg::PBES2_HS256_A128KW}, .encs = {Enc::A128GCM}};
  EXPECT_EQ(of_header(header("1000"), key, off), "alg_not_allowed alg");
  off.algs = Unchecked("a test");
  EXPECT_EQ(of_header(header("1000"), key, off), "alg_not_allowed alg");
  // RFC 7518 section 4.8.1.1: at least 8 octets of salt.
  EXPECT_EQ(of_header(header("1000", "AAECAwQFBg"), key), "malformed_header p2s");
  EXPECT_EQ(of_header(header("1000", ""), key), "malformed_header p2s");
  EXPECT_EQ(of_header(header("1000", base64url::encode(Bytes(1025))), key), "malformed_header p2s");
  EXPECT_EQ(of_header(R"({"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2s":"AAECAwQFBgc"})", key),
            "malformed_header p2c");
  EXPECT_EQ(of_header(R"({"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":1000})", key), "malformed_header p2s");
}

TEST(JweRequirements, R10_content_that_is_no_deflate_fails_as_any_other) {
  const auto key = *SecretKey::generate(Enc::A128GCM);
  const auto header = base64url::encode(std::string_view(R"({"alg":"dir","enc":"A128GCM","zip":"DEF"})"));
  const auto sealed =
      crypto::encrypt(crypto::Cipher::A128GCM, key.data().mac->octets(), bytes_of("no deflate"), bytes_of(header));
  const auto token = header + ".." + base64url::encode(sealed.iv) + "." + base64url::encode(sealed.octets) + "." +
                     base64url::encode(sealed.tag);
  EXPECT_EQ(opened(jwe::decrypt(token, key, open_policy())), "decrypt_failed ciphertext");
}

TEST(JweRequirements, R13_zip_bomb) {
  const auto key = *SecretKey::generate(KeyAlg::A128KW);
  const std::string zeros(16 << 20, '0');
  const auto token = *jwe::encrypt(bytes_of(zeros), key, Enc::A128GCM, {.zip = jwe::Zip::DEF});
  EXPECT_LT(token.size(), 30'000U);
  EXPECT_EQ(opened(jwe::decrypt(token, key, open_policy())), "inflate_limit inflated");
  jwe::Policy exact = open_policy();
  const auto small = *jwe::encrypt(bytes_of(zeros.substr(0, 1000)), key, Enc::A128GCM, {.zip = jwe::Zip::DEF});
  exact.max_inflated = 1000;
  EXPECT_EQ(opened(jwe::decrypt(small, key, exact)), zeros.substr(0, 1000));
  exact.max_inflated = 999;
  EXPECT_EQ(opened(jwe::decrypt(small, key, exact)), "inflate_limit inflated");
  // Off by default, and no other compression is known.
  EXPECT_EQ(opened(jwe::decrypt(small, key, {.algs = {KeyAlg::A128KW}, .encs = {Enc::A128GCM}})),
            "alg_not_allowed zip");
  EXPECT_EQ(of_header(R"({"alg":"A128KW","enc":"A128GCM","zip":"GZ"})", key), "unsupported zip");
  EXPECT_EQ(of_header(R"({"alg":"A128KW","enc":"A128GCM","zip":null})", key), "malformed_header zip");
}

TEST(JweRequirements, R14_a_megabyte_of_dots) {
  const auto code = [](const std::string& text, std::size_t limit = 64 << 20) {
    jwe::Policy policy = open_policy();
    policy.max_bytes = limit;
    return opened(jwe::decrypt(text, wrapping(), policy));
  };
  EXPECT_EQ(code(std::string(1 << 20, '.')), "malformed parts");
  EXPECT_EQ(code("a" + std::string(1 << 20, '.')), "malformed parts");
  EXPECT_EQ(code(std::string(1 << 20, 'a')), "malformed parts");
  EXPECT_EQ(code(""), "malformed parts");
  EXPECT_EQ(code("...."), "malformed header");
  EXPECT_EQ(code(std::string(100, '.'), 99), "too_large token");
}

TEST(JweRequirements, R15_oversize) {
  const auto token = *jwe::encrypt(bytes_of("x"), wrapping(), Enc::A128GCM);
  const auto json = *jwe::encrypt_flattened(bytes_of("x"), wrapping(), Enc::A128GCM);
  jwe::Policy policy = open_policy();
  policy.max_bytes = token.size();
  EXPECT_EQ(opened(jwe::decrypt(token, wrapping(), policy)), "x");
  EXPECT_EQ(opened(jwe::decrypt(token + "A", wrapping(), policy)), "too_large token");
  policy.max_bytes = json.size();
  EXPECT_EQ(opened(jwe::decrypt_json(json, wrapping(), Rule::ANY, policy)), "x");
  EXPECT_EQ(opened(jwe::decrypt_json(json + " ", wrapping(), Rule::ANY, policy)), "too_large token");
  EXPECT_CODE(jwe::encrypt(Bytes((16 << 20) + 1), wrapping(), Enc::A128GCM), too_large);
}

TEST(JweRequirements, R17_missing_parts_of_a_compact_message) {
  const auto key = *SecretKey::generate(KeyAlg::A128KW);
  const auto token = *jwe::encrypt(bytes_of("x"), key, Enc::A128GCM);
  // CVE-2026-34986, CVE-2024-21664: an empty part.
  const char* expected[] = {"malformed header", "malformed_jwe encrypted_key", "malformed_jwe iv",
                            "decrypt_failed ciphertext", "malformed_jwe tag"};
  for (std::size_t part = 0; part < 5; ++part)
    EXPECT_EQ(opened(jwe::decrypt(with_part(token, part, {}), key, open_policy())), expected[part]);
  for (std::size_t part = 0; part < 5; ++part) {
    auto parts = parts_of(token);
    parts[part] = "?";
    EXPECT_EQ(opened(jwe::decrypt(joined(parts), key, open_policy())).substr(0, 10), "bad_base64");
    parts = parts_of(token);
    parts.erase(parts.begin() + static_cast<long>(part));
    EXPECT_EQ(opened(jwe::decrypt(joined(parts), key, open_policy())), "malformed parts");
  }
}

TEST(JweRequirements, R17_each_header_member_absent_null_or_of_another_type) {
  const std::pair<KeyAlg, std::vector<const char*>> asked[] = {
      {KeyAlg::A128KW, {"alg", "enc"}},
      {KeyAlg::A128GCMKW, {"alg", "enc", "iv", "tag"}},
      {KeyAlg::ECDH_ES_A128KW, {"alg", "enc", "epk"}},
      {KeyAlg::PBES2_HS256_A128KW, {"alg", "enc", "p2s", "p2c"}},
  };
  for (const auto& [alg, members] : asked) {
    const auto pair = pairs_for(alg, Enc::A128GCM).front();
    const auto token = *jwe::encrypt(bytes_of("x"), pair.recipient, Enc::A128GCM, kQuick);
    const std::string header = header_of(token);
    for (const char* member : members) {
      const std::string name = "\"" + std::string(member) + "\":";
      const auto code = [&](const std::string& changed) {
        return opened(jwe::decrypt(with_header(token, changed), pair.ring, open_policy()));
      };
      EXPECT_EQ(code(replaced(header, name, "\"_\":")), "malformed_header " + std::string(member));
      for (const char* value : {"null", "true", "-1", "1e400", "[]", "\"\"", "{}"}) {
        const std::string changed = replaced(header, name, name + value + ",\"_\":");
        EXPECT_NE(code(changed), "x") << changed;
      }
    }
  }
  for (const char* name : {"kid", "typ", "cty", "apu", "apv", "jku", "x5u", "x5t", "x5t#S256", "jwk", "x5c"})
    for (const char* value : {"null", "1", "true", "[1]"})
      EXPECT_EQ(of_header(R"({"alg":"A128KW","enc":"A128GCM",")" + std::string(name) + "\":" + value + "}", wrapping()),
                "malformed_header " + std::string(name));
}

TEST(JweRequirements, R17_each_member_of_a_message_in_json) {
  const auto key = *SecretKey::generate(KeyAlg::A128KW, {.kid = "k"});
  const jwe::JsonOptions options{.aad = bytes_of("aad")};
  const auto flattened = *jwe::encrypt_flattened(bytes_of("x"), key, Enc::A128GCM, options);
  const auto general = *jwe::encrypt_general(bytes_of("x"), std::vector<jwe::Recipient>{key}, Enc::A128GCM, options);
  for (const auto& json : {flattened, general}) {
    json::Document document;
    const auto object = *document.parse_object(json);
    for (const json::Member changed : object)
      for (const char* value : {"", "null", "1", "{}", "[]", "[1]", "\"\"", "\"?\"", "[{}]", R"([{"header":null}])"}) {
        std::string text = "{";
        for (const json::Member member : object) {
          if (member.name == changed.name && *value == '\0') continue;
          text += (text == "{" ? "\"" : ",\"") + std::string(member.name) + "\":";
          text += member.name == changed.name ? value : member.value.text();
        }
        EXPECT_FALSE(jwe::decrypt_json(text + "}", key, Rule::ANY, open_policy())) << text;
        EXPECT_FALSE(jwe::decrypt_json(text + "}", key, Rule::ALL, open_policy())) << text;
      }
  }
  for (const char* text : {"", "{", "[]", "null", "\"x\"", "{}"})
    EXPECT_FALSE(jwe::decrypt_json(text, key, Rule::ANY, open_policy()));
  // A header that the message could do without.
  for (const char* name : {"unprotected", "header"})
    for (const char* value : {"null", "1", "\"x\"", "[]"}) {
      const std::string more = "{\"" + std::string(name) + "\":" + value + ",";
      EXPECT_EQ(opened(jwe::decrypt_json(replaced(flattened, "{", more), key, Rule::ANY, open_policy())),
                "malformed " + std::string(name))
          << more;
    }
  // Two messages in one.
  EXPECT_EQ(
      opened(jwe::decrypt_json(replaced(general, "{", R"({"encrypted_key":"AAAA",)"), key, Rule::ANY, open_policy())),
      "malformed recipients");
}

TEST(JweRequirements, R18_crit) {
  const auto with = [](const std::string& more) { return R"({"alg":"A128KW","enc":"A128GCM",)" + more + "}"; };
  for (const char* crit : {"[]", "\"x\"", "null", "{}", "[1]", R"(["x","x"])", R"(["alg"])", R"(["zip"])", R"(["y"])"})
    EXPECT_EQ(of_header(with(R"("x":1,"crit":)" + std::string(crit)), wrapping()), "malformed_header crit") << crit;
  EXPECT_EQ(of_header(with(R"("x":1,"crit":["x"])"), wrapping()), "crit_unsupported crit");
  EXPECT_EQ(of_header(with(R"("b64":false,"crit":["b64"])"), wrapping()), "crit_unsupported crit");
  const auto json = *jwe::encrypt_general(bytes_of("x"), std::vector<jwe::Recipient>{wrapping()}, Enc::A128GCM);
  for (const char* where : {"\"header\":{", "{"}) {
    const std::string more =
        *where == '{' ? R"({"unprotected":{"x":1,"crit":["x"]},)" : R"("header":{"x":1,"crit":["x"],)";
    EXPECT_EQ(opened(jwe::decrypt_json(replaced(json, where, more), wrapping(), Rule::ANY, open_policy())),
              "malformed_header crit");
  }
}

TEST(JweRequirements, R23_a_header_chooses_no_key) {
  const auto& mine = recipient_key(KeyAlg::ECDH_ES_A128KW, KeyType::P256);
  const auto other = *PrivateKey::generate(KeyAlg::ECDH_ES_A128KW, KeyType::P256);
  const auto token = *jwe::encrypt(bytes_of("x"), other.public_key(), Enc::A128GCM);
  const std::string header = replaced(header_of(token), "{", R"({"jwk":)" + other.public_key().jwk() + ",");
  EXPECT_EQ(opened(jwe::decrypt(with_header(token, header), mine, open_policy())), "key_not_found kid");
}

TEST(JweRequirements, R24_kid_is_opaque) {
  for (const char* kid : {"../../dev/null", "' OR 1=1 --", "\\u0000", "\\u202e"})
    EXPECT_EQ(of_header(R"({"alg":"A128KW","enc":"A128GCM","kid":")" + std::string(kid) + "\"}",
                        *wrapping().with({.kid = "k", .key_alg = KeyAlg::A128KW})),
              "key_not_found kid");
}

TEST(JweRequirements, R28_wrong_kind) {
  const auto signed_token = token_of(R"({"alg":"HS256"})", secret_key(Alg::HS256), Alg::HS256);
  EXPECT_EQ(opened(jwe::decrypt(signed_token, wrapping(), open_policy())), "wrong_kind JWS");
  const auto encrypted = *jwe::encrypt(bytes_of("x"), wrapping(), Enc::A128GCM);
  EXPECT_EQ(verdict(encrypted, secret_key(Alg::HS256)), "wrong_kind");
}

TEST(JweRequirements, R29_a_name_stands_in_one_header) {
  const auto json = *jwe::encrypt_general(bytes_of("x"), std::vector<jwe::Recipient>{wrapping()}, Enc::A128GCM);
  const auto code = [&](const char* where, const std::string& with) {
    return opened(jwe::decrypt_json(replaced(json, where, with), wrapping(), Rule::ANY, open_policy()));
  };
  EXPECT_EQ(code("\"header\":{", R"("header":{"enc":"A256GCM",)"), "duplicate_header header");
  EXPECT_EQ(code("{", R"({"unprotected":{"enc":"A128GCM"},)"), "duplicate_header header");
  EXPECT_EQ(code("{", R"({"unprotected":{"alg":"dir"},)"), "duplicate_header header");
  EXPECT_EQ(code("\"header\":{", R"("header":{"zip":"DEF",)"), "malformed_header zip");
  EXPECT_EQ(code("{", R"({"unprotected":{"zip":"DEF"},)"), "malformed_header zip");
}

TEST(JweRequirements, R30_no_recipients) {
  const auto json = *jwe::encrypt_general(bytes_of("x"), std::vector<jwe::Recipient>{wrapping()}, Enc::A128GCM);
  const auto list = json.find("\"recipients\":");
  const auto text = json.substr(0, list) + R"("recipients":[],)" + json.substr(json.find("\"iv\":"));
  for (const Rule rule : {Rule::ANY, Rule::ALL})
    EXPECT_EQ(opened(jwe::decrypt_json(text, wrapping(), rule, open_policy())), "malformed recipients");
  std::string many = json.substr(0, list) + R"("recipients":[)";
  for (int i = 0; i < 17; ++i) many += i == 0 ? "{}" : ",{}";
  EXPECT_EQ(
      opened(jwe::decrypt_json(many + "]," + json.substr(json.find("\"iv\":")), wrapping(), Rule::ANY, open_policy())),
      "too_large recipients");
}

TEST(JweRequirements, R31_duplicate_members) {
  EXPECT_EQ(of_header(R"({"alg":"A128KW","enc":"A128GCM","alg":"dir"})", wrapping()), "duplicate_member header");
  EXPECT_EQ(of_header(R"({"alg":"A128KW","enc":"A128GCM","al\u0067":"dir"})", wrapping()), "duplicate_member header");
  EXPECT_EQ(of_header(R"({"alg":"A128KW","enc":"A128GCM","x":{"y":1,"y":2}})", wrapping()), "duplicate_member header");
  const auto json = *jwe::encrypt_flattened(bytes_of("x"), wrapping(), Enc::A128GCM);
  EXPECT_CODE(jwe::decrypt_json(replaced(json, "{", R"({"tag":"",)"), wrapping(), Rule::ANY, open_policy()),
              duplicate_member);
}

TEST(JweRequirements, R32_one_message_has_one_spelling) {
  const auto key = *SecretKey::generate(Enc::A128GCM);
  const auto token = *jwe::encrypt(bytes_of("xy"), key, Enc::A128GCM);
  for (const std::size_t part : {0, 2, 3, 4}) {
    for (const char* more : {"=", "==", " ", "\n", "+", "/", "A"}) {
      auto parts = parts_of(token);
      parts[part] += more;
      EXPECT_FALSE(jwe::decrypt(joined(parts), key, open_policy())) << more;
    }
  }
}

TEST(JweRequirements, R37_lengths_count_not_terminators) {
  const std::string text("a\0b", 3);
  const auto key = *SecretKey::from_octets(bytes_of(std::string("pass\0word", 9)), KeyAlg::PBES2_HS256_A128KW);
  const auto cut = *SecretKey::from_octets(bytes_of("pass"), KeyAlg::PBES2_HS256_A128KW);
  const auto token = *jwe::encrypt(bytes_of(text), key, Enc::A128GCM, kQuick);
  EXPECT_EQ(opened(jwe::decrypt(token, key, open_policy())), text);
  EXPECT_EQ(opened(jwe::decrypt(token, cut, open_policy())), "decrypt_failed ciphertext");
  const auto& rsa = recipient_key(KeyAlg::RSA_OAEP, KeyType::RSA);
  EXPECT_EQ(opened(jwe::decrypt(*jwe::encrypt(bytes_of(text), rsa.public_key(), Enc::A128GCM), rsa, open_policy())),
            text);
}
