// Claims come from a verification, and in no other way.
// error: Claims
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Result<Claims> check(const Verifier& verifier, sys_seconds now) { return verifier.verify("", now); }
#else
Claims make() { return Claims{}; }
#endif
