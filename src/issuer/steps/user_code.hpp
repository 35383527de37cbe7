// The code that a device shows and a person types (RFC 8628 section 6.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "issuer/ctx.hpp"

namespace tessera::issuer {

// Eight letters of twenty: no vowel, so that no word appears, and none that looks like another; 34 bits.
std::string random_user_code(Ctx& ctx);

// As it is shown: "WDJB-MJHT".
std::string print_user_code(std::string_view code);

//= RFC8628#6.1
// the server should ignore any characters like punctuation that are not in the user-code character set.  Provided that
// the character set doesn't include characters of different case, the comparison should be case insensitive.
// The eight letters in upper case; nothing when it cannot be one of ours.
std::optional<std::string> parse_user_code(std::string_view typed);

// As the store keeps it, under each master key; the newest's, which is what is stored, is the first.
std::vector<std::string> user_code_digests(std::string_view code, const Ctx& ctx);

}  // namespace tessera::issuer
