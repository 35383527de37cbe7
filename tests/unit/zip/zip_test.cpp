#include <gtest/gtest.h>

#include "base/base64url.hpp"
#include "support/expect.hpp"
#include "unit/jose/allocations.hpp"
#include "zip/zip.hpp"

using namespace tessera;
using zip::Format;

namespace {

constexpr Format kFormats[] = {Format::deflate, Format::zlib};

Bytes deflated(Format format, std::string_view plain) {
  auto packed = zip::deflate(format, bytes_of(plain));
  EXPECT_TRUE(packed);
  return packed ? std::move(*packed) : Bytes();
}

std::string inflated(Format format, BytesView packed, std::size_t max_size) {
  const auto plain = zip::inflate(format, packed, max_size);
  return plain ? std::string(text_of(*plain)) : refusal_of(plain);
}

std::string noise(std::size_t size) {  // does not compress
  std::string out;
  std::uint64_t state = 88172645463325252U;
  for (std::size_t i = 0; i < size; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    out += static_cast<char>(state);
  }
  return out;
}

}  // namespace

TEST(Zip, what_is_deflated_inflates_to_itself) {
  for (const Format format : kFormats)
    for (const std::string& plain :
         {std::string(), std::string("a"), std::string("tessera"), std::string(4095, 'x'), std::string(4096, 'x'),
          std::string(4097, 'x'), std::string(1 << 20, 'x'), noise(100'000)})
      EXPECT_EQ(inflated(format, deflated(format, plain), plain.size()), plain) << plain.size();
}

TEST(Zip, reads_what_others_have_written) {
  // draft-ietf-oauth-status-list: the 16 entries of one bit of its first example.
  const auto zlib = base64url::decode("eNrbuRgAAhcBXQ");
  ASSERT_TRUE(zlib);
  EXPECT_EQ(inflated(Format::zlib, *zlib, 2), "\xb9\xa3");
  EXPECT_EQ(inflated(Format::zlib, *zlib, 1), "inflate_limit inflated");
  // Two octets before, four behind.
  EXPECT_EQ(inflated(Format::deflate, BytesView(*zlib).subspan(2, zlib->size() - 6), 2), "\xb9\xa3");
}

TEST(Zip, the_two_formats_are_not_each_other) {
  EXPECT_EQ(inflated(Format::zlib, deflated(Format::deflate, "tessera"), 100), "malformed packed");
  EXPECT_EQ(inflated(Format::deflate, deflated(Format::zlib, "tessera"), 100), "malformed packed");
  const auto gzip = base64url::decode("H4sIAAAAAAACAytJLS5OLUoEAPOzG6cHAAAA");
  ASSERT_TRUE(gzip);
  for (const Format format : kFormats) EXPECT_EQ(inflated(format, *gzip, 100), "malformed packed");
}

TEST(Zip, refuses_what_is_no_whole_stream) {
  for (const Format format : kFormats) {
    const std::string plain = noise(5000);
    const Bytes packed = deflated(format, plain);
    for (std::size_t size = 0; size < packed.size(); ++size)
      ASSERT_EQ(inflated(format, BytesView(packed).first(size), 5000), "malformed packed") << size;
    for (const std::string_view behind : {std::string_view("\0", 1), std::string_view("x"), text_of(packed)}) {
      Bytes longer = packed;
      longer.insert(longer.end(), bytes_of(behind).begin(), bytes_of(behind).end());
      EXPECT_EQ(inflated(format, longer, 5000), "malformed packed");
      EXPECT_EQ(inflated(format, longer, 100'000), "malformed packed");
    }
    EXPECT_EQ(inflated(format, bytes_of("\xff\xff\xff\xff"), 100), "malformed packed");
  }
}

TEST(Zip, a_flipped_bit_of_a_zlib_stream_is_found) {
  constexpr std::string_view kPlain = "a watchword on a tablet, a watchword on a tablet";
  const Bytes packed = deflated(Format::zlib, kPlain);
  for (std::size_t bit = 0; bit < 8 * packed.size(); ++bit) {
    Bytes altered = packed;
    altered[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    // What grows behind the flip may pass the limit before the checksum is reached.
    const std::string outcome = inflated(Format::zlib, altered, kPlain.size());
    // The compression level, and the bits between the last block and the checksum, say nothing about the contents.
    EXPECT_TRUE(outcome == "malformed packed" || outcome == "inflate_limit inflated" || outcome == kPlain) << bit;
  }
}

TEST(Zip, a_stream_that_asks_for_a_dictionary_is_refused) {
  // CMF 0x78 with FDICT set, and a dictionary's checksum.
  EXPECT_EQ(inflated(Format::zlib, bytes_of("\x78\xbb\x01\x02\x03\x04\x03"), 100), "malformed packed");
}

TEST(Requirements, R13_inflate_limit_at_each_size) {
  for (const Format format : kFormats)
    for (const std::size_t size : {1UL, 2UL, 4095UL, 4096UL, 4097UL, 8191UL, 8192UL, 8193UL, 100'000UL}) {
      const std::string plain(size, 'x');
      const Bytes packed = deflated(format, plain);
      EXPECT_EQ(inflated(format, packed, size), plain);
      EXPECT_EQ(inflated(format, packed, size + 1), plain);
      EXPECT_EQ(inflated(format, packed, size - 1), "inflate_limit inflated") << size;
      EXPECT_EQ(inflated(format, packed, 0), "inflate_limit inflated");
    }
}

// 32 MiB in 32 KiB: what it would grow to is never taken. (zlib's own 40 KiB are not counted.)
TEST(Requirements, R13_a_bomb_takes_no_memory) {
  for (const Format format : kFormats) {
    const Bytes bomb = deflated(format, std::string(std::size_t{32} << 20, '\0'));
    ASSERT_LT(bomb.size(), 40'000U);
    const std::size_t limit = 64 * 1024;
    const std::size_t before = tests::allocated_octets;
    EXPECT_EQ(inflated(format, bomb, limit), "inflate_limit inflated");
    EXPECT_LE(tests::allocated_octets - before, 4 * limit);  // of all that was taken, one after the other
  }
}
