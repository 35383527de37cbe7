#include <gtest/gtest.h>

#include "json/json.hpp"
#include "support/expect.hpp"

using namespace tessera;
using json::Kind;

namespace {
std::string parsed(std::string_view text) {
  json::Document document;
  const auto value = document.parse(text);
  return value ? value->text() : code_of(value);
}
std::string nested(std::size_t depth, const char* open, const char* close, const char* inside = "") {
  std::string out;
  for (std::size_t i = 0; i < depth; ++i) out += open;
  out += inside;
  for (std::size_t i = 0; i < depth; ++i) out += close;
  return out;
}
}  // namespace

TEST(Json, reads_and_prints_each_kind) {
  for (const char* text :
       {"null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "1.5", "\"\"", "\"a\"", "[]",
        "{}", R"([1,"a",null,{"b":[true]}])", R"({"a":{"b":{}},"c":[[],[1]]})"})
    EXPECT_EQ(parsed(text), text);
  EXPECT_EQ(parsed(" {\t\"a\" : 1 ,\r\n \"b\" : [ ] } "), R"({"a":1,"b":[]})");
}

TEST(Json, refuses_what_rfc_8259_does_not_know) {
  for (const char* text :
       {"",       " ",        "{",         "}",     "[1,]",      "{\"a\":1,}", "{a:1}", "{'a':1}", "nul",    "True",
        "NaN",    "Infinity", "-Infinity", "01",    "+1",        "1.",         ".5",    "1e",      "0x10",   "\"a",
        "\"\t\"", "\"\\x\"",  "\"\\u12\"", "[1 2]", "{\"a\" 1}", "{\"a\":}",   "{1:2}", "// c\n1", "/* */1", "[,1]"})
    EXPECT_EQ(parsed(text), "bad_json") << text;
}

TEST(Json, takes_one_value_and_nothing_after_it) {
  for (const char* text : {"1 2", "{} {}", "[]x", "null,", "{}{}", "\"a\"\"b\""})
    EXPECT_EQ(parsed(text), "bad_json") << text;
  EXPECT_EQ(parsed(std::string_view("{}\0", 3)), "bad_json");
  EXPECT_EQ(parsed(std::string_view("1\0", 2)), "bad_json");
}

TEST(Json, takes_utf8_only) {
  EXPECT_EQ(parsed("\"\xC3\xBC\xE2\x82\xAC\xF0\x9F\x94\x91\""), "\"\xC3\xBC\xE2\x82\xAC\xF0\x9F\x94\x91\"");
  EXPECT_EQ(parsed("\xEF\xBB\xBF{}"), "bad_json");                       // byte order mark
  EXPECT_EQ(parsed(std::string_view("\xFF\xFE{\0}\0", 6)), "bad_json");  // UTF-16
  for (const char* text :
       {"\"\xFF\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xE2\x82\"", "{\"\x80\":1}"})
    EXPECT_EQ(parsed(text), "bad_json");
  EXPECT_EQ(parsed(R"("\ud83d\udd11")"), "\"\xF0\x9F\x94\x91\"");
  for (const char* half : {R"("\ud83d")", R"("\udc00")", R"("\uD888\u1234")", R"("\udd11\ud83d")"})
    EXPECT_EQ(parsed(half), "bad_json") << half;
}

TEST(Json, finds_duplicate_members_at_any_depth_and_through_escapes) {
  for (const char* text :
       {R"({"a":1,"a":2})", R"({"a":1,"b":2,"a":3})", R"({"x":{"a":1,"a":1}})", R"([[{"a":1,"a":1}]])",
        R"({"alg":1,"al\u0067":2})", R"({"x":[0,{"y":{"":1,"":2}}]})", "{\"\\u0000\":1,\"\\u0000\":2}"})
    EXPECT_EQ(parsed(text), "duplicate_member") << text;
  EXPECT_EQ(parsed(R"({"a":{"a":{"a":1}}})"), R"({"a":{"a":{"a":1}}})");
  EXPECT_EQ(parsed(R"([{"a":1},{"a":1}])"), R"([{"a":1},{"a":1}])");
  EXPECT_EQ(parsed(R"({"a":1,"A":2})"), R"({"a":1,"A":2})");
}

TEST(Json, finds_duplicates_among_many_members) {
  std::string text = "{";
  for (int i = 0; i < 500; ++i) text += "\"m" + std::to_string(i) + "\":[{\"x\":1}],";
  EXPECT_TRUE(parsed(text + "\"last\":0}").starts_with("{"));
  EXPECT_EQ(parsed(text + "\"m250\":0}"), "duplicate_member");
}

