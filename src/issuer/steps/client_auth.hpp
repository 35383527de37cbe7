// Who is calling: client authentication (RFC 6749 section 2.3) by none, by a secret (client_secret_basic,
// client_secret_post), or by an assertion signed for the occasion (RFC 7523: private_key_jwt, client_secret_jwt).
#pragma once

#include <array>

#include "issuer/ctx.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

// What assertions may be signed with: a key of the client's jwks, or its secret.
inline constexpr std::array kKeyAssertionAlgs{Alg::RS256, Alg::PS256, Alg::ES256, Alg::EdDSA, Alg::Ed25519};
inline constexpr Alg kSecretAssertionAlg = Alg::HS256;

// The client that sent this POST, by the one method that it is registered with. A public client (`none`) names itself
// with client_id and proves nothing. An assertion is used up, whatever becomes of the request. Refusals:
// invalid_request (more than one method, two ids, half an assertion), invalid_client (everything else: an unknown
// client, a wrong secret, a disabled client and another method look the same). The client lives as long as the
// snapshot.
Step<const Client*> authenticate_client(const Request& request, Ctx& ctx);

// The same for what only a client that proves itself may do.
Step<const Client*> authenticate_confidential_client(const Request& request, Ctx& ctx);

}  // namespace tessera::issuer
