// JWT: the input as a claim set under a good signature; two ways of verifying agree, and what is refused can be explained.
#include <string>

#include "fuzz.hpp"
#include "tessera/jws.hpp"
#include "tessera/jwt.hpp"

using namespace tessera;

namespace {
const SecretKey& key() {
  static const SecretKey made = *SecretKey::from_octets(bytes_of("0123456789abcdef0123456789abcdef"), Alg::HS256);
  return made;
}
const Verifier& verifier() {
  static const Verifier made{key(), Policy{.issuer = "i", .audience = "a", .typ = Unchecked("fuzzed"), .algs = {Alg::HS256}}};
  return made;
}
constexpr sys_seconds kNow{seconds(1'000'000)};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto text = as_text(data, size);
  static Scratch scratch;
  const auto token = jws::sign(bytes_of(text), key());
  HOLDS(token.has_value());
  const auto claims = verifier().verify(*token, kNow);
  const auto again = verifier().verify(*token, kNow, scratch);
  HOLDS(claims.has_value() == again.has_value());
  if (claims) {
    HOLDS(claims->json() == text && again->json() == text);
    HOLDS(claims->issuer() == "i" && claims->contains("aud", "a") && claims->expires_at() > kNow);
  } else {
    HOLDS(claims.error() == again.error());
    HOLDS(!explain(claims.error(), *token, verifier(), kNow).code.empty());
  }
  // The input as the whole token.
  const auto raw = verifier().verify(text, kNow);
  if (!raw) HOLDS(!explain(raw.error(), text, verifier(), kNow).code.empty());
  (void)peek_unverified(text);
  return 0;
}
