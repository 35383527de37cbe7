// `typ` values as RFC 7515 section 4.1.9 has them compared: without case, with or without "application/".
#pragma once

#include <string>
#include <string_view>

namespace tessera::detail {

//= RFC7515#4.1.9 "A recipient using the media type value MUST treat it as if "application/" were prepended to any "typ"
// value not containing a '/'." So the prefix goes, but only where nothing behind it holds another '/'.
std::string_view bare_media_type(std::string_view typ);

// `typ` without the prefix, in lower case (ASCII): prepared once, when a policy is compiled.
std::string prepared_media_type(std::string_view typ);

// Whether a header's `typ` is the one that was prepared.
bool same_media_type(std::string_view typ, std::string_view prepared);

}  // namespace tessera::detail
