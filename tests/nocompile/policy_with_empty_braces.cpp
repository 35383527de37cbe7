// An empty pair of braces is not a list of audiences.
// error: Expected
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const Policy policy{.issuer = "https://id", .audience = "api", .typ = "at+jwt", .algs = {Alg::ES256}};
#else
const Policy policy{.issuer = "https://id", .audience = {}, .typ = "at+jwt", .algs = {Alg::ES256}};
#endif
