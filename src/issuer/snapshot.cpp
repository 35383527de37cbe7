#include "issuer/snapshot.hpp"

#include "base/try.hpp"
#include "base/wipe.hpp"

namespace tessera::issuer {

const Client* Snapshot::client(std::string_view id) const {
  const auto it = clients.find(ClientId(id));
  return it == clients.end() ? nullptr : &it->second;
}

const ClientKeys& Snapshot::keys_of(const ClientId& id) const {
  static const ClientKeys kNone;
  const auto it = client_keys.find(id);
  return it == client_keys.end() ? kNone : it->second;
}

const ResourceServer* Snapshot::resource_server(std::string_view audience) const {
  const auto it = resource_servers.find(audience);
  return it == resource_servers.end() ? nullptr : &it->second;
}

//= RFC7523#3
// The token endpoint URL of the authorization server MAY be used as a value for an "aud" element to identify the
// authorization server as an intended audience of the JWT.
std::vector<std::string> Snapshot::assertion_audiences() const {
  if (realm.strict_assertion_audience) return {issuer};
  return {issuer, url("/token")};
}

const PrivateKey* Snapshot::signing_key(Alg alg) const {
  for (const auto& key : signing)
    if (key.info().alg == alg) return &key;
  return nullptr;
}

Result<SecretKey> assertion_key(const Secret& secret) {
  //= RFC7518#3.2 "A key of the same size as the hash output (for instance, 256 bits for "HS256") or larger MUST be used
  // with this algorithm."
  return SecretKey::from_octets(secret.expose("key of the client's HMAC"), Alg::HS256, {.use = KeyUse::sig});
}

Result<ClientKeys> make_client_keys(const Client& client, const SealKeys& seals) {
  ClientKeys made;
  if (!client.jwks.empty()) made.keys = TRY(Keys::parse(client.jwks));
  if (!client.sealed_secret.empty()) {
    const WipedString secret(TRY(seals.open(SealKind::client_secret, client.sealed_secret)));
    made.secret.push_back(TRY(assertion_key(Secret(secret.text()))));
  }
  return made;
}

Result<Trust> make_trust(const Snapshot& snapshot, TrustedIssuer rule) {
  const Keys keys = TRY(Keys::parse(rule.jwks));
  Policy policy{.issuer = rule.issuer,
                .audience = snapshot.assertion_audiences(),
                .typ = Unchecked("RFC 7523 names none; the grant refuses those of other kinds"),
                .algs = {Alg::RS256, Alg::PS256, Alg::ES256, Alg::EdDSA, Alg::Ed25519},
                .leeway = kAssertionLeeway,
                .require = {rule.user_claim, "jti"}};
  Verifier verifier(keys, std::move(policy));
  return Trust{std::move(rule), std::move(verifier)};
}

std::shared_ptr<const Verifier> make_access_verifier(const Snapshot& snapshot) {
  return std::make_shared<const Verifier>(
      snapshot.published, Policy{.issuer = snapshot.issuer,
                                 .audience = Unchecked("the issuer is asked about tokens for any resource server"),
                                 .typ = kAccessTokenTyp,
                                 .algs = {kAccessTokenAlg},
                                 // RFC 9068 section 2.2 wants these, and iss and exp, which are asked for anyhow
                                 .require = {"aud", "sub", "client_id", "iat", "jti"}});
}

}  // namespace tessera::issuer
