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

// The key that the secret of a client_secret_jwt client is. Errors: those of SecretKey::from_octets for HS256.
Result<SecretKey> assertion_key(const Secret& secret);

// What a client proves itself with, parsed once. Only one of the two is used, by the method that it is registered with.
struct ClientKeys {
  Keys keys = Keys::of({});         // of its jwks
  std::vector<SecretKey> secret{};  // of client_secret_jwt: one
};
// Errors: those of Keys::parse, SealKeys::open and assertion_key.
Result<ClientKeys> make_client_keys(const Client& client, const SealKeys& seals);

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
  bool some_registered = false;                                         // some had when this was made
  std::map<ClientId, ClientKeys> client_keys;                           // of those that have any
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
  std::shared_ptr<const Secret> pairwise_salt;  // of subject_of (issuer/subject.hpp)
  std::shared_ptr<FactSet> facts;               // grows while the snapshot lives

  const Client* client(std::string_view id) const;  // nullptr when unknown
  // Whether there may be clients that registered themselves, which `clients` does not hold: also where no more may
  // come.
  bool has_registered() const { return some_registered || realm.registration != Registration::off; }
  const ClientKeys& keys_of(const ClientId& id) const;   // none when it has none
  std::vector<std::string> assertion_audiences() const;  // what the `aud` of an assertion for us may be
  const ResourceServer* resource_server(std::string_view audience) const;
  const PrivateKey* signing_key(Alg alg) const;  // nullptr when not made yet
  std::string url(std::string_view path) const { return issuer + std::string(path); }
};

// Once `snapshot.issuer` is set. Errors: those of Keys::parse.
Result<Trust> make_trust(const Snapshot& snapshot, TrustedIssuer rule);

// Verifies the realm's own access tokens, whatever resource server they are for (RFC 9068 section 4).
std::shared_ptr<const Verifier> make_access_verifier(const Snapshot& snapshot);

}  // namespace tessera::issuer
