// Only ct::equal compares secrets.
// error: deleted
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
bool empty(const Secret& a) { return a.empty(); }
#else
bool same(const Secret& a, const Secret& b) { return a == b; }
#endif
