// The words that policies and drafts are written in: what must be given, what is expected, what is left unchecked.
//
// Whatever matters has no default: leaving it out does not compile, and not checking it takes `Unchecked("why")`, which
// grep finds.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tessera/keys.hpp"

namespace tessera {

// A value that must be given: has no default.
template <class T>
struct Required {
  template <class U>
    requires std::convertible_to<U&&, T>
  Required(U&& v) : value(std::forward<U>(v)) {}
  T value;
};

// Says, where it stands, that something is not checked, and why. The reason must be a literal.
struct Unchecked {
  template <std::size_t N>
  consteval explicit Unchecked(const char (&why)[N]) : reason(why) {
    static_assert(N > 1, "say why");
  }
  const char* reason;
};

// One of several exact texts, or Unchecked. An empty list matches nothing.
class Expected {
 public:
  Expected(const char* value) : values_{std::string(value)} {}
  Expected(std::nullptr_t) = delete;
  Expected(std::string value) : values_{std::move(value)} {}
  Expected(std::vector<std::string> any_of) : values_(std::move(any_of)) {}
  // {"a", "b"}. No std::initializer_list: it would take the {} of a field that was left out.
  template <std::convertible_to<std::string>... More>
    requires(sizeof...(More) > 0)
  Expected(std::string first, More&&... more) : values_{std::move(first), std::string(std::forward<More>(more))...} {}
  Expected(Unchecked why) : unchecked_(why.reason) {}

  bool checked() const { return unchecked_ == nullptr; }
  const std::vector<std::string>& values() const { return values_; }
  const char* unchecked_reason() const { return unchecked_; }  // null when checked

 private:
  std::vector<std::string> values_;
  const char* unchecked_ = nullptr;
};

// Those that are allowed, or Unchecked (whatever the key can do, then). An empty list allows none.
template <class T>
class Allowed {
 public:
  template <std::same_as<T>... More>
  Allowed(T first, More... more) : values_{first, more...} {}
  Allowed(std::vector<T> values) : values_(std::move(values)) {}
  Allowed(Unchecked why) : unchecked_(why.reason) {}
  bool checked() const { return unchecked_ == nullptr; }
  const std::vector<T>& values() const { return values_; }
  const char* unchecked_reason() const { return unchecked_; }  // null when checked

 private:
  std::vector<T> values_;
  const char* unchecked_ = nullptr;
};
using AllowedAlgs = Allowed<Alg>;        // that may have signed
using AllowedKeyAlgs = Allowed<KeyAlg>;  // that may have encrypted the content's key
using AllowedEncs = Allowed<Enc>;        // that may have encrypted the content

// Of several signatures or recipients of one message: one of them is enough, or every one must hold. None of none
// holds.
enum class Rule : std::uint8_t { ANY, ALL };

}  // namespace tessera
