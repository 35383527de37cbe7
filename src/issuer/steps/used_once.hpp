// The engine's memory of tokens that serve once, as the library asks for it.
#pragma once

#include <optional>

#include "issuer/ctx.hpp"
#include "tessera/replay.hpp"

namespace tessera::issuer {

// Given to one call of a profile's `verify`. Where the shell must write first, `verify` says unavailable, and `stop`
// holds the need, which is what the step then gives; so it does when `whose` has used up too many (slow_down).
class UsedOnce final : public ReplayMemory {
 public:
  UsedOnce(Ctx& ctx, const ClientId& whose) : ctx_(ctx), whose_(whose.text) {}

  Result<void> remember(std::string_view id, sys_seconds until, sys_seconds) override {
    auto first = remember(id, until);
    if (!first) {
      stop_ = std::move(first.error());
      return fail(Err::unavailable, "jti");
    }
    ENSURE(*first, replayed, "jti");
    return {};
  }
  std::optional<Stop>& stop() { return stop_; }

 private:
  Step<bool> remember(std::string_view id, sys_seconds until) {
    TRY_VOID(ctx_.limit(LimitKind::used_once, whose_));
    return ctx_.use_once(id, until);
  }

  Ctx& ctx_;
  std::string whose_;
  std::optional<Stop> stop_;
};

}  // namespace tessera::issuer
