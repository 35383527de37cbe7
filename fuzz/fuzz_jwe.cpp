// JWE: nothing but the good message opens, in either serialization; one flipped bit anywhere in it is refused.
#include <array>
#include <string>

#include "base/base64url.hpp"
#include "fuzz.hpp"
#include "tessera/jwe.hpp"

using namespace tessera;

namespace {

struct Keys {
  SecretKey wrapping = *SecretKey::from_octets(bytes_of("0123456789abcdef"), KeyAlg::A128KW);
  SecretKey gcm_wrapping = *SecretKey::from_octets(bytes_of("0123456789abcdef"), KeyAlg::A128GCMKW, {.kid = "gcm"});
  SecretKey direct = *SecretKey::from_octets(bytes_of("0123456789abcdef"), Enc::A128GCM, {.kid = "dir"});
  PrivateKey curve =
      *PrivateKey::parse(R"({"kty":"OKP","crv":"X25519","kid":"x","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo",)"
                         R"("d":"dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo"})");
  jwe::Keyring ring{{curve}, {wrapping, gcm_wrapping, direct}};
};
const Keys& keys() {
  static const Keys made;
  return made;
}
// No passwords: an input should cost no hash.
const jwe::Policy kPolicy{.algs = Unchecked("any of the keys'"), .encs = Unchecked("any"), .max_inflated = 1 << 16};

void round_trip(std::string_view text, const jwe::Recipient& to, std::size_t at, int bit) {
  const auto token = jwe::encrypt(bytes_of(text), to, Enc::A128GCM);
  HOLDS(token.has_value());
  const auto opened = jwe::decrypt(*token, keys().ring, kPolicy);
  HOLDS(opened && opened->text() == text);
  std::string flipped = *token;
  flipped[at % flipped.size()] = static_cast<char>(flipped[at % flipped.size()] ^ (1 << bit));
  HOLDS(!jwe::decrypt(flipped, keys().ring, kPolicy));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto text = as_text(data, size);
  // As a message: what opens names keys and algorithms that we have.
  const auto within = [&](const Result<jwe::Decrypted>& opened) {
    return !opened ||
           opened->plaintext().size() <= (opened->header().contains("\"zip\"") ? kPolicy.max_inflated : size);
  };
  HOLDS(within(jwe::decrypt(text, keys().ring, kPolicy)));
  for (const Rule rule : {Rule::ANY, Rule::ALL}) HOLDS(within(jwe::decrypt_json(text, keys().ring, rule, kPolicy)));
  // As a header before parts of the right length.
  const std::string parts = ".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA";
  HOLDS(!jwe::decrypt(base64url::encode(text) + parts, keys().ring, kPolicy));
  // As a content.
  if (size < 2) return 0;
  const std::size_t at = static_cast<std::size_t>(data[0]) << 8 | data[1];
  round_trip(text, keys().wrapping, at, data[size - 1] & 7);
  round_trip(text, keys().direct, at, data[size - 1] & 7);
  round_trip(text, {keys().curve.public_key(), KeyAlg::ECDH_ES_A128KW}, at, data[size - 1] & 7);
  return 0;
}
