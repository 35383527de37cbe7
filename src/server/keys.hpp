// Signing keys: made, published, rotated and withdrawn, by time. next → active → retired → gone.
//
// A `next` key is published for longer than anyone may cache the key set before it signs; a retired one until the last
// token that it signed has expired. Several nodes may do this at once: whatever is made or moved goes through a
// compare-and-set, and whoever comes second finds it done. "gone" is a retired key that is no longer published; its row
// stays (four a year), its sealed text is of no use without the master key.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "issuer/model/realm.hpp"
#include "issuer/seal.hpp"
#include "issuer/snapshot.hpp"
#include "issuer/store.hpp"
#include "tessera/keys.hpp"

namespace tessera::server {

struct RotationRule {
  seconds interval = std::chrono::days(90);  // that a key signs
  // JWKS max-age, and the longest that a guard keeps a key set without asking again.
  seconds published_before = minutes(5) + std::chrono::hours(1);
  seconds published_after = issuer::kMaxTokenLife + minutes(10);  // and leeway
};

struct KeyStep {
  enum class Kind { make_active, make_next, promote } kind{};
  std::string next, active;  // promote: the kids; make_next: the kid that it will follow in `active`
  friend bool operator==(const KeyStep&, const KeyStep&) = default;
};

// What is due for the keys of one algorithm; at most one step, empty when nothing is.
std::vector<KeyStep> due(std::span<const issuer::SigningKey> keys, Alg alg, Instant now, const RotationRule& rule);

// Whether the key set names it.
bool is_published(const issuer::SigningKey& key, Instant now, const RotationRule& rule);

// The algorithms that a realm signs with: ES256 for access tokens, and those of its clients' ID tokens and userinfo.
std::vector<Alg> algs_of(const issuer::Snapshot& snapshot);

// Does what is due for one algorithm. True when something changed (by this node). A new key is made outside of the
// transaction, because an RSA key takes long.
Result<bool> keep_keys(issuer::Store& store, const issuer::RealmId& realm, Alg alg, const issuer::SealKeys& seals,
                       Instant now, const RotationRule& rule);

// The salt of a realm's pairwise subjects (issuer/subject.hpp): made once, never changed; sealed. Of two nodes one
// makes it.
Result<void> keep_salt(issuer::Store& store, const issuer::RealmId& realm, const issuer::SealKeys& seals);
Result<std::shared_ptr<const Secret>> salt_of(issuer::Tx& tx, const issuer::RealmId& realm,
                                              const issuer::SealKeys& seals);  // nullptr: not made yet
Result<void> reseal_salt(issuer::Tx& tx, const issuer::RealmId& realm, const issuer::SealKeys& seals);

}  // namespace tessera::server
