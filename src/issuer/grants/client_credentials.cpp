#include "issuer/grants/grants.hpp"
#include "issuer/grants/tokens.hpp"
#include "issuer/steps/dpop.hpp"
#include "issuer/steps/resource.hpp"
#include "issuer/steps/scope.hpp"

namespace tessera::issuer {

// Snapshot and facts are all that it needs: no database, unless a proof is to be used up.
Step<Reply> client_credentials(const Request& request, Ctx& ctx, const Client& client) {
  const auto& snapshot = ctx.snapshot();
  //= RFC6749#4.4 "The client credentials grant type MUST only be used by confidential clients."
  REQUIRE(client.auth != ClientAuth::none, unauthorized_client, "client_id", "a public client");
  const auto audience = TRY(check_resource(request.form, client, snapshot));
  auto scope = TRY(check_scope(request.form, client, snapshot));
  for (const auto& name : scope) REQUIRE(!is_openid_scope(name), invalid_scope, "scope", name + ": there is no person");
  // A request without a scope gets all that the client may ask for at that resource server (RFC 6749 section 3.3 leaves
  // the default to us).
  if (scope.empty()) scope = scopes_at(snapshot, audience, client.scopes);
  TRY_VOID(check_signing_keys(snapshot, client, scope));
  TRY_VOID(use_proof(ctx, client.id.text));

  ctx.emit({"token_issued", {{"grant_type", "client_credentials"}, {"client", client.id.text}}});
  return token_reply({access_token(ctx, client, {client.id.text, client.roles}, scope, audience)}, scope, "");
}

}  // namespace tessera::issuer
