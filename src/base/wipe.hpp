// Wiping memory so that no optimiser removes it.
#pragma once

#include <cstddef>
#include <string>

namespace tessera {

void wipe(void* memory, std::size_t size);
inline void wipe(std::string& text) {
  wipe(text.data(), text.size());
  text.clear();
}

// Wipes a string of its own when the scope ends: for secrets that must pass through text.
class WipedString {
 public:
  WipedString() = default;
  explicit WipedString(std::string text) : text_(std::move(text)) {}
  WipedString(const WipedString&) = delete;
  WipedString& operator=(const WipedString&) = delete;
  ~WipedString() { wipe(text_); }
  std::string& text() { return text_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace tessera
