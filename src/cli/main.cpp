// Dispatch: which command, in which format; and the border where the exceptions of others end.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>

#include "base/wipe.hpp"
#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/io.hpp"
#include "cli/nearest.hpp"

namespace tessera::cli {

namespace {

using Words = std::vector<std::string>;

// Takes every `flag` out of the words, up to "--".
bool take_flag(Words& words, std::string_view flag) {
  const auto end = std::find(words.begin(), words.end(), "--");
  const auto kept = std::remove(words.begin(), end, flag);
  const bool found = kept != end;
  words.erase(kept, end);
  return found;
}

// The command that the words begin with, whose words are removed; or null.
const Command* take_command(Words& words) {
  const Command* found = nullptr;
  for (const Command* command : commands()) {
    const std::size_t space = command->name.find(' ');
    const bool two = space != std::string_view::npos;
    if (words.size() < (two ? 2 : 1) || words[0] != command->name.substr(0, space)) continue;
    if (two && words[1] != command->name.substr(space + 1)) continue;
    if (found == nullptr || two) found = command;  // "jwks check" is not "jwks" of a file
  }
  if (found == nullptr) return nullptr;
  words.erase(words.begin(), words.begin() + (found->name.contains(' ') ? 2 : 1));
  return found;
}

Reply reply_with(std::string_view member, std::string text, std::string_view json) {
  json::Writer w;
  w.begin_object().member(member, json).end_object();
  return {.text = std::move(text), .json = w.take()};
}

Outcome<void> no_command(const Words& words) {
  if (words.empty()) {
    return misuse("no command was given", {"", "a command", "nothing", "see tessera help"});
  }
  std::string given = words[0];
  if (is_family(given)) given += words.size() > 1 ? " " + words[1] : "";
  std::vector<std::string> names;
  for (const Command* command : commands()) names.emplace_back(command->name);
  const std::string near = nearest(given, names);
  return misuse("there is no such command",
                {"", is_family(words[0]) ? family_names(words[0]) : "a command", given,
                 near.empty() ? "see tessera help" : fmt::format("did you mean tessera {}? See tessera help", near)});
}

// The help text that the words ask for; what follows a command's own words does not matter.
Outcome<Reply> help(Words words) {
  std::string text;
  const Words asked = words;
  if (words.empty()) {
    text = top_help();
  } else if (const Command* command = take_command(words)) {
    text = command_help(spec_of(*command));
  } else if (words.size() == 1 && is_family(words[0])) {
    text = family_help(words[0]);
  } else {
    TRY_VOID(no_command(asked));
  }
  return reply_with("help", text, text);
}

Outcome<Reply> run(Words words, Console& console) {
  const bool asked = take_flag(words, "--help") | take_flag(words, "-h");
  const bool help_word = !words.empty() && words[0] == "help";
  if (help_word) words.erase(words.begin());
  if (asked || help_word) return help(std::move(words));
  if (words.size() == 1 && words[0] == "--version") {
    return reply_with("version", "tessera " TESSERA_VERSION "\n", TESSERA_VERSION);
  }
  if (words.size() == 1 && is_family(words[0])) {
    return misuse("a word is missing",
                  {"", family_names(words[0]), words[0], fmt::format("see tessera help {}", words[0])});
  }
  const Words given = words;
  const Command* command = take_command(words);
  if (command == nullptr) {
    TRY_VOID(no_command(given));
    return Reply{};
  }
  Args args(command->name, command->summary);
  Run body = command->declare(args);
  add_common(args);
  TRY_VOID(args.parse(std::move(words)));
  return body(console);
}

// What goes to standard output. A terminal gets the same JSON with escapes for all that it would obey.
Secret shown_text(const Outcome<Reply>& outcome, const Console& console) {
  const std::string refusal = outcome ? std::string() : failure_json(outcome.error());
  std::string_view text = refusal;
  if (outcome) text = console.format == Format::json ? outcome->json : outcome->text;
  if (outcome && !outcome->secret.empty()) text = outcome->secret.expose_text("the reply is printed");
  if (console.format == Format::text || text.empty()) return joined({text});
  if (!console.out_is_terminal) return joined({text, "\n"});
  const WipedString escaped(printable(text));
  return joined({escaped.text(), "\n"});
}

Exit print(const Outcome<Reply>& outcome, const Console& console) {
  if (!outcome && console.format == Format::text) {
    write_all(STDOUT_FILENO, outcome.error().report.text);
    write_all(STDERR_FILENO, failure_text(outcome.error(), console.err));
    return outcome.error().exit;
  }
  const Secret text = shown_text(outcome, console);
  if (!write_all(STDOUT_FILENO, text.expose_text("a reply is printed, which may be a key"))) {
    const Failure failure = environment(Err::io, "standard output", "an output that takes what is written",
                                        std::strerror(errno), "check the disk or the pipe")
                                .error();
    write_all(STDERR_FILENO, failure_text(failure, console.err));
    return failure.exit;
  }
  if (outcome && console.format == Format::text) write_all(STDERR_FILENO, outcome->note);
  return outcome ? Exit::done : outcome.error().exit;
}

Outcome<Reply> run_within_border(Words words, Console& console) {
  try {
    return run(std::move(words), console);
  } catch (const std::bad_alloc&) {
    return environment(Err::unavailable, "memory", "enough memory", "none left", "give it more, or a smaller input");
  } catch (const std::exception& error) {
    return environment(Err::unavailable, "", "no exception", error.what(), "this is a fault of tessera: report it");
  }
}

}  // namespace

int run_program(int argc, char** argv) {
  Words words(argv + std::min(argc, 1), argv + argc);
  const Format format = take_flag(words, "--json") ? Format::json : Format::text;
  Console console = Console::detect(format);
  return static_cast<int>(print(run_within_border(std::move(words), console), console));
}

}  // namespace tessera::cli

int main(int argc, char** argv) { return tessera::cli::run_program(argc, argv); }
