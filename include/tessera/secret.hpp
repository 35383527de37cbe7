// Secret octets: a password, a MAC key, a private key in print.
//
// A `Secret` can be moved, never copied, compared or printed; it wipes its memory when it is destroyed, moved from or
// assigned to. `expose` is the only way to its octets, and takes a literal that says why, so that every exposure is
// found by grep. Any number of threads may read one; `writable` is for whoever has it alone.
#pragma once

#include <cstddef>
#include <string_view>

#include "tessera/bytes.hpp"

namespace tessera {

// Why a secret is exposed, or a key taken that is too short. Made while compiling, out of a text that is known then: a
// literal.
class Reason {
 public:
  template <std::size_t N>
  consteval Reason(const char (&why)[N]) {
    static_assert(N > 1, "say why");
    for (const char c : why) read(c);
  }

 private:
  static consteval void read(char) {}
};

class Secret {
 public:
  Secret() = default;
  // Copies the octets; the caller still owns, and should wipe, the originals.
  explicit Secret(BytesView octets);
  explicit Secret(std::string_view octets) : Secret(bytes_of(octets)) {}
  // `size` zero octets, to be filled through `writable`.
  static Secret of_size(std::size_t size);

  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  std::size_t size() const { return octets_.size(); }
  bool empty() const { return octets_.empty(); }

  // The octets; the view lives as long as this object is neither moved from nor destroyed.
  BytesView expose(Reason) const { return octets_; }
  std::string_view expose_text(Reason) const { return text_of(octets_); }
  std::span<std::byte> writable() { return octets_; }

  friend bool operator==(const Secret&, const Secret&) = delete;

 private:
  Bytes octets_;
};

}  // namespace tessera
