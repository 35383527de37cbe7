// Read an SD-JWT: under twenty lines. usage: example_sdjwt JWKS_FILE PRESENTATION NONCE
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "tessera/tessera.hpp"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::ifstream file(argv[1]);
  const std::string jwks_json(std::istreambuf_iterator<char>(file), {});
  const std::string presentation = argv[2], nonce = argv[3];
  // [readme]
  using namespace tessera;
  const auto keys = Keys::parse(jwks_json);
  if (!keys) return 3;
  const sdjwt::Policy policy{.issuer_signed = {.issuer = "https://id.example.com",
                                               .audience = Unchecked("a credential is for whoever it is shown to"),
                                               .typ = "dc+sd-jwt",
                                               .algs = {Alg::ES256}},
                             .key_binding = sdjwt::KeyBinding{.nonce = nonce,  // ours, of this transaction
                                                              .audience = "https://shop.example.com",
                                                              .algs = {Alg::ES256},
                                                              .max_age = seconds(300)}};
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  const auto claims = sdjwt::verify(presentation, *keys, policy, now);
  if (!claims) return std::puts(error_text(claims.error().code).data()), 1;
  const bool adult = claims->get<bool>("over_18").value_or(false);  // what was not shown is missing
  // [/readme]
  std::puts(adult ? "may buy" : "may not buy");
  return 0;
}
