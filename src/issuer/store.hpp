// What the engine asks of a store, as intentions. Implemented in src/store for SQLite and PostgreSQL; one conformance
// suite runs over both.
//
// Every write is one atomic statement (or a few in one transaction), and says what happens when two run at once. A
// method that reports "already" or "reused" is no error: it is the answer. Errors mean that the world failed:
// Err::unavailable, Err::io, and Err::retry (nothing was committed; the same work may run again).
//
// The realm is the first part of every key.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "issuer/model/ids.hpp"
#include "issuer/model/realm.hpp"
#include "issuer/model/user.hpp"
#include "jwt/facts.hpp"
#include "tessera/result.hpp"

namespace tessera::issuer {

enum class Access { read, write };

enum class Redeemed { first, again };

struct Rotation {
  enum class Kind {
    rotated,  // the presented generation was the newest; `generation` is its successor
    retry,    // the presented one is the newest but one, within the grace since its first use, and its successor (this
              // `generation`) has not been used: the same answer again
    reused,   // any older generation, or a retry too late: the caller ends the grant
    gone,     // no such grant, or ended
  } kind{};
  std::int64_t generation = 0;
  std::vector<std::string> scope{};  // of a retry: what the first use gave …
  std::string jkt{};                 // … and to which key
};

enum class ConfigKind { realm, resource_server, role, group, client, trusted_issuer };

// One configured thing as the store keeps it. `body` is the JSON of issuer/model/codec.hpp.
struct ConfigRow {
  ConfigKind kind{};
  std::string id;
  std::string body;
  bool declared = false;  // owned by the configuration file
};

// One transaction; used by one thread, inside the work that it was given to.
class Tx {
 public:
  virtual ~Tx() = default;

  // ── people ──
  virtual Result<std::optional<User>> user_by_name(const RealmId&, std::string_view canonical) = 0;
  virtual Result<std::optional<User>> user(const RealmId&, const UserId&) = 0;
  // The same, and nobody else changes or holds this person before this transaction ends.
  virtual Result<std::optional<User>> hold_user(const RealmId&, const UserId&) = 0;
  virtual Result<std::vector<User>> users(const RealmId&) = 0;
  // False when the user name or the id is taken; two at once: one wins.
  virtual Result<bool> insert_user(const RealmId&, const User&) = 0;
  // Everything but id, password hash and failures. False when there is no such user, or another has its user name.
  virtual Result<bool> update_user(const RealmId&, const User&) = 0;
  // Compare-and-set: false when the hash is not `old_hash` any more.
  virtual Result<bool> replace_password(const RealmId&, const UserId&, std::string_view old_hash,
                                        std::string_view new_hash) = 0;
  virtual Result<void> count_login_failure(const RealmId&, const UserId&) = 0;   // one row, changed in place
  virtual Result<void> clear_login_failures(const RealmId&, const UserId&) = 0;  // writes only when there are some

  // ── sessions ──
  // Err::conflict when its id or cookie is there already: both are random.
  virtual Result<void> insert_session(const RealmId&, const Session&) = 0;
  virtual Result<std::optional<Session>> session_by_cookie(const RealmId&, std::string_view cookie_digest) = 0;
  virtual Result<std::optional<Session>> session(const RealmId&, const SessionId&) = 0;
  // The same, and nobody ends or changes it before this transaction ends.
  virtual Result<std::optional<Session>> hold_session(const RealmId&, const SessionId&) = 0;
  // Written at most once a minute: no write when `seen` is younger than that.
  virtual Result<void> touch_session(const RealmId&, const SessionId&, Instant now) = 0;
  // A new cookie and authentication time for the same session (a login again, a rise of privilege). False when the old
  // digest is not the session's any more, or it is ended.
  virtual Result<bool> renew_session(const RealmId&, const SessionId&, std::string_view old_digest,
                                     std::string_view new_digest, Instant authenticated) = 0;
  // True for the caller that ended it, false when it was ended before or never was.
  virtual Result<bool> end_session(const RealmId&, const SessionId&) = 0;
  virtual Result<std::vector<Session>> sessions_of(const RealmId&, const UserId&) = 0;  // not ended, seen last first

  // ── logouts that clients are yet to be told of ──
  // The clients, in order, that ever had a grant of this session.
  virtual Result<std::vector<ClientId>> clients_of(const RealmId&, const SessionId&) = 0;
  // Due from `now` on. Nothing for a session that is not there, nor for a pair that is waiting already.
  virtual Result<void> insert_logout(const RealmId&, const SessionId&, const ClientId&, Instant now) = 0;
  // At most `most`, and at most `most_of_one` of one client, those that are due longest: one client's do not hide
  // another's.
  virtual Result<std::vector<PendingLogout>> due_logouts(const RealmId&, Instant now, std::int64_t most,
                                                         std::int64_t most_of_one) = 0;
  // An attempt begins, and the next one is due at `next` if this one fails, or whoever makes it does. Compare-and-set
  // on `attempts`, which it raises: of two at once one makes it.
  virtual Result<bool> begin_logout(const RealmId&, const PendingLogout&, Instant next) = 0;
  virtual Result<bool> remove_logout(const RealmId&, const SessionId&, const ClientId&) = 0;  // false: it was gone

