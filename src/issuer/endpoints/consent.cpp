#include "issuer/steps/consent.hpp"
#include "issuer/authorization.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/params.hpp"

namespace tessera::issuer {

namespace {

Step<Reply> decide(const Interaction& interaction, const Target& target, const Request& request, Ctx& ctx) {
  const auto decision = TRY(require_param(request.form, "decision"));
  const auto login = TRY(current_login(request, ctx));
  // The person who was asked, in the session that was asked.
  REQUIRE(login && login->session.id == interaction.session, bad_interaction, "session",
          "the session changed meanwhile");
  if (decision != "allow") {
    ctx.emit({"consent_denied", {{"user", login->user.id.text}, {"client", target.client->id.text}}});
    return refuse(OAuthErr::access_denied, "decision", "the person refused");
  }
  const auto scope = TRY(scope_asked(interaction, target, ctx));
  Tx* tx = TRY(ctx.store(Access::write));
  TRY_VOID(remember_consent(scope, *target.client, login->user, *tx, ctx));
  ctx.emit({"consent_given", {{"user", login->user.id.text}, {"client", target.client->id.text}}});
  return go_on(interaction, target, login, Allowed::now, browser_of(request, ctx), ctx);
}

}  // namespace

Step<Reply> consent(const Request& request, Ctx& ctx) {
  TRY_VOID(check_origin(request, ctx));
  TRY_VOID(check_no_duplicates(request.form));
  const Interaction interaction = TRY(open_interaction(request, ctx));
  REQUIRE(interaction.goal == Goal::application, bad_interaction, "interaction", "of another page");
  const Target target = TRY(check_target(interaction.params, ctx));
  REQUIRE(!interaction.session.empty(), bad_interaction, "interaction", "nobody has logged in in it");
  return with_redirect(decide(interaction, target, request, ctx), target, ctx);
}

}  // namespace tessera::issuer
