#include "jwt/shown.hpp"

#include "base/printable.hpp"

namespace tessera::detail {

std::string shown(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::string next;
    const std::size_t octets = append_printable_front(next, text);
    if (next == "\\") next += next;
    if (out.size() + next.size() > kMaxShown) return out + "…";
    out += next;
    text.remove_prefix(octets);
  }
  return out;
}

std::string shown_any(const std::vector<std::string>& values) {
  if (values.empty()) return "nothing: the list is empty";
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == kMaxListed) return out + " or " + std::to_string(values.size() - i) + " more";
    if (i > 0) out += " or ";
    out += shown(values[i]);
  }
  return out;
}

std::string shown_span(std::chrono::seconds span) {
  const auto count = span.count() < 0 ? -span.count() : span.count();
  if (count < 120) return std::to_string(count) + " s";
  if (count < 2 * 3600) return std::to_string(count / 60) + " min";
  if (count < 2 * 86400) return std::to_string(count / 3600) + " h";
  return std::to_string(count / 86400) + " days";
}

}  // namespace tessera::detail
