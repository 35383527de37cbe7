// In a file of its own, so that tests/ct can put in its place one that knows what is still a secret.
#include "base/ct.hpp"

namespace tessera::ct {

std::size_t told(std::size_t value) { return value; }

}  // namespace tessera::ct
