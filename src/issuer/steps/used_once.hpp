// The engine's memory of tokens that serve once, as the library asks for it.
#pragma once

#include <optional>

#include "issuer/ctx.hpp"
#include "tessera/replay.hpp"

namespace tessera::issuer {

// Given to one call of a profile's `verify`. Where the shell must write first, `verify` says unavailable, and `stop`
// holds the need, which is what the step then gives.
class UsedOnce final : public ReplayMemory {
 public:
  explicit UsedOnce(Ctx& ctx) : ctx_(ctx) {}

  Result<void> remember(std::string_view id, sys_seconds until, sys_seconds) override {
    auto first = ctx_.use_once(id, until);
    if (!first) {
      stop_ = std::move(first.error());
      return fail(Err::unavailable, "jti");
    }
    ENSURE(*first, replayed, "jti");
    return {};
  }
  std::optional<Stop>& stop() { return stop_; }

 private:
  Ctx& ctx_;
  std::optional<Stop> stop_;
};

}  // namespace tessera::issuer
