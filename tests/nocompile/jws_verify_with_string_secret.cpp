// A text is no key here either.
// error: no matching
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Result<jws::Verified> check(std::string_view token, const SecretKey& key, std::span<const Alg> algs) {
  return jws::verify(token, key, algs);
}
#else
Result<jws::Verified> check(std::string_view token, const std::string& key, std::span<const Alg> algs) {
  return jws::verify(token, key, algs);
}
#endif
