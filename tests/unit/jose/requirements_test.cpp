// The rows of the requirements that concern signatures, keys, base64url and JSON; each case of a row. Rows of claims
// and policies stand with jwt's tests, those of encryption in jwe_requirements_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>

#include "allocations.hpp"
#include "forge.hpp"
#include "jose/compact.hpp"
#include "unit/crypto/hex.hpp"

using namespace tests;

namespace {

std::string header(std::string_view alg) { return R"({"alg":")" + std::string(alg) + "\"}"; }

// The DER inside a PEM text.
Bytes der_of(const std::string& pem) {
  std::string text;
  const auto start = pem.find('\n'), stop = pem.find("-----END");
  for (const char c : pem.substr(start, stop - start))
    if (c != '\n' && c != '=') text += c == '+' ? '-' : c == '/' ? '_' : c;
  return *base64url::decode(text);
}

Bytes signature_of(const std::string& token) { return *base64url::decode(token.substr(token.rfind('.') + 1)); }
std::string with_signature(const std::string& token, BytesView signature) {
  return token.substr(0, token.rfind('.') + 1) + base64url::encode(signature);
}

}  // namespace

TEST(Requirements, R01_alg_none) {
  const auto rsa = public_key(Alg::RS256);
  const auto secret = secret_key(Alg::HS256);
  for (const char* none : {"none", "None", "NONE", "nOnE", "noNe"})
    for (const char* signature : {"", "AAAA"}) {
      const std::string token = input_of(header(none), "payload") + "." + signature;
      EXPECT_EQ(verdict(token, rsa), "alg_not_allowed");
      EXPECT_EQ(verdict(token, secret), "alg_not_allowed");
      EXPECT_EQ(verdict(token, Keys::of({rsa})), "alg_not_allowed");
      EXPECT_EQ(verdict(token, Keys::of({})), "alg_not_allowed");
    }
  for (const char* header : {"{}", R"({"alg":""})", R"({"alg":null})"})
    EXPECT_EQ(verdict(input_of(header, "payload") + ".", rsa), "malformed_header");
}

TEST(Requirements, R01_no_keys_configured) {
  EXPECT_EQ(verdict(token_of(header("RS256"), private_key(Alg::RS256), Alg::RS256), Keys::of({})), "no_keys");
  EXPECT_EQ(verdict(input_of(header("RS256"), "payload") + ".", Keys::of({})), "no_keys");
}

TEST(Requirements, R01_no_algorithm_allowed) {
  EXPECT_EQ(verdict(token_of(header("RS256"), private_key(Alg::RS256), Alg::RS256), public_key(Alg::RS256), {}),
            "alg_not_allowed");
}

TEST(Requirements, R01_an_empty_signature_is_a_bad_one) {
  for (const Alg alg : kEvery) {
    const std::string token = input_of(header(alg_name(alg)), "payload") + ".";
    EXPECT_EQ(alg <= Alg::HS512 ? verdict(token, secret_key(alg)) : verdict(token, public_key(alg)), "bad_signature");
  }
}

TEST(Requirements, R02_a_public_key_is_never_a_mac_key) {
  for (const Alg owner : kOfEachType) {
    const auto key = public_key(owner);
    const std::string pem = key.pem();
    const Bytes der = der_of(pem);
    const std::string texts[] = {pem,
                                 pem.substr(0, pem.size() - 1),
                                 "\n" + pem,
                                 " \t" + pem,
                                 "prefix " + pem,
                                 std::string(text_of(der)),
                                 key.jwk(),
                                 " " + key.jwk(),
                                 jwks(std::span(&key, 1)),
                                 std::string(64, '\0')};
    for (const auto& text : texts)
      for (const Alg alg : {Alg::HS256, Alg::HS384, Alg::HS512}) {
        const auto attacker = SecretKey::from_octets(bytes_of(text), alg);
        if (!attacker) continue;  // shorter than the hash
        const std::string token = token_of(header(alg_name(alg)), *attacker, alg);
        EXPECT_EQ(verdict(token, *attacker), "ok");
        EXPECT_EQ(verdict(token, key), "alg_key_mismatch");
        EXPECT_EQ(verdict(token, Keys::of({key})), "alg_key_mismatch");
        const Alg honest[] = {owner};
        EXPECT_EQ(verdict(token, key, honest), "alg_not_allowed");
      }
  }
}

TEST(Requirements, R02_a_secret_key_is_never_made_of_a_public_one_by_its_text) {
  for (const Alg alg : kOfEachType) {
    EXPECT_CODE(SecretKey::parse(public_key(alg).pem()), malformed);
    EXPECT_CODE(SecretKey::parse(public_key(alg).jwk()), wrong_kind);
    EXPECT_CODE(SecretKey::parse(private_key(alg).jwk().expose_text("a test")), wrong_kind);
  }
  EXPECT_CODE(PublicKey::parse(secret_key(Alg::HS256).jwk().expose_text("a test")), wrong_kind);
  EXPECT_CODE(PrivateKey::parse(secret_key(Alg::HS256).jwk().expose_text("a test")), wrong_kind);
}

