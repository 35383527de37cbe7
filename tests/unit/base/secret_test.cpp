#include "tessera/secret.hpp"

#include <gtest/gtest.h>

#include <type_traits>

#include "base/ct.hpp"
#include "base/wipe.hpp"

using namespace tessera;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);

TEST(Secret, is_empty_once_moved_from) {
  Secret a{std::string_view("watchword")};
  const Secret b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT: what is tested
  EXPECT_EQ(b.expose_text("a test"), "watchword");
}

TEST(Secret, holds_the_new_octets_once_assigned_to) {
  Secret a = Secret::of_size(32);
  a = Secret{std::string_view("new")};
  EXPECT_EQ(a.expose_text("a test"), "new");
}

TEST(Wipe, clears_memory_and_text) {
  char memory[4] = {'a', 'b', 'c', 'd'};
  wipe(memory, sizeof memory);
  for (const char c : memory) EXPECT_EQ(c, '\0');
  std::string text = "secret";
  wipe(text);
  EXPECT_TRUE(text.empty());
}

TEST(ConstantTime, compares_by_size_and_every_octet) {
  EXPECT_TRUE(ct::equal(std::string_view(""), std::string_view("")));
  EXPECT_FALSE(ct::equal(std::string_view("a"), std::string_view("")));
  const std::string same(64, 'k');
  EXPECT_TRUE(ct::equal(same, std::string(64, 'k')));
  for (std::size_t place = 0; place < same.size(); ++place)
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = same;
      other[place] = static_cast<char>(other[place] ^ (1 << bit));
      ASSERT_FALSE(ct::equal(same, other));
    }
  EXPECT_FALSE(ct::equal(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

TEST(ConstantTime, numbers) {
  constexpr std::size_t kLargest = ~std::size_t{0} >> 1;
  for (const std::size_t a : {std::size_t{0}, std::size_t{1}, std::size_t{255}, kLargest - 1, kLargest})
    for (const std::size_t b : {std::size_t{0}, std::size_t{1}, std::size_t{255}, kLargest - 1, kLargest}) {
      EXPECT_EQ(ct::same(a, b), a == b ? ~ct::Mask{0} : 0);
      EXPECT_EQ(ct::less(a, b), a < b ? ~ct::Mask{0} : 0);
    }
}

TEST(ConstantTime, copies_or_does_not) {
  const Bytes from(5, std::byte{'f'});
  Bytes to(5, std::byte{'t'});
  ct::copy_if(0, from, to);
  EXPECT_EQ(to, Bytes(5, std::byte{'t'}));
  ct::copy_if(~ct::Mask{0}, from, to);
  EXPECT_EQ(to, from);
}

TEST(ConstantTime, padding_is_whole_or_none) {
  for (std::size_t size = 0; size <= 255; ++size) {
    Bytes block(16, static_cast<std::byte>(size));
    const bool good = size >= 1 && size <= 16;
    EXPECT_EQ(ct::padding_size(block), good ? size : 0) << size;
    for (std::size_t at = 0; good && at < block.size(); ++at) {
      Bytes other = block;
      other[at] ^= std::byte{0x40};
      // What stands before the padding is no part of it.
      EXPECT_EQ(ct::padding_size(other), at < block.size() - size ? size : 0) << size << " " << at;
    }
  }
}
