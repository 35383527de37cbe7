#include <algorithm>

#include "issuer/code.hpp"
#include "issuer/contains.hpp"
#include "issuer/digest.hpp"
#include "issuer/grants/grants.hpp"
#include "issuer/grants/tokens.hpp"
#include "issuer/refresh_token.hpp"
#include "issuer/steps/alive.hpp"
#include "issuer/steps/claims_request.hpp"
#include "issuer/steps/dpop.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/pkce.hpp"
#include "issuer/steps/redirect_uri.hpp"
#include "issuer/steps/resource.hpp"
#include "issuer/steps/scope.hpp"

namespace tessera::issuer {

namespace {
Grant grant_of(const Code& code, const Client& client, const Ctx& ctx) {
  return {.id = code.grant,
          .session = code.session,
          .user = code.user,
          .client = code.client,
          .scope = code.scope,
          .audience = code.audience,
          .nonce = code.nonce,
          .authenticated = code.authenticated,
          .created = ctx.now(),
          .used = ctx.now(),
          .rev = ctx.rev(),
          .offline = refreshes(client) && holds_scope(code.scope, "offline_access"),
          .claims = code.claims,
          .jkt = ctx.jkt()};
}
}  // namespace

// The order is a security property: a code is redeemed, and a replay ends its grant, only for a caller who has proved
// to be the client that the code was made for. From there a replay comes first: it ends the grant even when the code
// has expired meanwhile, the person has left or was disabled. A DPoP proof that comes again proves nothing, and ends
// none.
Step<Reply> authorization_code(const Request& request, Ctx& ctx, const Client& client) {
  const auto& snapshot = ctx.snapshot();
  const auto text = TRY(require_param(request.form, "code"));
  const auto code = open_code(*snapshot.seals, text);
  REQUIRE(code, invalid_grant, "code", "does not open");
  REQUIRE(code->client == client.id, invalid_grant, "code", "another client's");
  const auto redirect_uri = TRY(require_param(request.form, "redirect_uri"));
  REQUIRE(digest_of(redirect_uri) == code->redirect_digest, invalid_grant, "redirect_uri",
          "not the one authorized: " + received_and_registered(redirect_uri, client.redirect_uris));
  TRY_VOID(check_verifier(request.form, client, code->challenge));
  //= RFC9449#10 "When a token request is received, the authorization server computes the JWK Thumbprint of the
  // proof-of-possession public key in the DPoP proof and verifies that it matches the `dpop_jkt` parameter value in the
  // authorization request. If they do not match, it MUST reject the request."
  REQUIRE(code->jkt.empty() || ctx.holds_key(code->jkt), invalid_grant, "dpop_jkt", "no proof of the code's key");

  Tx& tx = *TRY(ctx.store(Access::write));
  if (TRY(tx.grant(ctx.realm(), code->grant))) {
    TRY_VOID(use_proof(ctx, code->user.text));
    return end_replayed(ctx, tx, code->grant, "code_reused");
  }
  REQUIRE(ctx.now() < code->expires, invalid_grant, "code", "expired");
  TRY_VOID(check_same_resource(request.form, client, snapshot, code->audience));
  REQUIRE(is_registered(client.redirect_uris, redirect_uri, client.auth), invalid_grant, "redirect_uri",
          "no longer registered");
  TRY_VOID(check_signing_keys(snapshot, client, code->scope));
  const User user = TRY(held_user(ctx, tx, code->user));
  // Nor of a session that ends meanwhile: whoever ends it tells the clients that have a grant of it.
  const auto session = TRY(tx.hold_session(ctx.realm(), code->session));
  REQUIRE(session && session->user == code->user && session_alive(snapshot, *session, ctx.now()), invalid_grant,
          "session", "ended");
  // Taken back meanwhile, or given anew for less.
  const auto consent = TRY(tx.consent(ctx.realm(), user.id, client.id));
  const bool covered = consent && std::ranges::all_of(with_scopes_of(code->claims, code->scope),
                                                      [&](const auto& name) { return contains(consent->scope, name); });
  REQUIRE(client.party == Party::first || covered, invalid_grant, "consent", "taken back");

  TRY_VOID(use_proof(ctx, code->user.text));
  const Grant grant = grant_of(*code, client, ctx);
  std::vector<GrantId> ended;
  // Another redemption may have come between the look above and this.
  if (TRY(tx.redeem_code(ctx.realm(), grant, ended)) == Redeemed::again)
    return end_replayed(ctx, tx, grant.id, "code_reused");
  for (const auto& id : ended) ctx.append_fact(FactKind::grant, id.text);

  const Issued issued{client, user, grant, still_allowed(client, grant.scope), true};
  std::vector<TokenDraft> tokens{access_token(ctx, issued)};
  if (holds_scope(issued.scope, "openid")) tokens.push_back(id_token(ctx, issued, grant.nonce));
  ctx.emit({"token_issued",
            {{"grant_type", "authorization_code"},
             {"client", client.id.text},
             {"user", user.id.text},
             {"grant", grant.id.text}}});
  return token_reply(std::move(tokens), issued.scope,
                     refreshes(client) ? print_refresh_token(*snapshot.seals, {grant.id, grant.generation}) : "");
}

}  // namespace tessera::issuer
