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
#include "issuer/registered_clients.hpp"
#include "issuer/remote_keys.hpp"
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

// A key that a request has shown to hold (RFC 9449).
struct ProvenKey {
  std::string jkt;  // its thumbprint
  std::string use;  // the id under which the proof serves once, …
  Instant until{};  // … which is remembered until then
};

// A fact that is to be appended. It is kept as long as the longest-lived thing may live that it can concern, under
// whatever lifetimes that was made, and ten minutes more, the largest leeway.
Fact new_fact(FactKind kind, std::string_view value, Instant now);

class Ctx {
 public:
  using Random = std::function<void(std::span<std::byte>)>;

  // `rev`: the last fact applied before the snapshot was taken.
  Ctx(std::shared_ptr<const Snapshot> snapshot, std::int64_t rev, Instant now, Limits& limits, RemoteKeys& remote_keys,
      RegisteredClients& registered, Random random)
      : snapshot_(std::move(snapshot)),
        rev_(rev),
        now_(now),
        limits_(limits),
        remote_keys_(remote_keys),
        registered_(registered),
        random_(std::move(random)) {}

  const Snapshot& snapshot() const { return *snapshot_; }
  const RealmId& realm() const { return snapshot_->realm.id; }
  Instant now() const { return now_; }
  // The `rev` of what this request makes. Taken before anything is read, the snapshot too, so that a fact which comes
  // meanwhile is above it: what is made from stale state is refused, never survives.
  std::int64_t rev() const { return rev_; }

  // A client of the realm, declared or registered by itself; nullptr when there is none. It lives as long as this.
  Step<const Client*> client(std::string_view id);
  // The registration of one that registered itself.
  Step<std::shared_ptr<const Registered>> registered(std::string_view id);
  // Of a client that client() has given.
  const ClientKeys& keys_of(const Client& client) const;
  // It has been changed or removed in this transaction.
  void client_changed(const ClientId& id) { changed_clients_.insert(id); }

  // The client that this request has proved to come from: proved once, whatever is called again.
  const Client* caller() const { return caller_; }
  void prove_caller(const Client& client) { caller_ = &client; }

  // The key that this request has proved to hold, nullptr without a proof: proved once, too.
  const ProvenKey* proven_key() const { return proven_key_ ? &*proven_key_ : nullptr; }
  void prove_key(ProvenKey key) { proven_key_ = std::move(key); }
  std::string jkt() const { return proven_key_ ? proven_key_->jkt : ""; }
  bool holds_key(std::string_view jkt) const { return proven_key_ && proven_key_->jkt == jkt; }

  // The nonce for the client's next DPoP proof, "" for none: it goes out with the answer, whatever that is.
  const std::string& dpop_nonce() const { return dpop_nonce_; }
  void offer_dpop_nonce(std::string nonce) { dpop_nonce_ = std::move(nonce); }

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
  // Whether another request has used `id`: a look, so that nobody is asked for anything in vain. It decides nothing.
  Step<bool> used_before(std::string_view id);

  // What stands at a URL that came with a client: the body of an answer 200, nothing when there is none to be had. A
  // need until the shell has asked. Refusal: temporarily_unavailable (as many are being asked as may).
  Step<std::optional<std::string>> fetch(const std::string& url);
  // The key set at a client's jwks_uri, as it is remembered or fetched now: see remote_keys.hpp. None where none is to
  // be had. Refusal: as fetch.
  Step<std::shared_ptr<const Keys>> keys_at(const std::string& url, const std::string& kid);

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

  // What the reply tells an application in its own way, for the log and `explain`, as a refusal is.
  void tell(Refusal refusal) { told_ = std::move(refusal); }

  // Kept until the commit; thrown away when the work runs again.
  void emit(Event event) { events_.push_back(std::move(event)); }
  // A revocation fact of this transaction: the shell has it numbered as the last thing before the commit, and applies
  // it to the fact set after the commit, before the reply leaves.
  void append_fact(FactKind kind, std::string_view value);

  // ── for the shell ──
  void begin(Tx* tx, Access access) {
    tx_ = tx, access_ = access, events_.clear(), facts_.clear(), told_.reset(), changed_clients_.clear();
  }
  void end() { tx_ = nullptr; }
  // Last, because the realm's counter is locked from here to the commit: whoever holds it waits for nobody.
  Result<void> number_facts(Tx& tx);
  void answer_check(std::string hash, bool right) { checked_ = {std::move(hash), right}; }
  void answer_hash(std::string hash) { hashed_ = std::move(hash); }
  void answer_use(std::string id, bool first) { used_[std::move(id)] = first; }
  void answer_hashes_full() { hashes_full_ = true; }
  void answer_fetch(std::string url, std::optional<std::string> body) { fetched_[std::move(url)] = std::move(body); }
  void answer_keys(std::string url) { asked_for_keys_.insert(std::move(url)); }  // what came is in the RemoteKeys
  void answer_fetches_full() { fetches_full_ = true; }
  const std::vector<Event>& events() const { return events_; }
  const std::optional<Refusal>& told() const { return told_; }
  const std::vector<Fact>& facts() const { return facts_; }
  const std::set<ClientId>& changed_clients() const { return changed_clients_; }
  // What client() has given before: nullptr when it has not, or there is none.
  const Client* known_client(std::string_view id) const;

 private:
  std::string in_realm(std::string_view key) const;

  std::shared_ptr<const Snapshot> snapshot_;
  std::int64_t rev_;
  Instant now_;
  Limits& limits_;
  RemoteKeys& remote_keys_;
  RegisteredClients& registered_;
  std::map<std::string, std::shared_ptr<const Registered>, std::less<>> known_;
  std::set<ClientId> changed_clients_;
  Random random_;
  const Client* caller_ = nullptr;
  std::optional<ProvenKey> proven_key_;
  std::string dpop_nonce_;
  Tx* tx_ = nullptr;
  Access access_ = Access::read;
  std::optional<std::pair<std::string, bool>> checked_;
  std::optional<std::string> hashed_;
  bool hashes_full_ = false;
  std::map<std::string, bool, std::less<>> used_;  // and whether it was the first time
  std::map<std::string, std::optional<std::string>> fetched_;
  std::set<std::string> asked_for_keys_;
  bool fetches_full_ = false;
  std::set<std::pair<LimitKind, std::string>> counted_, given_back_;
  std::vector<Event> events_;
  std::optional<Refusal> told_;
  std::vector<Fact> facts_;
};

}  // namespace tessera::issuer
