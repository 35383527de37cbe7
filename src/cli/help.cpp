#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tessera::cli {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kColumn = 24;  // where the explanations begin

std::string argument_row(std::string_view left, std::string_view right) {
  std::string out = fmt::format("  {}", left);
  if (out.size() + 2 > kColumn) {
    out += "\n" + std::string(kColumn, ' ');
  } else {
    out.resize(kColumn, ' ');
  }
  return out + wrapped(right, kColumn, kWidth) + "\n";
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

}  // namespace

std::string_view family_of(const Command& command) {
  const std::size_t space = command.name.find(' ');
  return space == std::string_view::npos ? std::string_view() : command.name.substr(0, space);
}

std::vector<std::string_view> groups() {
  std::vector<std::string_view> found;
  for (const Command* command : commands()) {
    if (std::find(found.begin(), found.end(), command->group) == found.end()) found.push_back(command->group);
  }
  return found;
}

Spec spec_of(const Command& command) {
  Args args(command.name, command.summary);
  const Run run = command.declare(args);
  add_common(args);
  return args.spec();
}

std::string command_help(const Spec& spec) {
  std::string text = fmt::format("Usage: {}\n\n{}.\n", usage_of(spec), wrapped(spec.summary, 0, kWidth));
  for (const std::string& heading : headings(spec)) {
    text += fmt::format("\n{}\n", heading);
    for (const Argument& argument : spec.arguments) {
      if (argument.heading == heading) text += argument_row(spelled(argument), argument.help);
    }
  }
  if (!spec.examples.empty()) text += "\nExamples\n";
  for (const std::string& example : spec.examples) text += "  " + continued(example, kWidth) + "\n";
  return text;
}

std::string top_help() {
  std::string text = fmt::format("Usage: tessera COMMAND [arguments]\n\n{}\n", wrapped(kAbout, 0, kWidth));
  for (const std::string_view group : groups()) {
    text += fmt::format("\n{}\n", group);
    for (const Command* command : commands()) {
      if (command->group == group) text += row(command->name, command->summary);
    }
  }
  std::string exits;
  for (const ExitMeaning& exit : kExits) {
    exits += fmt::format("{}{} {}", exits.empty() ? "" : ", ", static_cast<int>(exit.exit), exit.means);
  }
  return text + "\nEverywhere\n" + row("--json", "One JSON object on standard output, for a refusal too") +
         row("-h, --help", "Explain a command: tessera jwt verify --help") +
         row("--version", "Say which tessera this is") +
         fmt::format("\n{}\nExit: {}.\n", wrapped(kInputs, 0, kWidth), exits) +
         "\nExamples\n"
         "  tessera key generate --alg ES256 --out key.jwk\n"
         "  tessera inspect token.txt\n";
}

bool is_family(std::string_view word) {
  const auto named = [&](const Command* command) { return command->name == word; };
  const auto within = [&](const Command* command) { return family_of(*command) == word; };
  return !word.empty() && std::ranges::any_of(commands(), within) && std::ranges::none_of(commands(), named);
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
