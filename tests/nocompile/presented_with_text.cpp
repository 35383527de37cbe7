// Only a verified proof shows that a key is held; its thumbprint as a text does not.
// error: dpop::Verified
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
auto presented(const dpop::Verified& proof) { return access_token::Presented::with(proof); }
#else
auto presented(const std::string& jkt) { return access_token::Presented::with(jkt); }
#endif
