// JWS: nothing but the good token verifies; one flipped bit anywhere in it is refused.
#include <string>

#include "fuzz.hpp"
#include "tessera/jws.hpp"

using namespace tessera;

namespace {
const SecretKey& key() {
  static const SecretKey made = *SecretKey::from_octets(bytes_of("0123456789abcdef0123456789abcdef"), Alg::HS256);
  return made;
}
const jws::Policy& policy() {
  static const jws::Policy made{.algs = {Alg::HS256}};
  return made;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto text = as_text(data, size);
  // The input as a token: what verifies is what this key signs, to the letter.
  if (const auto verified = jws::verify(text, key(), policy())) {
    const auto dot = text.rfind('.');
    HOLDS(dot != std::string_view::npos && verified->alg() == Alg::HS256);
  }
  // The input as a payload, and as the place of a flipped bit.
  const auto token = jws::sign(bytes_of(text), key());
  HOLDS(token.has_value());
  const auto verified = jws::verify(*token, key(), policy());
  HOLDS(verified && text_of(verified->payload()) == text);
  if (size >= 2) {
    std::string flipped = *token;
    const std::size_t at = (static_cast<std::size_t>(data[0]) << 8 | data[1]) % flipped.size();
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (data[size - 1] & 7)));
    HOLDS(!jws::verify(flipped, key(), policy()));
  }
  return 0;
}
