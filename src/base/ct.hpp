// Constant time: the only comparison for anything that an attacker should not learn octet by octet, and what else
// looks at secrets. None of it branches on what it is given, or touches memory by it; time depends on sizes alone.
// tests/ct holds it to that.
#pragma once

#include <span>
#include <string_view>

#include "tessera/bytes.hpp"

namespace tessera::ct {

// Whether both have the same size and octets.
bool equal(BytesView a, BytesView b);
inline bool equal(std::string_view a, std::string_view b) { return equal(bytes_of(a), bytes_of(b)); }

// A verdict that nobody may learn yet: all ones for yes, zero for no; joined by & and |.
using Mask = std::size_t;

Mask same(BytesView a, BytesView b);  // as `equal`
Mask same(std::size_t a, std::size_t b);
Mask less(std::size_t a, std::size_t b);  // of sizes: below 2^63

// `from` over `to`, which has its size, where `yes`.
void copy_if(Mask yes, BytesView from, std::span<std::byte> to);

// How much of the last block is padding (RFC 5652 section 6.3: n octets of the value n, at least one); 0 where it does
// not end in padding.
std::size_t padding_size(BytesView last_block);

// The way out: a value that everybody may learn from here on, so that code may branch on it. What is told must be the
// outcome of all the work, never a step of it.
std::size_t told(std::size_t value);
inline bool told_yes(Mask verdict) { return told(verdict) != 0; }

}  // namespace tessera::ct
