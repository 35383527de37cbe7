// The help texts above the commands: all of them, and a family of them ("key", "jwt").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace tessera::cli {

std::string top_help();

// A family is the first of a command's two words.
bool is_family(std::string_view word);
std::string family_help(std::string_view family);
std::string family_names(std::string_view family);  // "key generate, key public or …"

// What every command takes.
void add_common(Args& args);

}  // namespace tessera::cli
