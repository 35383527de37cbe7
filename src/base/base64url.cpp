#include "base/base64url.hpp"

#include <array>

#include "base/try.hpp"

namespace tessera::base64url {

namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint32_t kBad = 0x80000000;

// One table for each place in a group of four, already shifted: a group is four look-ups, three ors and one test.
consteval std::array<std::array<std::uint32_t, 256>, 4> tables() {
  std::array<std::array<std::uint32_t, 256>, 4> t{};
  for (auto& place : t) place.fill(kBad);
  for (unsigned value = 0; value < 64; ++value)
    for (unsigned place = 0; place < 4; ++place)
      t[place][static_cast<unsigned char>(kAlphabet[value])] = value << (18 - 6 * place);
  return t;
}
constexpr auto kTables = tables();

std::uint32_t look_up(unsigned place, char c) { return kTables[place][static_cast<unsigned char>(c)]; }

}  // namespace

void append(std::string& out, BytesView octets) {
  const std::size_t start = out.size();
  out.resize(start + encoded_size(octets.size()));
  char* to = out.data() + start;
  const auto* from = reinterpret_cast<const unsigned char*>(octets.data());
  std::size_t left = octets.size();
  for (; left >= 3; left -= 3, from += 3) {
    const std::uint32_t group =
        static_cast<std::uint32_t>(from[0]) << 16 | static_cast<std::uint32_t>(from[1]) << 8 | from[2];
    *to++ = kAlphabet[group >> 18];
    *to++ = kAlphabet[group >> 12 & 63];
    *to++ = kAlphabet[group >> 6 & 63];
    *to++ = kAlphabet[group & 63];
  }
  if (left > 0) {
    const std::uint32_t group =
        static_cast<std::uint32_t>(from[0]) << 16 | (left == 2 ? static_cast<std::uint32_t>(from[1]) << 8 : 0);
    *to++ = kAlphabet[group >> 18];
    *to++ = kAlphabet[group >> 12 & 63];
    if (left == 2) *to++ = kAlphabet[group >> 6 & 63];
  }
}

std::string encode(BytesView octets) {
  std::string out;
  append(out, octets);
  return out;
}

Result<std::size_t> decode(std::string_view text, std::span<std::byte> out) {
  const std::size_t size = decoded_size(text.size());
  INVARIANT(out.size() >= size, "base64url::decode: output too small");
  ENSURE(text.size() % 4 != 1, bad_base64, "length");
  const char* from = text.data();
  std::byte* to = out.data();
  std::uint32_t all = 0;
  for (std::size_t left = text.size() / 4; left > 0; --left, from += 4) {
    const std::uint32_t group = look_up(0, from[0]) | look_up(1, from[1]) | look_up(2, from[2]) | look_up(3, from[3]);
    all |= group;
    *to++ = static_cast<std::byte>(group >> 16);
    *to++ = static_cast<std::byte>(group >> 8);
    *to++ = static_cast<std::byte>(group);
  }
  ENSURE((all & kBad) == 0, bad_base64, "alphabet");
  const std::size_t rest = text.size() % 4;
  if (rest != 0) {
    std::uint32_t group = look_up(0, from[0]) | look_up(1, from[1]);
    if (rest == 3) group |= look_up(2, from[2]);
    ENSURE((group & kBad) == 0, bad_base64, "alphabet");
    *to++ = static_cast<std::byte>(group >> 16);
    if (rest == 3) *to++ = static_cast<std::byte>(group >> 8);
    ENSURE((group & (rest == 2 ? 0xFFFFU : 0xFFU)) == 0, bad_base64, "trailing bits");
  }
  return size;
}

Result<Bytes> decode(std::string_view text) {
  Bytes out(decoded_size(text.size()));
  TRY_VOID(decode(text, out));
  return out;
}

}  // namespace tessera::base64url
