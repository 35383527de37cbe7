// The reason is a literal, so that grep finds it: no text that is made later, even in an array.
// error: Reason
#include "tessera/tessera.hpp"

using namespace tessera;

inline char reason[] = "computed";

#ifndef MISUSE
BytesView read(const Secret& s) { return s.expose("a test"); }
#else
BytesView read(const Secret& s) { return s.expose(reason); }
#endif
