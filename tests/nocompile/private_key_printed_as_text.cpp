// The JWK of a private key is a Secret; that of a public key a text.
// error: Secret
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
std::string print(const PublicKey& key) { return key.jwk(); }
#else
std::string print(const PrivateKey& key) { return key.jwk(); }
#endif
