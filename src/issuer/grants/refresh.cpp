#include "issuer/grants/grants.hpp"
#include "issuer/grants/tokens.hpp"
#include "issuer/refresh_token.hpp"
#include "issuer/steps/alive.hpp"
#include "issuer/steps/dpop.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/resource.hpp"
#include "issuer/steps/scope.hpp"

namespace tessera::issuer {

namespace {
// How long the same answer is given again, from a token's first use: a client may lose a reply, or ask twice at once.
constexpr seconds kGrace{10};
}  // namespace

// Everything that proves the caller stands before the rotation, which a reuse turns into the end of the grant.
Step<Reply> refresh(const Request& request, Ctx& ctx, const Client& client) {
  const auto& snapshot = ctx.snapshot();
  const auto text = TRY(require_param(request.form, "refresh_token"));
  const auto token = open_refresh_token(*snapshot.seals, text);
  REQUIRE(token, invalid_grant, "refresh_token", "does not open");

  Tx& tx = *TRY(ctx.store(Access::write));
  const auto grant = TRY(tx.grant(ctx.realm(), token->grant));
  REQUIRE(grant, invalid_grant, "refresh_token", "no such grant");
  REQUIRE(grant->client == client.id, invalid_grant, "refresh_token", "another client's");
  //= RFC9449#5 "When an authorization server supporting DPoP issues a refresh token to a public client that presents a
  // valid DPoP proof at the token endpoint, the refresh token MUST be bound to the respective public key. The binding
  // MUST be validated when the refresh token is later presented to get new access tokens."
  REQUIRE(client.auth != ClientAuth::none || grant->jkt.empty() || ctx.holds_key(grant->jkt), invalid_grant,
          "refresh_token", "no proof of its key");
  // Held where it is touched below: before the grant, as everywhere (docs/store.md).
  const auto session =
      TRY(grant->offline ? tx.session(ctx.realm(), grant->session) : tx.hold_session(ctx.realm(), grant->session));
  REQUIRE(grant_alive(snapshot, *grant, session ? &*session : nullptr, ctx.now()), invalid_grant, "refresh_token",
          "ended or expired");
  const auto user = TRY(tx.user(ctx.realm(), grant->user));
  REQUIRE(user && user->enabled, invalid_grant, "user", "disabled");
  auto scope = TRY(narrow_scope(request.form, still_allowed(client, grant->scope)));
  TRY_VOID(check_same_resource(request.form, client, snapshot, grant->audience));
  TRY_VOID(check_signing_keys(snapshot, client, scope));

  TRY_VOID(use_proof(ctx, grant->user.text));
  const auto rotation =
      TRY(tx.rotate_refresh(ctx.realm(), grant->id, {token->generation, scope, ctx.now(), kGrace, ctx.jkt()}));
  REQUIRE(rotation.kind != Rotation::Kind::gone, invalid_grant, "refresh_token", "ended meanwhile");
  if (rotation.kind == Rotation::Kind::reused) return end_replayed(ctx, tx, grant->id, "refresh_reused");
  if (rotation.kind == Rotation::Kind::retry) {
    REQUIRE(rotation.jkt == ctx.jkt(), invalid_grant, "refresh_token", "used with another key, or with none");
    scope = TRY(narrow_scope(request.form, still_allowed(client, rotation.scope)));
  }

  const bool in_session = session && session_alive(snapshot, *session, ctx.now());
  // An offline grant works while nobody is there: it keeps no session from going idle.
  if (in_session && !grant->offline) TRY_VOID(tx.touch_session(ctx.realm(), session->id, ctx.now()));
  const Issued issued{client, *user, *grant, scope, in_session};
  std::vector<TokenDraft> tokens{access_token(ctx, issued)};
  if (holds_scope(scope, "openid")) tokens.push_back(id_token(ctx, issued, ""));
  ctx.emit({"token_issued",
            {{"grant_type", "refresh_token"},
             {"client", client.id.text},
             {"user", user->id.text},
             {"grant", grant->id.text}}});
  return token_reply(std::move(tokens), scope, print_refresh_token(*snapshot.seals, {grant->id, rotation.generation}));
}

}  // namespace tessera::issuer