  // ── grants ──
  // Makes the grant of a code. The grant's id is the code's: of two redemptions at once one is `first`. A pair of
  // session and client keeps its ten youngest live grants; the ids of those ended to keep that go to `ended`.
  virtual Result<Redeemed> redeem_code(const RealmId&, const Grant&, std::vector<GrantId>& ended) = 0;
  virtual Result<std::optional<Grant>> grant(const RealmId&, const GrantId&) = 0;
  // The clients, in order, that have a grant of this person which nobody has ended.
  virtual Result<std::vector<ClientId>> clients_with_grants(const RealmId&, const UserId&) = 0;
  // One compare-and-set on the generation, which keeps with it the scope that this use gives, and the key that it is
  // given to: of two at once the first decides both.
  struct RefreshUse {
    std::int64_t presented;
    std::vector<std::string> scope;
    Instant now;
    seconds grace;
    std::string jkt{};  // "" without a key
  };
  virtual Result<Rotation> rotate_refresh(const RealmId&, const GrantId&, const RefreshUse&) = 0;
  virtual Result<bool> end_grant(const RealmId&, const GrantId&) = 0;               // true for the caller that ended it
  virtual Result<std::vector<Grant>> grants_of(const RealmId&, const UserId&) = 0;  // not ended, the youngest first

  // ── device codes ──
  // False when its user code is another's that is still there: the caller draws again. Of two at once one gets it.
  virtual Result<bool> insert_device_code(const RealmId&, const DeviceCode&) = 0;
  virtual Result<std::optional<DeviceCode>> device_code(const RealmId&, std::string_view digest) = 0;
  virtual Result<std::optional<DeviceCode>> device_code_by_user_code(const RealmId&, std::string_view digest) = 0;
  // Writes state, session, user and authentication time. Compare-and-set from pending: of two decisions the first
  // stands; false also when it has expired.
  virtual Result<bool> decide_device_code(const RealmId&, const DeviceCode&, Instant now) = 0;
  // The device asks. True when its interval is over, which begins anew; false when it came too soon, which makes the
  // interval five seconds longer and begins it anew. Of two at once one is in time.
  virtual Result<bool> poll_device_code(const RealmId&, std::string_view digest, Instant now) = 0;
  // Compare-and-set from allowed: true for one caller.
  virtual Result<bool> redeem_device_code(const RealmId&, std::string_view digest) = 0;

  // ── consents ──
  virtual Result<std::optional<Consent>> consent(const RealmId&, const UserId&, const ClientId&) = 0;
  virtual Result<void> put_consent(const RealmId&, const Consent&) = 0;  // replaces; of two at once the later stays
  virtual Result<void> remove_consents(const RealmId&, const ClientId&) = 0;  // everybody's, with the client
  virtual Result<std::vector<Consent>> consents_of(const RealmId&, const UserId&) = 0;
  // Takes back all that a person allowed a client: the consent, the grants, and what was allowed to a device that has
  // not come for it. It holds the person: who does so before looking at the consent or at a device's code either comes
  // first, and the grant made of that ends too, or finds neither. Of two at once each grant is in one answer.
  struct TakenBack {
    bool consent = false;
    std::vector<GrantId> grants;
  };
  virtual Result<TakenBack> take_back(const RealmId&, const UserId&, const ClientId&) = 0;

  // ── clients that registered themselves ──
  // False when the realm has `most` of them (two at once may each find the last place free).
  virtual Result<bool> insert_registered(const RealmId&, const RegisteredClient&, std::int64_t most) = 0;
  virtual Result<std::optional<RegisteredClient>> registered(const RealmId&, const ClientId&) = 0;
  // The same, and nobody changes or removes it before this transaction ends.
  virtual Result<std::optional<RegisteredClient>> hold_registered(const RealmId&, const ClientId&) = 0;
  // Everything but `created`. False when there is no such client; of two at once the later stays.
  virtual Result<bool> replace_registered(const RealmId&, const RegisteredClient&) = 0;
  virtual Result<bool> remove_registered(const RealmId&, const ClientId&) = 0;  // true for the caller that removed it
  virtual Result<bool> has_registered(const RealmId&) = 0;                      // whether there is any
  // At most `most` that were made before `before` and that nobody allows anything, the oldest first.
  virtual Result<std::vector<ClientId>> unused_registered(const RealmId&, Instant before, std::int64_t most) = 0;
  // Every realm's, also of realms that are no longer configured, the oldest first: for operators, and a change of the
  // master key.
  struct RegisteredId {
    RealmId realm;
    ClientId id;
    std::int64_t consents = 0;  // of so many people
  };
  virtual Result<std::vector<RegisteredId>> every_registered() = 0;
  // Replaces; without one there is none any more. It goes with the client.
  virtual Result<void> put_logo(const RealmId&, const ClientId&, const std::optional<Logo>&) = 0;
  virtual Result<std::optional<Logo>> logo(const RealmId&, const ClientId&) = 0;

