// base64url without padding (RFC 4648 section 5, RFC 7515 section 2), strict: no padding, no white space, no '+' or
// '/', no length of 1 mod 4, no trailing bit that is not zero. So a text and its octets determine each other, and a
// list or a cache may be keyed by either.
#pragma once

#include <string>
#include <string_view>

#include "tessera/bytes.hpp"
#include "tessera/result.hpp"

namespace tessera::base64url {

constexpr std::size_t encoded_size(std::size_t octets) { return (octets * 4 + 2) / 3; }
constexpr std::size_t decoded_size(std::size_t characters) { return characters * 3 / 4; }

std::string encode(BytesView octets);
inline std::string encode(std::string_view octets) { return encode(bytes_of(octets)); }
void append(std::string& out, BytesView octets);

// Err::bad_base64.
Result<Bytes> decode(std::string_view text);
// Into `out`, which must hold decoded_size(text.size()) octets; gives the octets written.
Result<std::size_t> decode(std::string_view text, std::span<std::byte> out);

}  // namespace tessera::base64url
