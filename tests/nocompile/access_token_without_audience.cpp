// An access token is for somebody.
// error: Audience
#include "tessera/tessera.hpp"

using namespace tessera;

constexpr sys_seconds kNow{seconds(1)};

#ifndef MISUSE
const access_token::Draft draft{.issuer = "i",
                                .subject = "s",
                                .audience = "a",
                                .client_id = "c",
                                .id = "1",
                                .issued_at = kNow,
                                .expires_at = kNow + seconds(1)};
#else
const access_token::Draft draft{
    .issuer = "i", .subject = "s", .client_id = "c", .id = "1", .issued_at = kNow, .expires_at = kNow + seconds(1)};
#endif
