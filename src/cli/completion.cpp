// tessera completion: what a shell needs to complete commands, options and their values.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/help.hpp"

namespace tessera::cli {

namespace {

struct Options {
  std::string shell;
};

std::string spaced(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

bool takes_value(const Argument& argument) { return !is_positional(argument) && !argument.value.empty(); }

// "-h", "--help".
std::vector<std::string> flags_of(const Argument& argument) {
  std::vector<std::string> flags;
  if (!argument.short_flag.empty()) flags.push_back(argument.short_flag);
  if (!argument.long_flag.empty()) flags.push_back(argument.long_flag);
  return flags;
}

std::vector<std::string> flags_of(const Spec& spec) {
  std::vector<std::string> flags;
  for (const Argument& argument : spec.arguments)
    for (std::string& flag : flags_of(argument)) flags.push_back(std::move(flag));
  return flags;
}

// A word that may stand where a command is awaited, and what it is.
struct Word {
  std::string word;
  std::string_view summary;
};

bool contains(const std::vector<Word>& words, std::string_view word) {
  return std::ranges::any_of(words, [&](const Word& known) { return known.word == word; });
}

// The first words: commands of one word, and families.
std::vector<Word> first_words() {
  std::vector<Word> words;
  for (const Command* command : commands()) {
    const std::string_view family = family_of(*command);
    if (family.empty())
      words.push_back({std::string(command->name), command->summary});
    else if (is_family(family) && !contains(words, family))
      words.push_back({std::string(family), "commands"});
  }
  words.push_back({"help", "Explain a command"});
  return words;
}

// The second words: commands that begin with `first`.
std::vector<Word> second_words(std::string_view first) {
  std::vector<Word> words;
  for (const Command* command : commands())
    if (family_of(*command) == first)
      words.push_back({std::string(command->name.substr(first.size() + 1)), command->summary});
  return words;
}

std::vector<std::string> bare(const std::vector<Word>& words) {
  std::vector<std::string> out;
  for (const Word& word : words) out.push_back(word.word);
  return out;
}

// Every first word that a second may follow.
std::vector<std::string> leading_words() {
  std::vector<std::string> leading;
  for (const Command* command : commands())
    if (const std::string family(family_of(*command));
        !family.empty() && std::ranges::find(leading, family) == leading.end())
      leading.push_back(family);
  return leading;
}

// ── bash ────────────────────────────────────────────────────────────────────────────────────────────────────────────

constexpr std::string_view kBash = R"(# Completions of tessera for bash. Made by: tessera completion bash
# To have them: source <(tessera completion bash)
_tessera() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} word words=() options= offered= value=
  # bash parts a word at "=": --alg=ES256 is three.
  if [[ $current == = ]]; then current=; elif [[ $before == = ]]; then before=${{COMP_WORDS[COMP_CWORD - 2]}}; fi
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do [[ $word == -* ]] || words+=("$word"); done
  case "${{words[0]}} ${{words[1]}}" in
{}  esac
  if [[ -n $value ]]; then offered=${{value#any}}; elif [[ $current == -* ]]; then offered=$options; fi
  # Where nothing is offered, bash completes the names of files.
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
}}
complete -o default -F _tessera tessera
)";

// Which options take a value, and which: "any" where no values are named.
std::string bash_values(const Spec& spec) {
  std::string rows;
  for (const Argument& argument : spec.arguments)
    if (takes_value(argument))
      rows += fmt::format("        {}) value=\"{}\" ;;\n", fmt::join(flags_of(argument), " | "),
                          argument.choices.empty() ? "any" : spaced(argument.choices));
  return rows.empty() ? "" : "      case $before in\n" + rows + "      esac\n";
}

std::string bash_command(const Spec& spec) {
  std::string offered;
  for (const Argument& argument : spec.arguments)
    if (is_positional(argument) && !argument.choices.empty()) offered = spaced(argument.choices);
  // A command of one word may be followed by anything.
  const std::string pattern =
      spec.name.contains(' ') ? fmt::format("\"{}\"", spec.name) : fmt::format("\"{} \"*", spec.name);
  std::vector<std::string> words = bare(second_words(spec.name));
  if (!words.empty()) offered = spaced(words);
  return fmt::format("    {})\n      options=\"{}\" offered=\"{}\"\n{}      ;;\n", pattern, spaced(flags_of(spec)),
                     offered, bash_values(spec));
}

std::string bash() {
  std::string cases;
  for (const std::string& leading : leading_words())
    cases += fmt::format("    \"help {}\") offered=\"{}\" ;;\n", leading, spaced(bare(second_words(leading))));
  cases += fmt::format("    \"help \") offered=\"{}\" ;;\n", spaced(bare(first_words())));
  std::string two_words, one_word;  // the longer ones are tried first
  for (const Command* command : commands())
    (command->name.contains(' ') ? two_words : one_word) += bash_command(spec_of(*command));
  cases += two_words + one_word;
  for (const std::string& leading : leading_words())
    if (is_family(leading))
      cases += fmt::format("    \"{} \") offered=\"{}\" options=\"--json -h --help\" ;;\n", leading,
                           spaced(bare(second_words(leading))));
  cases +=
      fmt::format("    \" \") offered=\"{}\" options=\"--json -h --help --version\" ;;\n", spaced(bare(first_words())));
  return fmt::format(kBash, cases);
}

// ── zsh ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

constexpr std::string_view kZsh = R"(#compdef tessera
# Completions of tessera for zsh. Made by: tessera completion zsh
# To have them: tessera completion zsh > a folder of $fpath/_tessera
_tessera() {{
  local -a offered
  if (( CURRENT > 3 )); then
    case "$words[2] $words[3]" in
{}    esac
  fi
  if (( CURRENT > 2 )); then
    case "$words[2]" in
{}    esac
    return
  fi
  offered=(
{}  )
  _describe command offered
  _arguments '--json[one JSON object on standard output]' '(- *)--version[say which tessera this is]' \
    '(- *)'{{-h,--help}}'[explain a command]'
}}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _tessera "$@"; else compdef _tessera tessera; fi
)";

