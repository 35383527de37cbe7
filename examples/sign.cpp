// Sign a token: under twenty lines. Prints the key set on one line and the token on the next.
#include <chrono>
#include <cstdio>

#include "tessera/tessera.hpp"

int main() {
  // [readme]
  using namespace tessera;
  const auto key = PrivateKey::generate(Alg::ES256);  // or PrivateKey::parse(a JWK or PEM)
  if (!key) return 3;
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  const auto token = sign(Draft{.typ = "at+jwt",
                                .issuer = "https://id.example.com",
                                .subject = "alice",
                                .audience = {"https://api.example.com"},
                                .issued_at = now,
                                .expires_at = now + std::chrono::minutes(5),
                                .claims = {{"permissions", std::vector<std::string>{"orders:read"}}}},
                          *key);                                     // alg and kid come from the key
  const std::string publish = jwks(std::vector{key->public_key()});  // public keys only, by type
  // [/readme]
  if (!token) return 3;
  std::printf("%s\n%s\n", publish.c_str(), token->c_str());
  return 0;
}
