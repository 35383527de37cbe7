// A secret does not turn into a text.
// error: Secret
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
std::string_view read(const Secret& s) { return s.expose_text("a test"); }
#else
std::string_view read(const Secret& s) { return s; }
#endif
