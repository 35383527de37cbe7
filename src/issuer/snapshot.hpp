// Everything configured of one realm at one moment, immutable, shared by every request that began under it; swapped
// whole when the store's version rises.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/crypto.hpp"
#include "issuer/model/realm.hpp"
#include "issuer/model/user.hpp"
#include "issuer/seal.hpp"
#include "jwt/facts.hpp"
#include "tessera/jwt.hpp"

namespace tessera::issuer {

inline constexpr Alg kAccessTokenAlg = Alg::ES256;
inline constexpr const char* kAccessTokenTyp = "at+jwt";

inline constexpr seconds kAssertionLeeway{30};  // the clocks of others

// A trusted issuer, its keys parsed once.
struct Trust {
  TrustedIssuer rule;
  Verifier verifier;  // of its assertions: signature, `iss`, `aud`, times, and the claims that we need
};

struct Snapshot {
  Realm realm;
  std::string issuer;        // "https://id.example.com" or ".../r/NAME"; every endpoint's prefix
  std::int64_t version = 0;  // of the configuration
  std::map<ClientId, Client> clients;
  std::map<std::string, ResourceServer, std::less<>> resource_servers;  // by audience
  std::map<std::string, Role, std::less<>> roles;
  std::map<std::string, Group, std::less<>> groups;
  std::map<std::string, Trust, std::less<>> trusted_issuers;  // by `iss`
  crypto::PasswordCost password_cost;

  std::vector<PrivateKey> signing;                  // the active ones, one an algorithm
  Keys published = Keys::of({});                    // next, active and retired ones, as /jwks gives them
  std::string jwks;                                 // `published`, printed
  std::vector<Alg> algs;                            // that `published` can verify
  std::shared_ptr<const Verifier> access_verifier;  // make_access_verifier(snapshot), once issuer and published are set
  std::shared_ptr<SealKeys> seals;
  std::shared_ptr<FactSet> facts;  // grows while the snapshot lives

  const Client* client(std::string_view id) const;  // nullptr when unknown
  const ResourceServer* resource_server(std::string_view audience) const;
  const PrivateKey* signing_key(Alg alg) const;  // nullptr when not made yet
  std::string url(std::string_view path) const { return issuer + std::string(path); }
};

// Once `snapshot.issuer` is set. Errors: those of Keys::parse.
Result<Trust> make_trust(const Snapshot& snapshot, TrustedIssuer rule);

// Verifies the realm's own access tokens, whatever resource server they are for (RFC 9068 section 4).
std::shared_ptr<const Verifier> make_access_verifier(const Snapshot& snapshot);

}  // namespace tessera::issuer