TEST(Requirements, R03_a_key_without_alg_admits_what_its_type_and_curve_admit) {
  const std::pair<Alg, std::vector<Alg>> table[] = {
      {Alg::RS256, {Alg::RS256, Alg::RS384, Alg::RS512, Alg::PS256, Alg::PS384, Alg::PS512}},
      {Alg::ES256, {Alg::ES256}},
      {Alg::ES384, {Alg::ES384}},
      {Alg::ES512, {Alg::ES512}},
      {Alg::ES256K, {Alg::ES256K}},
      {Alg::Ed25519, {Alg::EdDSA, Alg::Ed25519}},
      {Alg::Ed448, {Alg::EdDSA, Alg::Ed448}}};
  for (const auto& [owner, admitted] : table) {
    const auto key = public_key(owner);
    ASSERT_FALSE(key.info().alg);
    for (const Alg alg : kEvery) {
      const bool may = std::ranges::find(admitted, alg) != admitted.end();
      EXPECT_EQ(key.admits(alg), may) << alg_name(owner) << " " << alg_name(alg);
      const std::string token = may ? token_of(header(alg_name(alg)), private_key(owner), alg)
                                    : input_of(header(alg_name(alg)), "payload") + ".";
      EXPECT_EQ(verdict(token, key), may ? "ok" : "alg_key_mismatch") << alg_name(owner) << " " << alg_name(alg);
    }
  }
}

TEST(Requirements, R03_members_of_another_type_make_no_mac_key) {
  const std::string jwk = public_key(Alg::RS256).jwk();
  EXPECT_CODE(PublicKey::parse(replaced(jwk, "{", R"({"k":"",)")), wrong_kind);
  const auto token = token_of(header("HS256"), secret_key(Alg::HS256), Alg::HS256);
  EXPECT_EQ(verdict(token, public_key(Alg::RS256)), "alg_key_mismatch");
  EXPECT_CODE(SecretKey::parse(R"({"kty":"oct"})"), bad_key);
  EXPECT_CODE(SecretKey::parse(replaced(jwk, R"("kty":"RSA")", R"("kty":"oct")")), bad_key);
}

TEST(Requirements, R04_key_type_and_size) {
  for (const Alg owner : kOfEachType)
    for (const Alg alg : kOfEachType)
      if (alg != owner) {
        // Signed by the owner, under a header that names another algorithm.
        const std::string token = token_of(header(alg_name(alg)), private_key(owner), owner);
        EXPECT_EQ(verdict(token, public_key(owner)), "alg_key_mismatch");
        EXPECT_EQ(verdict(token, Keys::of({public_key(owner)})), "alg_key_mismatch");
        EXPECT_CODE(jws::sign({}, {private_key(owner), alg}), alg_key_mismatch);
      }
  // The key's own alg narrows.
  const auto narrow = *private_key(Alg::RS256).with({.kid = {}, .alg = Alg::RS256, .use = {}});
  EXPECT_EQ(verdict(token_of(header("PS256"), private_key(Alg::RS256), Alg::PS256), narrow.public_key()),
            "alg_key_mismatch");
  // Short moduli, in both forms.
  const std::string short_n = base64url::encode(Bytes(128, std::byte{0xC3}));
  EXPECT_CODE(PublicKey::parse(R"({"kty":"RSA","e":"AQAB","n":")" + short_n + "\"}"), weak_key);
  EXPECT_CODE(PublicKey::parse("-----BEGIN PUBLIC KEY-----\n"
                               "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDdlatRjRjogo3WojgGHFHYLugd\n"
                               "UWAY9iR3fy4arWNA1KoS8kVw33cJibXr8bvwUAUparCwlvdbH6dvEOfou0/gCFQs\n"
                               "HUfQrSDv+MuSUMAe8jzKE4qW+jK+xQU9a03GUnKHkkle+Q0pX/g6jXZ7r1/xAK5D\n"
                               "o2kQ+X5xK9cipRgEKwIDAQAB\n-----END PUBLIC KEY-----\n"),
              weak_key);
  EXPECT_CODE(PrivateKey::generate(Alg::RS256, {}, 1024), weak_key);
  // A JWK whose alg does not fit its own type.
  EXPECT_CODE(PublicKey::parse(replaced(public_key(Alg::ES256).jwk(), "{", R"({"alg":"ES384",)")), alg_key_mismatch);
  EXPECT_CODE(PublicKey::parse(replaced(public_key(Alg::RS256).jwk(), "{", R"({"alg":"HS256",)")), alg_key_mismatch);
}

