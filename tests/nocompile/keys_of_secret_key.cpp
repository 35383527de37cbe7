// A MAC key is never in a public set.
// error: PublicKey
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Keys all(PublicKey key) { return Keys::of({std::move(key)}); }
#else
Keys all(SecretKey key) { return Keys::of({std::move(key)}); }
#endif
