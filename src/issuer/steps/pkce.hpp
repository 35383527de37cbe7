// Proof Key for Code Exchange (RFC 7636), S256 only.
#pragma once

#include <string_view>

#include "issuer/model/realm.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

// Whether `client` must use PKCE: always, but for a confidential client registered without.
bool needs_pkce(const Client& client);

// The authorize request's `code_challenge` and `code_challenge_method`; "" when there is none and the client needs
// none. Refusal: invalid_request (missing, not S256, not the base64url of a SHA-256).
Step<std::string> check_challenge(const Params& params, const Client& client);

// The token request's `code_verifier` against the code's challenge. A verifier where there was no challenge is refused
// too: dropping the challenge is an attack. Refusals: invalid_request (malformed), invalid_grant.
Step<void> check_verifier(const Params& params, const Client& client, std::string_view challenge);

}  // namespace tessera::issuer
