// Counts what this thread takes from operator new. (OpenSSL's own memory comes from malloc and is not counted.)
#pragma once

#include <cstddef>

namespace tests {
extern thread_local std::size_t allocations, allocated_octets;
}
