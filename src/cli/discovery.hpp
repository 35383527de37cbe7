// Keys from an issuer's URL: its discovery document, whose `issuer` must be the URL, then its `jwks_uri`.
//
// https only, but http to this machine's loopback. Any other scheme is a usage error: nothing is opened for it.
#pragma once

#include <string>
#include <string_view>

#include "cli/failure.hpp"
#include "tessera/keys.hpp"

namespace tessera::cli {

// Whether the argument is a URL of any scheme rather than a file's name: "…://".
bool looks_like_url(std::string_view argument);

Outcome<Keys> fetch_issuer_keys(std::string_view issuer);

// The text of a key set, which nobody has read yet, and where it came from: the set's own URL, or the issuer's.
struct FetchedSet {
  std::string url, text;
};
Outcome<FetchedSet> fetch_set(std::string_view url);

}  // namespace tessera::cli
