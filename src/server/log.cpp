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

std::string rfc3339(Instant time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace

Log Log::to_stderr(LogLevel least) {
  auto logger = std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);
  return {least, [logger](std::string_view line) {
            logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
          }};
}

void Log::write(LogLevel level, Instant time, std::string_view message, const Fields& fields) const {
  if (!wants(level)) return;
  json::Writer w;
  w.begin_object().member("time", rfc3339(time)).member("level", kNames[static_cast<std::size_t>(level)]);
  w.member("msg", message);
  for (const auto& [name, value] : fields) w.member(name, valid_utf8(value) ? std::string_view(value) : "?");
  sink_(w.end_object().take());
}

}  // namespace tessera::server
