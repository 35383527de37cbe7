// Whether a token came with the proof of a key is said; there is no default.
// error: Presented
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const access_token::Policy policy{
    .issuer = "i", .audience = "a", .algs = {Alg::ES256}, .presented = access_token::Presented::as_bearer()};
#else
const access_token::Policy policy{.issuer = "i", .audience = "a", .algs = {Alg::ES256}};
#endif
