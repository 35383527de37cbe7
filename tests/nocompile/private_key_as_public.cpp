// A private key does not stand in for its public half: say public_key().
// error: PrivateKey
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Verifier make(const PrivateKey& key, Policy policy) { return Verifier(key.public_key(), policy); }
#else
Verifier make(const PrivateKey& key, Policy policy) { return Verifier(key, policy); }
#endif