TEST(Json, limits_the_members_of_an_object) {
  std::string text;
  for (std::size_t i = 0; i < json::kMaxMembers; ++i) text += (i ? ",\"" : "{\"") + std::to_string(i) + "\":0";
  EXPECT_TRUE(parsed(text + "}").starts_with("{"));
  EXPECT_EQ(parsed(text + ",\"one more\":0}"), "too_large");
}

TEST(Json, limits_the_depth) {
  EXPECT_EQ(parsed(nested(32, "[", "]")), nested(32, "[", "]"));
  EXPECT_EQ(parsed(nested(33, "[", "]")), "json_depth");
  EXPECT_EQ(parsed(nested(32, "{\"a\":", "}", "1")), nested(32, "{\"a\":", "}", "1"));
  EXPECT_EQ(parsed(nested(33, "{\"a\":", "}", "1")), "json_depth");
  EXPECT_EQ(parsed(nested(100000, "[", "]")), "json_depth");
  EXPECT_EQ(parsed(std::string(1 << 20, '[')), "bad_json");  // never closed
}

TEST(Json, tells_integers_from_numbers) {
  json::Document document;
  const auto value =
      document.parse(R"([1,1.0,1e3,1.5,9007199254740993,18446744073709551615,1e19,-0.0,1e300,9007199254740993.0])");
  ASSERT_TRUE(value);
  const auto list = *value->array();
  const std::optional<std::int64_t> integers[] = {1, 1, 1000, {}, 9007199254740993, {}, {}, 0, {}, {}};
  const Kind kinds[] = {Kind::integer, Kind::number, Kind::number, Kind::number, Kind::integer,
                        Kind::number,  Kind::number, Kind::number, Kind::number, Kind::number};
  std::size_t i = 0;
  for (const json::Value item : list) {
    EXPECT_EQ(item.integer(), integers[i]) << i;
    EXPECT_EQ(item.kind(), kinds[i]) << i;
    EXPECT_TRUE(item.number()) << i;
    ++i;
  }
  EXPECT_EQ(i, std::size(kinds));
}

TEST(Json, prints_integers_exactly) {
  for (const char* text : {"18446744073709551615", "12345678901234567890", "9223372036854775808",
                           "-9223372036854775808", "9007199254740993", "[0,-1]"})
    EXPECT_EQ(parsed(text), text);
}

TEST(Json, refuses_numbers_that_no_double_holds) {
  for (const char* text : {"1e400", "-1e400", "[1e999]", "18446744073709551616", "-9223372036854775809"})
    EXPECT_EQ(parsed(text), "bad_json") << text;
}

TEST(Json, a_value_of_another_kind_reads_as_nothing) {
  json::Document document;
  const auto object = document.parse_object(R"({"s":"1","n":1,"b":true,"z":null,"a":[],"o":{}})");
  ASSERT_TRUE(object);
  EXPECT_FALSE(object->find("s")->integer());
  EXPECT_FALSE(object->find("n")->string());
  EXPECT_FALSE(object->find("b")->number());
  EXPECT_FALSE(object->find("z")->boolean());
  EXPECT_FALSE(object->find("a")->object());
  EXPECT_FALSE(object->find("o")->array());
  EXPECT_FALSE(object->find("missing"));
  EXPECT_EQ(object->size(), 6U);
}

TEST(Json, parse_object_takes_an_object_only) {
  json::Document document;
  for (const char* text : {"[]", "1", "\"{}\"", "null", "true"}) EXPECT_CODE(document.parse_object(text), bad_json);
  EXPECT_OK(document.parse_object("{}"));
}

TEST(Json, strings_carry_their_length) {
  json::Document document;
  const auto value = document.parse("\"a\\u0000b\"");
  ASSERT_TRUE(value);
  EXPECT_EQ(*value->string(), std::string_view("a\0b", 3));
  EXPECT_EQ(value->text(), "\"a\\u0000b\"");
}

TEST(Json, a_document_is_used_again_after_a_refusal) {
  json::Document document;
  EXPECT_CODE(document.parse(R"({"a":1,"a":2})"), duplicate_member);
  EXPECT_CODE(document.parse("{"), bad_json);
  const auto value = document.parse("[1]");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->text(), "[1]");
}
