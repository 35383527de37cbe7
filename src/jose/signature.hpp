// Signing and verifying octets with a prepared key.
#pragma once

#include <string>
#include <string_view>

#include "jose/key_data.hpp"

namespace tessera::jose {

// Errors: alg_key_mismatch, bad_signature, unavailable.
Result<void> verify_signature(const detail::KeyData& key, Alg alg, std::string_view signing_input, BytesView signature);

// Appends "." and the encoded signature to `token`, which holds the signing input. Errors: alg_key_mismatch (not this
// key's algorithm, or the key may not sign), unavailable.
Result<void> sign_into(const detail::KeyData& key, Alg alg, std::string& token);

// The algorithm to sign with: `wanted`, or the key's own. Errors: alg_key_mismatch.
Result<Alg> signing_alg(const detail::KeyData& key, std::optional<Alg> wanted);

}  // namespace tessera::jose
