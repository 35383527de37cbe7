#include "cli/times.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/time.hpp"

namespace tessera::cli {

namespace {

constexpr std::int64_t kLongest = 36500LL * 86400;   // 100 years
constexpr std::int64_t kFirstSecond = -62167219200;  // 0000-01-01T00:00:00Z

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || text.size() > 12 || text.find_first_not_of("0123456789") != std::string_view::npos) return {};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::int64_t unit(char suffix) {
  switch (suffix) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3600;
    case 'd': return 86400;
    default: return 0;
  }
}

std::optional<sys_seconds> parse_iso(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text[19] != 'Z') {
    return {};
  }
  const auto year_number = digits(text.substr(0, 4)), month_number = digits(text.substr(5, 2)),
             day_number = digits(text.substr(8, 2)), h = digits(text.substr(11, 2)), m = digits(text.substr(14, 2)),
             s = digits(text.substr(17, 2));
  if (!year_number || !month_number || !day_number || !h || !m || !s) return {};
  const year_month_day date{year{static_cast<int>(*year_number)}, month{static_cast<unsigned>(*month_number)},
                            day{static_cast<unsigned>(*day_number)}};
  if (!date.ok() || *year_number < 1970 || *h > 23 || *m > 59 || *s > 59) return {};
  return sys_days{date} + hours{*h} + minutes{*m} + seconds{*s};
}

}  // namespace

Outcome<seconds> parse_duration(std::string_view option, std::string_view text) {
  std::string_view number = text;
  std::int64_t factor = 1;
  if (!text.empty() && unit(text.back()) != 0) {
    factor = unit(text.back());
    number.remove_suffix(1);
  }
  const auto count = digits(number);
  if (count && *count <= kLongest / factor) return seconds{*count * factor};
  return misuse("this is not a duration", {std::string(option), "a number of seconds, or one with s, m, h or d",
                                           std::string(text), fmt::format("write {} 5m, for example", option)});
}

Outcome<seconds> parse_lifetime(std::string_view option, std::string_view text) {
  const seconds lifetime = TRY(parse_duration(option, text));
  if (lifetime.count() > 0) return lifetime;
  return misuse("this would be over at once",
                {std::string(option), "a duration above 0: 300, 5m, 2h, 1d", std::string(text), "say how long"});
}

Outcome<sys_seconds> parse_instant(std::string_view option, std::string_view text) {
  if (const auto count = digits(text); count && *count <= kLastSecond) return sys_seconds{seconds{*count}};
  if (const auto instant = parse_iso(text)) return *instant;
  return misuse("this is not a time", {std::string(option), "Unix seconds, or ISO 8601 in UTC", std::string(text),
                                       fmt::format("write {} 2026-01-31T12:00:00Z, for example", option)});
}

Outcome<sys_seconds> now_or(const std::optional<std::string>& option) {
  if (option) return parse_instant("--now", *option);
  return std::chrono::floor<seconds>(std::chrono::system_clock::now());
}

std::optional<std::string> iso(std::int64_t unix_seconds) {
  if (unix_seconds < kFirstSecond || unix_seconds > kLastSecond) return {};
  return iso_text(sys_seconds{seconds{unix_seconds}});
}

std::string relative(std::int64_t unix_seconds, sys_seconds now) {
  struct Unit {
    std::int64_t size;
    std::string_view name;
  };
  static constexpr std::array kUnits{Unit{365 * 86400, "year"}, Unit{86400, "day"}, Unit{3600, "hour"},
                                     Unit{60, "minute"}, Unit{1, "second"}};
  const std::int64_t away = unix_seconds - now.time_since_epoch().count();
  if (away == 0) return "now";
  const std::int64_t size = away < 0 ? -away : away;
  for (const Unit& u : kUnits) {
    // Two of a unit read better than one of the next: 90 seconds, 36 hours.
    if (size < 2 * u.size && u.size > 1) continue;
    const std::int64_t count = size / u.size;
    const std::string span = fmt::format("{} {}{}", count, u.name, count == 1 ? "" : "s");
    return away < 0 ? span + " ago" : "in " + span;
  }
  return "now";
}

}  // namespace tessera::cli
