#include "server/snapshot_builder.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "base/wipe.hpp"
#include "issuer/model/codec.hpp"

namespace tessera::server {

namespace {

using issuer::ConfigKind;
using issuer::Snapshot;

Result<void> take(Snapshot& into, const issuer::ConfigRow& row) {
  switch (row.kind) {
    case ConfigKind::realm: into.realm = TRY(issuer::parse_realm(row.body)); break;
    case ConfigKind::resource_server: {
      auto one = TRY(issuer::parse_resource_server(row.body));
      into.resource_servers.emplace(one.audience, std::move(one));
      break;
    }
    case ConfigKind::role: {
      auto one = TRY(issuer::parse_role(row.body));
      into.roles.emplace(one.name, std::move(one));
      break;
    }
    case ConfigKind::group: {
      auto one = TRY(issuer::parse_group(row.body));
      into.groups.emplace(one.name, std::move(one));
      break;
    }
    case ConfigKind::client: {
      auto one = TRY(issuer::parse_client(row.body));
      if (!one.jwks.empty() || !one.sealed_secret.empty())
        into.client_keys.emplace(one.id, TRY(issuer::make_client_keys(one, *into.seals)));
      into.clients.emplace(one.id, std::move(one));
      break;
    }
    case ConfigKind::trusted_issuer: {
      auto rule = TRY(issuer::parse_trusted_issuer(row.body));
      auto one = TRY(issuer::make_trust(into, std::move(rule)));
      into.trusted_issuers.emplace(one.rule.issuer, std::move(one));
      break;
    }
  }
  return {};
}

Result<void> take_keys(Snapshot& into, const std::vector<issuer::SigningKey>& rows, Instant now,
                       const RotationRule& rule) {
  std::vector<PublicKey> published;
  for (const auto& row : rows) {
    if (!is_published(row, now, rule)) continue;
    const WipedString jwk(TRY(into.seals->open(issuer::SealKind::signing_key, row.sealed_jwk)));
    auto key = TRY(PrivateKey::parse(jwk.text()));
    published.push_back(key.public_key());
    if (std::find(into.algs.begin(), into.algs.end(), row.alg) == into.algs.end()) into.algs.push_back(row.alg);
    if (row.state == issuer::KeyState::active) into.signing.push_back(std::move(key));
  }
  into.published = Keys::of(std::move(published));
  into.jwks = jwks(into.published.all());
  return {};
}

}  // namespace

Result<std::shared_ptr<const Snapshot>> build_snapshot(issuer::Tx& tx, const RealmParts& parts, Instant now,
                                                       const RotationRule& rule) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->realm.id = parts.id;
  snapshot->realm.name = "Tessera";
  snapshot->issuer = parts.issuer;
  snapshot->password_cost = parts.password_cost;
  snapshot->seals = parts.seals;
  snapshot->facts = parts.facts;
  snapshot->version = TRY(tx.config_version(parts.id));
  const auto rows = TRY(tx.config(parts.id));
  for (const auto& row : rows) TRY_VOID(take(*snapshot, row));
  snapshot->some_registered = TRY(tx.has_registered(parts.id));
  const auto keys = TRY(tx.signing_keys(parts.id));
  TRY_VOID(take_keys(*snapshot, keys, now, rule));
  snapshot->pairwise_salt = TRY(salt_of(tx, parts.id, *parts.seals));
  snapshot->access_verifier = issuer::make_access_verifier(*snapshot);
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

}  // namespace tessera::server
