// Of several signatures, whether one is enough is said, always.
// error: cannot convert
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Result<jws::Verified> check(std::string_view text, const Keys& keys, const jws::Policy& policy) {
  return jws::verify_json(text, keys, Rule::ALL, policy);
}
#else
Result<jws::Verified> check(std::string_view text, const Keys& keys, const jws::Policy& policy) {
  return jws::verify_json(text, keys, policy);
}
#endif
