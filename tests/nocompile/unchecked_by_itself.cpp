// Unchecked is a word that has to be written; a text does not turn into it, nor does false.
// error: AllowedAlgs
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const Policy policy{
    .issuer = "https://id", .audience = "api", .typ = "at+jwt", .algs = Unchecked("a test of this key alone")};
#else
const Policy policy{.issuer = "https://id", .audience = "api", .typ = "at+jwt", .algs = false};
#endif