// Inside single quotes, where _arguments reads brackets and colons.
std::string zsh_escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (c == '\'')
      out += "'\\'";
    else if (special.contains(c))
      out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_argument(const Argument& argument) {
  const std::string values = argument.choices.empty() ? "_files" : fmt::format("({})", spaced(argument.choices));
  const std::string value =
      argument.value.empty() ? "" : fmt::format(":{}:{}", zsh_escaped(argument.value, ":"), values);
  if (is_positional(argument)) return fmt::format("'{}{}'", argument.repeated ? "*" : "", value);
  std::string out;
  const auto flags = flags_of(argument);
  for (const std::string& flag : flags) {
    const std::string others = argument.repeated ? "*" : flags.size() > 1 ? fmt::format("({})", spaced(flags)) : "";
    out +=
        fmt::format("{}'{}{}[{}]{}'", out.empty() ? "" : " ", others, flag, zsh_escaped(argument.help, "[]:\\"), value);
  }
  return out;
}

std::string zsh_words(const std::vector<Word>& words, std::string_view indent) {
  std::string rows;
  for (const Word& word : words)
    rows += fmt::format("{}'{}:{}'\n", indent, word.word, zsh_escaped(word.summary, ":\\"));
  return rows;
}

std::string zsh_command(const Spec& spec) {
  std::string arguments;
  for (const Argument& argument : spec.arguments) arguments += " \\\n          " + zsh_argument(argument);
  const bool two = spec.name.contains(' ');
  // One that is also the first word of others offers their second words too.
  std::string more = zsh_words(second_words(spec.name), "          ");
  if (!more.empty())
    more = fmt::format(
        "        if (( CURRENT == 3 )); then\n        offered=(\n{}        )\n        _describe command offered\n      "
        "  fi\n",
        more);
  return fmt::format(
      "      (\"{}\")\n{}        shift {} words\n        (( CURRENT -= {} ))\n        _arguments{}\n{}        ;;\n",
      spec.name, more, two ? 2 : 1, two ? 2 : 1, arguments, two ? "        return\n" : "");
}

