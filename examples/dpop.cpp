// Check a DPoP proof: under twenty lines. usage: example_dpop JWKS_FILE METHOD URI ACCESS_TOKEN PROOF
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "tessera/tessera.hpp"

tessera::ReplayWindow seen;  // one for all requests

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  std::ifstream file(argv[1]);
  const std::string jwks_json(std::istreambuf_iterator<char>(file), {}), method = argv[2], uri = argv[3],
                                                                         token = argv[4], header = argv[5];
  // [readme]
  using namespace tessera;
  const auto keys = Keys::parse(jwks_json);
  if (!keys) return 3;
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  const auto proof = dpop::examine(header, {.method = method, .uri = uri, .access_token = token},
                                   {.algs = {Alg::ES256}, .nonce = Unchecked("we give none out"), .replay = seen}, now);
  if (!proof) return std::printf("proof: %s at %s\n", error_name(proof.error().code).data(), proof.error().at), 1;
  const auto who = access_token::verify(token, *keys,
                                        {.issuer = "https://id.example.com",
                                         .audience = "https://api.example.com",
                                         .algs = {Alg::ES256},
                                         .presented = access_token::Presented::with(*proof)},  // bound to that key
                                        now);
  if (!who) return std::printf("token: %s at %s\n", error_name(who.error().code).data(), who.error().at), 1;
  const bool may = who->has_scope("orders");
  // [/readme]
  std::printf("%.*s %s\n", static_cast<int>(who->subject().size()), who->subject().data(), may ? "may" : "may not");
  return 0;
}
