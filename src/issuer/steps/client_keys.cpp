#include "issuer/steps/client_keys.hpp"

#include "issuer/steps/client_auth.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

std::string kid_of(std::string_view jws) {
  const auto peeked = peek_unverified(jws);
  json::Document document;
  const auto header = peeked ? document.parse_object(peeked->header) : Result<json::Object>(fail(Err::malformed, ""));
  const auto kid = header ? header->find("kid") : std::nullopt;
  return std::string(kid ? kid->string().value_or("") : "");
}

//= OIDC#10.1.1
// The verifier knows to go back to the jwks_uri location to re-retrieve the keys when it sees an unfamiliar kid value.
Step<std::shared_ptr<const Keys>> keys_of(const Client& client, const std::string& kid, Ctx& ctx) {
  if (!client.jwks_uri.empty()) return ctx.keys_at(client.jwks_uri, kid);
  return std::shared_ptr<const Keys>(std::shared_ptr<void>(), &ctx.keys_of(client).keys);
}

std::vector<Alg> algs_of_keys(std::optional<Alg> registered) {
  if (!registered) return {kKeyAssertionAlgs.begin(), kKeyAssertionAlgs.end()};
  if (registered == Alg::EdDSA || registered == Alg::Ed25519) return {Alg::EdDSA, Alg::Ed25519};
  return {*registered};
}

}  // namespace tessera::issuer
