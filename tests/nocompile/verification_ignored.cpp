// Nor is the answer of a verification.
// error: nodiscard
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Result<Claims> check(const Verifier& verifier, sys_seconds now) { return verifier.verify("", now); }
#else
void check(const Verifier& verifier, sys_seconds now) { verifier.verify("", now); }
#endif
