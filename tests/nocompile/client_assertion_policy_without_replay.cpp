// Whether an assertion serves once is said; there is no default.
// error: Replay
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const client_assertion::Policy policy{
    .client_id = "c", .audience = "i", .algs = {Alg::ES256}, .replay = Unchecked("a test")};
#else
const client_assertion::Policy policy{.client_id = "c", .audience = "i", .algs = {Alg::ES256}};
#endif
