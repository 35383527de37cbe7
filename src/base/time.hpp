// Instants and spans. Nothing below the server reads a clock: `now` is always an argument.
#pragma once

#include <chrono>
#include <cstdint>

namespace tessera {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using Instant = std::chrono::sys_time<microseconds>;

inline sys_seconds whole_seconds(Instant t) { return std::chrono::floor<seconds>(t); }
inline std::int64_t unix_seconds(Instant t) { return whole_seconds(t).time_since_epoch().count(); }

}  // namespace tessera
