// A public key does not sign.
// error: no matching
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Result<std::string> make(const Draft& draft, const PrivateKey& key) { return sign(draft, key); }
#else
Result<std::string> make(const Draft& draft, const PublicKey& key) { return sign(draft, key); }
#endif
