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
  login_address,       // wrong logins from one network
  login_user_address,  // wrong logins of one canonical user name from one network
  login_user,          // wrong logins of one canonical user name from anywhere
  login_device,  // wrong logins of one canonical user name from one device that knows it: instead of the two above
  login_right,   // right logins of one canonical user name: each costs hashes and a row
  used_once,  // right assertions and request objects of one client, right proofs of one client or person: each costs a
              // row
  device_address,     // device codes asked for from one network: each costs a row
  device_client,      // device codes asked for by one client
  user_code_address,  // wrong user codes from one network
  user_code_person,   // wrong user codes of one person, in whatever session
  registration,       // clients that register themselves, or change that, from one site
  fetch,              // what is fetched for one client's requests
};
inline constexpr std::size_t kLimitKinds = 12;

struct LimitRule {
  double burst;       // at once
  double per_second;  // refilled
};

class Limits {
 public:
  Limits();
  explicit Limits(std::array<LimitRule, kLimitKinds> rules) : rules_(rules) {}

  // Takes one; false when the bucket is empty. At most 100,000 buckets are kept: full ones go first, then those that
  // would be full again soonest.
  bool take(LimitKind kind, std::string_view key, Instant now);
  bool has(LimitKind kind, std::string_view key, Instant now) const;  // whether take would give one
  // Gives one back: a login that was right does not count.
  void give_back(LimitKind kind, std::string_view key);

 private:
  struct Bucket {
    double level;
    Instant at;
  };
  double level(LimitKind kind, const Bucket& bucket, Instant now) const;
  void make_room(Instant now);
  std::array<LimitRule, kLimitKinds> rules_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace tessera::issuer
