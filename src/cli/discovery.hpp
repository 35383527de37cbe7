// Keys from an issuer's URL: its discovery document, whose `issuer` must be the URL, then its `jwks_uri`.
#pragma once

#include <string_view>

#include "cli/failure.hpp"
#include "tessera/keys.hpp"

namespace tessera::cli {

// Whether the argument is a URL of any scheme rather than a file's name: "…://".
bool looks_like_url(std::string_view argument);

// https only, but http to this machine's loopback. Any other scheme is a usage error: nothing is opened for it.
Outcome<Keys> fetch_issuer_keys(std::string_view issuer);

}  // namespace tessera::cli
