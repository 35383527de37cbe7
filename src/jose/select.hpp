// Which key serves a token: exactly one, or a refusal.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "jose/compact.hpp"
#include "jose/key_data.hpp"

namespace tessera::jose {

// Keys are narrowed by kid, use, key_ops, type and alg; exactly one must be left. Where a key names the token's kid,
// those that name none are no candidates: only without one do they stand in.
class Narrowing {
 public:
  enum class Fit { forbidden, other_alg, fits };  // by use and key_ops; by type and alg

  explicit Narrowing(std::optional<std::string_view> kid) : kid_(kid) {}
  // `fit` is asked only for a key whose kid may be meant.
  template <class AskFit>
  void consider(const detail::KeyData& key, AskFit fit) {
    ++considered_;
    const bool both_named = kid_ && !key.info.kid.empty();
    if (both_named && key.info.kid != *kid_) return;
    Group& group = both_named ? named_ : unnamed_;
    ++group.members;
    const Fit how = fit();
    if (how == Fit::other_alg) ++group.of_other_alg;
    if (how != Fit::fits) return;
    group.found = &key;
    ++group.fitting;
  }
  // Errors: no_keys, key_not_found, alg_key_mismatch (only the algorithm ruled the last ones out), ambiguous_key.
  Result<const detail::KeyData*> chosen() const;

 private:
  struct Group {
    const detail::KeyData* found = nullptr;
    std::size_t members = 0, fitting = 0, of_other_alg = 0;
  };
  std::optional<std::string_view> kid_;
  Group named_, unnamed_;
  std::size_t considered_ = 0;
};

// The same for a signature's header.
class KeyChoice {
 public:
  explicit KeyChoice(const ProtectedHeader& header)
      : alg_(header.alg), narrowing_(header.has_kid ? std::optional(header.kid) : std::nullopt) {}
  void consider(const detail::KeyData& key);
  Result<const detail::KeyData*> chosen() const { return narrowing_.chosen(); }

 private:
  Alg alg_;
  Narrowing narrowing_;
};

// How often one message has a key work. Its text says how many signatures or recipients there are, and what a key does
// is what costs most.
class Turns {
 public:
  static constexpr std::size_t kMost = 4;
  Result<void> take(const detail::KeyData& key, const char* part, std::size_t most = kMost);  // Err::too_large

 private:
  std::vector<const detail::KeyData*> taken_;
};

Result<const detail::KeyData*> select_key(std::span<const detail::KeyData* const> candidates,
                                          const ProtectedHeader& header);

}  // namespace tessera::jose
