// The reason is a literal, so that grep finds it.
// error: Unchecked
#include "tessera/tessera.hpp"

using namespace tessera;

inline const std::string reason = "computed";

#ifndef MISUSE
const Unchecked why("the gateway has checked it");
#else
const Unchecked why(reason.c_str());
#endif
