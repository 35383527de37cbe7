// An entry has 1, 2, 4 or 8 bits.
// error: Bits
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
auto make() { return status_list::List::of_size(1000, status_list::Bits::two); }
#else
auto make() { return status_list::List::of_size(1000, 3); }
#endif
