// There is no enumerator for "none".
// error: none
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
constexpr Alg alg = Alg::ES256;
#else
constexpr Alg alg = Alg::none;
#endif
