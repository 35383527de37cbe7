// A claim set whose registered claims (RFC 7519 section 4.1) have the types that they must have.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "json/json.hpp"
#include "tessera/result.hpp"

namespace tessera::detail {

// Views of the document that it was read from.
struct ClaimSet {
  std::optional<json::Object> object;
  std::optional<std::string_view> issuer, subject, id;
  std::optional<json::Value> audience;                 // a text, or an array of at least one text and nothing else
  std::optional<std::chrono::sys_seconds> expires_at;  // rounded up: a token is expired when now >= exp
  std::optional<std::chrono::sys_seconds> not_before, issued_at;  // rounded down
};

// Err::claim_type, at the claim. A claim of a wrong type, null included, is never an absent one.
Result<ClaimSet> read_claims(json::Object object);

// A NumericDate (RFC 7519 section 2) from 1970 to 9999; nothing when the value is none.
enum class Round : std::uint8_t { up, down };
std::optional<std::chrono::sys_seconds> date(const json::Value& value, Round round);

// Whether a text claim is `text`, or a list claim holds it.
bool holds(const json::Value& claim, std::string_view text);

// `name` as a literal if it is a name that errors may carry in `at`, else `otherwise`.
const char* literal_name(std::string_view name, const char* otherwise);

}  // namespace tessera::detail
