// A refusal is not dropped by accident.
// error: nodiscard
#include "tessera/tessera.hpp"

using namespace tessera;

#ifndef MISUSE
Result<void> check(const Policy& policy) { return policy.check(); }
#else
void check(const Policy& policy) { policy.check(); }
#endif
