// Nor a number that turns into one.
// error: Alg
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
constexpr Alg alg = Alg::ES256;
#else
constexpr Alg alg = 3;
#endif
