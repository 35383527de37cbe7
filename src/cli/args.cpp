// The only file that sees CLI11: declarations in, values and help text out.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/command.hpp"
#include "cli/nearest.hpp"

namespace tessera::cli {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kColumn = 24;  // where the explanations begin
constexpr const char* kPositionals = "Arguments";

std::string spelled(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  const std::string value = option.get_type_name();
  std::string names = option.get_name(false, true);  // "-h,--help"
  if (const std::size_t comma = names.find(','); comma != std::string::npos) names.insert(comma + 1, " ");
  return value.empty() ? names : names + " " + value;
}

std::string row(std::string_view left, std::string_view right) {
  std::string out = fmt::format("  {}", left);
  if (out.size() + 2 > kColumn) {
    out += "\n" + std::string(kColumn, ' ');
  } else {
    out.resize(kColumn, ' ');
  }
  return out + wrapped(right, kColumn, kWidth) + "\n";
}

// "tessera jwt verify x --key y": broken before an option where it would pass the edge, as a shell takes it.
std::string example_text(std::string_view example) {
  std::string out = "  ";
  std::size_t column = 2;
  while (!example.empty()) {
    std::size_t end = example.find(" --", 1);
    if (end == std::string_view::npos) end = example.size();
    const std::string_view piece = example.substr(0, end);
    if (column > 2 && column + piece.size() + 2 > kWidth) {
      out += " \\\n     ";
      column = 5;
    }
    out += piece;
    column += piece.size();
    example.remove_prefix(end);
  }
  return out + "\n";
}

}  // namespace

struct Args::Impl {
  Impl(std::string_view command, std::string_view summary)
      : name("tessera " + std::string(command)), app(std::string(summary), name) {
    app.set_help_flag();
  }

  // Values are taken as they stand: no conversion, no splitting at commas or brackets.
  CLI::Option* add(std::string_view flag, CLI::callback_t take, std::string_view help) {
    CLI::Option* option = app.add_option(std::string(flag), std::move(take), std::string(help));
    option->group(option->get_positional() ? kPositionals : group);
    option->expected(1);
    option->allow_extra_args(false);
    return option;
  }
  CLI::Option* add_list(std::string_view flag, std::vector<std::string>& into, std::string_view help) {
    CLI::Option* option = add(flag, [&into](const CLI::results_t& values) { return into = values, true; }, help);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    return option;
  }

  std::vector<std::string> options() const {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) names.push_back(option->get_name());
    return names;
  }
  std::unexpected<Failure> surplus() const {
    const std::string extra = app.remaining().front();
    const bool is_option = extra.starts_with('-');
    const std::string near = is_option ? nearest(extra, options()) : std::string();
    return misuse("this argument is not understood",
                  {is_option ? extra.substr(0, extra.find('=')) : "", "the arguments of " + name, extra,
                   near.empty() ? see() : fmt::format("did you mean {}? {}", near, see())});
  }
  std::string see() const { return fmt::format("see {} --help", name); }

  std::string name;
  CLI::App app;
  std::string group = "Options";
  std::vector<std::string> examples;
};

Args::Args(std::string_view command, std::string_view summary) : impl_(std::make_unique<Impl>(command, summary)) {}
Args::~Args() = default;

Args& Args::heading(std::string_view text) {
  impl_->group = text;
  return *this;
}

Args& Args::positional(std::string_view name, std::string& into, std::string_view help) {
  impl_->add(name, [&into](const CLI::results_t& values) { return into = values.back(), true; }, help)->required();
  return *this;
}

Args& Args::positional(std::string_view name, std::optional<std::string>& into, std::string_view help) {
  impl_->add(name, [&into](const CLI::results_t& values) { return into = values.back(), true; }, help);
  return *this;
}

Args& Args::positional(std::string_view name, std::vector<std::string>& one_or_more, std::string_view help) {
  impl_->add_list(name, one_or_more, help)->required()->expected(1, 1000)->allow_extra_args();
  return *this;
}

Args& Args::option(std::string_view flag, std::string_view value, std::string& required, std::string_view help) {
  impl_->add(
           flag, [&required](const CLI::results_t& values) { return required = values.back(), true; }, help)
      ->type_name(std::string(value))
      ->required();
  return *this;
}

Args& Args::option(std::string_view flag, std::string_view value, std::optional<std::string>& into,
                   std::string_view help) {
  impl_->add(
           flag, [&into](const CLI::results_t& values) { return into = values.back(), true; }, help)
      ->type_name(std::string(value));
  return *this;
}

Args& Args::option(std::string_view flag, std::string_view value, std::vector<std::string>& repeated,
                   std::string_view help) {
  impl_->add_list(flag, repeated, help)->type_name(std::string(value));
  return *this;
}

Args& Args::flag(std::string_view flag, bool& into, std::string_view help) {
  impl_->app.add_flag_callback(std::string(flag), [&into] { into = true; }, std::string(help))->group(impl_->group);
  return *this;
}

Args& Args::example(std::string_view line) {
  impl_->examples.emplace_back(line);
  return *this;
}

Outcome<void> Args::parse(std::vector<std::string> arguments) {
  if (std::count(arguments.begin(), arguments.end(), "-") > 1) {
    return misuse("standard input can be read only once",
                  {"-", "at most one argument that is -", "a second -", "give one of them as a file"});
  }
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    impl_->app.parse(std::move(arguments));
  } catch (const CLI::ExtrasError&) {
    return impl_->surplus();
  } catch (const CLI::RequiredError& error) {
    // A mistyped option also leaves the right one missing: the typing is what to mend.
    if (!impl_->app.remaining().empty()) return impl_->surplus();
    const std::string what = error.what();
    const std::string name = what.substr(0, what.find(' '));
    const CLI::Option* option = impl_->app.get_option_no_throw(name);
    return misuse("an argument is missing", {name, option ? spelled(*option) : name, "nothing", impl_->see()});
  } catch (const CLI::ArgumentMismatch& error) {
    return misuse("an option has too few or too many values",
                  {"", "one value for each option", error.what(), impl_->see()});
  } catch (const CLI::ParseError& error) {
    return misuse("the arguments are not understood",
                  {"", "the arguments of " + impl_->name, error.what(), impl_->see()});
  }
  return {};
}

std::string Args::help() const {
  const CLI::App& app = impl_->app;
  std::string usage = "Usage: " + impl_->name, text;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_required() && !option->get_positional()) usage += " " + spelled(*option);
  }
  usage += " [options]";
  for (const std::string& group : app.get_groups()) {
    std::string rows;
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_group() != group) continue;
      rows += row(spelled(*option), option->get_description());
      if (!option->get_positional()) continue;
      const std::string more = option->get_expected_max() > 1 ? "..." : "";
      usage += option->get_required() ? fmt::format(" {}{}", spelled(*option), more)
                                      : fmt::format(" [{}]", spelled(*option));
    }
    if (!rows.empty()) text += fmt::format("\n{}\n{}", group, rows);
  }
  text = fmt::format("{}\n\n{}.\n{}", usage, wrapped(app.get_description(), 0, kWidth), text);
  if (!impl_->examples.empty()) text += "\nExamples\n";
  for (const std::string& example : impl_->examples) text += example_text(example);
  return text;
}

}  // namespace tessera::cli
