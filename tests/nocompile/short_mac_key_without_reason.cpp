// A MAC key that is too short is taken for a reason.
// error: no matching function
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
auto key(BytesView octets) { return SecretKey::from_short_octets(octets, Alg::HS256, "a test"); }
#else
auto key(BytesView octets) { return SecretKey::from_short_octets(octets, Alg::HS256); }
#endif