  // ── what serves once ──
  // Remembers until `until` that `id` was used: the digest of a client assertion, a request object, a DPoP proof, whose
  // maker says in it what it is. False when it was used before and that is still remembered: of two at once one is
  // first. What has expired counts as never used, whether it is still there or not.
  virtual Result<bool> use_once(const RealmId&, std::string_view id, Instant until, Instant now) = 0;
  // A look: whether it was, and that is still remembered.
  virtual Result<bool> was_used(const RealmId&, std::string_view id, Instant now) = 0;

  // ── facts ──
  // Numbers it by updating the realm's counter row in this transaction, so that numbers become visible in order and
  // without holes. Gives the number.
  virtual Result<std::int64_t> append_fact(const RealmId&, const Fact&) = 0;
  virtual Result<std::vector<Fact>> facts_after(const RealmId&, std::int64_t number) = 0;  // in order

  // ── configuration ──
  virtual Result<std::vector<ConfigRow>> config(const RealmId&) = 0;
  virtual Result<std::vector<RealmId>> realms() = 0;
  virtual Result<void> put_config(const RealmId&, const ConfigRow&) = 0;  // inserts or replaces
  virtual Result<bool> remove_config(const RealmId&, ConfigKind, std::string_view id) = 0;
  // Rises by one with each transaction that changes configuration or keys (call bump once in it).
  virtual Result<std::int64_t> config_version(const RealmId&) = 0;
  virtual Result<void> bump_config_version(const RealmId&) = 0;
  // Small named values: the digest of the declaration that was applied last, the check value of the master key …
  virtual Result<std::optional<std::string>> setting(std::string_view name) = 0;
  virtual Result<void> put_setting(std::string_view name, std::string_view value) = 0;
  // False when it is there already; of two at once one wins. For what must be made once.
  virtual Result<bool> insert_setting(std::string_view name, std::string_view value) = 0;

  // ── signing keys ──
  virtual Result<std::vector<SigningKey>> signing_keys(const RealmId&) = 0;
  virtual Result<bool> insert_signing_key(const RealmId&, const SigningKey&) = 0;  // false: the kid is there already
  // Compare-and-set: false when its state is not `from` any more.
  virtual Result<bool> move_signing_key(const RealmId&, std::string_view kid, KeyState from, KeyState to,
                                        Instant now) = 0;
  // Every realm's, also of realms that are no longer configured: for a change of the master key.
  virtual Result<std::vector<std::pair<RealmId, SigningKey>>> every_signing_key() = 0;
  virtual Result<void> reseal_signing_key(const RealmId&, std::string_view kid, std::string_view sealed_jwk) = 0;

  // ── ageing ──
  struct Sweep {
    Instant now;
    Lifetimes lifetimes;
  };
  // Removes at most `most` rows that nothing can use any more (sessions, grants and facts past every lifetime, ids and
  // device codes that have expired). Nothing depends on it: expiry is checked at use. Gives how many went.
  virtual Result<std::int64_t> sweep(const RealmId&, const Sweep&, std::int64_t most) = 0;
};

enum class Outcome { commit, roll_back };

// A store runs work in transactions on threads of its own. Safe for any number of threads.
class Store {
 public:
  using Work =
      std::move_only_function<Outcome(Tx&)>;  // may run more than once: after Err::retry, or when a batch ended
  using Done =
      std::move_only_function<void(Result<void>)>;  // after the commit is on disk, or the failure; exactly once

  virtual ~Store() = default;
  // A consistent view; what `work` writes is an error. `done` runs on a thread of the store.
  // Err::unavailable at once when the queue is full.
  virtual void read(Work work, Done done) = 0;
  virtual void write(Work work, Done done) = 0;

  // The same, waiting: for start-up, tools and tests; never on a thread of the store.
  Result<void> read_now(Work work);
  Result<void> write_now(Work work);
};

// A client of the realm, declared or registered by itself; nothing where there is none. Errors: the store's.
Result<std::optional<Client>> find_client(Tx& tx, const RealmId& realm, const std::map<ClientId, Client>& declared,
                                          const ClientId& id);

// Ends a client that registered itself, whoever wishes it: its row with logo and secret, and everybody's consents. Its
// tokens end with the fact that the caller appends. False when it was gone. Errors: the store's.
Result<bool> end_registered(Tx& tx, const RealmId& realm, const ClientId& id);

}  // namespace tessera::issuer
