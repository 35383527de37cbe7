#include "base/utf8.hpp"

#include <gtest/gtest.h>

using namespace tessera;

TEST(Utf8, is_shortest_form_within_unicode_and_no_surrogate) {
  for (const char* good : {"", "a", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80",
                           "\xF4\x8F\xBF\xBF", "\xF0\x9F\x94\x91"})
    EXPECT_TRUE(valid_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xC3", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80",
                          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xE2\x82z"})
    EXPECT_FALSE(valid_utf8(bad)) << bad;
  EXPECT_TRUE(valid_utf8(std::string_view("a\0b", 3)));
}
