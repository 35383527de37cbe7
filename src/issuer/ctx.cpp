#include "issuer/ctx.hpp"

#include "base/base64url.hpp"

namespace tessera::issuer {

Step<Tx*> Ctx::store(Access access) {
  if (tx_ && (access == Access::read || access_ == Access::write)) return tx_;
  return std::unexpected(Stop(Need(NeedStore{access})));
}

Step<bool> Ctx::check_password(const Secret& password, const std::string& hash) {
  if (checked_ && checked_->first == hash) return checked_->second;
  return std::unexpected(
      Stop(Need(NeedHash{Secret(password.expose("handed to the hash threads")), hash, snapshot_->password_cost})));
}

Step<std::string> Ctx::hash_password(const Secret& password) {
  if (hashed_) return *hashed_;
  return std::unexpected(
      Stop(Need(NeedHash{Secret(password.expose("handed to the hash threads")), "", snapshot_->password_cost})));
}

Step<const Client*> Ctx::client(std::string_view id) {
  if (const Client* declared = snapshot_->client(id)) return declared;
  const auto found = TRY(registered(id));
  return found ? &found->row.client : nullptr;
}

// What is read in this request stays for all its calls: a client must not change between two checks of it.
Step<std::shared_ptr<const Registered>> Ctx::registered(std::string_view id) {
  if (!id.starts_with(kRegisteredPrefix) || id.size() > kMaxClientId) return std::shared_ptr<const Registered>();
  if (const auto known = known_.find(id); known != known_.end()) return known->second;
  auto kept = registered_.find(realm(), id, now_);
  if (!kept) {
    Tx* tx = TRY(store(Access::read));
    auto row = TRY(tx->registered(realm(), ClientId(id)));
    std::shared_ptr<const Registered> made;
    if (row) {
      // Without a secret that opens it proves nothing, and everything else about it stays.
      auto keys = make_client_keys(row->client, *snapshot_->seals);
      made = std::make_shared<const Registered>(Registered{std::move(*row), keys ? std::move(*keys) : ClientKeys{}});
    }
    registered_.keep(realm(), id, made, now_);
    kept = std::move(made);
  }
  return known_.emplace(id, std::move(*kept)).first->second;
}

const ClientKeys& Ctx::keys_of(const Client& client) const {
  const auto known = known_.find(client.id.text);
  return known != known_.end() && known->second ? known->second->keys : snapshot_->keys_of(client.id);
}

const Client* Ctx::known_client(std::string_view id) const {
  if (const Client* declared = snapshot_->client(id)) return declared;
  const auto known = known_.find(id);
  return known != known_.end() && known->second ? &known->second->row.client : nullptr;
}

Step<bool> Ctx::use_once(std::string_view id, Instant until) {
  if (const auto answer = used_.find(id); answer != used_.end()) return answer->second;
  return std::unexpected(Stop(Need(NeedUse{std::string(id), until})));
}

Step<bool> Ctx::used_before(std::string_view id) {
  if (const auto answer = used_.find(id); answer != used_.end()) return !answer->second;
  Tx* tx = TRY(store(Access::read));
  return TRY(tx->was_used(realm(), id, now_));
}

Step<std::optional<std::string>> Ctx::fetch(const std::string& url) {
  if (const auto answer = fetched_.find(url); answer != fetched_.end()) return answer->second;
  REQUIRE(!fetches_full_, temporarily_unavailable, "fetch", "too many requests to others are under way");
  return std::unexpected(Stop(Need(NeedFetch{url})));
}

Step<std::shared_ptr<const Keys>> Ctx::keys_at(const std::string& url, const std::string& kid) {
  static const auto kNone = std::make_shared<const Keys>(Keys::of({}));
  const auto held = remote_keys_.look(url, kid, now_);
  if (held.due && !asked_for_keys_.contains(url)) {
    if (!fetches_full_) return std::unexpected(Stop(Need(NeedKeys{url, kid})));
    REQUIRE(held.keys, temporarily_unavailable, "fetch", "too many requests to others are under way");
  }
  return held.keys ? held.keys : kNone;
}

// The same name in two realms is two people's.
std::string Ctx::in_realm(std::string_view key) const { return realm().text + '\n' + std::string(key); }

Step<void> Ctx::limit(LimitKind kind, std::string_view key) {
  if (counted_.emplace(kind, std::string(key)).second)
    REQUIRE(limits_.take(kind, in_realm(key), now_), slow_down, "limit");
  return {};
}

Step<void> Ctx::check_limit(LimitKind kind, std::string_view key) {
  if (!counted_.contains({kind, std::string(key)})) REQUIRE(limits_.has(kind, in_realm(key), now_), slow_down, "limit");
  return {};
}

void Ctx::give_back(LimitKind kind, std::string_view key) {
  if (given_back_.emplace(kind, std::string(key)).second) limits_.give_back(kind, in_realm(key));
}

std::string Ctx::random_id(std::size_t octets) {
  Bytes bytes(octets);
  random_(bytes);
  return base64url::encode(bytes);
}

std::uint64_t Ctx::random_number() {
  std::array<std::byte, 8> octets;
  random_(octets);
  std::uint64_t number = 0;
  for (const auto octet : octets) number = number << 8 | std::to_integer<std::uint64_t>(octet);
  return number;
}

std::string Ctx::uuid7() {
  std::array<std::byte, 16> b;
  random_(b);
  const auto ms = std::chrono::floor<milliseconds>(now_).time_since_epoch().count();
  for (unsigned i = 0; i < 6; ++i) b[i] = static_cast<std::byte>(ms >> (40 - 8 * i));
  b[6] = (b[6] & std::byte{0x0F}) | std::byte{0x70};
  b[8] = (b[8] & std::byte{0x3F}) | std::byte{0x80};
  std::string text;
  constexpr char kHex[] = "0123456789abcdef";
  for (unsigned i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHex[std::to_integer<unsigned>(b[i]) >> 4];
    text += kHex[std::to_integer<unsigned>(b[i]) & 15];
  }
  return text;
}

namespace {
seconds fact_life(FactKind kind) {
  // What is overtaken by number may be a session or a grant, not a token only: these carry `rev` as well, and would be
  // alive again once the fact is forgotten. A role is in tokens alone, and what names one thing ends that thing's row.
  const bool by_rev =
      kind == FactKind::realm || kind == FactKind::subject || kind == FactKind::client || kind == FactKind::audience;
  return (by_rev ? kMaxSessionLife : kMaxTokenLife) + std::chrono::minutes(10);
}
}  // namespace

Fact new_fact(FactKind kind, std::string_view value, Instant now) {
  return {0, kind, std::string(value), now + fact_life(kind)};
}

void Ctx::append_fact(FactKind kind, std::string_view value) { facts_.push_back(new_fact(kind, value, now_)); }

Result<void> Ctx::number_facts(Tx& tx) {
  for (auto& fact : facts_) fact.number = TRY(tx.append_fact(realm(), fact));
  return {};
}

}  // namespace tessera::issuer
