// What people and scripts see: colour on a terminal only, control characters never, one JSON object when asked.
#pragma once

#include <string>
#include <string_view>

#include "base/printable.hpp"
#include "cli/failure.hpp"
#include "json/json.hpp"

namespace tessera::cli {

enum class Format { text, json };
enum class Paint { plain, colour };

// Where a command runs: how it should speak.
struct Console {
  Format format = Format::text;
  Paint out = Paint::plain;  // of standard output
  Paint err = Paint::plain;
  bool out_is_terminal = false;

  // From isatty, NO_COLOR and TERM.
  static Console detect(Format format);
};

enum class Hue { good, bad, warn, strong, faint, name, text, number };
std::string painted(Paint paint, Hue hue, std::string_view text);

// As `printable`, but for line ends and tabs, which stay.
std::string printable_lines(std::string_view text);

// Valid JSON text, indented; numbers and escapes stay as they were signed.
std::string indented_json(std::string_view json, Paint paint);

// A text member that may come from outside: what is not UTF-8 is escaped.
void text_member(json::Writer& writer, std::string_view name, std::string_view text);

// {"valid":false,"error":{…}}, and the same for people. A failure that is one sentence is that alone for people.
std::string failure_json(const Failure& failure);
std::string failure_text(const Failure& failure, Paint paint);

// Words wrapped into lines of `width` columns, each after the first led by `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 80);

}  // namespace tessera::cli
