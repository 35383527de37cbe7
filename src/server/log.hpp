// The log: one JSON object a line. Names, ids, times and addresses; never a token, code, cookie, password or query.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "server/config.hpp"

namespace tessera::server {

class Log {
 public:
  using Sink = std::function<void(std::string_view line)>;  // without line end; from any thread
  using Fields = std::vector<std::pair<std::string_view, std::string>>;

  Log(LogLevel least, Sink sink) : least_(least), sink_(std::move(sink)) {}
  static Log to_stderr(LogLevel least);
  static Log nowhere() { return {LogLevel::off, nullptr}; }

  bool wants(LogLevel level) const { return sink_ && level >= least_ && level != LogLevel::off; }
  // A text that is not UTF-8 is written as "?".
  void write(LogLevel level, Instant time, std::string_view message, const Fields& fields = {}) const;

 private:
  LogLevel least_;
  Sink sink_;
};

}  // namespace tessera::server
