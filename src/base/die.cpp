#include <cstdio>
#include <cstdlib>

#include "base/try.hpp"

namespace tessera {

void die(const char* file, int line, const char* why) {
  std::fprintf(stderr, "tessera: broken invariant at %s:%d: %s\n", file, line, why);
  std::abort();
}

}  // namespace tessera
