#include "server/logouts.hpp"

#include <algorithm>
#include <array>

#include "base/try.hpp"
#include "issuer/logouts.hpp"

namespace tessera::server {

namespace {

using issuer::Outcome;
using issuer::PendingLogout;
using issuer::Tx;
using std::chrono::hours;

constexpr std::size_t kThreads = 16, kOfOneClient = 2;
// More than can be hidden by clients that have no room.
constexpr std::int64_t kLook = 4 * kThreads * kOfOneClient;
// How long after an attempt the next one comes: the first longer than an attempt may take, all together about a day.
// After the last nobody tries any more.
constexpr std::array<seconds, 10> kWaits{seconds(10), minutes(1), minutes(5), minutes(15), hours(1),
                                         hours(2),    hours(4),   hours(4),   hours(6),    hours(6)};

seconds wait_after(std::int64_t attempts) {
  return kWaits[std::min(static_cast<std::size_t>(attempts), kWaits.size()) - 1];
}

enum class Told { yes, refused, not_yet };

struct Answer {
  Told told;
  std::string why;
};

Answer answer_of(const std::expected<fetch::Response, fetch::Failure>& answer) {
  if (!answer) return {Told::not_yet, answer.error().message};
  const auto why = "the status " + std::to_string(answer->status);
  switch (answer->status) {
    //= OIDC-BackChannel#2.8 "Therefore, OPs should be prepared to also process an HTTP 204 No Content response as a
    // successful response."
    case 200:
    case 204: return {Told::yes, why};
    //= OIDC-BackChannel#2.8 "If the logout request was invalid or the logout failed, the RP MUST respond with HTTP 400
    // Bad Request."
    case 400: return {Told::refused, why};
    default: return {Told::not_yet, why};
  }
}

//= OIDC-BackChannel#2.5 "The POST body uses the application/x-www-form-urlencoded encoding and MUST include a
// logout_token parameter containing a Logout Token from the OP for the RP identifying the End-User to be logged out."
Answer tell(const issuer::Snapshot& snapshot, const issuer::Client& client, const PendingLogout& logout, std::string id,
            Instant now, const fetch::Options& outbound) {
  const auto* key = snapshot.signing_key(client.id_token_alg);
  if (!key) return {Told::not_yet, "the key is being made"};
  const auto token = logout_token::issue(issuer::logout_draft(snapshot, client, logout, std::move(id), now), *key);
  if (!token) return {Told::not_yet, std::string(error_text(token.error().code))};
  return answer_of(fetch::post(client.backchannel_logout_uri, {{"logout_token", *token}}, outbound));
}

// Those that this node has got: another one may look at the same moment.
Result<std::vector<PendingLogout>> begin_each(Tx& tx, const issuer::RealmId& realm,
                                              const std::vector<PendingLogout>& chosen, Instant now) {
  std::vector<PendingLogout> mine;
  for (auto one : chosen) {
    if (!TRY(tx.begin_logout(realm, one, now + wait_after(one.attempts + 1)))) continue;
    ++one.attempts;
    mine.push_back(std::move(one));
  }
  return mine;
}

}  // namespace

Logouts::Logouts(Options options) : options_(std::move(options)), pool_(kThreads, kThreads) {}

std::size_t Logouts::room() const {
  const std::lock_guard lock(mutex_);
  return kThreads - all_under_way_;
}

bool Logouts::has_room(const Client& client) const {
  const std::lock_guard lock(mutex_);
  const auto it = under_way_.find(client);
  return it == under_way_.end() || it->second < kOfOneClient;
}

Result<std::vector<PendingLogout>> Logouts::begin(const issuer::RealmId& realm) {
  const auto now = options_.clock();
  Result<std::vector<PendingLogout>> due;
  TRY_VOID(options_.store.read_now([&](Tx& tx) {
    due = tx.due_logouts(realm, now, kLook, kOfOneClient);
    return Outcome::roll_back;
  }));
  auto chosen = TRY(std::move(due));
  std::erase_if(chosen, [&](const auto& one) { return !has_room({realm, one.client}); });
  if (chosen.size() > room()) chosen.resize(room());
  if (chosen.empty()) return chosen;
  Result<std::vector<PendingLogout>> begun;
  TRY_VOID(options_.store.write_now([&](Tx& tx) {
    begun = begin_each(tx, realm, chosen, now);
    return begun ? Outcome::commit : Outcome::roll_back;
  }));
  return begun;
}

Result<void> Logouts::send_due(const std::shared_ptr<const issuer::Snapshot>& snapshot) {
  const auto& realm = snapshot->realm.id;
  if (room() == 0) return {};
  for (auto& logout : TRY(begin(realm))) {
    const Client client{realm, logout.client};
    {
      const std::lock_guard lock(mutex_);
      ++under_way_[client], ++all_under_way_;
    }
    Pool::Task task = [this, snapshot, client, logout = std::move(logout)] {
      try {
        attempt(*snapshot, logout);
      } catch (const std::exception&) {
        // No memory: as an attempt that fails.
      }
      end(client);
    };
    const bool taken = pool_.try_run(task);
    INVARIANT(taken, "no more under way than there are threads");
  }
  return {};
}

void Logouts::attempt(const issuer::Snapshot& snapshot, const PendingLogout& logout) const {
  const auto& realm = snapshot.realm.id;
  const auto began = std::chrono::steady_clock::now();
  Result<std::optional<issuer::Client>> client;
  const auto read = options_.store.read_now([&](Tx& tx) {
    client = issuer::client_to_tell(tx, snapshot, logout);
    return Outcome::roll_back;
  });
  if (!read || !client) return;  // as an attempt that fails: it comes again
  const auto answer = *client ? tell(snapshot, **client, logout, options_.new_id(), options_.clock(), options_.outbound)
                              : Answer{Told::refused, "the client has no backchannel_logout_uri any more"};
  const bool last = logout.attempts >= static_cast<std::int64_t>(kWaits.size());
  const char* event = answer.told == Told::yes       ? "logout_told"
                      : answer.told == Told::refused ? "logout_refused"
                      : last                         ? "logout_given_up"
                                                     : "logout_not_yet_told";
  const auto spent = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - began);
  options_.log.write(answer.told == Told::yes ? LogLevel::info : LogLevel::warn, options_.clock(), "event",
                     {{"event", event},
                      {"realm", realm.text},
                      {"session", logout.session.text},
                      {"client", logout.client.text},
                      {"attempt", logout.attempts},
                      {"why", answer.why},
                      {"us", spent.count()}});
  if (answer.told == Told::not_yet && !last) return;
  // Where this fails the client is told once more.
  (void)options_.store.write_now([&](Tx& tx) {
    return tx.remove_logout(realm, logout.session, logout.client) ? Outcome::commit : Outcome::roll_back;
  });
}

void Logouts::end(const Client& client) {
  {
    const std::lock_guard lock(mutex_);
    const auto it = under_way_.find(client);
    if (--it->second == 0) under_way_.erase(it);
    if (--all_under_way_ == 0) ended_.notify_all();
  }
  options_.freed();
}

void Logouts::wait() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return all_under_way_ == 0; });
}

}  // namespace tessera::server
