#include "cli/server_failure.hpp"

#include <fmt/format.h>

namespace tessera::cli {

std::unexpected<Failure> not_started(const server::StartFailure& why) {
  // What to do stands behind the sentence's last semicolon, where it says so.
  const auto cut = why.sentence.rfind("; ");
  return std::unexpected(Failure{
      .exit = Exit::environment,
      .code = "not_started",
      .summary = why.sentence,
      .expected = "what the server needs to start",
      .actual = why.sentence,
      .hint = cut == std::string::npos ? "mend what is named, and start it again" : why.sentence.substr(cut + 2)});
}

std::unexpected<Failure> not_started(const server::ConfigError& why) {
  const std::string line = why.line == 0 ? "" : fmt::format(":{}", why.line);
  const std::string at = fmt::format("{}{}: {}", why.file, line, why.key);
  return std::unexpected(Failure{.exit = Exit::environment,
                                 .code = "bad_config",
                                 .summary = at + " is wrong",
                                 .at = at,
                                 .expected = why.expected,
                                 .actual = why.found,
                                 .hint = "tessera config reference says every key"});
}

}  // namespace tessera::cli
