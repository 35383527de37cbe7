#include "jose/select.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tessera::jose {

void KeyChoice::consider(const detail::KeyData& key) {
  using enum Narrowing::Fit;
  narrowing_.consider(key, [&] { return !key.may_verify() ? forbidden : key.admits(alg_) ? fits : other_alg; });
}

Result<const detail::KeyData*> Narrowing::chosen() const {
  ENSURE(considered_ > 0, no_keys, "keys");
  const Group& group = named_.members > 0 ? named_ : unnamed_;
  ENSURE(group.fitting <= 1, ambiguous_key, "kid");
  if (group.fitting == 0 && group.of_other_alg > 0) return fail(Err::alg_key_mismatch, "alg");
  ENSURE(group.fitting == 1, key_not_found, "kid");
  return group.found;
}

Result<const detail::KeyData*> select_key(std::span<const detail::KeyData* const> candidates,
                                          const ProtectedHeader& header) {
  KeyChoice choice(header);
  for (const auto* key : candidates) choice.consider(*key);
  return choice.chosen();
}

Result<void> Turns::take(const detail::KeyData& key, const char* part, std::size_t most) {
  ENSURE(static_cast<std::size_t>(std::ranges::count(taken_, &key)) < most, too_large, part);
  taken_.push_back(&key);
  return {};
}

}  // namespace tessera::jose
