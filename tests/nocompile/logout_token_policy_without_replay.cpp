// Whether a token serves once is said; there is no default.
// error: Replay
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const logout_token::Policy policy{
    .issuer = "i", .client_id = "c", .algs = {Alg::ES256}, .replay = Unchecked("logging out twice harms nobody")};
#else
const logout_token::Policy policy{.issuer = "i", .client_id = "c", .algs = {Alg::ES256}};
#endif
