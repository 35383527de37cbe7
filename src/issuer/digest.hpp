// How secrets and texts that are only ever compared are kept: as digests.
#pragma once

#include <string>
#include <string_view>

namespace tessera::issuer {

// base64url of SHA-256: of a client's secret, a session's cookie, a code's redirect URI, a PKCE verifier.
std::string digest_of(std::string_view text);

}  // namespace tessera::issuer
