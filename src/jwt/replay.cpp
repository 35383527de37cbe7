#include "tessera/replay.hpp"

#include "base/try.hpp"

namespace tessera {

Result<void> ReplayWindow::remember(std::string_view id, std::chrono::sys_seconds until, std::chrono::sys_seconds now) {
  const std::scoped_lock lock(mutex_);
  while (!ends_.empty() && ends_.begin()->first <= now) {
    ids_.erase(ends_.begin()->second);
    ends_.erase(ends_.begin());
  }
  std::string name(id);
  ENSURE(!ids_.contains(name), replayed, "jti");
  ENSURE(ids_.size() < capacity_, unavailable, "jti");
  ids_.insert(name);
  ends_.emplace(until, std::move(name));
  return {};
}

}  // namespace tessera
