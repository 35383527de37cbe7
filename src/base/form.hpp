// application/x-www-form-urlencoded, strict (the URL standard's, less what is never meant): bodies and queries.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tessera/result.hpp"

namespace tessera::form {

using Pair = std::pair<std::string, std::string>;
inline constexpr std::size_t kMaxPairs = 200;

// The pairs in order, duplicates kept. '+' is a space. Errors: malformed (a bad percent escape, NUL, text that is not
// UTF-8), too_large (more than kMaxPairs). The caller limits the size.
Result<std::vector<Pair>> parse(std::string_view text);

// Percent-encodes all but RFC 3986's unreserved characters.
std::string encode(std::string_view text);
std::string print(const std::vector<Pair>& pairs);

// Percent-decodes; '+' stays. Errors as parse.
Result<std::string> decode(std::string_view text);

}  // namespace tessera::form
