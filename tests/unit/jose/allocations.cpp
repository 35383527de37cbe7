#include "allocations.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

thread_local std::size_t tests::allocations = 0, tests::allocated_octets = 0;
thread_local std::ptrdiff_t tests::held = 0, tests::most_held = 0;

// A sanitizer has its own, which must see each new and delete.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)  // gcc
#define SANITIZED
#elif defined(__has_feature)  // clang
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#ifdef SANITIZED
const bool tests::counts = false;
#else
const bool tests::counts = true;

void* operator new(std::size_t size) {
  ++tests::allocations;
  tests::allocated_octets += size;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

// glibc's own, behind the names that every library here calls.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void __libc_free(void*);

static void* counted(void* memory) {
  tests::held += static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  tests::most_held = std::max(tests::most_held, tests::held);
  return memory;
}
void* malloc(std::size_t size) { return counted(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) { return counted(__libc_calloc(count, size)); }
void* realloc(void* memory, std::size_t size) {
  tests::held -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  return counted(__libc_realloc(memory, size));
}
void free(void* memory) {
  tests::held -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  __libc_free(memory);
}
}
#endif
