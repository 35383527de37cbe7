// A proof shows its public key, and a secret key has none.
// error: PrivateKey
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
auto prove(const dpop::Draft& draft, const PrivateKey& key) { return dpop::issue(draft, key); }
#else
auto prove(const dpop::Draft& draft, const SecretKey& key) { return dpop::issue(draft, key); }
#endif
