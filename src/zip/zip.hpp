// DEFLATE (zlib), for JWE's `zip` and for status lists.
#pragma once

#include <cstdint>

#include "tessera/bytes.hpp"
#include "tessera/result.hpp"

namespace tessera::zip {

enum class Format : std::uint8_t {
  deflate,  // RFC 1951, nothing around it
  zlib,     // RFC 1950: a header before it, and a checksum behind
};

inline constexpr std::size_t kMaxInput = 1 << 30;

// As small as zlib makes it. Err::too_large (kMaxInput).
Result<Bytes> deflate(Format format, BytesView plain);

// What one whole stream holds: at most `max_size` octets. Memory stays below twice `max_size` and 64 KiB, and time is
// bounded by `packed` and `max_size`, whatever the stream would grow to. It may be secret: what this leaves in memory
// is wiped. Errors: inflate_limit (it holds more), malformed (no such stream, one cut short, one that asks for a
// dictionary, anything behind it), too_large (`packed` above kMaxInput), unavailable (no memory).
Result<Bytes> inflate(Format format, BytesView packed, std::size_t max_size);

}  // namespace tessera::zip
