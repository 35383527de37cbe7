#include "allocations.hpp"

#include <cstdlib>
#include <new>

thread_local std::size_t tests::allocations = 0, tests::allocated_octets = 0;

// A sanitizer has its own, which must see each new and delete.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)  // gcc
#define SANITIZED
#elif defined(__has_feature)  // clang
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#ifndef SANITIZED
void* operator new(std::size_t size) {
  ++tests::allocations;
  tests::allocated_octets += size;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif
