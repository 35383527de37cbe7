#include "base/base64url.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

using namespace tessera;

namespace {
std::string decoded(std::string_view text) {
  const auto octets = base64url::decode(text);
  return octets ? std::string(text_of(*octets)) : refusal_of(octets);
}
}  // namespace

TEST(Base64url, encodes_as_rfc_4648_section_10_without_padding) {
  const std::pair<const char*, const char*> pairs[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [octets, text] : pairs) {
    EXPECT_EQ(base64url::encode(std::string_view(octets)), text);
    EXPECT_EQ(decoded(text), octets);
  }
}

TEST(Base64url, uses_the_url_alphabet) {
  EXPECT_EQ(base64url::encode(std::string_view("\xFB\xFF\xBF")), "-_-_");
  EXPECT_EQ(decoded("-_-_"), "\xFB\xFF\xBF");
}

TEST(Base64url, every_octet_comes_back_at_every_place) {
  for (std::size_t size = 1; size <= 6; ++size)
    for (std::size_t place = 0; place < size; ++place)
      for (int value = 0; value < 256; ++value) {
        std::string octets(size, '\0');
        octets[place] = static_cast<char>(value);
        ASSERT_EQ(decoded(base64url::encode(octets)), octets);
      }
}

TEST(Base64url, refuses_length_one_modulo_four) {
  EXPECT_EQ(decoded("A"), "bad_base64 length");
  EXPECT_EQ(decoded("AAAAA"), "bad_base64 length");
}

TEST(Base64url, refuses_every_octet_outside_the_alphabet_at_every_place) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const std::size_t size : {2, 3, 4, 6, 7, 8})
    for (std::size_t place = 0; place < size; ++place)
      for (int value = 0; value < 256; ++value) {
        std::string text(size, 'A');
        text[place] = static_cast<char>(value);
        if (alphabet.find(text[place]) == std::string::npos) {
          ASSERT_EQ(decoded(text), "bad_base64 alphabet") << value;
        }
      }
}

TEST(Base64url, refuses_padding_white_space_and_the_other_alphabet) {
  for (const char* text : {"Zg==", "Zm8=", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v====", "+/+/", "Zm\t9", "Zm9v\r\n"})
    EXPECT_TRUE(decoded(text).starts_with("bad_base64")) << text;
}

TEST(Base64url, refuses_trailing_bits_that_are_not_zero) {
  int accepted = 0;
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const char last : alphabet) {
    const auto two = base64url::decode(std::string("A") + last), three = base64url::decode(std::string("AA") + last);
    accepted += two.has_value() + three.has_value();
    if (!two) {
      EXPECT_EQ(refusal_of(two), "bad_base64 trailing bits");
    }
  }
  EXPECT_EQ(accepted, 4 + 16);  // two bits remain of the last character, or four
}

TEST(Base64url, a_text_and_its_octets_determine_each_other) {
  // Every accepted text of two and three characters is the one that encoding gives back.
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const char a : alphabet)
    for (const char b : alphabet)
      for (const std::string& text : {std::string{a, b}, std::string{'x', a, b}})
        if (const auto octets = base64url::decode(text)) {
          ASSERT_EQ(base64url::encode(*octets), text);
        }
}

TEST(Base64url, a_nul_is_an_octet_like_any_other) {
  const std::string octets("a\0b", 3);
  EXPECT_EQ(decoded(base64url::encode(octets)), octets);
  EXPECT_TRUE(decoded(std::string_view("Zm\0v", 4)).starts_with("bad_base64"));
}
