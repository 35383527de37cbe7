// tessera man: the manual pages, in the language of man(7).
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "cli/help.hpp"
#include "cli/io.hpp"

namespace tessera::cli {

namespace {

struct Options {
  std::optional<std::string> page, out;
};

// Text as roff takes it: a hyphen is one that can be copied, and no line begins with a command.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '-')
      out += "\\-";
    else if (c == '\\')
      out += "\\e";
    else
      out += c;
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string page_of(std::string_view command) {
  std::string name = "tessera-" + std::string(command);
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string title(std::string_view page) {
  std::string name(page);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return fmt::format(".TH {} 1 {} \"tessera {}\" \"Tessera\"\n", roff(name), TESSERA_DATE, TESSERA_VERSION);
}

std::string head(std::string_view page, std::string_view summary) {
  return title(page) + fmt::format(".SH NAME\n{} \\- {}\n", roff(page), roff(summary));
}

std::string entry(std::string_view label, std::string_view text) {
  return fmt::format(".TP\n{}\n{}\n", label, roff(text));
}

std::string bold(std::string_view text) { return fmt::format("\\fB{}\\fR", roff(text)); }
std::string italic(std::string_view text) { return fmt::format("\\fI{}\\fR", roff(text)); }

std::string label_of(const Argument& argument) {
  if (is_positional(argument)) return italic(argument.value);
  std::string out;
  for (const std::string* flag : {&argument.short_flag, &argument.long_flag})
    if (!flag->empty()) out += (out.empty() ? "" : ", ") + bold(*flag);
  return argument.value.empty() ? out : out + " " + italic(argument.value);
}

std::string exits() {
  std::string text = ".SH EXIT STATUS\n";
  for (const ExitMeaning& exit : kExits) text += entry(bold(std::to_string(static_cast<int>(exit.exit))), exit.means);
  return text;
}

std::string examples(const std::vector<std::string>& lines) {
  std::string text = ".SH EXAMPLES\n";
  bool first = true;  // a paragraph begins by itself behind a heading
  for (const std::string& line : lines) {
    text += first ? ".nf\n" : ".PP\n.nf\n";
    first = false;
    std::string example = continued(line, 70);
    for (std::size_t end = example.find('\n'); end != std::string::npos; end = example.find('\n')) {
      text += "    " + roff(example.substr(0, end)) + "\n";
      example.erase(0, end + 1);
    }
    text += "    " + roff(example) + "\n.fi\n";
  }
  return text;
}

std::string command_page(const Command& command) {
  const Spec spec = spec_of(command);
  std::string text = head(page_of(spec.name), spec.summary);
  text += fmt::format(".SH SYNOPSIS\n{}\n", roff(usage_of(spec)));
  text += fmt::format(".SH DESCRIPTION\n{}.\n.PP\n{}\n.SH OPTIONS\n", roff(spec.summary), roff(kInputs));
  for (const std::string& heading : headings(spec)) {
    text += fmt::format(".SS {}\n", roff(heading));
    for (const Argument& argument : spec.arguments)
      if (argument.heading == heading) text += entry(label_of(argument), argument.help);
  }
  return text + exits() + examples(spec.examples) + ".SH SEE ALSO\n.BR tessera (1)\n";
}

std::string top_page() {
  std::string text = head("tessera", "signed tokens, their keys, and an issuer of them");
  text += ".SH SYNOPSIS\ntessera COMMAND [arguments]\n";
  text += fmt::format(".SH DESCRIPTION\n{}\n.PP\n{}\n.SH COMMANDS\n", roff(kAbout), roff(kInputs));
  for (const std::string_view group : groups()) {
    text += fmt::format(".SS {}\n", roff(group));
    for (const Command* command : commands())
      if (command->group == group) text += entry(bold(page_of(command->name)) + "(1)", command->summary);
  }
  return text + exits();
}

// Every page, by its name.
std::vector<std::pair<std::string, std::string>> pages() {
  std::vector<std::pair<std::string, std::string>> all{{"tessera", top_page()}};
  for (const Command* command : commands()) all.emplace_back(page_of(command->name), command_page(*command));
  return all;
}

std::vector<std::string> page_names() {
  std::vector<std::string> names;
  for (const Command* command : commands()) names.push_back(page_of(command->name).substr(sizeof "tessera-" - 1));
  return names;
}

Outcome<Reply> written(const std::string& folder) {
  json::Writer w;
  w.begin_object().key("pages").begin_array();
  std::size_t count = 0;
  for (const auto& [name, text] : pages()) {
    const std::string path = (std::filesystem::path(folder) / (name + ".1")).string();
    TRY_VOID(write_file(path, text, Readers::everybody, Existing::replace));
    w.string(name + ".1");
    ++count;
  }
  return Reply{.text = fmt::format("wrote {} pages into {}\n", count, printable(folder)),
               .json = w.end_array().end_object().take()};
}

Outcome<Reply> man(const Options& options) {
  if (options.out && options.page)
    return misuse("--out writes every page", {"--out", "a COMMAND or --out", "both", "leave one of them out"});
  if (options.out) return written(*options.out);
  const std::string wanted = options.page ? "tessera-" + *options.page : "tessera";
  for (const auto& [name, text] : pages()) {
    if (name != wanted) continue;
    json::Writer w;
    w.begin_object().member("page", text).end_object();
    return Reply{.text = text, .json = w.take()};
  }
  return misuse("there is no such page", {"COMMAND", "a command, with a hyphen between its words", *options.page,
                                          "say tessera man jwt-verify, for example"});
}

Run declare(Args& args) {
  auto options = std::make_shared<Options>();
  args.positional("COMMAND", options->page, "a command, as its page is called: jwt-verify (default: the first page)")
      .choices(page_names());
  args.heading("Options");
  args.option("--out", "FOLDER", options->out, "write the pages of all commands there");
  args.example("tessera man jwt-verify | man -l -");
  args.example("tessera man --out /usr/local/share/man/man1");
  return [options](Console&) { return man(*options); };
}

}  // namespace

extern const Command kMan;
const Command kMan{"man", "Help", "Print a manual page", declare};

}  // namespace tessera::cli
