// The examples of draft-ietf-oauth-status-list: its short lists, and the long ones of its appendix, entry by entry.
#include <gtest/gtest.h>

#include "json/json.hpp"
#include "support/expect.hpp"
#include "support/vectors.hpp"
#include "tessera/status_list.hpp"

using namespace tessera;
using status_list::Bits;
using status_list::List;

namespace {

Result<List> list_of(const json::Object& vector) {
  return List::parse(static_cast<Bits>(*vector.find("bits")->integer()), *vector.find("lst")->string(), 1 << 20);
}

}  // namespace

TEST(TokenStatusList, short_lists) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  tests::record_cases(2);
  const std::string text = tests::read_file(*tests::vectors() / "token-status-list/vectors.json");
  json::Document document;
  const auto object = document.parse_object(text);
  const auto vectors = object->find("small")->array();
  const std::string statuses[] = {"1001110111000101", "120301011233"};
  std::size_t count = 0;
  for (const json::Value vector : *vectors) {
    const auto list = list_of(*vector.object());
    ASSERT_TRUE(list);
    std::string read;
    for (std::uint64_t i = 0; i < list->size(); ++i) read += std::to_string(*list->get(i));
    EXPECT_EQ(read, statuses[count++]);
  }
  EXPECT_EQ(count, 2U);
}

TEST(TokenStatusList, long_lists_of_each_size) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  tests::record_cases(4);
  const std::string text = tests::read_file(*tests::vectors() / "token-status-list/vectors.json");
  json::Document document;
  const auto object = document.parse_object(text);
  const auto vectors = object->find("long")->array();
  std::size_t count = 0;
  for (const json::Value one : *vectors) {
    const auto vector = *one.object();
    const auto list = list_of(vector);
    ASSERT_TRUE(list);
    EXPECT_EQ(list->size(), static_cast<std::size_t>(*vector.find("size")->integer()));
    const auto nonzero = *vector.find("nonzero")->object();
    auto rebuilt = List::of_size(list->size(), list->bits());
    for (const auto [index, status] : nonzero)
      EXPECT_OK(rebuilt->set(std::stoull(std::string(index)), static_cast<std::uint8_t>(*status.integer())));
    std::size_t differ = 0;
    for (std::uint64_t i = 0; i < list->size(); ++i) differ += *list->get(i) != *rebuilt->get(i);
    EXPECT_EQ(differ, 0U);
    ++count;
  }
  EXPECT_EQ(count, 4U);
}

// The draft's token; its key is not published, so that the signature stays unread.
TEST(TokenStatusList, the_token_has_the_shape_that_it_should) {
  if (!tests::vectors()) GTEST_SKIP() << "no vectors";
  const std::string text = tests::read_file(*tests::vectors() / "token-status-list/vectors.json");
  json::Document document;
  const auto object = document.parse_object(text);
  const auto token = *object->find("status_list_token")->string();
  const auto peeked = peek_unverified(token);
  ASSERT_TRUE(peeked);
  EXPECT_EQ(peeked->header, R"({"alg":"ES256","kid":"12","typ":"statuslist+jwt"})");
  const auto other = Keys::of({PrivateKey::generate(Alg::ES256, {.kid = "12"})->public_key()});
  EXPECT_EQ(code_of(status_list::verify(token, other, {.issuer = "https://example.com", .algs = {Alg::ES256}},
                                        "https://example.com/statuslists/1", sys_seconds(seconds(1686920170)))),
            "bad_signature");
}
