// Counts what this thread takes from operator new, and what it holds of malloc's memory, OpenSSL's and zlib's as well.
#pragma once

#include <cstddef>

namespace tests {
extern thread_local std::size_t allocations, allocated_octets;  // of operator new
extern thread_local std::ptrdiff_t held, most_held;             // octets of malloc's; the most since it was last set
extern const bool counts;                                       // not under a sanitizer, which has its own malloc
}  // namespace tests
