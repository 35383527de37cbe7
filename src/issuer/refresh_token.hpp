// The refresh token: computed, never stored. Grant and generation under a MAC, so that garbage costs no database, and
// the successor of a token is known without having been kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "issuer/model/ids.hpp"
#include "issuer/seal.hpp"

namespace tessera::issuer {

inline constexpr std::size_t kMaxRefreshTokenBytes = 256;

struct RefreshToken {
  GrantId grant;
  std::int64_t generation = 0;  // within the grant, from 0
};

// The master key's generation, then base64url(MAC, generation, grant). The same pair gives the same text.
std::string print_refresh_token(const SealKeys& keys, const RefreshToken& token);
// Errors: malformed, bad_base64, key_not_found, decrypt_failed (the MAC differs).
Result<RefreshToken> open_refresh_token(const SealKeys& keys, std::string_view text);

}  // namespace tessera::issuer
