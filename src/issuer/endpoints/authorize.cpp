#include "issuer/authorization.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/redirect_uri.hpp"

namespace tessera::issuer {

namespace {

// A POST never reads the session, which the browser does not send with another site's form: it comes back as a GET.
Step<Reply> turned_into_get(const Request& request, const Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.form));
  const auto client_id = TRY(require_param(request.form, "client_id"));
  const auto interaction = TRY(begin_interaction(request.form, ctx));
  return Reply{
      Redirect{with_params(ctx.snapshot().url("/authorize"), {{"client_id", std::string(client_id)},
                                                              {"sealed_request", seal_request(interaction, ctx)}})}};
}

// The request of a GET: in its query, or sealed there by the POST.
Step<Interaction> asked_of(const Request& request, const Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.query));
  const auto sealed = request.query.find("sealed_request");
  if (!sealed) return begin_interaction(request.query, ctx);
  auto interaction = TRY(open_request(*sealed, ctx));
  REQUIRE(interaction.params.get("client_id") == request.query.get("client_id"), bad_interaction, "client_id",
          "not the sealed request's");
  interaction.begun = ctx.now();
  return interaction;
}

// A session in use stays alive; at most one write a minute.
Step<void> touch(const LoggedIn& login, Ctx& ctx) {
  if (ctx.now() < login.session.seen + minutes(1)) return {};
  Tx* tx = TRY(ctx.store(Access::write));
  TRY_VOID(tx->touch_session(ctx.realm(), login.session.id, ctx.now()));
  return {};
}

}  // namespace

Step<Reply> authorize(const Request& request, Ctx& ctx) {
  if (request.method == Method::post) return turned_into_get(request, ctx);
  const Interaction interaction = TRY(asked_of(request, ctx));
  const Target target = TRY(check_target(interaction.params, ctx));
  const auto login = TRY(current_login(request, ctx));
  Step<Reply> outcome = go_on(interaction, target, login, Allowed::not_yet, browser_of(request, ctx), ctx);
  if (outcome && is_sent_back(*outcome)) TRY_VOID(touch(*login, ctx));
  return with_redirect(std::move(outcome), target, ctx);
}

}  // namespace tessera::issuer
