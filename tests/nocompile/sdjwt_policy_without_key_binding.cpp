// Whether the holder must sign is the verifier's decision; there is no default.
// error: key_binding
#include "tessera/tessera.hpp"

using namespace tessera;

const Policy issuer_signed{.issuer = "https://id", .audience = "api", .typ = "dc+sd-jwt", .algs = {Alg::ES256}};
#ifndef MISUSE
const sdjwt::Policy policy{.issuer_signed = issuer_signed, .key_binding = Unchecked("kiosk: anybody may show it")};
#else
const sdjwt::Policy policy{.issuer_signed = issuer_signed};
#endif
