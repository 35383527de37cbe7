// What a client says of itself when it registers: RFC 7591 section 2, OpenID Connect Registration 1.0 section 2, and
// the members that RFC 9101, 9126 and 9449 and OpenID Connect RP-Initiated Logout add to them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "issuer/ctx.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

struct ClientMetadata {
  Client client;  // a third party's, without id and secret: it gets what its realm lets strangers have
  std::optional<Logo> logo{};
  std::string json;  // what is registered, defaults filled in, as the RFC names it: a JSON object without id and secret
};

// A member that is not known is left out (RFC 7591 section 2); one that is known and cannot be kept is refused, never
// replaced. What it names elsewhere is fetched: a sector_identifier_uri, a logo_uri. Refusals: invalid_client_metadata,
// invalid_redirect_uri, those of Ctx::fetch.
Step<ClientMetadata> check_client_metadata(std::string_view json, Ctx& ctx);

}  // namespace tessera::issuer