TEST(Requirements, R05_empty_blank_and_short_mac_keys) {
  const std::pair<Alg, std::size_t> sizes[] = {{Alg::HS256, 32}, {Alg::HS384, 48}, {Alg::HS512, 64}};
  for (const auto& [alg, size] : sizes) {
    for (std::size_t short_size = 0; short_size < size; ++short_size)
      EXPECT_CODE(SecretKey::from_octets(Bytes(short_size, std::byte{'k'}), alg), weak_key);
    EXPECT_OK(SecretKey::from_octets(Bytes(size, std::byte{'k'}), alg));
    for (const char blank : {' ', '\t', '\n', '\r'})
      EXPECT_CODE(SecretKey::from_octets(Bytes(size, static_cast<std::byte>(blank)), alg), weak_key);
    const std::string jwk = R"({"kty":"oct","alg":")" + std::string(alg_name(alg)) + R"(","k":")";
    EXPECT_CODE(SecretKey::parse(jwk + "\"}"), weak_key);
    EXPECT_CODE(SecretKey::parse(jwk + base64url::encode(std::string(size - 1, 'k')) + "\"}"), weak_key);
    EXPECT_CODE(SecretKey::parse(jwk + base64url::encode(std::string(size, ' ')) + "\"}"), weak_key);
    EXPECT_OK(SecretKey::parse(jwk + base64url::encode(std::string(size, 'k')) + "\"}"));
  }
  EXPECT_CODE(SecretKey::parse(R"({"kty":"oct","k":")" + base64url::encode(std::string(31, 'k')) + "\"}"), weak_key);
  // Without alg, the length decides.
  const auto key = SecretKey::parse(R"({"kty":"oct","k":")" + base64url::encode(std::string(48, 'k')) + "\"}");
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->admits(Alg::HS256) && key->admits(Alg::HS384));
  EXPECT_FALSE(key->admits(Alg::HS512));
  EXPECT_EQ(verdict(input_of(header("HS512"), "payload") + ".AAAA", *key), "alg_key_mismatch");
  EXPECT_CODE(jws::sign({}, {*key, Alg::HS512}), alg_key_mismatch);
}

TEST(Requirements, R05_a_short_mac_key_is_taken_where_the_caller_says_why) {
  const auto made = [](std::string_view octets, Alg alg) {
    return SecretKey::from_short_octets(bytes_of(octets), alg, "a test", {.kid = "old"});
  };
  for (const Alg alg : {Alg::HS256, Alg::HS384, Alg::HS512}) {
    const auto key = made("s3cret", alg);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->info().kid, "old");
    EXPECT_EQ(verdict(*jws::sign(bytes_of("payload"), *key), *key), "ok");
    for (const Alg other : kEvery) EXPECT_EQ(key->admits(other), other == alg);
    // No way out of the one algorithm, nor into a key that does not say so.
    for (const Alg other : {Alg::HS256, Alg::HS384, Alg::HS512})
      EXPECT_EQ(code_of(key->with({.alg = other})), other == alg ? "ok" : "weak_key");
    EXPECT_FALSE(key->with({})->admits(alg == Alg::HS256 ? Alg::HS384 : Alg::HS256));
    EXPECT_CODE(SecretKey::parse(key->jwk().expose_text("a test")), weak_key);
    for (const std::string_view none : {"", " ", "\t\r\n "}) EXPECT_CODE(made(none, alg), weak_key);
  }
  EXPECT_CODE(made("s3cret", Alg::ES256), alg_key_mismatch);
  EXPECT_CODE(made(std::string(1025, 'k'), Alg::HS256), too_large);
}

