// Tokens that serve once: a memory of those that came.
//
// A DPoP proof, a client assertion or a logout token that somebody has overheard is good until it expires, unless its
// reader remembers that it came. Where that memory is kept (here, in a database, in a cache that several machines
// share) is the reader's affair, hence an interface; `ReplayWindow` is the one for a single process. RFC 9449 section
// 11.1, RFC 7523 section 3 (`jti`) and OpenID Connect Back-Channel Logout section 2.6 ask for it.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "tessera/policy.hpp"
#include "tessera/result.hpp"

namespace tessera {

// Asked by every thread that verifies, by several at once.
class ReplayMemory {
 public:
  virtual ~ReplayMemory() = default;
  // Remembers `id` until `until`, in one atomic step. `id` is a digest of who made the token and what it is called: 43
  // characters of base64url. It is asked last, when everything else about the token is right, so nobody can burn the id
  // of somebody else, and only who is known can fill it (see dpop.hpp for whom a proof makes known). Errors: replayed
  // (it is remembered already), unavailable (the memory does not answer, or is full: the token is refused).
  virtual Result<void> remember(std::string_view id, std::chrono::sys_seconds until, std::chrono::sys_seconds now) = 0;
};

// The memory of one process, of at most `capacity` tokens at once (about 200 octets each); when it is full of tokens
// that have not expired, Err::unavailable. Any number of threads.
class ReplayWindow : public ReplayMemory {
 public:
  explicit ReplayWindow(std::size_t capacity = 100'000) : capacity_(capacity) {}
  Result<void> remember(std::string_view id, std::chrono::sys_seconds until, std::chrono::sys_seconds now) override;

 private:
  std::size_t capacity_;
  std::mutex mutex_;
  std::unordered_set<std::string> ids_;
  std::multimap<std::chrono::sys_seconds, std::string> ends_;
};

// The memory that a policy names, which must outlive the call; or Unchecked.
class Replay {
 public:
  Replay(ReplayMemory& memory) : memory_(&memory) {}
  Replay(Unchecked) {}
  ReplayMemory* memory() const { return memory_; }  // null when unchecked

 private:
  ReplayMemory* memory_ = nullptr;
};

}  // namespace tessera
