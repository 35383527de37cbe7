#include "issuer/endpoints/endpoints.hpp"
#include "issuer/refresh_token.hpp"
#include "issuer/steps/bearer.hpp"
#include "issuer/steps/client_auth.hpp"
#include "issuer/steps/params.hpp"
#include "tessera/jws.hpp"

namespace tessera::issuer {

namespace {
//= RFC7009#2.2 "The authorization server responds with HTTP status code 200 if the token has been revoked successfully
// or
// if the client submitted an invalid token."
Reply done() { return {.body = Empty{200}}; }

Step<Reply> revoke_refresh(const RefreshToken& token, const Client& client, Ctx& ctx) {
  Tx& tx = *TRY(ctx.store(Access::write));
  const auto grant = TRY(tx.grant(ctx.realm(), token.grant));
  if (!grant) return done();
  REQUIRE(grant->client == client.id, invalid_grant, "token", "issued to another client");
  if (!TRY(tx.end_grant(ctx.realm(), grant->id))) return done();
  ctx.append_fact(FactKind::grant, grant->id.text);
  ctx.emit({"grant_revoked", {{"grant", grant->id.text}, {"client", client.id.text}}});
  return done();
}

Step<Reply> revoke_access(const Claims& claims, const Client& client, Ctx& ctx) {
  REQUIRE(claims.contains("client_id", client.id.text), invalid_grant, "token", "issued to another client");
  TRY_VOID(ctx.store(Access::write));
  ctx.append_fact(FactKind::jti, claims.id());
  ctx.emit({"token_revoked", {{"jti", std::string(claims.id())}, {"client", client.id.text}}});
  return done();
}

// Signed by this realm, and no access token: an ID token.
bool is_other_token(std::string_view token, const Snapshot& snapshot) {
  const auto verified = jws::verify(token, snapshot.published, {.algs = snapshot.algs});
  return verified && verified->typ() != kAccessTokenTyp;
}
}  // namespace

Step<Reply> revoke(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.form));
  const Client& client = *TRY(authenticate_client(request, ctx));
  const auto token = TRY(require_param(request.form, "token"));
  if (const auto refresh = open_refresh_token(*ctx.snapshot().seals, token))
    return revoke_refresh(*refresh, client, ctx);
  auto claims = check_access_token(token, ctx);
  if (claims) return revoke_access(*claims, client, ctx);
  REQUIRE(!is_other_token(token, ctx.snapshot()), unsupported_token_type, "token", "an ID token ends by itself");
  return done();
}

}  // namespace tessera::issuer
