// "Did you mean …?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tessera::cli {

// The candidate that is few keystrokes away from `word`, or "".
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace tessera::cli
