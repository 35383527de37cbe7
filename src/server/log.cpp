#include "server/log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>

#include "base/utf8.hpp"
#include "json/json.hpp"

namespace tessera::server {

namespace {

constexpr std::string_view kNames[] = {"debug", "info", "warn", "error", "off"};

constexpr std::size_t kMaxField = 200;

// "2026-01-31T12:00:00.000001Z". Made anew for each second alone: most lines share it with the one before.

std::string_view shown(std::string_view value) {
  if (value.size() > kMaxField) {
    std::size_t size = kMaxField;
    while (size > 0 && (static_cast<unsigned char>(value[size]) & 0xC0) == 0x80) --size;
    value = value.substr(0, size);
  }
  return valid_utf8(value) ? value : "?";
}

}  // namespace

std::string_view rfc3339(Instant time) {
  thread_local std::string text;
  thread_local std::chrono::sys_seconds made{};
  const auto second = std::chrono::floor<seconds>(time);
  if (text.empty() || second != made) {
    const auto day = std::chrono::floor<std::chrono::days>(second);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(second - day);
    text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000000Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
    made = second;
  }
  auto rest = (time - second).count();
  for (std::size_t i = text.size() - 2; i != text.size() - 8; --i, rest /= 10)
    text[i] = static_cast<char>('0' + rest % 10);
  return text;
}

Log Log::to_stderr(LogLevel least) {
  auto logger = std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);
  return {least, [logger](std::string_view lines) {
            logger->log(spdlog::level::info, spdlog::string_view_t(lines.data(), lines.size()));
          }};
}

void Log::append(std::string& lines, LogLevel level, Instant time, std::string_view message,
                 const Fields& fields) const {
  if (!wants(level)) return;
  json::Writer w;
  w.begin_object().member("time", rfc3339(time)).member("level", kNames[static_cast<std::size_t>(level)]);
  w.member("msg", message);
  for (const auto& [name, value] : fields) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
      w.member(name, *number);
    else
      w.member(name, shown(std::get<std::string_view>(value)));
  }
  if (!lines.empty()) lines += '\n';
  lines += w.end_object().take();
}

void Log::write(LogLevel level, Instant time, std::string_view message, const Fields& fields) const {
  std::string line;
  append(line, level, time, message, fields);
  put(line);
}

}  // namespace tessera::server
