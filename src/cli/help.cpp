#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tessera::cli {

namespace {

std::string_view family_of(const Command& command) {
  const std::size_t space = command.name.find(' ');
  return space == std::string_view::npos ? std::string_view() : command.name.substr(0, space);
}

// Where the summaries begin: behind the longest name.
std::size_t column() {
  std::size_t longest = 0;
  for (const Command* command : commands()) longest = std::max(longest, command->name.size());
  return longest + 4;
}

std::string row(std::string_view name, std::string_view text) {
  return fmt::format("  {:<{}}{}\n", name, column() - 2, wrapped(text, column()));
}

std::vector<std::string_view> groups() {
  std::vector<std::string_view> found;
  for (const Command* command : commands()) {
    if (std::find(found.begin(), found.end(), command->group) == found.end()) found.push_back(command->group);
  }
  return found;
}

}  // namespace

std::string top_help() {
  std::string text =
      "Usage: tessera COMMAND [arguments]\n\n"
      "Makes, reads and checks signed tokens and their keys, and issues them.\n";
  for (const std::string_view group : groups()) {
    text += fmt::format("\n{}\n", group);
    for (const Command* command : commands()) {
      if (command->group == group) text += row(command->name, command->summary);
    }
  }
  return text + "\nEverywhere\n" + row("--json", "One JSON object on standard output, for a refusal too") +
         row("-h, --help", "Explain a command: tessera jwt verify --help") +
         row("--version", "Say which tessera this is") +
         "\n"
         "A token or key is given as a file, as - for standard input, or (a token) as\n"
         "its text. A secret is never an argument: it comes from a file, standard input\n"
         "or the environment.\n"
         "Exit: 0 done or valid, 1 refused, 2 wrong arguments, 3 file, network or system.\n"
         "\nExamples\n"
         "  tessera key generate --alg ES256 --out key.jwk\n"
         "  tessera inspect token.txt\n";
}

bool is_family(std::string_view word) {
  return !word.empty() && std::ranges::any_of(commands(), [&](const Command* c) { return family_of(*c) == word; });
}

std::string family_help(std::string_view family) {
  std::string text = fmt::format("Usage: tessera {} COMMAND [arguments]\n\nCommands\n", family);
  for (const Command* command : commands()) {
    if (family_of(*command) == family) text += row(command->name, command->summary);
  }
  return text + fmt::format("\nExamples\n  tessera help {}\n", [&] {
           for (const Command* command : commands()) {
             if (family_of(*command) == family) return command->name;
           }
           return family;
         }());
}

std::string family_names(std::string_view family) {
  std::string text;
  for (const Command* command : commands()) {
    if (family_of(*command) == family) text += (text.empty() ? "tessera " : ", tessera ") + std::string(command->name);
  }
  return text;
}

void add_common(Args& args) {
  static bool taken_before = false;  // both are taken out of the words before a command parses them
  args.heading("Everywhere");
  args.flag("--json", taken_before, "one JSON object on standard output, for a refusal too");
  args.flag("-h,--help", taken_before, "this text");
}

}  // namespace tessera::cli
