// This program counts as jose's tests do.
#include "unit/jose/allocations.cpp"
