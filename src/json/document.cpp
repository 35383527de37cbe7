#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/try.hpp"
#include "base/wipe.hpp"
#include "json/json.hpp"

namespace tessera::json {

namespace {

// simdjson's tape (its doc/tape.md): one 64-bit word a value, the kind in the top 8 bits; integers and doubles take the
// next word too; a string is an offset into the string buffer, where a 32-bit length stands before it; a container
// holds the index after its end in the low 32 bits.
using Doc = simdjson::dom::document;

const Doc& doc_of(const void* document) { return *static_cast<const Doc*>(document); }
std::uint64_t word(const Doc& doc, std::size_t index) { return doc.tape[index]; }
char tag(const Doc& doc, std::size_t index) { return static_cast<char>(word(doc, index) >> 56); }
std::size_t payload(const Doc& doc, std::size_t index) { return word(doc, index) & 0x00FF'FFFF'FFFF'FFFF; }

std::string_view string_at(const Doc& doc, std::size_t index) {
  const std::uint8_t* at = doc.string_buf.get() + payload(doc, index);
  std::uint32_t size;
  std::memcpy(&size, at, sizeof size);
  return {reinterpret_cast<const char*>(at) + sizeof size, size};
}

// The index after the value at `index`.
std::size_t after(const Doc& doc, std::size_t index) {
  switch (tag(doc, index)) {
    case '{':
    case '[': return payload(doc, index) & 0xFFFF'FFFF;
    case 'l':
    case 'u':
    case 'd': return index + 2;
    default: return index + 1;
  }
}

bool all_different(std::span<std::string_view> names) {
  if (names.size() <= 16) {
    for (std::size_t i = 1; i < names.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (names[i] == names[k]) return false;
    return true;
  }
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}

}  // namespace

// A document may be a private key: what it leaves in memory is wiped.
//
// simdjson's two stages are called one by one. Its own parser takes a tape for the worst text of that length, and keeps
// what only parsing needs: 15 octets for each of the text, in every document that is open at once. The first stage
// counts what there is, so that the tape is as long as it must be.
struct Document::Impl {
  static constexpr std::size_t kKept = 16 << 10;  // of the text: what parsing it took is kept for the next one

  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
  Doc doc;
  std::size_t tape_room = 0, string_room = 0;
  std::string padded;  // the text, with the room behind it that simdjson asks for
  std::vector<std::string_view> names;

  ~Impl() {
    wipe(padded);
    wipe_strings();
  }

  void wipe_strings() {
    if (doc.string_buf) wipe(doc.string_buf.get(), string_room);
  }

  simdjson::error_code prepare(std::string_view text) {
    if (padded.size() < text.size() + simdjson::SIMDJSON_PADDING) {
      wipe(padded);
      padded.resize(text.size() + simdjson::SIMDJSON_PADDING);
    }
    text.copy(padded.data(), text.size());
    if (!parser)
      return simdjson::get_active_implementation()->create_dom_parser_implementation(text.size(), kMaxDepth + 1,
                                                                                     parser);
    return parser->capacity() < text.size() ? parser->set_capacity(text.size()) : simdjson::SUCCESS;
  }

  // Room for what the first stage found: a value takes two words at most, and one for each octet of the text; a string
  // five octets beside its own (its size, and an end).
  void make_room(std::size_t size) {
    const std::size_t found = parser->n_structural_indexes;
    const std::size_t words = std::min(2 * found, size) + 64;
    const std::size_t octets = std::min(5 * found + size, 5 * size / 3) + 2 * simdjson::SIMDJSON_PADDING;
    if (tape_room < words) {
      doc.tape.reset();
      doc.tape = std::make_unique_for_overwrite<std::uint64_t[]>(tape_room = words);
    }
    if (string_room < octets) {
      wipe_strings();
      doc.string_buf.reset();
      doc.string_buf = std::make_unique_for_overwrite<std::uint8_t[]>(string_room = octets);
    }
  }

  simdjson::error_code read(std::string_view text) {
    auto error = prepare(text);
    if (!error) error = parser->stage1(bytes(padded), text.size(), simdjson::stage1_mode::regular);
    if (!error) {
      make_room(text.size());
      error = parser->stage2(doc);
    }
    if (text.size() > kKept) {
      parser.reset();
      wipe(padded);
      padded = {};
    }
    return error;
  }

  static const std::uint8_t* bytes(const std::string& text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
  }

  Result<void> check_members(std::size_t object) {
    const std::size_t end = after(doc, object) - 1;
    names.clear();
    for (std::size_t at = object + 1; at < end; at = after(doc, at + 1)) {
      ENSURE(names.size() < kMaxMembers, too_large, "members");
      names.push_back(string_at(doc, at));
    }
    ENSURE(all_different(names), duplicate_member, "");
    return {};
  }

  // One walk along the tape, no recursion: each object's members are different, and nothing is nested too deeply.
  Result<void> check() {
    const std::size_t end = payload(doc, 0);
    std::size_t depth = 0;
    for (std::size_t at = 1; at < end;) {
      const char t = tag(doc, at);
      if (t == '{' || t == '[') {
        ENSURE(++depth <= kMaxDepth, json_depth, "");
        if (t == '{') TRY_VOID(check_members(at));
        ++at;
      } else if (t == '}' || t == ']') {
        --depth;
        ++at;
      } else {
        at = after(doc, at);
      }
    }
    return {};
  }
};

Document::Document() : impl_(std::make_unique<Impl>()) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Value> Document::parse(std::string_view text) {
  ENSURE(!text.empty(), bad_json, "empty");
  ENSURE(!text.starts_with("\xEF\xBB\xBF"), bad_json, "byte order mark");
  ENSURE(text.size() < (std::size_t{1} << 32) - 64, too_large, "");
  const auto error = impl_->read(text);
  ENSURE(error != simdjson::DEPTH_ERROR, json_depth, "");
  ENSURE(error == simdjson::SUCCESS, bad_json, "");
  TRY_VOID(impl_->check());
  return Value(&impl_->doc, 1);
}

Result<Object> Document::parse_object(std::string_view text) {
  const Value value = TRY(parse(text));
  const auto object = value.object();
  ENSURE(object, bad_json, "object");
  return *object;
}

Kind Value::kind() const {
  if (!document_) return Kind::null;
  switch (tag(doc_of(document_), index_)) {
    case '{': return Kind::object;
    case '[': return Kind::array;
    case '"': return Kind::string;
    case 'l': return Kind::integer;
    case 'u':
    case 'd': return Kind::number;
    case 't':
    case 'f': return Kind::boolean;
    default: return Kind::null;
  }
}

std::optional<std::string_view> Value::string() const {
  if (!is(Kind::string)) return std::nullopt;
  return string_at(doc_of(document_), index_);
}

std::optional<bool> Value::boolean() const {
  if (!is(Kind::boolean)) return std::nullopt;
  return tag(doc_of(document_), index_) == 't';
}

std::optional<std::int64_t> Value::integer() const {
  if (is(Kind::integer)) return static_cast<std::int64_t>(word(doc_of(document_), index_ + 1));
  const auto value = number();
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (!value || *value != std::floor(*value) || std::abs(*value) >= kExact) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<double> Value::number() const {
  if (!is(Kind::integer) && !is(Kind::number)) return std::nullopt;
  const std::uint64_t bits = word(doc_of(document_), index_ + 1);
  switch (tag(doc_of(document_), index_)) {
    case 'l': return static_cast<double>(static_cast<std::int64_t>(bits));
    case 'u': return static_cast<double>(bits);
    default: {
      double value;
      std::memcpy(&value, &bits, sizeof value);
      return value;
    }
  }
}

std::optional<Array> Value::array() const {
  if (!is(Kind::array)) return std::nullopt;
  return Array(document_, index_);
}

std::optional<Object> Value::object() const {
  if (!is(Kind::object)) return std::nullopt;
  return Object(document_, index_);
}

// At most kMaxDepth deep, which Document::parse made sure of.
void Value::print(Writer& out) const {
  switch (kind()) {
    case Kind::null: out.null(); break;
    case Kind::boolean: out.boolean(*boolean()); break;
    case Kind::integer: out.integer(*integer()); break;
    case Kind::number:
      if (tag(doc_of(document_), index_) == 'u')
        out.raw(std::to_string(word(doc_of(document_), index_ + 1)));
      else
        out.number(*number());
      break;
    case Kind::string: out.string(*string()); break;
    case Kind::array: {
      const Array items = *array();
      out.begin_array();
      for (const Value item : items) item.print(out);
      out.end_array();
      break;
    }
    case Kind::object: {
      const Object members = *object();
      out.begin_object();
      for (const Member member : members) member.value.print(out.key(member.name));
      out.end_object();
      break;
    }
  }
}

std::string Value::text(std::size_t room) const {
  Writer out;
  out.reserve(room);
  print(out);
  return out.take();
}

namespace {
// The tape's own count saturates, so it is not asked.
template <class Container>
std::size_t count(const Container& container) {
  std::size_t n = 0;
  for (auto it = container.begin(); it != container.end(); ++it) ++n;
  return n;
}
}  // namespace

Array::Iterator Array::begin() const { return {document_, index_ + 1}; }
Array::Iterator Array::end() const { return {document_, after(doc_of(document_), index_) - 1}; }
Array::Iterator& Array::Iterator::operator++() {
  index_ = after(doc_of(document_), index_);
  return *this;
}
std::size_t Array::size() const { return count(*this); }

Object::Iterator Object::begin() const { return {document_, index_ + 1}; }
Object::Iterator Object::end() const { return {document_, after(doc_of(document_), index_) - 1}; }
Member Object::Iterator::operator*() const {
  return {string_at(doc_of(document_), index_), Value(document_, index_ + 1)};
}
Object::Iterator& Object::Iterator::operator++() {
  index_ = after(doc_of(document_), index_ + 1);
  return *this;
}
std::size_t Object::size() const { return count(*this); }

std::optional<Value> Object::find(std::string_view name) const {
  for (const Member member : *this)
    if (member.name == name) return member.value;
  return std::nullopt;
}

}  // namespace tessera::json
