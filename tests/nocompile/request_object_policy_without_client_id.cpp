// A request object is of the client of the request.
// error: Required
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
const request_object::Policy policy{.client_id = "c", .audience = "i", .algs = {Alg::ES256}};
#else
const request_object::Policy policy{.audience = "i", .algs = {Alg::ES256}};
#endif
