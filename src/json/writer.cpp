#include <charconv>
#include <cmath>

#include "base/try.hpp"
#include "json/json.hpp"

namespace tessera::json {

namespace {

void append_escaped(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::size_t plain = 0;  // where the run that needs no escape begins
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: (out += "\\u00") += {kHex[c >> 4], kHex[c & 15]};
    }
  }
  out.append(text, plain);
}

}  // namespace

void Writer::separate() {
  if (!fresh_) text_ += ',';
  fresh_ = false;
}

Writer& Writer::begin_object() {
  separate();
  INVARIANT(depth_ < kMaxDepth, "JSON written too deep");
  open_ = open_ << 1 | 1;
  ++depth_;
  fresh_ = true;
  text_ += '{';
  return *this;
}

Writer& Writer::end_object() {
  INVARIANT(depth_ > 0 && (open_ & 1) == 1, "end_object without begin_object");
  open_ >>= 1;
  --depth_;
  fresh_ = false;
  text_ += '}';
  return *this;
}

Writer& Writer::begin_array() {
  separate();
  INVARIANT(depth_ < kMaxDepth, "JSON written too deep");
  open_ <<= 1;
  ++depth_;
  fresh_ = true;
  text_ += '[';
  return *this;
}

Writer& Writer::end_array() {
  INVARIANT(depth_ > 0 && (open_ & 1) == 0, "end_array without begin_array");
  open_ >>= 1;
  --depth_;
  fresh_ = false;
  text_ += ']';
  return *this;
}

Writer& Writer::key(std::string_view name) {
  INVARIANT(depth_ > 0 && (open_ & 1) == 1, "a key outside an object");
  separate();
  text_ += '"';
  append_escaped(text_, name);
  text_ += "\":";
  fresh_ = true;  // no comma between a key and its value
  return *this;
}

Writer& Writer::string(std::string_view text) {
  separate();
  text_ += '"';
  append_escaped(text_, text);
  text_ += '"';
  return *this;
}

Writer& Writer::integer(std::int64_t value) {
  separate();
  char digits[24];
  text_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  return *this;
}

Writer& Writer::number(double value) {
  INVARIANT(std::isfinite(value), "JSON has no NaN and no infinity");
  separate();
  char digits[32];
  text_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  return *this;
}

Writer& Writer::boolean(bool value) {
  separate();
  text_ += value ? "true" : "false";
  return *this;
}

Writer& Writer::null() {
  separate();
  text_ += "null";
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}

Writer& Writer::member(std::string_view name, const std::vector<std::string>& texts) {
  key(name).begin_array();
  for (const auto& text : texts) string(text);
  return end_array();
}

}  // namespace tessera::json
