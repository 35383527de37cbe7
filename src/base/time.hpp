// Instants and spans. Nothing below the server reads a clock: `now` is always an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tessera {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using Instant = std::chrono::sys_time<microseconds>;

inline sys_seconds whole_seconds(Instant t) { return std::chrono::floor<seconds>(t); }
inline std::int64_t unix_seconds(Instant t) { return whole_seconds(t).time_since_epoch().count(); }

// Where the times that are read and written here end: 9999-12-31T23:59:59Z.
inline constexpr std::int64_t kLastSecond = 253402300799;

// "2026-01-31T12:00:00Z"; of the years 0 to 9999.
std::string iso_text(sys_seconds time);

}  // namespace tessera
