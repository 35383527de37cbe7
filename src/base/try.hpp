// TRY and ENSURE keep the flow linear: code reads as a list of things that must hold.
#pragma once

#include <type_traits>
#include <utility>

#include "tessera/result.hpp"

// The value of any std::expected, or return its error. First in a braced list or not there: g++ leaks what precedes.
#define TRY(...)                                                                \
  __extension__({                                                               \
    auto&& try_result_ = (__VA_ARGS__);                                         \
    if (!try_result_) return ::std::unexpected(std::move(try_result_).error()); \
    ::tessera::taken(std::move(try_result_));                                   \
  })

// The same for a Result<void>, or where the value is not wanted.
#define TRY_VOID(...)                                                           \
  do {                                                                          \
    auto&& try_result_ = (__VA_ARGS__);                                         \
    if (!try_result_) return ::std::unexpected(std::move(try_result_).error()); \
  } while (false)

// ENSURE(condition, code, "where")
#define ENSURE(condition, code, at)                                     \
  do {                                                                  \
    if (!(condition)) return ::tessera::fail(::tessera::Err::code, at); \
  } while (false)

// We are wrong: a broken invariant of our own. Never for input.
#define INVARIANT(condition, why)                              \
  do {                                                         \
    if (!(condition)) ::tessera::die(__FILE__, __LINE__, why); \
  } while (false)

namespace tessera {
// By value, so that nothing refers into the statement expression once it has ended.
template <class R>
auto taken(R&& result) -> std::remove_cvref_t<decltype(*result)> {
  return *std::move(result);
}
[[noreturn]] void die(const char* file, int line, const char* why);
}  // namespace tessera
