#include "server/refusals.hpp"

#include <algorithm>

#include "base/printable.hpp"
#include "json/json.hpp"
#include "server/log.hpp"

namespace tessera::server {

namespace {
constexpr std::size_t kMost = 10'000, kMaxText = 600;

std::string shortened(std::string text) {
  text.resize(std::min(text.size(), kMaxText));
  text = printable(text);
  text.resize(std::min(text.size(), kMaxText));  // control characters grow
  return text;
}
}  // namespace

std::string print(const RefusalRecord& refused) {
  json::Writer w;
  w.begin_object().member("request", refused.id).member("time", rfc3339(refused.time));
  w.member("realm", refused.realm).member("method", refused.method).member("path", refused.path);
  w.member("client", refused.client).member("status", refused.status);
  w.member("error", refused.error).member("at", refused.at).member("why", refused.why);
  return w.end_object().take();
}

void Refusals::add(RefusalRecord refused) {
  for (auto* text : {&refused.method, &refused.path, &refused.client, &refused.at, &refused.why})
    *text = shortened(std::move(*text));
  const std::lock_guard lock(mutex_);
  if (kept_.size() == kMost) kept_.pop_front();
  kept_.push_back(std::move(refused));
}

// A person has asked: the youngest are asked for most, and looking through all takes well below a millisecond.
std::optional<RefusalRecord> Refusals::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto it = std::find_if(kept_.rbegin(), kept_.rend(), [&](const auto& one) { return one.id == id; });
  return it == kept_.rend() ? std::nullopt : std::optional(*it);
}

}  // namespace tessera::server
