// Which key verifies a token: exactly one, or a refusal.
#pragma once

#include <span>

#include "jose/compact.hpp"
#include "jose/key_data.hpp"

namespace tessera::jose {

// Narrows the candidates by kid (where both name one), use, key_ops, type and alg. Exactly one must be left.
// Errors: no_keys, key_not_found, alg_key_mismatch (only the algorithm ruled the last ones out), ambiguous_key.
Result<const detail::KeyData*> select_key(std::span<const std::shared_ptr<const detail::KeyData>> candidates,
                                          const ProtectedHeader& header);

}  // namespace tessera::jose
