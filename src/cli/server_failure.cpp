#include "cli/server_failure.hpp"

namespace tessera::cli {

std::unexpected<Failure> not_started(const server::StartFailure& why) {
  return std::unexpected(Failure{.exit = Exit::environment, .code = "not_started", .summary = why.sentence});
}

std::unexpected<Failure> not_started(const server::ConfigError& why) {
  return std::unexpected(Failure{.exit = Exit::environment,
                                 .code = "bad_config",
                                 .summary = why.text(),
                                 .at = why.line ? why.file + ":" + std::to_string(why.line) : why.file,
                                 .expected = why.expected,
                                 .actual = why.found});
}

}  // namespace tessera::cli
