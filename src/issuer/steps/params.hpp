// Parameters as OAuth wants them: each at most once.
#pragma once

#include <string>
#include <string_view>

#include "issuer/request.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

// No parameter stands twice (RFC 6749 section 3.1 and 3.2), but those that may: resource, audience. Refusal:
// invalid_request.
Step<void> check_no_duplicates(const Params& params);

// A parameter that must be there, with a value. Refusal: invalid_request.
Step<std::string_view> require_param(const Params& params, const char* name);

// The `state` that goes back with an answer, "" without one. Refusal: invalid_request (longer than 1,024 octets).
Step<std::string> check_state(const Params& params);

}  // namespace tessera::issuer
