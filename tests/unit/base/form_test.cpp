#include "base/form.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

using namespace tessera;
using Pairs = std::vector<form::Pair>;

namespace {
Pairs parsed(std::string_view text) {
  const auto pairs = form::parse(text);
  EXPECT_OK(pairs) << text;
  return pairs ? *pairs : Pairs{};
}
}  // namespace

TEST(Form, keeps_order_and_duplicates) {
  EXPECT_EQ(parsed("b=1&a=2&b=3"), (Pairs{{"b", "1"}, {"a", "2"}, {"b", "3"}}));
}

TEST(Form, reads_plus_as_space_and_escapes_in_both_cases) {
  EXPECT_EQ(parsed("a+b=c%2Bd%2b+e"), (Pairs{{"a b", "c+d+ e"}}));
  EXPECT_EQ(parsed("%C3%A9=%e2%82%ac"), (Pairs{{"\xC3\xA9", "\xE2\x82\xAC"}}));
}

TEST(Form, splits_at_the_first_equals_sign_and_passes_over_nothing) {
  EXPECT_EQ(parsed("a=b=c&d&=e&&f=&"), (Pairs{{"a", "b=c"}, {"d", ""}, {"", "e"}, {"f", ""}}));
  EXPECT_EQ(parsed(""), Pairs{});
  // Only `&` separates: a reader that took `;` too would see other parameters.
  EXPECT_EQ(parsed("a=1;b=2"), (Pairs{{"a", "1;b=2"}}));
}

TEST(Form, refuses_bad_escapes_nul_and_text_that_is_not_utf_8) {
  for (const char* bad : {"a=%", "a=%4", "a=%4g", "a=%g4", "%=1", "a=%%41", "a=%+1", "a=%u0041"})
    EXPECT_EQ(refusal_of(form::parse(bad)), "malformed percent escape") << bad;
  EXPECT_EQ(refusal_of(form::parse("a=%00")), "malformed NUL");
  EXPECT_EQ(refusal_of(form::parse(std::string_view("a=\0", 3))), "malformed NUL");
  for (const char* bad : {"a=%C3", "a=\xC3", "%FF=1", "a=%C0%AF", "a=%ED%A0%80", "a=%F4%90%80%80"})
    EXPECT_EQ(refusal_of(form::parse(bad)), "malformed UTF-8") << bad;
}

TEST(Form, has_two_hundred_pairs_at_most) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "a=1&";
  EXPECT_EQ(parsed(text).size(), 200u);
  EXPECT_EQ(refusal_of(form::parse(text + "a=1")), "too_large pairs");
}

TEST(Form, prints_what_parses_to_the_same) {
  const Pairs pairs{{"a b", "1&2=3"}, {"", "+%"}, {"\xC3\xA9", ""}, {"a b", "~-._"}};
  EXPECT_EQ(form::print(pairs), "a%20b=1%262%3D3&=%2B%25&%C3%A9=&a%20b=~-._");
  EXPECT_EQ(parsed(form::print(pairs)), pairs);
}

TEST(Form, percent_decoding_alone_leaves_plus_alone) {
  EXPECT_EQ(form::decode("a+b%20c").value(), "a+b c");
  EXPECT_CODE(form::decode("%zz"), malformed);
}
