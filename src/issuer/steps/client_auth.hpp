// Who is calling: client authentication (RFC 6749 section 2.3) by none, client_secret_basic or client_secret_post.
#pragma once

#include "issuer/ctx.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

// The client that sent this POST, by the one method that it is registered with. A public client (`none`) names itself
// with client_id and proves nothing. Refusals: invalid_request (more than one method, two ids), invalid_client
// (everything else: an unknown client, a wrong secret, a disabled client and another method look the same). The client
// lives as long as the snapshot.
Step<const Client*> authenticate_client(const Request& request, const Ctx& ctx);

// The same for what only a client with a secret may do.
Step<const Client*> authenticate_confidential_client(const Request& request, const Ctx& ctx);

}  // namespace tessera::issuer
