// Every token ends.
// error: Required
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Draft make(sys_seconds now) { return Draft{.typ = "JWT", .issued_at = now, .expires_at = now + seconds(300)}; }
#else
Draft make(sys_seconds now) { return Draft{.typ = "JWT", .issued_at = now}; }
#endif
