// Leaving a check out takes a reason.
// error: say why
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const Unchecked why("the gateway has checked it");
#else
const Unchecked why("");
#endif
