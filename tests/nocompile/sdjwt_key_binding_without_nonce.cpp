// A key binding JWT is of one transaction: its nonce has no default.
// error: Required
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const sdjwt::KeyBinding expected{.nonce = "n", .audience = "a", .algs = {Alg::ES256}, .max_age = seconds(60)};
#else
const sdjwt::KeyBinding expected{.audience = "a", .algs = {Alg::ES256}, .max_age = seconds(60)};
#endif
