// Which tokens are ended: the fact set.
//
// A token is ended by a small numbered fact, never by looking the token up. A session, grant or jti fact ends every
// token that names it. A subject, client, role, audience or realm fact numbered n ends every such token whose `rev`
// (the number of the last fact that its minter had applied) is below n. No clock decides. A fact is kept until the last
// token that it concerns has expired, plus the largest leeway. Issuer and guards hold the same set.
#pragma once

#include <atomic>
#include <cstdint>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"

namespace tessera {

enum class FactKind : std::uint8_t { realm, subject, client, role, audience, session, grant, jti };

struct Fact {
  std::int64_t number = 0;  // from 1, in order, without holes
  FactKind kind{};
  std::string value;  // the id; "" for realm
  Instant expires{};
};

// What of a token a fact can concern.
struct TokenMarks {
  std::string_view subject{}, client{}, audience{}, session{}, grant{}, jti{};
  std::vector<std::string_view> roles{};
  // Of the tokens that it was exchanged from (RFC 8693): what ends one of them ends it.
  std::vector<std::string_view> from_clients{}, from_jtis{};
  std::int64_t rev = 0;
};

// Safe for any number of threads.
class FactSet {
 public:
  void apply(const Fact& fact);  // also twice, and in any order
  std::int64_t applied() const;  // the highest number applied
  bool ended(const TokenMarks& token) const;
  void forget(Instant now);  // what has expired
  std::size_t size() const;

 private:
  // A shared_mutex lets readers overtake a waiting writer for ever, and then a revocation is felt late: so readers
  // stand back while one writes or waits to.
  class Reading;
  class Writing;
  mutable std::shared_mutex mutex_;
  mutable std::atomic<int> writers_ = 0;
  std::unordered_map<std::string, Fact> facts_;  // by kind and value; a later number replaces an earlier one
  std::int64_t applied_ = 0;
};

}  // namespace tessera
