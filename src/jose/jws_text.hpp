// A JWS of any serialization taken apart (RFC 7515 section 7), and the header that nothing protects.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "jose/compact.hpp"
#include "json/json.hpp"

namespace tessera::jose {

// One signature, still encoded. Views into the text or its document.
struct JwsSignature {
  std::string_view header;                 // protected; "" where there is none
  std::optional<json::Value> unprotected;  // an object
  std::string_view signature;
  std::string_view signing_input;  // where it stands in the text as it is signed; else ""
};

enum class Serialization : std::uint8_t { compact, json };

struct JwsText {
  Serialization serialization{};
  std::optional<std::string_view> payload;  // as it stands in the text
  std::vector<JwsSignature> signatures;     // at least one
};

// Errors: those of split.
Result<JwsText> read_compact(std::string_view token, std::size_t max_bytes);

// Flattened or general. Errors: bad_json, json_depth, duplicate_member (at "token"), too_large, malformed, wrong_kind
// (a JWE).
Result<JwsText> read_json(std::string_view text, json::Document& document);

// Each name stands in one of the two headers, and `b64`, which concerns every signature, in the protected one alone.
// Errors: duplicate_header, malformed_header, too_large (members).
Result<void> check_names(const json::Object& header, const json::Object& unprotected);

// What may stand unprotected, by its type; `kid` goes into `header`. Err::malformed_header.
Result<void> parse_unprotected(const json::Object& unprotected, ProtectedHeader& header);

}  // namespace tessera::jose
