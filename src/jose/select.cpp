#include "jose/select.hpp"

#include "base/try.hpp"

namespace tessera::jose {

Result<const detail::KeyData*> select_key(std::span<const std::shared_ptr<const detail::KeyData>> candidates,
                                          const ProtectedHeader& header) {
  ENSURE(!candidates.empty(), no_keys, "keys");
  const detail::KeyData* found = nullptr;
  std::size_t fitting = 0, of_other_alg = 0;
  for (const auto& key : candidates) {
    if (header.has_kid && !key->info.kid.empty() && key->info.kid != header.kid) continue;
    if (!key->may_verify || key->info.use == KeyUse::enc) continue;
    if (!key->admits(header.alg)) {
      ++of_other_alg;
      continue;
    }
    found = key.get();
    ++fitting;
  }
  // A key that names the token's kid is the one meant, beside keys that name none.
  if (fitting > 1 && header.has_kid) {
    std::size_t named = 0;
    for (const auto& key : candidates)
      if (key->info.kid == header.kid && key->may_verify && key->info.use != KeyUse::enc && key->admits(header.alg)) {
        found = key.get();
        ++named;
      }
    if (named > 0) fitting = named;
  }
  ENSURE(fitting <= 1, ambiguous_key, "kid");
  if (fitting == 0 && of_other_alg > 0) return fail(Err::alg_key_mismatch, "alg");
  ENSURE(fitting == 1, key_not_found, "kid");
  return found;
}

}  // namespace tessera::jose
