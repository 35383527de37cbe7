// In the place of base/ct_told.cpp: from here on the value is no secret any more.
#include <valgrind/memcheck.h>

#include "base/ct.hpp"

namespace tessera::ct {

std::size_t told(std::size_t value) {
  VALGRIND_MAKE_MEM_DEFINED(&value, sizeof value);
  return value;
}

}  // namespace tessera::ct