std::string zsh() {
  std::string two_words, one_word;
  for (const std::string& leading : leading_words()) {
    const std::string words = zsh_words(second_words(leading), "          ");
    two_words += fmt::format(
        "      (\"help {}\")\n        offered=(\n{}        )\n        _describe command offered\n        return ;;\n",
        leading, words);
    if (is_family(leading))
      one_word += fmt::format("      ({})\n        offered=(\n{}        )\n        _describe command offered ;;\n",
                              leading, words);
  }
  for (const Command* command : commands()) {
    const Spec spec = spec_of(*command);
    (spec.name.contains(' ') ? two_words : one_word) += zsh_command(spec);
  }
  const std::string first = zsh_words(first_words(), "    ");
  one_word += fmt::format("      (help)\n        offered=(\n{}        )\n        _describe command offered ;;\n",
                          zsh_words(first_words(), "          "));
  return fmt::format(kZsh, two_words, one_word, first);
}

// ── fish ────────────────────────────────────────────────────────────────────────────────────────────────────────────

constexpr std::string_view kFish = R"fish(# Completions of tessera for fish. Made by: tessera completion fish
# To have them: tessera completion fish > ~/.config/fish/completions/tessera.fish
function __tessera_words
  set -l words (commandline -opc)
  string match -v -- '-*' $words[2..-1]
end
# Whether the words so far are these and no more.
function __tessera_at
  set -l words (__tessera_words)
  test "$words" = "$argv"
end
# Whether they begin with these.
function __tessera_in
  set -l words (__tessera_words)
  test (count $words) -ge (count $argv); and test "$words[1..$(count $argv)]" = "$argv"
end
)fish";

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

// Where the command's arguments are awaited: behind its own words, and not behind those of a longer command.
std::string fish_condition(const Spec& spec) {
  std::string condition = "__tessera_in " + spec.name;
  for (const Word& word : second_words(spec.name))
    condition += fmt::format("; and not __tessera_in {} {}", spec.name, word.word);
  return fish_quoted(condition);
}

std::string fish_argument(const std::string& condition, const Argument& argument) {
  std::string out = fmt::format("complete -c tessera -n {}", condition);
  if (is_positional(argument)) {
    if (argument.choices.empty()) return "";  // the names of files, as ever
    return out + fmt::format(" -f -a {}\n", fish_quoted(spaced(argument.choices)));
  }
  if (!argument.short_flag.empty()) out += " -s " + argument.short_flag.substr(1);
  if (!argument.long_flag.empty()) out += " -l " + argument.long_flag.substr(2);
  if (!argument.choices.empty())
    out += fmt::format(" -x -a {}", fish_quoted(spaced(argument.choices)));
  else if (takes_value(argument))
    out += " -r";
  return out + fmt::format(" -d {}\n", fish_quoted(argument.help));
}

std::string fish_words(std::string_view at, const std::vector<Word>& words) {
  std::string rows;
  for (const Word& word : words)
    rows += fmt::format("complete -c tessera -n '__tessera_at{}{}' -f -a {} -d {}\n", at.empty() ? "" : " ", at,
                        word.word, fish_quoted(word.summary));
  return rows;
}

std::string fish() {
  std::string out(kFish);
  out += fish_words("", first_words()) + fish_words("help", first_words());
  for (const std::string& leading : leading_words())
    out += fish_words(leading, second_words(leading)) + fish_words("help " + leading, second_words(leading));
  out += "complete -c tessera -n '__tessera_at' -l version -d 'say which tessera this is'\n";
  for (const Command* command : commands()) {
    const Spec spec = spec_of(*command);
    for (const Argument& argument : spec.arguments) out += fish_argument(fish_condition(spec), argument);
  }
  return out;
}

Outcome<Reply> completion(const Options& options) {
  std::string text;
  if (options.shell == "bash") text = bash();
  if (options.shell == "zsh") text = zsh();
  if (options.shell == "fish") text = fish();
  if (text.empty())
    return misuse("this shell is not known", {"SHELL", "bash, zsh or fish", options.shell, "name one of these"});
  json::Writer w;
  w.begin_object().member("completion", text).end_object();
  return Reply{.text = std::move(text), .json = w.take()};
}

Run declare(Args& args) {
  auto options = std::make_shared<Options>();
  args.positional("SHELL", options->shell, "bash, zsh or fish").choices({"bash", "zsh", "fish"});
  args.example("tessera completion bash > ~/.local/share/bash-completion/completions/tessera");
  args.example("tessera completion fish > ~/.config/fish/completions/tessera.fish");
  return [options](Console&) { return completion(*options); };
}

}  // namespace

extern const Command kCompletion;
const Command kCompletion{"completion", "Help", "Print a shell's completions of commands and options", declare};

}  // namespace tessera::cli
