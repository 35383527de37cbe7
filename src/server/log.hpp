// The log: one JSON object a line. Names, ids, times and addresses; never a token, code, cookie, password or query. Of
// a field at most 200 octets are written, and one that is not UTF-8 is written as "?".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "server/config.hpp"

namespace tessera::server {

// As a log line has it; good until this thread asks again.
std::string_view rfc3339(Instant time);

class Log {
 public:
  using Sink = std::function<void(std::string_view lines)>;  // without the last line end; from any thread
  using Value = std::variant<std::string_view, std::int64_t>;
  using Fields = std::vector<std::pair<std::string_view, Value>>;

  Log(LogLevel least, Sink sink) : least_(least), sink_(std::move(sink)) {}
  static Log to_stderr(LogLevel least);
  static Log nowhere() { return {LogLevel::off, nullptr}; }

  bool wants(LogLevel level) const { return sink_ && level >= least_ && level != LogLevel::off; }
  void write(LogLevel level, Instant time, std::string_view message, const Fields& fields = {}) const;

  // The same in two steps, because a line costs less to make than to write: what one request has to say is written at
  // once, with `put`.
  void append(std::string& lines, LogLevel level, Instant time, std::string_view message, const Fields& fields) const;
  void put(std::string_view lines) const {
    if (!lines.empty()) sink_(lines);
  }

 private:
  LogLevel least_;
  Sink sink_;
};

}  // namespace tessera::server
