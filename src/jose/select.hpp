// Which key verifies a token: exactly one, or a refusal.
#pragma once

#include <span>

#include "jose/compact.hpp"
#include "jose/key_data.hpp"

namespace tessera::jose {

// Keys are narrowed by kid, use, key_ops, type and alg; exactly one must be left. Where a key names the token's kid,
// those that name none are no candidates: only without one do they stand in.
class KeyChoice {
 public:
  explicit KeyChoice(const ProtectedHeader& header) : header_(header) {}
  void consider(const detail::KeyData& key);
  // Errors: no_keys, key_not_found, alg_key_mismatch (only the algorithm ruled the last ones out), ambiguous_key.
  Result<const detail::KeyData*> chosen() const;

 private:
  struct Group {
    const detail::KeyData* found = nullptr;
    std::size_t members = 0, fitting = 0, of_other_alg = 0;
  };
  const ProtectedHeader& header_;
  Group named_, unnamed_;
  std::size_t considered_ = 0;
};

Result<const detail::KeyData*> select_key(std::span<const detail::KeyData* const> candidates,
                                          const ProtectedHeader& header);

}  // namespace tessera::jose
