// The sector of a client that wants pairwise subjects (OpenID Connect Core section 8.1, Dynamic Registration
// 1.0 section 5).
#pragma once

#include "issuer/ctx.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

// Asked when a client registers itself: a pairwise client's redirect URIs have one host, or it has a
// sector_identifier_uri; the document there lists each of its redirect URIs. Refusals: invalid_client_metadata,
// temporarily_unavailable.
Step<void> check_sector_identifier(const Client& client, Ctx& ctx);

}  // namespace tessera::issuer
