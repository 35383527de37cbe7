// How a node keeps up: configuration, facts and keys that it or another node has written.
#include <algorithm>

#include "base/try.hpp"
#include "server/node.hpp"
#include "server/node_state.hpp"

namespace tessera::server {

namespace {

using issuer::Outcome;
using issuer::RealmId;
using issuer::Tx;

constexpr std::int64_t kSweepRows = 1000;
constexpr auto kRoundEvery = milliseconds(250);  // what other nodes write is felt here within a second
constexpr auto kKeysEvery = minutes(1), kSweepEvery = minutes(1);
constexpr auto kSweepTime = seconds(10);  // of a realm and round
constexpr std::int64_t kSweepClients = 100;
constexpr auto kUnused = std::chrono::days(30);        // that a client may wait for its first person
constexpr auto kRebuildEvery = std::chrono::hours(1);  // so that a retired key leaves the key set

// Reads in one transaction. `body` returns a Result<T>.
template <class T>
Result<T> in_read(issuer::Store& store, auto body) {
  Result<T> answer{};
  TRY_VOID(store.read_now([&](Tx& tx) {
    answer = body(tx);
    return Outcome::roll_back;
  }));
  return answer;
}

}  // namespace

std::shared_ptr<issuer::SealKeys> Node::seals_of(const RealmId& id) const {
  return std::make_shared<issuer::SealKeys>(id, master_keys_.masters());
}

// New ones come, and those that are no longer configured go.
Result<void> Node::load_realms() {
  auto ids = TRY(in_read<std::vector<RealmId>>(*store_, [](Tx& tx) { return tx.realms(); }));
  if (std::find(ids.begin(), ids.end(), RealmId("")) == ids.end()) ids.emplace_back("");
  Realms realms;
  for (const auto& id : ids) {
    auto state = realm(id.text);
    if (!state) {
      state = std::make_shared<RealmState>(
          RealmParts{id, issuer_ + base_path_of(id.text), password_cost_, seals_of(id), std::make_shared<FactSet>()});
      TRY_VOID(keep_keys(*store_, id, Alg::ES256, *state->parts.seals, clock_(), rotation_));
      TRY_VOID(keep_salt(*store_, id, *state->parts.seals));
      TRY_VOID(refresh(*state));
    }
    realms.emplace(id.text, std::move(state));
  }
  const std::lock_guard lock(realms_mutex_);
  if (realms != *realms_) realms_ = std::make_shared<const Realms>(std::move(realms));
  return {};
}

Result<Node::RealmState::Newer> Node::RealmState::look(Tx& tx, Instant now, const RotationRule& rule) const {
  Newer newer{.snapshot = {}, .facts = TRY(tx.facts_after(parts.id, parts.facts->applied()))};
  std::int64_t version = -1;
  {
    const std::lock_guard lock(live_mutex_);
    if (live_ && now - built_ < kRebuildEvery) version = live_->snapshot->version;
  }
  if (TRY(tx.config_version(parts.id)) != version) newer.snapshot = TRY(build_snapshot(tx, parts, now, rule));
  return newer;
}

void Node::RealmState::take(Newer newer, Instant now) {
  auto made = newer.snapshot ? server::live(std::move(newer.snapshot)) : nullptr;
  {
    const std::lock_guard lock(live_mutex_);
    // Two reads may overtake each other on their way here.
    if (made && (!live_ || live_->snapshot->version <= made->snapshot->version)) {
      live_ = std::move(made);
      built_ = now;
    }
  }
  const std::lock_guard lock(facts_mutex);
  for (const auto& fact : newer.facts) parts.facts->apply(fact);
}

Result<void> Node::refresh(RealmState& state) {
  const auto now = clock_();
  state.take(TRY(in_read<RealmState::Newer>(*store_, [&](Tx& tx) { return state.look(tx, now, rotation_); })), now);
  return {};
}

Result<void> Node::make_keys(RealmState& state) {
  bool changed = false;
  for (const auto alg : algs_of(*state.live()->snapshot))
    changed |= TRY(keep_keys(*store_, state.parts.id, alg, *state.parts.seals, clock_(), rotation_));
  if (changed) TRY_VOID(refresh(state));
  return {};
}

void Node::complain(const char* what, const Result<void>& result) const {
  if (!result)
    log_.write(LogLevel::error, clock_(), what,
               {{"error", error_name(result.error().code)}, {"at", result.error().at}});
}

std::shared_ptr<const Node::Realms> Node::realms() const {
  const std::lock_guard lock(realms_mutex_);
  return realms_;
}

void Node::follow() {
  complain("realms cannot be read", load_realms());
  for (const auto& [name, state] : *realms()) complain("configuration cannot be read", refresh(*state));
}

void Node::tend() {
  const auto now = clock_();
  const bool keys_due = now - keys_checked_ >= kKeysEvery, sweep_due = now - swept_ >= kSweepEvery;
  if (keys_due) keys_checked_ = now;
  if (sweep_due) swept_ = now;
  for (const auto& [name, state] : *realms()) {
    // A new client may sign with an algorithm that has no key yet.
    const auto version = state->live()->snapshot->version;
    if (keys_due || state->keys_made_for != version) {
      const auto made = make_keys(*state);
      complain("signing keys cannot be kept", made);
      if (made) state->keys_made_for = version;
    }
    if (!sweep_due) continue;
    sweep(*state);
    sweep_registered(*state);
  }
}

// In small transactions, because whoever writes waits for each; what is left after a while goes in the next round.
void Node::sweep(RealmState& state) {
  const auto now = clock_();
  state.parts.facts->forget(now);
  const auto lifetimes = state.live()->snapshot->realm.lifetimes;
  const auto last = std::chrono::steady_clock::now() + kSweepTime;
  Result<std::int64_t> gone = kSweepRows;
  while (gone && *gone == kSweepRows && !ending_ && std::chrono::steady_clock::now() < last) {
    const auto wrote = store_->write_now([&](Tx& tx) {
      gone = tx.sweep(state.parts.id, {now, lifetimes}, kSweepRows);
      return gone ? Outcome::commit : Outcome::roll_back;
    });
    if (!wrote) gone = std::unexpected(wrote.error());
  }
  if (!gone) complain("old rows cannot be removed", std::unexpected(gone.error()));
}

namespace {
// Somebody may allow the last one something just now, after all: then it is gone when its code is redeemed.
Result<std::vector<issuer::ClientId>> end_unused(Tx& tx, const RealmId& realm, Instant now) {
  std::vector<issuer::ClientId> ids;
  for (auto& id : TRY(tx.unused_registered(realm, now - kUnused, kSweepClients)))
    if (TRY(issuer::end_registered(tx, realm, id))) ids.push_back(std::move(id));  // else another node was faster
  // Last, because they hold up whoever else has one to append.
  for (const auto& id : ids) TRY_VOID(tx.append_fact(realm, issuer::new_fact(FactKind::client, id.text, now)));
  return ids;
}
}  // namespace

// Clients that anybody may register, and that nobody uses. For one with an initial access token somebody has vouched.
void Node::sweep_registered(RealmState& state) {
  const auto now = clock_();
  const auto& realm = state.parts.id;
  const auto last = std::chrono::steady_clock::now() + kSweepTime;
  // A look first: mostly there is none.
  auto ids = in_read<std::vector<issuer::ClientId>>(
      *store_, [&](Tx& tx) { return tx.unused_registered(realm, now - kUnused, 1); });
  while (ids && !ids->empty() && !ending_ && std::chrono::steady_clock::now() < last) {
    const auto wrote = store_->write_now([&](Tx& tx) {
      ids = end_unused(tx, realm, now);
      return ids ? Outcome::commit : Outcome::roll_back;
    });
    if (!wrote) ids = std::unexpected(wrote.error());
    if (!ids) break;
    for (const auto& id : *ids) {
      registered_.forget(realm, id.text, now);
      log_.write(LogLevel::info, now, "event",
                 {{"event", "client_removed"}, {"realm", realm.text}, {"client", id.text}, {"why", "unused"}});
    }
  }
  if (!ids) complain("unused clients cannot be removed", std::unexpected(ids.error()));
}

void Node::tell() {
  for (const auto& [name, state] : *realms())
    complain("clients cannot be told of logouts", logouts_.send_due(state->live()->snapshot));
}

void Node::tell_soon() {
  {
    const std::lock_guard lock(keeper_mutex_);
    to_tell_ = true;
  }
  keeper_wake_.notify_all();
}

void Node::keep() {
  follow();
  tend();
  tell();
  logouts_.wait();
}

// Apart, because an RSA key takes seconds and a revocation must be felt within one.
void Node::keep_in_background() {
  const auto again = [this](void (Node::*round)(), bool* soon) {
    std::unique_lock lock(keeper_mutex_);
    while (!ending_) {
      if (soon) *soon = false;
      lock.unlock();
      try {
        (this->*round)();
      } catch (const std::exception&) {
        complain("no memory to keep up", tessera::fail(Err::unavailable, "memory"));
      }
      lock.lock();
      keeper_wake_.wait_for(lock, kRoundEvery, [&] { return ending_ || (soon && *soon); });
    }
  };
  keepers_.emplace_back([again] { again(&Node::follow, nullptr); });
  keepers_.emplace_back([again] { again(&Node::tend, nullptr); });
  keepers_.emplace_back([this, again] { again(&Node::tell, &to_tell_); });
}

}  // namespace tessera::server