TEST(Requirements, R06_psychic_signatures) {
  const std::pair<Alg, const char*> orders[] = {
      {Alg::ES256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"},
      {Alg::ES384, "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"},
      {Alg::ES512,
       "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
       "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"},
      {Alg::ES256K, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"}};
  for (const auto& [alg, hex] : orders) {
    const std::string token = token_of(header(alg_name(alg)), private_key(alg), alg);
    const Bytes good = signature_of(token), order = octets_of_hex(hex);
    const std::size_t half = good.size() / 2;
    ASSERT_EQ(order.size(), half);
    Bytes above = order;  // no order ends in ff
    above.back() = static_cast<std::byte>(std::to_integer<int>(above.back()) + 1);
    const Bytes edges[] = {Bytes(half), order, above, Bytes(half, std::byte{0xFF})};
    for (const auto& r : edges) {
      for (const auto& s : edges) {
        Bytes both = r;
        both.insert(both.end(), s.begin(), s.end());
        EXPECT_EQ(verdict(with_signature(token, both), public_key(alg)), "bad_signature");
      }
      Bytes first = good, second = good;
      std::ranges::copy(r, first.begin());
      std::ranges::copy(r, second.begin() + half);
      EXPECT_EQ(verdict(with_signature(token, first), public_key(alg)), "bad_signature");
      EXPECT_EQ(verdict(with_signature(token, second), public_key(alg)), "bad_signature");
    }
    EXPECT_EQ(verdict(token, public_key(alg)), "ok");
  }
}

TEST(Requirements, R07_ecdsa_form) {
  for (const Alg alg : {Alg::ES256, Alg::ES384, Alg::ES512, Alg::ES256K}) {
    const std::string token = token_of(header(alg_name(alg)), private_key(alg), alg);
    const Bytes good = signature_of(token);
    const std::size_t half = good.size() / 2;
    const BytesView r = BytesView(good).first(half), s = BytesView(good).subspan(half);
    // SEQUENCE { INTEGER r, INTEGER s }
    Bytes body, der{std::byte{0x30}};
    for (const BytesView number : {r, s}) {
      body.push_back(std::byte{2});
      body.push_back(static_cast<std::byte>(number.size() + 1));
      body.push_back(std::byte{0});
      body.insert(body.end(), number.begin(), number.end());
    }
    if (body.size() >= 128) der.push_back(std::byte{0x81});
    der.push_back(static_cast<std::byte>(body.size()));
    der.insert(der.end(), body.begin(), body.end());
    EXPECT_EQ(verdict(with_signature(token, der), public_key(alg)), "bad_signature");
    // Every other length: cut at either end, or longer.
    for (std::size_t size = 0; size < good.size(); ++size) {
      EXPECT_EQ(verdict(with_signature(token, BytesView(good).first(size)), public_key(alg)), "bad_signature");
      EXPECT_EQ(verdict(with_signature(token, BytesView(good).last(size)), public_key(alg)), "bad_signature");
    }
    Bytes padded{std::byte{0}};
    padded.insert(padded.end(), r.begin(), r.end());
    padded.push_back(std::byte{0});
    padded.insert(padded.end(), s.begin(), s.end());
    EXPECT_EQ(verdict(with_signature(token, padded), public_key(alg)), "bad_signature");
    for (const std::size_t more : {1, 2, 64}) {
      Bytes longer = good;
      longer.resize(good.size() + more);
      EXPECT_EQ(verdict(with_signature(token, longer), public_key(alg)), "bad_signature");
    }
  }
}

TEST(Requirements, R14_a_megabyte_of_dots) {
  const auto key = public_key(Alg::ES256);
  for (const std::size_t size : {std::size_t{3}, std::size_t{5}, std::size_t{1} << 10, std::size_t{1} << 20}) {
    const std::string dots(size, '.');
    EXPECT_EQ(verdict(dots, key), "malformed");
    const auto before = allocations;
    EXPECT_FALSE(jose::split(dots, dots.size()));
    EXPECT_EQ(allocations, before);
  }
  EXPECT_EQ(verdict(std::string((1 << 20) + 1, '.'), key), "too_large");
  // And many dots after a good start.
  EXPECT_EQ(verdict(token_of(header("ES256"), private_key(Alg::ES256), Alg::ES256) + std::string(1000, '.'), key),
            "malformed");
}

TEST(Requirements, R14_splitting_and_a_mac_allocate_nothing) {
  const auto key = secret_key(Alg::HS256);
  const std::string token = token_of(header("HS256"), key, Alg::HS256, std::string(300, 'p'));
  const auto parts = *jose::split(token, token.size());
  const Bytes good = *base64url::decode(parts.signature), bad(32);
  EXPECT_OK(jose::verify_signature(key.data(), Alg::HS256, parts.signing_input, good));  // makes this thread's context
  const auto before = allocations;
  EXPECT_TRUE(jose::split(token, token.size()));
  const bool accepted = jose::verify_signature(key.data(), Alg::HS256, parts.signing_input, good).has_value();
  const bool refused = !jose::verify_signature(key.data(), Alg::HS256, parts.signing_input, bad).has_value();
  EXPECT_EQ(allocations, before);
  EXPECT_TRUE(accepted && refused);
}

TEST(Requirements, R15_oversize) {
  const auto key = secret_key(Alg::HS256);
  const std::string token = token_of(header("HS256"), key, Alg::HS256);
  EXPECT_EQ(code_of(jws::verify(token, key, allowing(kEvery, token.size()))), "ok");
  EXPECT_EQ(code_of(jws::verify(token, key, allowing(kEvery, token.size() - 1))), "too_large");
  EXPECT_EQ(verdict(std::string((1 << 20) + 1, '!'), key), "too_large");  // before anything else
  EXPECT_CODE(jws::sign(Bytes((16 << 20) + 1), key), too_large);
  EXPECT_CODE(Keys::parse(std::string((1 << 20) + 1, '!')), too_large);
  EXPECT_CODE(PublicKey::parse(std::string((64 << 10) + 1, '!')), too_large);
  EXPECT_CODE(PrivateKey::parse(std::string((64 << 10) + 1, '!')), too_large);
  EXPECT_CODE(SecretKey::parse("{" + std::string(64 << 10, ' ') + "}"), too_large);
  EXPECT_CODE(SecretKey::from_octets(Bytes(1025, std::byte{'k'}), Alg::HS256), too_large);
  EXPECT_CODE(SecretKey::from_octets(Bytes(64, std::byte{'k'}), Alg::HS256, {.kid = std::string(257, 'k'), .alg = {}}),
              too_large);
  EXPECT_CODE(SecretKey::parse(R"({"kty":"oct","k":")" + base64url::encode(std::string(1025, 'k')) + "\"}"), too_large);
  std::string set = R"({"keys":[{})";
  for (int i = 1; i < 64; ++i) set += ",{}";
  EXPECT_OK(Keys::parse(set + "]}"));
  EXPECT_CODE(Keys::parse(set + ",{}]}"), too_large);
  EXPECT_CODE(PrivateKey::generate(Alg::RS256, {}, 8193), too_large);
}

TEST(Requirements, R16_deep_nesting) {
  const auto key = secret_key(Alg::HS256);
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  // With a signature that was never looked at.
  EXPECT_EQ(verdict(input_of(R"({"alg":"HS256","x":)" + nested(32) + "}", "payload") + ".AAAA", key), "json_depth");
  EXPECT_EQ(verdict(input_of(R"({"alg":"HS256","x":)" + nested(100000) + "}", "payload") + ".AAAA", key), "json_depth");
  EXPECT_EQ(verdict(token_of(R"({"alg":"HS256","x":)" + nested(31) + "}", key, Alg::HS256), key), "ok");
  EXPECT_CODE(PublicKey::parse(R"({"x":)" + nested(32) + "}"), json_depth);
  EXPECT_CODE(Keys::parse(R"({"keys":)" + nested(32) + "}"), json_depth);
}

TEST(Requirements, R17_each_member_of_a_key_absent_or_of_another_type) {
  const char* values[] = {"null", "true",  "1",     "-1",       "1.5",      "[]",    "{}",
                          "\"\"", "\"A\"", "\"?\"", "\"AA==\"", "[\"AA\"]", "\"AB\""};
  std::vector<std::string> jwks;
  for (const Alg alg : kOfEachType) {
    jwks.push_back(public_key(alg).jwk());
    jwks.emplace_back(private_key(alg).jwk().expose_text("a test"));
  }
  jwks.emplace_back(secret_key(Alg::HS256).jwk().expose_text("a test"));
  const auto refused = [](const std::string& text, bool is_private_optional) {
    const bool any = PublicKey::parse(text) || PrivateKey::parse(text) || SecretKey::parse(text);
    if (any && !is_private_optional) ADD_FAILURE() << text;
    (void)Keys::parse("{\"keys\":[" + text + "]}");
  };
  for (const auto& jwk : jwks) {
    json::Document document;
    const auto object = *document.parse_object(jwk);
    for (const json::Member changed : object) {
      const auto without = [&](std::string_view value) {
        json::Writer out;
        out.begin_object();
        for (const json::Member member : object)
          if (member.name != changed.name)
            out.key(member.name).raw(member.value.text());
          else if (!value.empty())
            out.key(member.name).raw(value);
        out.end_object();
        return out.take();
      };
      // Without d a private key is a public one; alg is optional.
      refused(without(""), changed.name == "d" || changed.name == "alg");
      for (const char* value : values) refused(without(value), false);
    }
  }
  for (const char* text : {"", " ", "{}", "[]", "null", "1", "\"kty\"", R"({"kty":null})", R"({"kty":"RSA"})",
                           R"({"kty":"EC"})", R"({"kty":"OKP"})", R"({"kty":"oct"})", R"({"kty":"AKP"})", "-----BEGIN"})
    refused(text, false);
}

TEST(Requirements, R17_each_header_parameter_of_another_type) {
  const auto key = secret_key(Alg::HS256);
  const char* values[] = {"null", "true", "1", "[]", "{}", "\"text\"", "[1]"};
  for (const char* name : {"alg", "kid", "typ", "cty", "jku", "x5u", "x5t", "x5t#S256", "jwk", "x5c", "crit", "b64"})
    for (const std::string_view value : values) {
      const bool is_text = value[0] == '"', is_alg = name == std::string_view("alg");
      const std::string parameter = "\"" + std::string(name) + "\":" + std::string(value);
      const std::string text = is_alg ? "{" + parameter + "}" : R"({"alg":"HS256",)" + parameter + "}";
      std::string expected = "malformed_header";
      const bool takes_text = name != std::string_view("jwk") && name != std::string_view("x5c") &&
                              name != std::string_view("crit") && name != std::string_view("b64");
      if (is_text && takes_text) expected = is_alg ? "unknown_alg" : "ok";
      if (value == "{}" && name == std::string_view("jwk")) expected = "ok";
      EXPECT_EQ(verdict(token_of(text, key, Alg::HS256), key), expected) << text;
    }
  for (const char* text : {"[]", "1", "null", "\"alg\"", "", "{", "\xFF"})
    EXPECT_NE(verdict(token_of(text, key, Alg::HS256), key), "ok");
  EXPECT_EQ(verdict(token_of("[]", key, Alg::HS256), key), "bad_json");
}

TEST(Requirements, R17_each_part_of_a_token_absent) {
  const auto key = secret_key(Alg::HS256);
  const std::string token = token_of(header("HS256"), key, Alg::HS256);
  const auto first = token.find('.'), second = token.rfind('.');
  const std::string h = token.substr(0, first), p = token.substr(first + 1, second - first - 1),
                    s = token.substr(second + 1);
  EXPECT_EQ(verdict("", key), "malformed");
  EXPECT_EQ(verdict(".", key), "malformed");
  EXPECT_EQ(verdict("..", key), "malformed");
  EXPECT_EQ(verdict(h, key), "malformed");
  EXPECT_EQ(verdict(h + "." + p, key), "malformed");
  EXPECT_EQ(verdict("." + p + "." + s, key), "malformed");
  EXPECT_EQ(verdict(h + ".." + s, key), "bad_signature");
  EXPECT_EQ(verdict(h + "." + p + ".", key), "bad_signature");
  // An empty payload is a payload.
  EXPECT_EQ(verdict(token_of(header("HS256"), key, Alg::HS256, ""), key), "ok");
}

TEST(Requirements, R18_crit) {
  const auto key = secret_key(Alg::HS256);
  const auto answer = [&](const std::string& members) {
    return verdict(token_of(R"({"alg":"HS256",)" + members + "}", key, Alg::HS256), key);
  };
  EXPECT_EQ(answer(R"("crit":["exp"],"exp":1)"), "crit_unsupported");
  EXPECT_EQ(answer(R"("crit":["http://example.com/x"],"http://example.com/x":null)"), "crit_unsupported");
  EXPECT_EQ(answer(R"("x":1,"y":2,"crit":["x","y"])"), "crit_unsupported");
  for (const char* crit :
       {"[]", "null", "true", "\"exp\"", "{}", "{\"exp\":1}", "1", "[1]", "[null]", "[[\"exp\"]]", "[\"exp\",1]"})
    EXPECT_EQ(answer(R"("exp":1,"crit":)" + std::string(crit)), "malformed_header") << crit;
  EXPECT_EQ(answer(R"("crit":["exp","exp"],"exp":1)"), "malformed_header");
  EXPECT_EQ(answer(R"("crit":["exp"])"), "malformed_header");  // names what is not there
  EXPECT_EQ(answer(R"("crit":["exp","x"],"x":1)"), "malformed_header");
  EXPECT_EQ(answer(R"("crit":[""])"), "malformed_header");
  for (const char* name : {"alg",  "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty",
                           "crit", "enc", "zip", "epk", "apu", "apv", "iv",  "tag",      "p2s", "p2c"})
    EXPECT_EQ(answer(R"("crit":[")" + std::string(name) + "\"]"), "malformed_header") << name;
  EXPECT_EQ(answer(R"("kid":"a","crit":["kid"])"), "malformed_header");
  std::string many, list;
  for (int i = 0; i < 17; ++i) {
    many += "\"c" + std::to_string(i) + "\":0,";
    list += (i ? ",\"c" : "\"c") + std::to_string(i) + "\"";
  }
  EXPECT_EQ(answer(many + "\"crit\":[" + list + "]"), "malformed_header");
  // Checked before the algorithm is looked up.
  EXPECT_EQ(verdict(input_of(R"({"alg":"XX","crit":["exp"],"exp":1})", "payload") + ".AAAA", key), "crit_unsupported");
}

TEST(Requirements, R19_b64) {
  const auto key = secret_key(Alg::HS256);
  const auto answer = [&](const std::string& members) {
    return verdict(token_of(R"({"alg":"HS256",)" + members + "}", key, Alg::HS256), key);
  };
  EXPECT_EQ(answer(R"("b64":false)"), "malformed_header");
  EXPECT_EQ(answer(R"("b64":true)"), "malformed_header");
  for (const char* value : {"null", "0", "1", "\"false\"", "[]", "{}"})
    EXPECT_EQ(answer(R"("crit":["b64"],"b64":)" + std::string(value)), "malformed_header") << value;
  for (const char* crit : {"[]", "[\"x\"],\"x\":1", "\"b64\"", "{\"b64\":1}", "null"})
    EXPECT_EQ(answer(R"("b64":false,"crit":)" + std::string(crit)), "malformed_header") << crit;
  EXPECT_EQ(answer(R"("b64":false,"crit":["b64"])"), "ok");
  EXPECT_EQ(answer(R"("b64":true,"crit":["b64"])"), "ok");
  EXPECT_EQ(answer(R"("b64":false,"crit":["b64","x"],"x":1)"), "crit_unsupported");
}

TEST(Requirements, R23_a_header_never_brings_its_own_key) {
  const auto attacker = *PrivateKey::generate(Alg::ES256);
  const auto ours = private_key(Alg::ES256);
  const std::string jwk = attacker.public_key().with({})->jwk();
  const std::string brought[] = {R"("jwk":)" + jwk, R"("jku":"https://attacker.example/jwks")",
                                 R"("x5u":"https://attacker.example/cert")", R"("x5c":["MIIB"])",
                                 R"("jwk":)" + jwk + R"(,"kid":")" + attacker.thumbprint() + "\""};
  for (const auto& members : brought) {
    const std::string text = R"({"alg":"ES256",)" + members + "}";
    const std::string forged = token_of(text, attacker, Alg::ES256);
    EXPECT_EQ(verdict(forged, ours.public_key()), "bad_signature");
    EXPECT_EQ(verdict(forged, Keys::of({ours.public_key()})), "bad_signature");
    EXPECT_EQ(verdict(forged, Keys::of({})), "no_keys");
    EXPECT_EQ(
        verdict(forged, Keys::of({*ours.public_key().with({.kid = "ours", .alg = {}})})),
        members.find("kid\":\"" + attacker.thumbprint()) == std::string::npos ? "bad_signature" : "key_not_found");
    // And it does no harm to an honest token.
    EXPECT_EQ(verdict(token_of(text, ours, Alg::ES256), ours.public_key()), "ok");
  }
}

TEST(Requirements, R24_kid_is_opaque) {
  const auto key = private_key(Alg::ES256);
  const auto named = *key.public_key().with({.kid = "key-1", .alg = {}});
  for (const std::string_view kid :
       {"../../dev/null", "/etc/passwd", "file:///dev/null", "' OR 1=1 --", "\\\"", "key-1 ", "KEY-1", "key-1\\u0000",
        "\\u0000", "key-1/../key-1", "%6bey-1", "http://attacker.example/", "", "*", "$(id)", "; rm -rf /"}) {
    const std::string token = token_of(R"({"alg":"ES256","kid":")" + std::string(kid) + "\"}", key, Alg::ES256);
    EXPECT_EQ(verdict(token, named), "key_not_found") << kid;
    EXPECT_EQ(verdict(token, Keys::of({named})), "key_not_found") << kid;
  }
  // A NUL is an octet of it like any other.
  const auto with_nul = *named.with({.kid = std::string("a\0b", 3), .alg = {}});
  EXPECT_EQ(verdict(token_of(R"({"alg":"ES256","kid":"a\u0000b"})", key, Alg::ES256), with_nul), "ok");
  EXPECT_EQ(verdict(token_of(R"({"alg":"ES256","kid":"a\u0000c"})", key, Alg::ES256), with_nul), "key_not_found");
  EXPECT_EQ(verdict(token_of(R"({"alg":"ES256","kid":"a"})", key, Alg::ES256), with_nul), "key_not_found");
}

TEST(Requirements, R27_polyglots) {
  const auto key = secret_key(Alg::HS256);
  const std::string token = token_of(header("HS256"), key, Alg::HS256);
  const auto first = token.find('.'), second = token.rfind('.');
  const std::string h = token.substr(0, first), p = token.substr(first + 1, second - first - 1),
                    s = token.substr(second + 1);
  // CVE-2022-39227: three parts to one reader, JSON to another.
  const std::string evil = base64url::encode(std::string_view("forged"));
  EXPECT_EQ(verdict("{\"" + h + "." + evil + ".\":\"\",\"protected\":\"" + h + "\",\"payload\":\"" + p +
                        "\",\"signature\":\"" + s + "\"}",
                    key),
            "malformed");
  const std::string flattened = R"({"protected":")" + h + R"(","payload":")" + p + R"(","signature":")" + s + "\"}";
  const std::string general =
      R"({"payload":")" + p + R"(","signatures":[{"protected":")" + h + R"(","signature":")" + s + "\"}]}";
  for (const auto& text :
       {flattened, general, " " + flattened, "\n\t" + general, "[\"" + token + "\"]", "\"" + token + "\""})
    EXPECT_EQ(verdict(text, key), "malformed") << text;
}

