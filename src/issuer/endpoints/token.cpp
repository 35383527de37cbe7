#include "issuer/contains.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/grants/grants.hpp"
#include "issuer/model/codec.hpp"
#include "issuer/steps/client_auth.hpp"
#include "issuer/steps/dpop.hpp"
#include "issuer/steps/params.hpp"

namespace tessera::issuer {

Step<Reply> token(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.form));
  // Before the client, whose assertion serves once: who is sent back for a nonce has not used it up.
  TRY_VOID(check_proof(request, "/token", ctx));
  const Client& client = *TRY(authenticate_client(request, ctx));
  //= RFC9449#5.2 "If the value is `true`, the authorization server MUST reject token requests from the client that do
  // not contain the DPoP header."
  REQUIRE(ctx.proven_key() || !client.dpop_bound_access_tokens, invalid_dpop_proof, "DPoP", "missing");
  const auto name = TRY(require_param(request.form, "grant_type"));
  const auto type = grant_type_from(name);
  REQUIRE(type, unsupported_grant_type, "grant_type", std::string(name));
  REQUIRE(contains(client.grant_types, *type), unauthorized_client, "grant_type", std::string(name));
  switch (*type) {
    case GrantType::authorization_code: return authorization_code(request, ctx, client);
    case GrantType::refresh_token: return refresh(request, ctx, client);
    case GrantType::client_credentials: return client_credentials(request, ctx, client);
    case GrantType::token_exchange: return token_exchange(request, ctx, client);
    case GrantType::jwt_bearer: return jwt_bearer(request, ctx, client);
    case GrantType::device_code: return device_code(request, ctx, client);
  }
  return refuse(OAuthErr::unsupported_grant_type, "grant_type");
}

}  // namespace tessera::issuer
