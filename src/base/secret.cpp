#include "tessera/secret.hpp"

#include <cstring>

#include "base/wipe.hpp"

namespace tessera {

void wipe(void* memory, std::size_t size) {
  if (size == 0) return;
  std::memset(memory, 0, size);
  // The compiler must assume that the zeros are read.
  __asm__ __volatile__("" : : "r"(memory) : "memory");
}

Secret::Secret(BytesView octets) : octets_(octets.begin(), octets.end()) {}

Secret Secret::of_size(std::size_t size) {
  Secret secret;
  secret.octets_.resize(size);
  return secret;
}

Secret::Secret(Secret&& other) noexcept : octets_(std::move(other.octets_)) { other.octets_.clear(); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(octets_.data(), octets_.size());
    octets_ = std::move(other.octets_);
    other.octets_.clear();
  }
  return *this;
}

Secret::~Secret() { wipe(octets_.data(), octets_.size()); }

}  // namespace tessera
