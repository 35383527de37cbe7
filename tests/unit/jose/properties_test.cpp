// What holds for whatever there is: printing and parsing undo each other, and one flipped bit is refused. rapidcheck
// draws the cases and, when one fails, looks for the smallest that does and prints the seed that leads to it
// (RC_PARAMS).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/utf8.hpp"
#include "jwe_keys.hpp"

using namespace tests;

namespace {

std::string octets(std::size_t most) {
  return *rc::gen::resize(static_cast<int>(most), rc::gen::arbitrary<std::string>());
}

// UTF-8 of any characters but surrogates, which it has none for; most of them short.
std::string text(std::size_t most) {
  std::string out;
  const auto points = *rc::gen::container<std::vector<std::uint32_t>>(
      rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 0x80), rc::gen::inRange<std::uint32_t>(0x80, 0xD800),
                     rc::gen::inRange<std::uint32_t>(0xE000, 0x110000)));
  for (const std::uint32_t point : points) {
    std::string one;
    if (point < 0x80) {
      one += static_cast<char>(point);
    } else {
      const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
      constexpr unsigned kFirst[] = {0xC0, 0xE0, 0xF0};
      one += static_cast<char>(kFirst[more - 1] | point >> 6 * more);
      for (int i = more - 1; i >= 0; --i) one += static_cast<char>(0x80 | (point >> 6 * i & 0x3F));
    }
    if (out.size() + one.size() <= most) out += one;
  }
  RC_ASSERT(valid_utf8(out));
  return out;
}

template <class List>
auto one_of(const List& list) {
  return *rc::gen::elementOf(std::vector(std::begin(list), std::end(list)));
}

std::string with_flipped_bit(std::string text) {
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  text[at] = static_cast<char>(text[at] ^ 1 << *rc::gen::inRange(0, 8));
  return text;
}

KeyInfo info() { return {.kid = text(256), .use = one_of(std::vector{KeyUse::any, KeyUse::sig})}; }

}  // namespace

RC_GTEST_PROP(Properties, base64url_is_undone_by_its_reader, ()) {
  const std::string plain = octets(200);
  const std::string encoded = base64url::encode(plain);
  RC_ASSERT(encoded.size() == base64url::encoded_size(plain.size()));
  RC_ASSERT(text_of(*base64url::decode(encoded)) == plain);
}

RC_GTEST_PROP(Properties, octets_have_one_spelling_in_base64url, ()) {
  const auto characters = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("AQgw_-zZ09=+/ ")));
  if (const auto decoded = base64url::decode(characters)) RC_ASSERT(base64url::encode(*decoded) == characters);
}

RC_GTEST_PROP(Properties, a_public_jwk_is_undone_by_its_reader, ()) {
  const auto key = *public_key(one_of(kOfEachType)).with(info());
  const auto read = PublicKey::parse(key.jwk());
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->jwk() == key.jwk());
  RC_ASSERT(read->info().kid == key.info().kid);
  RC_ASSERT(read->thumbprint() == key.thumbprint());
}

RC_GTEST_PROP(Properties, a_private_jwk_is_undone_by_its_reader, ()) {
  const auto key = *private_key(one_of(kOfEachType)).with(info());
  const auto read = PrivateKey::parse(text_of_secret(key.jwk()));
  RC_ASSERT(read.has_value());
  RC_ASSERT(text_of_secret(read->jwk()) == text_of_secret(key.jwk()));
  RC_ASSERT(read->public_key().jwk() == key.public_key().jwk());
}

RC_GTEST_PROP(Properties, a_secret_jwk_is_undone_by_its_reader, ()) {
  const std::string octets_of_key = *rc::gen::container<std::string>(64, rc::gen::arbitrary<char>()) + "k";
  const auto key = *SecretKey::from_octets(bytes_of(octets_of_key), Alg::HS512, {.kid = text(256)});
  const auto read = SecretKey::parse(text_of_secret(key.jwk()));
  RC_ASSERT(read.has_value());
  RC_ASSERT(text_of_secret(read->jwk()) == text_of_secret(key.jwk()));
}

RC_GTEST_PROP(Properties, a_pem_text_is_undone_by_its_reader, ()) {
  const auto key = private_key(one_of(kOfEachType));
  const auto read = PrivateKey::parse(text_of_secret(key.pem()));
  RC_ASSERT(read.has_value());
  RC_ASSERT(text_of_secret(read->pem()) == text_of_secret(key.pem()));
  const auto half = PublicKey::parse(key.public_key().pem());
  RC_ASSERT(half.has_value());
  RC_ASSERT(half->pem() == key.public_key().pem());
}

