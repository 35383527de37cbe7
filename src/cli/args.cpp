// The only file that sees CLI11: declarations in, values and their description out.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "cli/command.hpp"
#include "cli/nearest.hpp"

namespace tessera::cli {

namespace {

constexpr const char* kPositionals = "Arguments";

Argument argument_of(const CLI::Option& option, std::vector<std::string> choices) {
  const bool positional = option.get_positional();
  const auto& shorts = option.get_snames();
  const auto& longs = option.get_lnames();
  return {.short_flag = shorts.empty() ? "" : "-" + shorts.front(),
          .long_flag = longs.empty() ? "" : "--" + longs.front(),
          .value = positional ? option.get_name(true) : option.get_type_name(),
          .help = option.get_description(),
          .heading = option.get_group(),
          .choices = std::move(choices),
          .required = option.get_required(),
          .repeated = positional ? option.get_expected_max() > 1
                                 : option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll};
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
    return last = option;
  }
  CLI::Option* add_list(std::string_view flag, std::vector<std::string>& into, std::string_view help) {
    CLI::Option* option = add(flag, [&into](const CLI::results_t& values) { return into = values, true; }, help);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    return option;
  }

  Argument argument(const CLI::Option& option) const {
    const auto named = choices.find(&option);
    return argument_of(option, named == choices.end() ? std::vector<std::string>() : named->second);
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
  CLI::Option* last = nullptr;
  std::map<const CLI::Option*, std::vector<std::string>> choices;
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

Args& Args::choices(std::vector<std::string> values) {
  impl_->choices[impl_->last] = std::move(values);
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
    return misuse("an argument is missing",
                  {name, option ? spelled(impl_->argument(*option)) : name, "nothing", impl_->see()});
  } catch (const CLI::ArgumentMismatch& error) {
    return misuse("an option has too few or too many values",
                  {"", "one value for each option", error.what(), impl_->see()});
  } catch (const CLI::ParseError& error) {
    return misuse("the arguments are not understood",
                  {"", "the arguments of " + impl_->name, error.what(), impl_->see()});
  }
  return {};
}

Spec Args::spec() const {
  Spec spec{.name = impl_->name.substr(impl_->name.find(' ') + 1),
            .summary = impl_->app.get_description(),
            .arguments = {},
            .examples = impl_->examples};
  for (const CLI::Option* option : impl_->app.get_options()) spec.arguments.push_back(impl_->argument(*option));
  return spec;
}

}  // namespace tessera::cli
