// The other side of dpop.cpp: under twenty lines. usage: example_dpop_client METHOD URI. Prints the issuer's key set, a
// token that is bound to the client's key, and a proof of that key, each on its line.
#include <chrono>
#include <cstdio>

#include "tessera/tessera.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  using namespace tessera;
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  const auto issuer_key = PrivateKey::generate(Alg::ES256), client_key = PrivateKey::generate(Alg::ES256);
  if (!issuer_key || !client_key) return 3;
  // [readme]
  const auto token = access_token::issue({.issuer = "https://id.example.com",
                                          .subject = "alice",
                                          .audience = "https://api.example.com",
                                          .client_id = "shop",
                                          .id = "1",
                                          .issued_at = now,
                                          .expires_at = now + std::chrono::minutes(5),
                                          .scope = "orders",
                                          .jkt = client_key->thumbprint()},
                                         *issuer_key);
  if (!token) return 3;
  const auto proof =
      dpop::issue({.method = argv[1], .uri = argv[2], .issued_at = now, .access_token = *token}, *client_key);
  // [/readme]
  if (!proof) return 3;
  std::printf("%s\n%s\n%s\n", jwks(std::vector{issuer_key->public_key()}).c_str(), token->c_str(), proof->c_str());
  return 0;
}
