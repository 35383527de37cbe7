// A text is no key here either.
// error: could not convert
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Result<jws::Verified> check(std::string_view token, const SecretKey& key, const jws::Policy& policy) {
  return jws::verify(token, key, policy);
}
#else
Result<jws::Verified> check(std::string_view token, const std::string& key, const jws::Policy& policy) {
  return jws::verify(token, key, policy);
}
#endif
