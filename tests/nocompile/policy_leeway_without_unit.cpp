// A span of time has a unit.
// error: duration
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const Policy policy{
    .issuer = "https://id", .audience = "api", .typ = "at+jwt", .algs = {Alg::ES256}, .leeway = seconds(5)};
#else
const Policy policy{.issuer = "https://id", .audience = "api", .typ = "at+jwt", .algs = {Alg::ES256}, .leeway = 5};
#endif
