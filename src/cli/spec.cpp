#include "cli/spec.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tessera::cli {

std::vector<std::string> headings(const Spec& spec) {
  std::vector<std::string> found;
  for (const Argument& argument : spec.arguments) {
    if (std::ranges::find(found, argument.heading) == found.end()) found.push_back(argument.heading);
  }
  return found;
}

bool is_positional(const Argument& argument) { return argument.short_flag.empty() && argument.long_flag.empty(); }

std::string spelled(const Argument& argument) {
  if (is_positional(argument)) return argument.value;
  std::string out = argument.short_flag;
  if (!argument.long_flag.empty()) out += (out.empty() ? "" : ", ") + argument.long_flag;
  return argument.value.empty() ? out : out + " " + argument.value;
}

std::string usage_of(const Spec& spec) {
  std::string out = "tessera " + spec.name;
  for (const Argument& argument : spec.arguments) {
    if (argument.required && !is_positional(argument)) out += " " + spelled(argument);
  }
  out += " [options]";
  for (const Argument& argument : spec.arguments) {
    if (!is_positional(argument)) continue;
    const std::string more = argument.repeated ? "..." : "";
    out += argument.required ? fmt::format(" {}{}", argument.value, more) : fmt::format(" [{}]", argument.value);
  }
  return out;
}

std::string continued(std::string_view example, std::size_t width) {
  std::string out;
  std::size_t column = 2;
  while (!example.empty()) {
    std::size_t end = example.find(" --", 1);
    if (end == std::string_view::npos) end = example.size();
    const std::string_view piece = example.substr(0, end);
    if (column > 2 && column + piece.size() + 2 > width) {
      out += " \\\n     ";
      column = 5;
    }
    out += piece;
    column += piece.size();
    example.remove_prefix(end);
  }
  return out;
}

}  // namespace tessera::cli
