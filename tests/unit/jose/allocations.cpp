#include "allocations.hpp"

#include <cstdlib>
#include <new>

thread_local std::size_t tests::allocations = 0;

void* operator new(std::size_t size) {
  ++tests::allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
