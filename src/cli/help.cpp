#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tessera::cli {

namespace {

constexpr std::size_t kColumn = 18;

std::string_view family_of(const Command& command) {
  const std::size_t space = command.name.find(' ');
  return space == std::string_view::npos ? std::string_view() : command.name.substr(0, space);
}

std::string row(const Command& command) {
  return fmt::format("  {:<{}}{}\n", command.name, kColumn - 2, wrapped(command.summary, kColumn));
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
      if (command->group == group) text += row(*command);
    }
  }
  return text +
         "\nEverywhere\n"
         "  --json            One JSON object on standard output, for a refusal too\n"
         "  -h, --help        Explain a command: tessera jwt verify --help\n"
         "  --version         Say which tessera this is\n"
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
    if (family_of(*command) == family) text += row(*command);
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
