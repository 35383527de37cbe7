// Values of a token or a policy as a person may see them: printable, cut, and the same on every machine.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tessera::detail {

inline constexpr std::size_t kMaxShown = 200, kMaxListed = 10;

// `text` escaped as base/printable.hpp says, and a backslash doubled; cut at 200 octets, between characters.
std::string shown(std::string_view text);
// "a or b or c"; at most ten.
std::string shown_any(const std::vector<std::string>& values);
// "5 min": rounded down to the largest unit that tells enough. Negative spans are shown without their sign.
std::string shown_span(std::chrono::seconds span);

}  // namespace tessera::detail