TEST(Requirements, R28_five_parts_are_another_kind) {
  const auto secret = secret_key(Alg::HS256);
  const auto key = public_key(Alg::ES256);
  for (const char* token : {"a.b.c.d.e", "....", "eyJhbGciOiJkaXIifQ..a.b.c"}) {
    EXPECT_EQ(verdict(token, secret), "wrong_kind");
    EXPECT_EQ(verdict(token, key), "wrong_kind");
    EXPECT_EQ(verdict(token, Keys::of({key})), "wrong_kind");
    EXPECT_EQ(verdict(token, Keys::of({})), "wrong_kind");
  }
  for (const char* token : {"a", "a.b", "a.b.c.d", "a.b.c.d.e.f", "..."})
    EXPECT_EQ(verdict(token, key), "malformed") << token;
}

TEST(Requirements, R29_the_algorithm_stands_once_in_the_protected_header) {
  const auto key = secret_key(Alg::HS256);
  for (const char* text : {R"({"alg":"HS256","alg":"none"})", R"({"alg":"none","alg":"HS256"})",
                           R"({"alg":"HS256","alg":"HS256"})", R"({"alg":"HS256","kid":"a","kid":"b"})"})
    EXPECT_EQ(verdict(token_of(text, key, Alg::HS256), key), "duplicate_member");
  // Names are exact octets: what only looks like alg is no alg.
  for (const char* text :
       {R"({"Alg":"HS256"})", R"({"ALG":"HS256"})", R"({"alg ":"HS256"})", R"({"header":{"alg":"HS256"}})"})
    EXPECT_EQ(verdict(token_of(text, key, Alg::HS256), key), "malformed_header");
  for (const char* name :
       {"hs256", "HS256 ", "Hs256", "HS-256", "HS256\\u0000", "SHA256", "eddsa", "ED25519", "RSA-OAEP", "dir"})
    EXPECT_EQ(verdict(token_of(header(name), key, Alg::HS256), key), "unknown_alg") << name;
}

