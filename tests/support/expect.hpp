// How tests look at a Result.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tessera/result.hpp"

// The code of a refusal; "ok" where there is none.
template <class T>
std::string code_of(const tessera::Result<T>& result) {
  return result ? "ok" : std::string(tessera::error_name(result.error().code));
}
// "code at".
template <class T>
std::string refusal_of(const tessera::Result<T>& result) {
  return result ? "ok" : std::string(tessera::error_name(result.error().code)) + " " + result.error().at;
}

#define EXPECT_CODE(expression, code) EXPECT_EQ(code_of(expression), #code)
#define EXPECT_OK(expression) EXPECT_EQ(refusal_of(expression), "ok")
