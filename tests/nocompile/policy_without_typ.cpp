// A policy says which typ it expects; there is no default.
// error: Expected
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const Policy policy{.issuer = "https://id", .audience = "api", .typ = "at+jwt", .algs = {Alg::ES256}};
#else
const Policy policy{.issuer = "https://id", .audience = "api", .algs = {Alg::ES256}};
#endif
