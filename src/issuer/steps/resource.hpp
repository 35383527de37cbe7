// The resource server that a token is for (RFC 8707): exactly one.
#pragma once

#include <string>
#include <string_view>

#include "issuer/request.hpp"
#include "issuer/snapshot.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

// The `resource` parameter, which must be among the client's; without one the client's first; for a client that has
// none the issuer itself, where nobody has permissions. Refusal: invalid_target (unknown, not the client's, or
// several).
Step<std::string> check_resource(const Params& params, const Client& client, const Snapshot& snapshot);

// The target of a token exchange: RFC 8693 section 2.1 names it by `resource`, `audience` or both, which may repeat as
// long as they name one; it must be among the client's, and without one it is the client's first. Refusal:
// invalid_target.
Step<std::string> check_exchange_target(const Params& params, const Client& client, const Snapshot& snapshot);

// A later request of the same grant: `resource` is left out or is the grant's, and the client may still use it.
// Refusal: invalid_target.
Step<void> check_same_resource(const Params& params, const Client& client, const Snapshot& snapshot,
                               std::string_view audience);

}  // namespace tessera::issuer
