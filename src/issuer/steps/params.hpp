// Parameters as OAuth wants them: each at most once.
#pragma once

#include "issuer/request.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

// No parameter stands twice (RFC 6749 section 3.1 and 3.2), but those that may: resource, audience. Refusal:
// invalid_request.
Step<void> check_no_duplicates(const Params& params);

// A parameter that must be there, with a value. Refusal: invalid_request.
Step<std::string_view> require_param(const Params& params, const char* name);

}  // namespace tessera::issuer
