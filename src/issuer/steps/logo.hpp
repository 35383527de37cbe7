// A client's logo: fetched once, when it is registered, and shown from here, so that nobody sees who looks at a page.
#pragma once

#include <string>

#include "issuer/ctx.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

// PNG or JPEG by its first octets, whatever its server calls it: nothing that a browser would run. Refusals:
// invalid_client_metadata (nothing there, another kind of file), those of Ctx::fetch.
Step<Logo> fetch_logo(const std::string& uri, Ctx& ctx);

}  // namespace tessera::issuer