TEST(Requirements, R31_duplicate_members) {
  const auto key = secret_key(Alg::HS256);
  for (const char* text : {R"({"alg":"HS256","al\u0067":"HS256"})", R"({"alg":"HS256","x":{"a":1,"a":2}})",
                           R"({"alg":"HS256","x":[{"y":{"b":1,"\u0062":2}}]})", R"({"alg":"HS256","":1,"":2})"})
    EXPECT_EQ(verdict(token_of(text, key, Alg::HS256), key), "duplicate_member") << text;
  const std::string jwk = public_key(Alg::ES256).jwk();
  // Among many, too.
  std::string many = R"({"alg":"HS256")";
  for (int i = 0; i < 40; ++i) many += ",\"" + std::to_string(i) + "\":1";
  EXPECT_EQ(verdict(token_of(many + "}", key, Alg::HS256), key), "ok");
  for (const char* twice : {"0", "39", "alg"})
    EXPECT_EQ(verdict(token_of(many + ",\"" + twice + "\":1}", key, Alg::HS256), key), "duplicate_member") << twice;
  EXPECT_CODE(PublicKey::parse(replaced(jwk, "{", R"({"kty":"EC",)")), duplicate_member);
  EXPECT_CODE(PublicKey::parse(replaced(jwk, "{", R"({"\u006bty":"EC",)")), duplicate_member);
  EXPECT_CODE(Keys::parse(R"({"keys":[],"keys":[]})"), duplicate_member);
  EXPECT_CODE(Keys::parse(R"({"keys":[)" + replaced(jwk, "{", R"({"kty":"EC",)") + "]}"), duplicate_member);
}

