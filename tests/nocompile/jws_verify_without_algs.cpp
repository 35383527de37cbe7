// Which algorithms may have signed is said, always.
// error: AllowedAlgs
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Result<jws::Verified> check(std::string_view token, const PublicKey& key) {
  return jws::verify(token, key, {.algs = {Alg::ES256}});
}
#else
Result<jws::Verified> check(std::string_view token, const PublicKey& key) {
  return jws::verify(token, key, jws::Policy{});
}
#endif
