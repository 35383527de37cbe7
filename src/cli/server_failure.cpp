#include "cli/server_failure.hpp"

#include <fmt/format.h>

namespace tessera::cli {

std::unexpected<Failure> not_started(const server::StartFailure& why) {
  return std::unexpected(Failure{.exit = Exit::environment, .code = "not_started", .summary = why.sentence});
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
