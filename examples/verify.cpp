// Verify a token: under twenty lines. usage: example_verify JWKS_FILE TOKEN
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "tessera/tessera.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::ifstream file(argv[1]);
  const std::string jwks_json(std::istreambuf_iterator<char>(file), {});
  const std::string bearer = argv[2];
  // [readme]
  using namespace tessera;
  const auto keys = Keys::parse(jwks_json);
  if (!keys) return 3;
  const Verifier api{*keys, Policy{.issuer = "https://id.example.com",  // leaving one out does not compile
                                   .audience = "https://api.example.com",
                                   .typ = "at+jwt",
                                   .algs = {Alg::ES256}}};
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  const auto claims = api.verify(bearer, now);  // holding Claims is the proof
  if (!claims) return std::puts(explain(claims.error(), bearer, api, now).actual.c_str()), 1;
  const bool may = claims->contains("permissions", "orders:read");
  // [/readme]
  std::printf("%.*s %s\n", static_cast<int>(claims->subject().size()), claims->subject().data(),
              may ? "may" : "may not");
  return 0;
}
