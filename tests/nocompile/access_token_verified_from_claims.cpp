// A verified access token can be had from verify alone.
// error: private
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const Claims& claims_of(const access_token::Verified& token) { return token.claims(); }
#else
access_token::Verified believed(Claims claims) { return access_token::Verified(std::move(claims), ""); }
#endif