TEST(Requirements, R32_one_token_has_one_spelling) {
  const auto key = secret_key(Alg::HS256);
  // Whatever stands behind the text in memory.
  for (const std::size_t size : {1U, 5U, 9U})
    EXPECT_CODE(base64url::decode(std::string_view("AAAAAAAAAAAA").substr(0, size)), bad_base64);
  // "ab" ends in a group with trailing bits; the signature (32 octets) too.
  const std::string input = input_of(R"({"alg":"HS256" })", "ab"), token = forge(input, key, Alg::HS256);
  ASSERT_EQ(verdict(token, key), "ok");
  const auto dot = input.find('.');
  const std::string h = input.substr(0, dot), p = input.substr(dot + 1), s = token.substr(token.rfind('.') + 1);
  const auto spellings = [](const std::string& text) {
    std::vector<std::string> out = {text + "=",  text + "==", " " + text,    text + " ",
                                    text + "\n", "\t" + text, text + "\r\n", text + "+",
                                    text + "/",  text + "%",  text + "A=",   text + std::string(1, '\0')};
    if (text.size() >= 2) {
      out.push_back(text.substr(0, 2) + "\n" + text.substr(2));
      out.push_back(text.substr(0, text.size() - 1) + "=");
      std::string bits = text;  // the next character of the alphabet: another text for the same octets
      bits.back() = bits.back() == 'Z'   ? 'a'
                    : bits.back() == 'z' ? '0'
                    : bits.back() == '9' ? '-'
                                         : static_cast<char>(bits.back() + 1);
      if (text.size() % 4 != 0) out.push_back(bits);
    }
    while (out.back().size() % 4 != 1) out.push_back(out.back() + "A");  // 1 modulo 4
    return out;
  };
  ASSERT_NE(h.size() % 4, 0U);
  for (const auto& other : spellings(s)) {
    const auto answer = verdict(input + "." + other, key);
    EXPECT_TRUE(answer == "bad_base64" || answer == "bad_signature") << other;  // an added "A" is another signature
    if (other.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") !=
            std::string::npos ||
        other.size() % 4 == 1) {
      EXPECT_EQ(answer, "bad_base64") << other;
    }
  }
  // Header and payload so spelt, and honestly signed.
  for (const auto& other : spellings(p)) {
    const auto answer = verdict(forge(h + "." + other, key, Alg::HS256), key);
    if (!base64url::decode(other)) {
      EXPECT_EQ(answer, "bad_base64") << other;
    }
  }
  for (const auto& other : spellings(h)) {
    const auto answer = verdict(forge(other + "." + p, key, Alg::HS256), key);
    if (!base64url::decode(other)) {
      EXPECT_EQ(answer, "bad_base64") << other;
    }
  }
  for (const std::string& whole : {token + "\n", token + " ", " " + token, "\n" + token, token + "="})
    EXPECT_EQ(verdict(whole, key), "bad_base64") << whole;
  // In keys as well.
  const std::string jwk = public_key(Alg::ES256).jwk();
  EXPECT_CODE(PublicKey::parse(replaced(jwk, R"(","y")", R"(=","y")")), bad_base64);
  EXPECT_CODE(PublicKey::parse(replaced(jwk, R"("x":")", R"("x":" )")), bad_base64);
}

