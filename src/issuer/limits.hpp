// Rate limits, in this node's memory: token buckets by kind and key. Deterministic: time is an argument.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"

namespace tessera::issuer {

enum class LimitKind : std::uint8_t {
  login_address,       // logins from one address
  login_user_address,  // logins of one canonical user name from one address
  login_user,          // logins of one canonical user name from anywhere: wide, so that nobody is locked out by others
};
inline constexpr std::size_t kLimitKinds = 3;

struct LimitRule {
  double burst;        // at once
  double per_second;   // refilled
};

class Limits {
 public:
  Limits();
  explicit Limits(std::array<LimitRule, kLimitKinds> rules) : rules_(rules) {}

  // Takes one; false when the bucket is empty. At most 100,000 buckets are kept: full ones go first.
  bool take(LimitKind kind, std::string_view key, Instant now);
  // Gives one back: a login that was right does not count.
  void give_back(LimitKind kind, std::string_view key);

 private:
  struct Bucket {
    double level;
    Instant at;
  };
  void make_room(Instant now);
  std::array<LimitRule, kLimitKinds> rules_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace tessera::issuer
