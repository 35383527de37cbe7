// Each exposure says why.
// error: say why
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
BytesView read(const Secret& s) { return s.expose("a test"); }
#else
BytesView read(const Secret& s) { return s.expose(""); }
#endif
