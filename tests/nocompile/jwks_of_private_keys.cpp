// A key set publishes public keys only.
// error: PrivateKey
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
std::string publish(std::span<const PublicKey> keys) { return jwks(keys); }
#else
std::string publish(std::span<const PrivateKey> keys) { return jwks(keys); }
#endif
