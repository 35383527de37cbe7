#include "issuer/digest.hpp"
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
Grant grant_of(const DeviceCode& code, const Client& client, const Ctx& ctx) {
  return {.id = GrantId(code.digest),
          .session = code.session,
          .user = code.user,
          .client = code.client,
          .scope = code.scope,
          .audience = code.audience,
          .nonce = {},
          .authenticated = code.authenticated,
          .created = ctx.now(),
          .used = ctx.now(),
          .rev = ctx.rev(),
          .offline = refreshes(client) && holds_scope(code.scope, "offline_access"),
          .claims = {},
          .jkt = ctx.jkt()};
}

//= RFC8628#3.5 "The authorization request is still pending as the end user hasn't yet completed the user-interaction
// steps"
Step<Reply> still_pending(const DeviceCode& code, Tx& tx, const Ctx& ctx) {
  //= RFC8628#3.5 "the interval MUST be increased by 5 seconds for this and all subsequent requests."
  REQUIRE(TRY(tx.poll_device_code(ctx.realm(), code.digest, ctx.now())), polled_too_soon, "device_code");
  return refuse(OAuthErr::authorization_pending, "device_code");
}
}  // namespace

// The order is that of authorization_code: only the client that the code was made for learns of it or uses it up, and
// what was redeemed before ends, whatever has become of its code since. What is no code of ours costs no write.
// A DPoP proof is used up by what it gets, not by a poll in vain; one that comes again ends no grant.
Step<Reply> device_code(const Request& request, Ctx& ctx, const Client& client) {
  const auto& snapshot = ctx.snapshot();
  const auto digest = digest_of(TRY(require_param(request.form, "device_code")));
  Tx* look = TRY(ctx.store(Access::read));
  const auto code = TRY(look->device_code(ctx.realm(), digest));
  REQUIRE(code, invalid_grant, "device_code", "unknown");
  REQUIRE(code->client == client.id, invalid_grant, "device_code", "another client's");

  Tx& tx = *TRY(ctx.store(Access::write));
  if (code->state == DeviceState::redeemed) {
    TRY_VOID(use_proof(ctx, code->user.text));
    return end_replayed(ctx, tx, GrantId(digest), "device_code_reused");
  }
  REQUIRE(ctx.now() < code->expires, expired_token, "device_code");
  if (code->state == DeviceState::pending) return still_pending(*code, tx, ctx);
  REQUIRE(code->state == DeviceState::allowed, device_denied, "device_code");
  TRY_VOID(check_same_resource(request.form, client, snapshot, code->audience));
  TRY_VOID(check_signing_keys(snapshot, client, code->scope));
  const User user = TRY(held_user(ctx, tx, code->user));
  const auto session = TRY(tx.hold_session(ctx.realm(), code->session));
  REQUIRE(session && session->user == code->user && session_alive(snapshot, *session, ctx.now()), invalid_grant,
          "session", "ended");

  TRY_VOID(use_proof(ctx, code->user.text));
  const Grant grant = grant_of(*code, client, ctx);
  std::vector<GrantId> ended;
  // Another redemption may have come between the look above and this; or the person took it back.
  if (!TRY(tx.redeem_device_code(ctx.realm(), digest)) ||
      TRY(tx.redeem_code(ctx.realm(), grant, ended)) == Redeemed::again)
    return end_replayed(ctx, tx, grant.id, "device_code_reused");
  for (const auto& id : ended) ctx.append_fact(FactKind::grant, id.text);

  const Issued issued{client, user, grant, still_allowed(client, grant.scope), true};
  std::vector<TokenDraft> tokens{access_token(ctx, issued)};
  if (holds_scope(issued.scope, "openid")) tokens.push_back(id_token(ctx, issued, ""));
  ctx.emit(
      {"token_issued",
       {{"grant_type", "device_code"}, {"client", client.id.text}, {"user", user.id.text}, {"grant", grant.id.text}}});
  return token_reply(std::move(tokens), issued.scope,
                     refreshes(client) ? print_refresh_token(*snapshot.seals, {grant.id, grant.generation}) : "");
}

}  // namespace tessera::issuer
