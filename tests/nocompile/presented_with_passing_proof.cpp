// A proof outlives the verification that it goes with.
// error: use of deleted function
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
auto presented(const dpop::Examined& proof) { return access_token::Presented::with(proof); }
#else
auto presented(dpop::Examined proof) { return access_token::Presented::with(std::move(proof)); }
#endif
