// A command of the CLI: its words, its heading, its arguments with their help text, and what it does.
//
// To add one: a file with `extern const Command kName`, and a line in commands.cpp. `declare` says the arguments and
// returns the closure that runs once they are filled in:
//
//   Run declare(Args& args) {
//     auto options = std::make_shared<Options>();
//     args.positional("TOKEN", options->token, "the token: a file, - or the text");
//     args.heading("Policy").option("--iss", "ISSUER", options->iss, "who must have issued it");
//     args.example("tessera thing token.txt --iss https://id.example.com");
//     return [options](Console& console) { return check(*options, console); };
//   }
//   const Command kThing{"thing", "Tokens", "Check a thing", declare};
//
// `--json` and `--help` are added to every command.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/failure.hpp"
#include "cli/output.hpp"
#include "cli/spec.hpp"
#include "tessera/secret.hpp"

namespace tessera::cli {

// What a command leaves to be printed. One that prints by itself (a server) returns an empty one.
struct Reply {
  std::string text{};  // for people, on standard output
  std::string json{};  // the same as one JSON object
  std::string note{};  // for people, on standard error: what must not get into a pipe
  Secret secret{};     // instead of text or json, whichever was asked for, where it holds a key: wiped once printed
};

using Run = std::move_only_function<Outcome<Reply>(Console&)>;

// The arguments of one command. Everything is filled in when the command runs.
class Args {
 public:
  explicit Args(std::string_view command, std::string_view summary);
  ~Args();
  Args(const Args&) = delete;
  Args& operator=(const Args&) = delete;

  // Options that follow stand under this heading in the help text.
  Args& heading(std::string_view text);

  Args& positional(std::string_view name, std::string& into, std::string_view help);
  Args& positional(std::string_view name, std::optional<std::string>& into, std::string_view help);
  Args& positional(std::string_view name, std::vector<std::string>& one_or_more, std::string_view help);

  Args& option(std::string_view flag, std::string_view value, std::string& required, std::string_view help);
  Args& option(std::string_view flag, std::string_view value, std::optional<std::string>& into, std::string_view help);
  Args& option(std::string_view flag, std::string_view value, std::vector<std::string>& repeated,
               std::string_view help);
  Args& flag(std::string_view flag, bool& into, std::string_view help);

  // The values that the argument declared last may have, for the shell to offer; the command itself refuses others.
  Args& choices(std::vector<std::string> values);

  // A line that a reader can copy; long ones are continued with a backslash.
  Args& example(std::string_view line);

  // Fills in what the declarations named.
  Outcome<void> parse(std::vector<std::string> arguments);
  Spec spec() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct Command {
  std::string_view name;     // the words that call it: "jwt verify"
  std::string_view group;    // its heading in `tessera help`
  std::string_view summary;  // one line, without a full stop
  Run (*declare)(Args& args);
};

// Every command, in the order of the help text.
std::span<const Command* const> commands();

}  // namespace tessera::cli
