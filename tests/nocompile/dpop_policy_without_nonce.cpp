// Which nonces a server gives out is said; there is no default.
// error: Expected
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const dpop::Policy policy{.algs = {Alg::ES256}, .nonce = "n", .replay = Unchecked("a test")};
#else
const dpop::Policy policy{.algs = {Alg::ES256}, .replay = Unchecked("a test")};
#endif
