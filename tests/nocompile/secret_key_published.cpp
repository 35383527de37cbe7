// A MAC key has no public half.
// error: public_key
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
PublicKey half(const PrivateKey& key) { return key.public_key(); }
#else
PublicKey half(const SecretKey& key) { return key.public_key(); }
#endif
