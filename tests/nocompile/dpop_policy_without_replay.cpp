// Whether a proof serves once is said; there is no default.
// error: Replay
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const dpop::Policy policy{.algs = {Alg::ES256}, .nonce = "n", .replay = Unchecked("a test")};
#else
const dpop::Policy policy{.algs = {Alg::ES256}, .nonce = "n"};
#endif
