// A text is no key (a PEM file taken as an HMAC secret is how RS256 becomes HS256).
// error: no matching
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Verifier make(const SecretKey& key, Policy policy) { return Verifier(key, policy); }
#else
Verifier make(const std::string& key, Policy policy) { return Verifier(key, policy); }
#endif
