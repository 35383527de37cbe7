// Request objects (RFC 9101): an authorize request that its client has signed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "issuer/ctx.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

// Whether `client` must sign its requests.
bool needs_signed_request(const Client& client, const Realm& realm);

struct RequestObject {
  Params params;   // of the request, whatever stands beside the object
  std::string id;  // what its `jti` is remembered as; "" without one
};
// One with a `jti` serves once: for at most so long it is good.
inline constexpr seconds kMaxObjectLife = std::chrono::minutes(60) + 2 * kAssertionLeeway;

// What stands at a `request_uri` (section 5.2.3), to be opened as an object. Only for an address that the client has
// registered: any other would be a way to have us ask whom somebody likes. Refusals: request_uri_not_supported,
// invalid_request_uri.
Step<std::string> fetch_request_object(std::string_view uri, const Client& client, Ctx& ctx);

// Verified by the client's keys, and for this issuer. Where signed requests are demanded it holds to FAPI
// 2.0 Message Signing section 5.3.1: `nbf`, at most 60 minutes ago, and `exp`, at most 60 minutes later. Elsewhere
// either may be left out, and is held to that when it is there. Refusal: invalid_request_object.
Step<RequestObject> open_request_object(std::string_view object, const Client& client, Ctx& ctx);

}  // namespace tessera::issuer
