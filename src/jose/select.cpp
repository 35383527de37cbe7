#include "jose/select.hpp"

#include "base/try.hpp"

namespace tessera::jose {

void KeyChoice::consider(const detail::KeyData& key) {
  ++considered_;
  const bool both_named = header_.has_kid && !key.info.kid.empty();
  if (both_named && key.info.kid != header_.kid) return;
  Group& group = both_named ? named_ : unnamed_;
  ++group.members;
  if (!key.may_verify()) return;
  if (!key.admits(header_.alg)) {
    ++group.of_other_alg;
    return;
  }
  group.found = &key;
  ++group.fitting;
}

Result<const detail::KeyData*> KeyChoice::chosen() const {
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

}  // namespace tessera::jose
