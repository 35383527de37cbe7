// Only a proof that was examined shows that a key is held; its thumbprint as a text does not.
// error: dpop::Examined
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
auto presented(const dpop::Examined& proof) { return access_token::Presented::with(proof); }
#else
auto presented(const std::string& jkt) { return access_token::Presented::with(jkt); }
#endif
