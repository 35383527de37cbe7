// Claims are moved; a copy would share what it views.
// error: deleted
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Claims pass(Claims claims) { return claims; }
#else
Claims pass(const Claims& claims) { return claims; }
#endif
