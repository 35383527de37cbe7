// Constant time: the only comparison for anything that an attacker should not learn octet by octet.
#pragma once

#include <string_view>

#include "tessera/bytes.hpp"

namespace tessera::ct {

// Whether both have the same size and octets. Time depends on the sizes alone.
bool equal(BytesView a, BytesView b);
inline bool equal(std::string_view a, std::string_view b) { return equal(bytes_of(a), bytes_of(b)); }

}  // namespace tessera::ct