RC_GTEST_PROP(Properties, a_key_set_is_undone_by_its_reader, ()) {
  std::vector<PublicKey> keys;
  for (const Alg alg : *rc::gen::container<std::vector<Alg>>(rc::gen::element(Alg::RS256, Alg::ES256, Alg::Ed25519)))
    if (keys.size() < 64) keys.push_back(*public_key(alg).with(info()));
  const auto read = Keys::parse(jwks(keys));
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->skipped().empty());
  RC_ASSERT(jwks(read->all()) == jwks(keys));
}

RC_GTEST_PROP(Properties, a_signatures_header_says_what_it_was_given, ()) {
  const auto key = *secret_key(Alg::HS256).with({.kid = text(256), .alg = Alg::HS256});
  const std::string typ = text(100), cty = text(100), payload = octets(200);
  const auto token = jws::sign(bytes_of(payload), {key, {.typ = typ, .cty = cty}});
  RC_ASSERT(token.has_value());
  const auto verified = jws::verify(*token, key, allowing(kEvery));
  RC_ASSERT(verified.has_value());
  RC_ASSERT(verified->typ() == typ);
  RC_ASSERT(verified->kid() == key.info().kid);
  RC_ASSERT(text_of(verified->payload()) == payload);
}

RC_GTEST_PROP(Properties, a_messages_header_says_what_it_was_given, ()) {
  const auto key = *SecretKey::generate(KeyAlg::A128KW, {.kid = text(256)});
  const std::string typ = text(100), cty = text(100), plaintext = octets(200), aad = octets(50);
  const auto json = jwe::encrypt_flattened(bytes_of(plaintext), key, one_of(kEveryEnc),
                                           {.header = {.typ = typ, .cty = cty}, .aad = bytes_of(aad)});
  RC_ASSERT(json.has_value());
  const auto opened = jwe::decrypt_json(*json, key, Rule::ALL, open_policy());
  RC_ASSERT(opened.has_value());
  RC_ASSERT(opened->typ() == typ && opened->cty() == cty && opened->kid() == key.info().kid);
  RC_ASSERT(opened->text() == plaintext);
  RC_ASSERT(text_of(opened->aad()) == aad);
}

RC_GTEST_PROP(Properties, one_flipped_bit_of_a_signed_text_is_refused, ()) {
  const auto hold = [](Alg alg, const auto& signer, const auto& key) {
    const std::string token = token_of(R"({"alg":")" + std::string(alg_name(alg)) + "\"}", signer, alg, octets(100));
    RC_ASSERT(verdict(token, key) == "ok");
    for (int i = 0; i < 20; ++i) RC_ASSERT(verdict(with_flipped_bit(token), key) != "ok");
  };
  const Alg alg = one_of(kOfEachType);
  hold(alg, private_key(alg), public_key(alg));
  hold(Alg::PS256, private_key(Alg::PS256), public_key(Alg::PS256));
  hold(Alg::HS256, secret_key(Alg::HS256), secret_key(Alg::HS256));
}

RC_GTEST_PROP(Properties, one_flipped_bit_of_a_message_is_refused, ()) {
  const KeyAlg alg = one_of(std::vector{KeyAlg::dir, KeyAlg::A256KW, KeyAlg::A128GCMKW, KeyAlg::ECDH_ES,
                                        KeyAlg::ECDH_ES_A128KW, KeyAlg::PBES2_HS256_A128KW, KeyAlg::RSA_OAEP_256});
  const Enc enc = one_of(kEveryEnc);
  const auto pair = one_of(pairs_for(alg, enc));
  const std::string plain = octets(100);
  const auto compact = *jwe::encrypt(bytes_of(plain), pair.recipient, enc, kQuick);
  RC_ASSERT(opened(jwe::decrypt(compact, pair.ring, open_policy())) == plain);
  for (int i = 0; i < 5; ++i) RC_ASSERT(!jwe::decrypt(with_flipped_bit(compact), pair.ring, open_policy()).has_value());
  const jwe::JsonOptions options{.header = kQuick, .aad = bytes_of(plain)};
  const auto flattened = *jwe::encrypt_flattened(bytes_of(plain), pair.recipient, enc, options);
  RC_ASSERT(opened(jwe::decrypt_json(flattened, pair.ring, Rule::ALL, open_policy())) == plain);
  for (int i = 0; i < 5; ++i)
    RC_ASSERT(!jwe::decrypt_json(with_flipped_bit(flattened), pair.ring, Rule::ANY, open_policy()).has_value());
}
