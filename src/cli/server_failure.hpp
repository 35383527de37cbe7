// A server that does not start, or whose store a command cannot use, as a failure of the command: exit 3.
#pragma once

#include "cli/failure.hpp"
#include "server/config.hpp"
#include "server/failure.hpp"

namespace tessera::cli {

std::unexpected<Failure> not_started(const server::StartFailure& why);
std::unexpected<Failure> not_started(const server::ConfigError& why);
std::unexpected<Failure> no_store(const server::StartFailure& why, const std::string& config);

}  // namespace tessera::cli

// The value of a server::Started, or the end of the start.
#define STARTED(...)                                                                   \
  __extension__({                                                                      \
    auto&& started_result_ = (__VA_ARGS__);                                            \
    if (!started_result_) return ::tessera::cli::not_started(started_result_.error()); \
    ::tessera::taken(std::move(started_result_));                                      \
  })
