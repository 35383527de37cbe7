#include "tessera/result.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/try.hpp"

using namespace tessera;

TEST(Result, every_code_has_its_own_name_and_a_text_and_a_hint) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(Err::io); ++code) {
    const auto err = static_cast<Err>(code);
    EXPECT_TRUE(names.insert(error_name(err)).second) << error_name(err);
    EXPECT_FALSE(error_text(err).empty());
    EXPECT_FALSE(error_hint(err).empty());
  }
  EXPECT_EQ(error_name(Err::alg_not_allowed), "alg_not_allowed");
}

TEST(Result, try_gives_the_value_or_returns_the_error) {
  const auto half = [](int n) -> Result<int> {
    ENSURE(n % 2 == 0, malformed, "odd");
    return n / 2;
  };
  const auto quarter = [&](int n) -> Result<int> { return TRY(half(TRY(half(n)))); };
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error(), (Error{Err::malformed, "odd"}));
}

TEST(Result, a_broken_invariant_aborts_with_its_reason) {
  EXPECT_DEATH(INVARIANT(1 + 1 == 3, "arithmetic"), "arithmetic");
}
