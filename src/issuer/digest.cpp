#include "issuer/digest.hpp"

#include "base/base64url.hpp"
#include "crypto/crypto.hpp"

namespace tessera::issuer {

std::string digest_of(std::string_view text) { return base64url::encode(crypto::sha256(bytes_of(text))); }

}  // namespace tessera::issuer
