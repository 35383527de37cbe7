// The URI of an HTTP request, as two who spell it differently may compare it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tessera::detail {

// An absolute http or https URI without query and fragment, in the normal form of RFC 3986 sections 6.2.2 and 6.2.3:
// scheme and host in lower case, percent-encoding in upper case and only where it is needed, no dot segments, no port
// that is the scheme's own, "/" for an empty path. Nothing for any other text: one with user information, without a
// host, or with a character that no URI has.
std::optional<std::string> normal_http_uri(std::string_view uri);

}  // namespace tessera::detail
