// Encrypt to a recipient, and open it there: under twenty lines. Prints what was sent and what was read.
#include <cstdio>

#include "tessera/tessera.hpp"

int main() {
  const std::string letter = "a letter";
  // [readme]
  using namespace tessera;
  const auto recipient = PrivateKey::generate(KeyAlg::ECDH_ES_A256KW, KeyType::X25519);
  if (!recipient) return 3;
  const auto sent = jwe::encrypt(bytes_of(letter), recipient->public_key(), Enc::A256GCM);  // alg comes from the key
  if (!sent) return 3;

  const jwe::Policy policy{.algs = {KeyAlg::ECDH_ES_A256KW}, .encs = {Enc::A256GCM}};  // no defaults here either
  const auto opened = jwe::decrypt(*sent, *recipient, policy);
  if (!opened) return 1;
  // [/readme]
  std::printf("%s\n%s\n", sent->c_str(), std::string(opened->text()).c_str());
  return 0;
}
