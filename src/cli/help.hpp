// The help texts: of a command, of a family of them ("key", "jwt"), of all; and what they say beside the commands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace tessera::cli {

inline constexpr std::string_view kAbout = "Makes, reads and checks signed tokens and their keys, and issues them.";
inline constexpr std::string_view kInputs =
    "A token or key is given as a file, as - for standard input, or (a token) as its text. A secret is never an "
    "argument: it comes from a file, standard input or the environment.";
struct ExitMeaning {
  Exit exit;
  std::string_view means;
};
inline constexpr ExitMeaning kExits[] = {{Exit::done, "done or valid"},
                                         {Exit::refused, "refused"},
                                         {Exit::usage, "wrong arguments"},
                                         {Exit::environment, "file, network or system"}};

// All that the command takes, with what every command takes.
Spec spec_of(const Command& command);

std::string command_help(const Spec& spec);
std::string top_help();

// The headings of the commands, each once, in their order.
std::vector<std::string_view> groups();

// A family is the first of a command's two words, where it is no command by itself.
std::string_view family_of(const Command& command);
bool is_family(std::string_view word);
std::string family_help(std::string_view family);
std::string family_names(std::string_view family);  // "key generate, key public or …"

// What every command takes.
void add_common(Args& args);

}  // namespace tessera::cli
