// Which algorithms may have signed is said, always.
// error: no matching
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Result<jws::Verified> check(std::string_view token, const PublicKey& key, std::span<const Alg> algs) {
  return jws::verify(token, key, algs);
}
#else
Result<jws::Verified> check(std::string_view token, const PublicKey& key) { return jws::verify(token, key); }
#endif
