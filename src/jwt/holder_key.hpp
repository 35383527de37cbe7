// The key that a token is bound to (RFC 7800).
#pragma once

#include <optional>

#include "json/json.hpp"
#include "tessera/keys.hpp"

namespace tessera::detail {

// `cnf.jwk` (RFC 7800 section 3.2), where the claims have a `cnf` with one. Other members of `cnf` are other ways to
// name a key, which are left to whoever understands them. Errors, at "cnf": claim_type, those of PublicKey::parse.
Result<std::optional<PublicKey>> holder_key(const json::Object& claims);

}  // namespace tessera::detail
