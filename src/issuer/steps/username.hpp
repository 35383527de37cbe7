// What counts as the same user name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tessera::issuer {

inline constexpr std::size_t kMaxUsername = 256, kMinPassword = 8, kMaxPassword = 1024;

// ASCII letters in lower case, everything else as it is; limits and accounts go by this form. Nothing for an empty or
// overlong name, one that is not UTF-8, or that holds a control character or a space at either end. Letters beyond
// ASCII are neither folded nor normalized (NFC): two spellings of such a name are two names, of which one at most is
// somebody's, so no spelling gets around a limit.
std::optional<std::string> canonical_username(std::string_view text);

}  // namespace tessera::issuer
