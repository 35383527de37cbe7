// Verifying a compact JWS: the two halves that every entry point shares, with the choice of the key between them.
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

// Shape and header, which is then `scratch.header`. The parts view `token`.
// Errors: too_large, wrong_kind, malformed, bad_base64, bad_json, json_depth, duplicate_member (at "header"), those of
// parse_header, alg_not_allowed.
Result<Compact> open_jws(std::string_view token, std::size_t max_bytes, std::uint32_t algs, JwsScratch& scratch);

// Signature, then payload, which views `scratch`. Errors: bad_base64 (at "signature" or "payload"), those of
// verify_signature.
Result<BytesView> verify_jws(const Compact& parts, const detail::KeyData& key, JwsScratch& scratch);

// A result that says at which part it failed.
template <class T>
Result<T> of_part(Result<T> result, const char* part) {
  if (!result) return fail(result.error().code, part);
  return result;
}

}  // namespace tessera::jose
