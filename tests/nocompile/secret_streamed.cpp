// A secret does not print.
// error: operator<<
#include <ostream>

#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
std::ostream& print(std::ostream& out, const Secret& s) { return out << s.size(); }
#else
std::ostream& print(std::ostream& out, const Secret& s) { return out << s; }
#endif
