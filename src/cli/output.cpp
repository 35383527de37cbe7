#include "cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/utf8.hpp"
#include "json/tokens.hpp"

namespace tessera::cli {

namespace {

constexpr std::size_t kMaxShown = 400;   // of a sentence in an error
constexpr std::size_t kMaxActual = 200;  // of what came, which others may have written

Paint paint_for(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool wanted = (no_color == nullptr || *no_color == '\0') && term != nullptr && std::string_view(term) != "dumb";
  return wanted && ::isatty(descriptor) == 1 ? Paint::colour : Paint::plain;
}

std::string_view code_of(Hue hue) {
  switch (hue) {
    case Hue::good: return "1;32";
    case Hue::bad: return "1;31";
    case Hue::warn: return "1;33";
    case Hue::strong: return "1";
    case Hue::faint: return "2";
    case Hue::name: return "36";
    case Hue::text: return "32";
    case Hue::number: return "33";
  }
  return "0";
}

// At most `limit` octets, cut between characters.
std::string shortened(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return std::string(text.substr(0, limit)) + "...";
}

char front(std::string_view text) { return text.empty() ? '\0' : text[0]; }

std::string painted_value(std::string_view token, Paint paint) {
  return painted(paint, front(token) == '"' ? Hue::text : Hue::number, printable(token));
}

void line(std::string& out, Paint paint, std::string_view label, std::string_view text) {
  if (text.empty()) return;
  const std::size_t indent = 12;
  out += "  " + painted(paint, Hue::faint, fmt::format("{:<10}", label));
  out += wrapped(printable(text), indent) + "\n";
}

std::string_view verdict(Exit exit) {
  switch (exit) {
    case Exit::usage: return "usage";
    case Exit::environment: return "failed";
    default: return "refused";
  }
}

}  // namespace

Console Console::detect(Format format) {
  Console console;
  console.format = format;
  console.out = paint_for(STDOUT_FILENO);
  console.err = paint_for(STDERR_FILENO);
  console.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  return console;
}

std::string painted(Paint paint, Hue hue, std::string_view text) {
  if (paint == Paint::plain) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code_of(hue), text);
}

std::string printable_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool kept = text[0] == '\n' || text[0] == '\t';
    if (kept) out += text[0];
    text.remove_prefix(kept ? 1 : append_printable_front(out, text));
  }
  return out;
}

std::string indented_json(std::string_view json, Paint paint) {
  std::string out;
  std::size_t depth = 0;
  const auto new_line = [&] { out += "\n" + std::string(2 * depth, ' '); };
  for (std::string_view token = json::next_token(json); !token.empty(); token = json::next_token(json)) {
    std::string_view rest = json;
    const char after = front(json::next_token(rest));
    if (token == "{" || token == "[") {
      out += token;
      if (after == '}' || after == ']') {
        out += json::next_token(json);
      } else {
        ++depth;
        new_line();
      }
    } else if (token == "}" || token == "]") {
      depth -= depth > 0 ? 1 : 0;
      new_line();
      out += token;
    } else if (token == ",") {
      out += token;
      new_line();
    } else if (token == ":") {
      out += ": ";
    } else {
      out += after == ':' ? painted(paint, Hue::name, printable(token)) : painted_value(token, paint);
    }
  }
  return out;
}

void text_member(json::Writer& writer, std::string_view name, std::string_view text) {
  writer.key(name).string(valid_utf8(text) ? std::string(text) : printable_lines(text));
}

std::string failure_json(const Failure& failure) {
  json::Writer w;
  w.begin_object().member("valid", false).key("error").begin_object();
  text_member(w, "code", failure.code);
  text_member(w, "at", shortened(failure.at, kMaxActual));
  text_member(w, "expected", shortened(failure.expected, kMaxShown));
  const bool one_sentence = failure.actual == failure.summary;
  text_member(w, "actual", shortened(failure.actual, one_sentence ? kMaxShown : kMaxActual));
  text_member(w, "hint", shortened(failure.hint, kMaxShown));
  w.end_object();
  for (const auto& [name, json] : failure.report.members) w.key(name).raw(json);
  return w.end_object().take();
}

std::string failure_text(const Failure& failure, Paint paint) {
  std::string where = failure.exit == Exit::usage ? std::string() : failure.code;
  const bool said = failure.at.empty() || failure.summary.starts_with(failure.at);
  if (!said && !where.empty()) where += ", at ";
  if (!where.empty()) where = fmt::format(" ({}{})", where, said ? "" : printable(shortened(failure.at, kMaxActual)));
  const std::string_view label = verdict(failure.exit);
  std::string out = painted(paint, Hue::bad, label) + ": " +
                    wrapped(printable(failure.summary) + where, 2, 80 - std::min<std::size_t>(label.size(), 10)) + "\n";
  if (failure.actual == failure.summary) return out;  // one sentence says it all
  line(out, paint, "expected", shortened(failure.expected, kMaxShown));
  line(out, paint, "actual", shortened(failure.actual, kMaxActual));
  line(out, paint, "hint", shortened(failure.hint, kMaxShown));
  return out;
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    if (column > indent && column + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

}  // namespace tessera::cli