TEST(Requirements, R37_lengths_not_nuls) {
  const auto key = secret_key(Alg::HS256);
  const std::string token = token_of(header("HS256"), key, Alg::HS256), nul(1, '\0');
  const auto dot = token.find('.'), last = token.rfind('.');
  EXPECT_EQ(verdict(token + nul, key), "bad_base64");
  EXPECT_EQ(verdict(token + nul + "AAA", key), "bad_base64");
  EXPECT_EQ(verdict(nul + token, key), "bad_base64");
  EXPECT_EQ(verdict(forge(token.substr(0, last) + nul, key, Alg::HS256), key), "bad_base64");
  EXPECT_EQ(verdict(token.substr(0, dot) + nul + token.substr(dot), key), "bad_base64");
  EXPECT_EQ(verdict(token_of(header("HS256") + nul, key, Alg::HS256), key), "bad_json");
  EXPECT_EQ(verdict(token_of(header("HS256\\u0000"), key, Alg::HS256), key), "unknown_alg");
  EXPECT_EQ(verdict(token_of(header("none\\u0000"), key, Alg::HS256), key), "unknown_alg");
  // MAC keys that differ after a NUL are different keys.
  const std::string start(40, 'k');
  const auto one = *SecretKey::from_octets(bytes_of(start + nul + "a"), Alg::HS256);
  const auto two = *SecretKey::from_octets(bytes_of(start + nul + "b"), Alg::HS256);
  EXPECT_EQ(verdict(token_of(header("HS256"), one, Alg::HS256), two), "bad_signature");
  // A key's text ends where its size says.
  const std::string jwk = public_key(Alg::ES256).jwk(), pem = public_key(Alg::ES256).pem();
  EXPECT_CODE(PublicKey::parse(jwk + nul), bad_json);
  EXPECT_CODE(PublicKey::parse(replaced(jwk, R"("EC")", R"("EC\u0000")")), unsupported);
  EXPECT_CODE(PublicKey::parse(replaced(jwk, R"("P-256")", R"("P-256\u0000")")), unsupported);
  EXPECT_CODE(PublicKey::parse(replaced(pem, "\n", "\n" + nul)), malformed);
  EXPECT_EQ(base64url::encode(jws::verify(token_of(header("HS256"), key, Alg::HS256, std::string_view("a\0b", 3)), key,
                                          allowing(kEvery))
                                  ->payload()),
            "YQBi");
}
