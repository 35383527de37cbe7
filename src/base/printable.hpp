// Text from outside as it may be shown: nothing in it leads a terminal, or the eye of its reader.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tessera {

// Appends the first character of `text`, which is not empty, and returns how many octets it had. Control characters,
// those that turn the direction of writing, line separators and U+FEFF become \u202e, as JSON too writes them; an octet
// that is not UTF-8 becomes \xff.
std::size_t append_printable_front(std::string& out, std::string_view text);

// The whole text so. A backslash stays as it is: JSON text stays the same JSON.
std::string printable(std::string_view text);

}  // namespace tessera
