// Times as people write and read them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "cli/failure.hpp"

namespace tessera::cli {

// 300, 300s, 5m, 2h, 1d; at most 100 years. `option` names the argument in errors.
Outcome<seconds> parse_duration(std::string_view option, std::string_view text);

// The same, above 0.
Outcome<seconds> parse_lifetime(std::string_view option, std::string_view text);

// Unix seconds (1700000000) or ISO 8601 in UTC (2023-11-14T22:13:20Z), from 1970 to 9999.
Outcome<sys_seconds> parse_instant(std::string_view option, std::string_view text);

// The option's instant, or the clock's.
Outcome<sys_seconds> now_or(const std::optional<std::string>& option);

// "2023-11-14T22:13:20Z"; nothing outside 0000 to 9999.
std::optional<std::string> iso(std::int64_t unix_seconds);

// "in 5 minutes", "3 days ago", "now".
std::string relative(std::int64_t unix_seconds, sys_seconds now);

}  // namespace tessera::cli
