#include "cli/server_failure.hpp"

#include <fmt/format.h>

namespace tessera::cli {

namespace {
// What to do stands behind the sentence's last semicolon, where it says so.
std::string advice(const server::StartFailure& why, const char* otherwise) {
  const auto cut = why.sentence.rfind("; ");
  return cut == std::string::npos ? otherwise : why.sentence.substr(cut + 2);
}
}  // namespace

std::unexpected<Failure> not_started(const server::StartFailure& why) {
  return std::unexpected(Failure{.exit = Exit::environment,
                                 .code = "not_started",
                                 .summary = why.sentence,
                                 .expected = "what the server needs to start",
                                 .actual = why.sentence,
                                 .hint = advice(why, "mend what is named, and start it again")});
}

std::unexpected<Failure> no_store(const server::StartFailure& why, const std::string& config) {
  return std::unexpected(Failure{.exit = Exit::environment,
                                 .code = std::string(error_name(Err::unavailable)),
                                 .summary = "the server's store cannot be used",
                                 .at = "--config",
                                 .expected = "the store that " + config + " names",
                                 .actual = why.sentence,
                                 .hint = advice(why, "mend what is named, and try again")});
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
