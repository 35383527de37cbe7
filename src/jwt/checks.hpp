// A verification as a list of checks. `verify` runs them up to the first that fails, `trace` tells of each: one list.
#pragma once

#include <array>
#include <span>
#include <utility>

#include "jwt/claim_rules.hpp"
#include "jwt/scratch.hpp"

namespace tessera::detail {

// A verification under way: what the checks read, and leave for those behind them.
struct Verification {
  std::string_view token;
  sys_seconds now;  // of the claims' own checks: none before them looks at it
  const VerifierData& verifier;
  ScratchData& scratch;
  jose::Compact parts{};
  const KeyData* key = nullptr;
  std::optional<json::Object> claims{};  // views `scratch`
};

struct Check {
  Checked what;
  Result<void> (*run)(Verification& verification);
};

// Those of Verifier::verify, in its order.
std::span<const Check> verifier_checks();

// Runs the checks of a table up to the first that fails. The table is a constant, so that every call is a direct one.
template <const auto& kTable, std::size_t kFirst = 0, class... Args>
Result<void> run_checks(Args&&... args) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    Result<void> result;
    static_cast<void>(((result = kTable[kFirst + I].run(args...)).has_value() && ...));
    return result;
  }(std::make_index_sequence<std::size(kTable) - kFirst>());
}

}  // namespace tessera::detail
