// Only a private key issues.
// error: PrivateKey
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
auto make(const PrivateKey& key) { return sdjwt::issue({.typ = "dc+sd-jwt", .claims = "{}"}, key); }
#else
auto make(const PublicKey& key) { return sdjwt::issue({.typ = "dc+sd-jwt", .claims = "{}"}, key); }
#endif
