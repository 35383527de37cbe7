// An introspection response says something of a token.
// error: Required
#include "tessera/tessera.hpp"

using namespace tessera;

constexpr sys_seconds kNow{seconds(1)};

#ifndef MISUSE
const introspection_response::Draft draft{
    .issuer = "i", .audience = "a", .issued_at = kNow, .token = JsonText{R"({"active":false})"}};
#else
const introspection_response::Draft draft{.issuer = "i", .audience = "a", .issued_at = kNow};
#endif
