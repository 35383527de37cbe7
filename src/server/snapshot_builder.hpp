// Rows of the store into what the engine works on: one immutable snapshot of a realm.
#pragma once

#include <memory>
#include <string>

#include "issuer/snapshot.hpp"
#include "issuer/store.hpp"
#include "server/keys.hpp"

namespace tessera::server {

// What every snapshot of a realm shares.
struct RealmParts {
  issuer::RealmId id;
  std::string issuer;  // URL
  crypto::PasswordCost password_cost;
  std::shared_ptr<issuer::SealKeys> seals;
  std::shared_ptr<FactSet> facts;
};

// Errors: the store's, and those of a damaged row (malformed, bad_json, decrypt_failed, bad_key …).
Result<std::shared_ptr<const issuer::Snapshot>> build_snapshot(issuer::Tx& tx, const RealmParts& parts, Instant now,
                                                               const RotationRule& rule);

}  // namespace tessera::server
