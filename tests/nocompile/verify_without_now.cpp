// The library reads no clock.
// error: no matching
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Result<Claims> check(const Verifier& verifier, sys_seconds now) { return verifier.verify("", now); }
#else
Result<Claims> check(const Verifier& verifier) { return verifier.verify(""); }
#endif
