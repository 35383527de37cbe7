// What a command declared, from which its help text, its manual page and the shells' completions are made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tessera::cli {

struct Argument {
  std::string short_flag{}, long_flag{};  // "-h", "--help"; both "" of a positional
  std::string value{};                    // what it takes, a positional's name: "FILE"; "" of a flag
  std::string help{}, heading{};
  std::vector<std::string> choices{};  // the values there are; where none is named, any may come: a file's name, say
  bool required = false, repeated = false;
};

struct Spec {
  std::string name;  // "jwt verify"
  std::string summary;
  std::vector<Argument> arguments;
  std::vector<std::string> examples;
};

bool is_positional(const Argument& argument);

// "-h, --help", "--key KEY", "TOKEN".
std::string spelled(const Argument& argument);

// "tessera serve --config FILE [options]".
std::string usage_of(const Spec& spec);

// The headings of the arguments, each once, in their order.
std::vector<std::string> headings(const Spec& spec);

// An example as a shell takes it: broken before an option where it would pass the edge of `width` columns.
std::string continued(std::string_view example, std::size_t width);

}  // namespace tessera::cli
