#include "base/printable.hpp"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(Printable, what_leads_nobody_stays) {
  EXPECT_EQ(printable(""), "");
  EXPECT_EQ(printable("plain é € \\ \"𝄞\""), "plain é € \\ \"𝄞\"");
}

TEST(Printable, what_steers_is_escaped) {
  EXPECT_EQ(printable("\x1b[31m\n\t\x7F"), "\\u001b[31m\\u000a\\u0009\\u007f");
  EXPECT_EQ(printable("\u0085\u009b\u00a0"), "\\u0085\\u009b\u00a0");
  EXPECT_EQ(printable("\u061c\u200d\u200e\u200f\u2027\u2028\u202e\u202f"),
            "\\u061c\u200d\\u200e\\u200f\u2027\\u2028\\u202e\u202f");
  EXPECT_EQ(printable("\u2065\u2066\u2069\u206a\ufeff"), "\u2065\\u2066\\u2069\u206a\\ufeff");
}

TEST(Printable, what_is_not_utf8_is_escaped_alone) {
  EXPECT_EQ(printable("a\xFF\u00e9\xC3"), "a\\xff\u00e9\\xc3");
  EXPECT_EQ(printable("\xE2\x82"), "\\xe2\\x82");
  EXPECT_EQ(printable("\xED\xA0\x80\xC0\xAF"), "\\xed\\xa0\\x80\\xc0\\xaf");
}

}  // namespace
}  // namespace tessera
