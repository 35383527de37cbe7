// Signs a token and believes it: exits 0.
#include <chrono>

#include "tessera/jwt.hpp"

#if __has_include("jwt/facts.hpp") || __has_include("base/try.hpp")
#error "what is the library's own is seen from outside"
#endif

int main() {
  using namespace tessera;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto key = PrivateKey::generate(Alg::ES256);
  if (!key) return 3;
  const auto token = sign(Draft{.typ = "JWT",
                                .issuer = "i",
                                .audience = {"a"},
                                .issued_at = now,
                                .expires_at = now + std::chrono::minutes(5)},
                          *key);
  const Verifier api{key->public_key(), Policy{.issuer = "i", .audience = "a", .typ = "JWT", .algs = {Alg::ES256}}};
  return token && api.verify(*token, now) ? 0 : 1;
}
