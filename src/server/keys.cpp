#include "server/keys.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "base/wipe.hpp"
#include "issuer/contains.hpp"
#include "issuer/steps/client_auth.hpp"

namespace tessera::server {

namespace {

using issuer::KeyState;
using issuer::Outcome;
using issuer::SigningKey;
using issuer::Tx;

const SigningKey* in_state(std::span<const SigningKey> keys, Alg alg, KeyState state) {
  for (const auto& key : keys)
    if (key.alg == alg && key.state == state) return &key;
  return nullptr;
}

// A claim to be the one that follows `before`: of two nodes one gets it.
std::string claim_name(const issuer::RealmId& realm, Alg alg, std::string_view before) {
  return "key " + realm.text + " " + std::string(alg_name(alg)) + " after " + std::string(before);
}

Result<SigningKey> new_key(Alg alg, KeyState state, const issuer::SealKeys& seals, Instant now) {
  const auto key = TRY(PrivateKey::generate(alg, KeyInfo{.kid = {}, .alg = alg, .use = KeyUse::sig}));
  const Secret jwk = key.jwk();
  return SigningKey{key.info().kid,
                    alg,
                    state,
                    seals.seal(issuer::SealKind::signing_key, jwk.expose_text("sealed before it is stored")),
                    now,
                    now};
}

Result<bool> insert(Tx& tx, const issuer::RealmId& realm, const SigningKey& key, std::string_view before) {
  if (!TRY(tx.insert_setting(claim_name(realm, key.alg, before), key.kid))) return false;
  if (!TRY(tx.insert_signing_key(realm, key))) return false;
  TRY_VOID(tx.bump_config_version(realm));
  return true;
}

Result<bool> promote(Tx& tx, const issuer::RealmId& realm, const KeyStep& step, Instant now) {
  if (!TRY(tx.move_signing_key(realm, step.active, KeyState::active, KeyState::retired, now))) return false;
  if (!TRY(tx.move_signing_key(realm, step.next, KeyState::next, KeyState::active, now))) return false;
  TRY_VOID(tx.bump_config_version(realm));
  return true;
}

// Runs `body` in a write transaction; false (nothing done) rolls back.
Result<bool> in_write(issuer::Store& store, auto body) {
  Result<bool> answer = false;
  TRY_VOID(store.write_now([&](Tx& tx) {
    answer = body(tx);
    return answer && *answer ? Outcome::commit : Outcome::roll_back;
  }));
  return answer;
}

}  // namespace

std::vector<KeyStep> due(std::span<const SigningKey> keys, Alg alg, Instant now, const RotationRule& rule) {
  const auto* active = in_state(keys, alg, KeyState::active);
  const auto* next = in_state(keys, alg, KeyState::next);
  if (!active) return {{KeyStep::Kind::make_active, {}, {}}};
  const auto signed_for = now - active->changed;
  if (!next && signed_for + rule.published_before >= rule.interval)
    return {{KeyStep::Kind::make_next, {}, active->kid}};
  if (next && signed_for >= rule.interval && now - next->changed >= rule.published_before)
    return {{KeyStep::Kind::promote, next->kid, active->kid}};
  return {};
}

bool is_published(const SigningKey& key, Instant now, const RotationRule& rule) {
  return key.state != KeyState::retired || now - key.changed < rule.published_after;
}

std::vector<Alg> algs_of(const issuer::Snapshot& snapshot) {
  std::vector<Alg> algs{Alg::ES256, Alg::RS256};
  const auto add = [&](Alg alg) {
    if (!issuer::contains(algs, alg)) algs.push_back(alg);
  };
  // Who registers itself chooses, and does not wait until a key is made.
  if (snapshot.has_registered())
    for (const auto alg : issuer::kKeyAssertionAlgs) add(alg);
  for (const auto& [id, client] : snapshot.clients)
    for (const auto alg : {client.id_token_alg, client.userinfo_alg.value_or(client.id_token_alg)}) add(alg);
  return algs;
}

Result<bool> keep_keys(issuer::Store& store, const issuer::RealmId& realm, Alg alg, const issuer::SealKeys& seals,
                       Instant now, const RotationRule& rule) {
  Result<std::vector<SigningKey>> keys;
  TRY_VOID(store.read_now([&](Tx& tx) {
    keys = tx.signing_keys(realm);
    return Outcome::roll_back;
  }));
  bool changed = false;
  for (const auto& step : due(TRY(std::move(keys)), alg, now, rule)) {
    if (step.kind == KeyStep::Kind::promote) {
      changed |= TRY(in_write(store, [&](Tx& tx) { return promote(tx, realm, step, now); }));
      continue;
    }
    const auto state = step.kind == KeyStep::Kind::make_active ? KeyState::active : KeyState::next;
    const auto key = TRY(new_key(alg, state, seals, now));
    changed |= TRY(in_write(store, [&](Tx& tx) { return insert(tx, realm, key, step.active); }));
  }
  return changed;
}

namespace {
std::string salt_setting(const issuer::RealmId& realm) { return "pairwise salt " + realm.text; }

std::string sealed(const Secret& salt, const issuer::SealKeys& seals) {
  return seals.seal(issuer::SealKind::pairwise, salt.expose_text("sealed before it is stored"));
}
}  // namespace

Result<void> keep_salt(issuer::Store& store, const issuer::RealmId& realm, const issuer::SealKeys& seals) {
  Result<std::optional<std::string>> there;
  TRY_VOID(store.read_now([&](Tx& tx) {
    there = tx.setting(salt_setting(realm));
    return Outcome::roll_back;
  }));
  if (TRY(std::move(there))) return {};
  std::array<std::byte, 32> octets;
  crypto::random(octets);
  const Secret salt{BytesView(octets)};
  TRY_VOID(in_write(store, [&](Tx& tx) { return tx.insert_setting(salt_setting(realm), sealed(salt, seals)); }));
  return {};
}

Result<std::shared_ptr<const Secret>> salt_of(Tx& tx, const issuer::RealmId& realm, const issuer::SealKeys& seals) {
  const auto text = TRY(tx.setting(salt_setting(realm)));
  if (!text) return std::shared_ptr<const Secret>();
  const WipedString salt(TRY(seals.open(issuer::SealKind::pairwise, *text)));
  return std::make_shared<const Secret>(salt.text());
}

Result<void> reseal_salt(Tx& tx, const issuer::RealmId& realm, const issuer::SealKeys& seals) {
  const auto salt = TRY(salt_of(tx, realm, seals));
  if (!salt) return {};
  return tx.put_setting(salt_setting(realm), sealed(*salt, seals));
}

}  // namespace tessera::server
