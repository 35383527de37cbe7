// The rules that the headers of JWS and JWE share (RFC 7515 section 4.1, RFC 7516 section 4.1).
#pragma once

#include <span>
#include <string_view>

#include "json/json.hpp"
#include "tessera/result.hpp"

namespace tessera::jose {

// The text of a parameter that must be one. Err::malformed_header.
Result<std::string_view> text(const json::Value& value, const char* name);

// `none`, in any case: no algorithm.
bool is_none(std::string_view alg);

// A parameter that describes and decides nothing here (typ, cty, jku, x5u, x5t, x5t#S256, jwk, x5c): its shape alone.
// Any other name passes. Err::malformed_header.
Result<void> check_descriptive(const json::Member& member);

// `crit` of a protected header. Errors: malformed_header, crit_unsupported (an extension that is not `understood`).
Result<void> check_crit(const json::Object& header, const json::Value& crit,
                        std::span<const std::string_view> understood);

}  // namespace tessera::jose
