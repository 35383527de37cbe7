// A secret has one place.
// error: deleted
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Secret pass(Secret secret) { return secret; }
#else
Secret pass(const Secret& secret) { return secret; }
#endif
