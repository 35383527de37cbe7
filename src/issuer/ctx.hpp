// What surrounds one request: the snapshot, the time, the transaction if there is one, answers to earlier needs, ids,
// limits, and where events go. Made by the shell, used by one thread at a time, kept across the calls of one request.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "issuer/limits.hpp"
#include "issuer/reply.hpp"
#include "issuer/request.hpp"
#include "issuer/snapshot.hpp"
#include "issuer/step.hpp"
#include "issuer/store.hpp"

namespace tessera::issuer {

// Something that happened, for the log. Names and ids only: no secret, no token.
struct Event {
  const char* name = "";  // "login", "login_failed", "token_issued", "refresh_reused" …
  std::vector<std::pair<const char*, std::string>> fields{};
};

// How long a fact is kept: as long as the longest-lived thing may live that it can concern, under whatever lifetimes
// that was made, and ten minutes more, the largest leeway.
seconds fact_life(FactKind kind);

class Ctx {
 public:
  using Random = std::function<void(std::span<std::byte>)>;

  // `rev`: the last fact applied before the snapshot was taken.
  Ctx(std::shared_ptr<const Snapshot> snapshot, std::int64_t rev, Instant now, Limits& limits, Random random)
      : snapshot_(std::move(snapshot)), rev_(rev), now_(now), limits_(limits), random_(std::move(random)) {}

  const Snapshot& snapshot() const { return *snapshot_; }
  const RealmId& realm() const { return snapshot_->realm.id; }
  Instant now() const { return now_; }
  // The `rev` of what this request makes. Taken before anything is read, the snapshot too, so that a fact which comes
  // meanwhile is above it: what is made from stale state is refused, never survives.
  std::int64_t rev() const { return rev_; }

  // The client that this request has proved to come from: proved once, whatever is called again.
  const Client* caller() const { return caller_; }
  void prove_caller(const Client& client) { caller_ = &client; }

  // The transaction; a need until the shell has one of at least this access open.
  Step<Tx*> store(Access access);

  // Whether `password` is that of `hash`; a need until the shell has computed it. Answers are kept by hash, so that the
  // call after the transaction has begun finds the same answer, and a hash that changed meanwhile asks again.
  Step<bool> check_password(const Secret& password, const std::string& hash);
  // Whether an answer of check_password is there: the next transaction may then be the one that writes.
  bool password_checked() const { return checked_.has_value(); }
  // The queue of hashes is full: a password cannot be checked now.
  bool hashes_full() const { return hashes_full_; }
  // The hash of a new password.
  Step<std::string> hash_password(const Secret& password);

  // Whether this request is the first to use `id` (Tx::use_once): asked last, when everything else about what it stands
  // for is right. A need until the shell has remembered it, in a transaction of its own: it stays used however this
  // request ends.
  Step<bool> use_once(std::string_view id, Instant until);

  // Counts against a limit, once a request whatever is called again. Refusal: slow_down.
  Step<void> limit(LimitKind kind, std::string_view key);

  // The same without counting: whether a later limit() would be met. What this request has counted does not count.
  Step<void> check_limit(LimitKind kind, std::string_view key);

  // Gives back what `limit` took, once a request: a login that was right does not count.
  void give_back(LimitKind kind, std::string_view key);

  // Octets for ids, codes and cookies.
  std::string random_id(std::size_t octets = 16);  // base64url
  std::uint64_t random_number();
  std::string uuid7();  // RFC 9562 section 5.7, of now() and random octets

  // Kept until the commit; thrown away when the work runs again.
  void emit(Event event) { events_.push_back(std::move(event)); }
  // Appends a revocation fact in this transaction; the shell applies it to the fact set after the commit, before the
  // reply leaves. It is kept for fact_life(kind).
  Step<void> append_fact(Tx& tx, FactKind kind, std::string_view value);

  // ── for the shell ──
  void begin(Tx* tx, Access access) { tx_ = tx, access_ = access, events_.clear(), facts_.clear(); }
  void end() { tx_ = nullptr; }
  void answer_check(std::string hash, bool right) { checked_ = {std::move(hash), right}; }
  void answer_hash(std::string hash) { hashed_ = std::move(hash); }
  void answer_use(std::string id, bool first) { used_[std::move(id)] = first; }
  void answer_hashes_full() { hashes_full_ = true; }
  const std::vector<Event>& events() const { return events_; }
  const std::vector<Fact>& facts() const { return facts_; }

 private:
  std::shared_ptr<const Snapshot> snapshot_;
  std::int64_t rev_;
  Instant now_;
  Limits& limits_;
  Random random_;
  const Client* caller_ = nullptr;
  Tx* tx_ = nullptr;
  Access access_ = Access::read;
  std::optional<std::pair<std::string, bool>> checked_;
  std::optional<std::string> hashed_;
  bool hashes_full_ = false;
  std::map<std::string, bool, std::less<>> used_;  // and whether it was the first time
  std::set<std::pair<LimitKind, std::string>> counted_, given_back_;
  std::vector<Event> events_;
  std::vector<Fact> facts_;
};

}  // namespace tessera::issuer
