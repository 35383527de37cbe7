// Keys: parse and print are inverse, and whatever parses keeps its thumbprint.
#include "fuzz.hpp"
#include "tessera/keys.hpp"

using namespace tessera;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto text = as_text(data, size);
  if (const auto key = PublicKey::parse(text)) {
    const auto again = PublicKey::parse(key->jwk());
    HOLDS(again && again->jwk() == key->jwk() && again->thumbprint() == key->thumbprint());
    const auto pem = PublicKey::parse(key->pem());
    HOLDS(pem && pem->thumbprint() == key->thumbprint());
  }
  if (const auto key = PrivateKey::parse(text)) {
    const auto again = PrivateKey::parse(key->jwk().expose_text("printed to be parsed again"));
    HOLDS(again && again->thumbprint() == key->thumbprint());
    HOLDS(!PublicKey::parse(text));
  }
  if (const auto key = SecretKey::parse(text)) {
    const auto again = SecretKey::parse(key->jwk().expose_text("printed to be parsed again"));
    HOLDS(again && again->thumbprint() == key->thumbprint());
  }
  if (const auto keys = Keys::parse(text)) {
    const auto again = Keys::parse(jwks(keys->all()));
    HOLDS(again && again->all().size() == keys->all().size() && again->skipped().empty());
  }
  return 0;
}
