// A number that might not fit is converted by whoever knows it.
// error: ClaimValue
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Claim make(std::int64_t n) { return Claim{"n", n}; }
#else
Claim make(std::uint64_t n) { return Claim{"n", n}; }
#endif
