// The authorization code: self-contained and sealed, at most 1 KiB. What authorize decided, for the token endpoint.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "issuer/model/ids.hpp"
#include "issuer/model/user.hpp"
#include "issuer/seal.hpp"

namespace tessera::issuer {

inline constexpr std::size_t kMaxCodeBytes = 1024;

struct Code {
  GrantId grant;  // the id of the grant that redeeming it makes
  SessionId session;
  UserId user;
  ClientId client;
  std::string redirect_digest;     // base64url(SHA-256) of the redirect URI as requested
  std::vector<std::string> scope;  // granted
  std::string audience;            // the resource server of the access token
  std::string nonce;
  std::string challenge;  // S256; "" where the client need not use PKCE and did not
  std::string jkt{};      // of the key that alone redeems it (RFC 9449 section 10); "" for any
  ClaimsAsked claims{};
  Instant authenticated{}, expires{};
};

std::string seal_code(const SealKeys& keys, const Code& code);
// Errors: malformed, decrypt_failed; whether it has expired, or is used, is the token endpoint's to check.
Result<Code> open_code(const SealKeys& keys, std::string_view text);

}  // namespace tessera::issuer
