// Verifying a compact JWS: the steps that every entry point shares, with the choice of the key between them.
#pragma once

#include <string>

#include "jose/compact.hpp"
#include "jose/key_data.hpp"
#include "tessera/policy.hpp"

namespace tessera::jose {

// What a verification works in and leaves behind; used again, it allocates nothing.
struct JwsScratch {
  // The last header: its encoded text, and what it said. `header` views `header_document`.
  std::string header_text;
  Bytes header_octets;
  json::Document header_document;
  ProtectedHeader header;
  Bytes signature, payload;
};

// Algorithms as a set: one bit each.
constexpr std::uint32_t alg_bit(Alg alg) { return std::uint32_t{1} << static_cast<unsigned>(alg); }
inline constexpr std::uint32_t kAnyAlg = (std::uint32_t{1} << kAlgCount) - 1;
std::uint32_t alg_bits(const AllowedAlgs& algs);

// The header, which is then `scratch.header`. Errors: bad_base64, bad_json, json_depth, duplicate_member (at "header"),
// those of parse_header.
Result<void> read_header(std::string_view text, JwsScratch& scratch);
Result<void> check_alg(std::uint32_t algs, const JwsScratch& scratch);  // Err::alg_not_allowed

// Shape, header, algorithm. The parts view `token`. Errors: those of split, read_header and check_alg.
Result<Compact> open_jws(std::string_view token, std::size_t max_bytes, std::uint32_t algs, JwsScratch& scratch);

// Errors: bad_base64 (at "signature"), those of verify_signature.
Result<void> check_signature(const Compact& parts, const detail::KeyData& key, JwsScratch& scratch);
// Views `scratch`. Err::bad_base64, at "payload".
Result<BytesView> decode_payload(const Compact& parts, JwsScratch& scratch);

// A result that says at which part it failed.
template <class T>
Result<T> of_part(Result<T> result, const char* part) {
  if (!result) return fail(result.error().code, part);
  return result;
}

}  // namespace tessera::jose
