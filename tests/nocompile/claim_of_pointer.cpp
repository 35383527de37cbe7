// A pointer is no truth value, whatever C++ thinks of it.
// error: ClaimValue
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Claim make(const char* text) { return Claim{"n", text}; }
#else
Claim make(const unsigned char* octets) { return Claim{"n", octets}; }
#endif
