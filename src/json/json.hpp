// Strict JSON in, compact JSON out: the only door to a JSON library (simdjson's DOM parser, never On Demand).
//
// Strict: UTF-8 only, one value and nothing after it, no member name twice at any depth (also through escapes), depth
// at most 32, at most 1,024 members in an object, numbers finite, integers within 64 bits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tessera/result.hpp"

namespace tessera::json {

inline constexpr std::size_t kMaxDepth = 32;
inline constexpr std::size_t kMaxMembers = 1024;

enum class Kind : std::uint8_t { null, boolean, integer, number, string, array, object };

class Array;
class Object;
class Writer;

// A view of one value in a parsed Document; lives as long as the document is neither parsed again nor destroyed.
class Value {
 public:
  Value() = default;
  Kind kind() const;
  bool is(Kind k) const { return kind() == k; }
  // Each gives nothing when the value is of another kind. An integer also reads as a number; a number such as 1.0 or
  // 1e3 that is whole and below 2^53 also reads as an integer.
  std::optional<std::string_view> string() const;
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;
  std::optional<double> number() const;
  // Name the array or object before a range-for goes over it: `for (x : *v.array())` would outlive the optional.
  std::optional<Array> array() const;
  std::optional<Object> object() const;
  // The value printed compactly. Integers of 64 bits stay exact; other numbers are spelt as short as they can be. With
  // `room` for all of it, a secret leaves no part behind as the text grows.
  std::string text(std::size_t room = 0) const;

 private:
  friend class Document;
  friend class Array;
  friend class Object;
  Value(const void* document, std::size_t index) : document_(document), index_(index) {}
  void print(Writer& out) const;
  const void* document_ = nullptr;
  std::size_t index_ = 0;
};

struct Member {
  std::string_view name;
  Value value;
};

class Array {
 public:
  class Iterator {
   public:
    Value operator*() const { return {document_, index_}; }
    Iterator& operator++();
    bool operator==(const Iterator&) const = default;
    const void* document_;
    std::size_t index_;
  };
  Iterator begin() const;
  Iterator end() const;
  std::size_t size() const;

 private:
  friend class Value;
  Array(const void* document, std::size_t index) : document_(document), index_(index) {}
  const void* document_;
  std::size_t index_;
};

class Object {
 public:
  class Iterator {
   public:
    Member operator*() const;
    Iterator& operator++();
    bool operator==(const Iterator&) const = default;
    const void* document_;
    std::size_t index_;
  };
  Iterator begin() const;
  Iterator end() const;
  std::size_t size() const;
  std::optional<Value> find(std::string_view name) const;  // linear: objects here are small

 private:
  friend class Value;
  Object(const void* document, std::size_t index) : document_(document), index_(index) {}
  const void* document_;
  std::size_t index_;
};

// A parser and the document that it parsed last; reusing one allocates nothing once it has seen its largest input.
class Document {
 public:
  Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  // Errors: bad_json, json_depth, duplicate_member, too_large (members). The text is copied (padding); at most 4 GiB,
  // but callers limit it first.
  Result<Value> parse(std::string_view text);
  // The same, and the value must be an object (else bad_json).
  Result<Object> parse_object(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Writes compact JSON, appending to a string. Names and texts must be UTF-8 (check with valid_utf8 what came from
// outside). The caller keeps the order right: key before value inside an object; a wrong nesting aborts.
//   json::Writer w;  w.begin_object().key("iss").string(iss).key("exp").integer(t).end_object();
class Writer {
 public:
  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);
  Writer& string(std::string_view text);
  Writer& integer(std::int64_t value);
  Writer& number(double value);  // shortest text that reads back the same; must be finite
  Writer& boolean(bool value);
  Writer& null();
  Writer& raw(std::string_view json);  // text that is JSON already
  // key and value at once
  Writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  Writer& member(std::string_view name, const char* text) { return key(name).string(text); }
  Writer& member(std::string_view name, const std::string& text) { return key(name).string(text); }
  Writer& member(std::string_view name, bool value) { return key(name).boolean(value); }
  template <std::integral I>
    requires(!std::same_as<I, bool>)
  Writer& member(std::string_view name, I value) {
    return key(name).integer(static_cast<std::int64_t>(value));
  }
  Writer& member(std::string_view name, const std::vector<std::string>& texts);

  // Room for so many more octets at once: none of them is moved as the text grows, and left behind (a secret, say).
  Writer& reserve(std::size_t octets) { return text_.reserve(text_.size() + octets), *this; }
  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  void separate();
  std::string text_;
  std::uint64_t open_ = 0;  // one bit a level: object or array; the lowest is the innermost
  std::uint8_t depth_ = 0;
  bool fresh_ = true;  // nothing written yet at this level
};

}  // namespace tessera::json
