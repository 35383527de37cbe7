// base64 with padding (RFC 4648 section 4), as strict as base64url here: what X.509 in JSON is written in (RFC 7517
// section 4.7).
#pragma once

#include <string>
#include <string_view>

#include "tessera/bytes.hpp"
#include "tessera/result.hpp"

namespace tessera::base64 {

std::string encode(BytesView octets);
Result<Bytes> decode(std::string_view text);  // Err::bad_base64

}  // namespace tessera::base64
