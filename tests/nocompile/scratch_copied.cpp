// Two threads never share a scratch by accident.
// error: deleted
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Scratch pass(Scratch scratch) { return scratch; }
#else
Scratch pass(const Scratch& scratch) { return scratch; }
#endif
