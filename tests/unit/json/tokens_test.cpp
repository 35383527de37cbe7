#include "json/tokens.hpp"

#include <gtest/gtest.h>

namespace tessera::json {
namespace {

TEST(Tokens, compact_leaves_everything_but_white_space) {
  EXPECT_EQ(compact(" { \"a b\" :\t[ 1.10 , 12345678901234567890,-0.0e+1 ],\r\n\"\\u0041\\\" \" : null }\n"),
            R"({"a b":[1.10,12345678901234567890,-0.0e+1],"\u0041\" ":null})");
  EXPECT_EQ(compact("\"x y\""), "\"x y\"");
  EXPECT_EQ(compact(" true "), "true");
  EXPECT_EQ(compact(""), "");
}

TEST(Tokens, member_texts) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(member_texts("{}"), Texts{});
  EXPECT_EQ(member_texts(R"( {"a":1, "b" : {"c":[1, 2],"d":{}} ,"e":"}:,{","f":[] } )"),
            (Texts{"1", R"({"c":[1,2],"d":{}})", R"("}:,{")", "[]"}));
}

}  // namespace
}  // namespace tessera::json
