// A bare number is not a time: it might be milliseconds.
// error: no matching
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Result<Claims> check(const Verifier& verifier) { return verifier.verify("", sys_seconds(seconds(1700000000))); }
#else
Result<Claims> check(const Verifier& verifier) { return verifier.verify("", 1700000000); }
#endif
