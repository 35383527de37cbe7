// Whether an access token came with an ID token is said; there is no default.
// error: Companion
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const id_token::Policy policy{.issuer = "i",
                              .client_id = "c",
                              .algs = {Alg::ES256},
                              .nonce = "n",
                              .access_token = id_token::Companion::none(),
                              .code = id_token::Companion::none()};
#else
const id_token::Policy policy{
    .issuer = "i", .client_id = "c", .algs = {Alg::ES256}, .nonce = "n", .code = id_token::Companion::none()};
#endif
