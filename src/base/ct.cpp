#include "base/ct.hpp"

#include "base/try.hpp"

namespace tessera::ct {

namespace {

// Keeps the compiler from finding out what a value can be, and so from branching on it or leaving a loop early.
std::size_t opaque(std::size_t value) {
  __asm__ __volatile__("" : "+r"(value));
  return value;
}

// All ones where the highest bit is set.
Mask spread(std::size_t value) { return opaque(0 - (value >> (8 * sizeof value - 1))); }

std::size_t number(std::byte octet) { return std::to_integer<std::size_t>(octet); }

}  // namespace

Mask same(std::size_t a, std::size_t b) {
  const std::size_t difference = opaque(a ^ b);
  return spread(~difference & (difference - 1));  // only zero has no bit, and borrows them all
}

Mask less(std::size_t a, std::size_t b) { return spread(a - b); }

Mask same(BytesView a, BytesView b) {
  if (a.size() != b.size()) return 0;
  std::size_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = opaque(difference | number(a[i] ^ b[i]));
  return same(difference, 0);
}

bool equal(BytesView a, BytesView b) { return told_yes(same(a, b)); }

void copy_if(Mask yes, BytesView from, std::span<std::byte> to) {
  INVARIANT(from.size() == to.size(), "ct::copy_if: sizes differ");
  for (std::size_t i = 0; i < to.size(); ++i)
    to[i] = static_cast<std::byte>((number(from[i]) & yes) | (number(to[i]) & ~yes));
}

std::size_t padding_size(BytesView last_block) {
  const std::size_t size = number(last_block.back());
  Mask good = ~same(size, 0) & less(size, last_block.size() + 1);
  for (std::size_t i = 0; i < last_block.size(); ++i)
    good &= ~less(i, size) | same(number(last_block[last_block.size() - 1 - i]), size);
  return size & good;
}

}  // namespace tessera::ct
