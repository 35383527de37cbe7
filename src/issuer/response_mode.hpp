// How the answer of an authorize request travels back (OAuth 2.0 Multiple Response Type Encoding Practices; OAuth 2.0
// Form Post Response Mode).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "issuer/reply.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

enum class ResponseMode { query, fragment, form_post };
inline constexpr std::array<std::string_view, 3> kResponseModes{"query", "fragment", "form_post"};  // in its order

// The mode that is asked for, query when none is. Refusal: unsupported_response_mode, also for form_post to an address
// that no form can be posted to: a native app's own scheme.
Step<ResponseMode> check_response_mode(const Params& params, std::string_view redirect_uri);

// The browser sent to `redirect_uri` with these parameters; those without a value are left out.
Reply send_back(ResponseMode mode, const std::string& redirect_uri,
                std::vector<std::pair<std::string, std::string>> params);

// Whether a reply is one of send_back's.
bool is_sent_back(const Reply& reply);

}  // namespace tessera::issuer
