#include <gtest/gtest.h>

#include <cmath>

#include "json/json.hpp"
#include "support/expect.hpp"

using namespace tessera;

TEST(JsonWriter, writes_nested_values_compactly) {
  json::Writer w;
  w.begin_object()
      .member("a", 1)
      .member("b", "x")
      .key("c")
      .begin_array()
      .integer(-1)
      .null()
      .boolean(true)
      .begin_object();
  w.end_object()
      .begin_array()
      .end_array()
      .end_array()
      .member("d", std::vector<std::string>{"p", "q"})
      .key("e")
      .raw("[1]");
  w.end_object();
  EXPECT_EQ(w.text(), R"({"a":1,"b":"x","c":[-1,null,true,{},[]],"d":["p","q"],"e":[1]})");
}

TEST(JsonWriter, escapes_what_must_be_escaped) {
  json::Writer w;
  w.string(std::string_view("\"\\\n\r\t\0\x1F\x7F/\xC3\xBC", 11));
  EXPECT_EQ(w.text(), "\"\\\"\\\\\\n\\r\\t\\u0000\\u001f\x7F/\xC3\xBC\"");
  json::Writer key;
  key.begin_object().member("a\"b", 1).end_object();
  EXPECT_EQ(key.text(), R"({"a\"b":1})");
}

TEST(JsonWriter, every_ascii_text_reads_back_the_same) {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  json::Writer w;
  w.string(all);
  json::Document document;
  EXPECT_EQ(*document.parse(w.text())->string(), all);
}

TEST(JsonWriter, numbers_read_back_the_same) {
  for (const double value : {0.1, 1.0, -2.5e-300, 1.7976931348623157e308, 5e-324, 123456789.125}) {
    json::Writer w;
    w.number(value);
    json::Document document;
    const auto read = document.parse(w.text());
    ASSERT_TRUE(read) << w.text();
    EXPECT_EQ(*read->number(), value);
  }
}

TEST(JsonWriter, a_wrong_nesting_aborts) {
  EXPECT_DEATH(json::Writer().end_object(), "end_object");
  EXPECT_DEATH(json::Writer().begin_array().end_object(), "end_object");
  EXPECT_DEATH(json::Writer().begin_object().end_array(), "end_array");
  EXPECT_DEATH(json::Writer().key("a"), "key");
  EXPECT_DEATH(json::Writer().number(std::nan("")), "NaN");
}
