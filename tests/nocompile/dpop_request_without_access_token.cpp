// Whether an access token came with a proof is said; there is no default.
// error: Expected
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const dpop::Request request{.method = "GET", .uri = "https://a/", .access_token = "t"};
#else
const dpop::Request request{.method = "GET", .uri = "https://a/"};
#endif
