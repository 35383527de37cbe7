// The key sets that stand at clients' own URLs (jwks_uri), as a node remembers them: in its memory, bounded, by URL.
//
// A set is asked for again when it is old, and when a key is sought that it does not hold: that is how a client changes
// its keys. A fetch that did not bring what was sought is not repeated for a while, so that a flood of unknown key ids
// is no flood of fetches. Where a fetch fails, what was known before stays good for a while.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "tessera/keys.hpp"

namespace tessera::issuer {

// Safe for any number of threads.
class RemoteKeys {
 public:
  struct Limits {
    seconds fresh = minutes(10);            // a set is not asked for again
    seconds stale = std::chrono::hours(1);  // from when it was fetched: it is used when it cannot be fetched again
    seconds again{30};                      // between two fetches of which the first did not bring what was sought
    std::size_t sets = 1024, octets = 16 << 20;
  };
  RemoteKeys() = default;
  explicit RemoteKeys(Limits limits) : limits_(limits) {}

  struct Held {
    std::shared_ptr<const Keys> keys;  // nullptr: none
    bool due = false;                  // they should be fetched now
  };
  // `kid` "" seeks any key.
  Held look(const std::string& url, std::string_view kid, Instant now);

  // What a fetch brought that was made for `kid`: a JWK Set of public keys, or nothing. What is no such set is
  // as good as nothing.
  void take(const std::string& url, std::string_view kid, const std::optional<std::string>& body, Instant now);

  std::size_t size() const;

 private:
  struct Set {
    std::shared_ptr<const Keys> keys;
    std::size_t octets = 0;
    Instant fetched{}, used{};
    std::optional<Instant> in_vain;  // when a fetch last did not bring what was sought
  };
  void make_room();
  Limits limits_{};
  mutable std::mutex mutex_;
  std::map<std::string, Set> sets_;
  std::size_t octets_ = 0;
};

}  // namespace tessera::issuer
