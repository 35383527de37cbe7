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
  return Reply{Redirect{with_params(ctx.snapshot().url("/authorize"),
                                    {{"client_id", std::string(client_id)},
                                     {"sealed_request", seal_request(request.form, ctx)}})}};
}

}  // namespace

Step<Reply> authorize(const Request& request, Ctx& ctx) {
  if (request.method == Method::post) return turned_into_get(request, ctx);
  Interaction interaction;
  TRY_VOID(check_no_duplicates(request.query));
  if (const auto sealed = request.query.find("sealed_request"))
    interaction.params = TRY(open_request(*sealed, ctx));
  else
    interaction.params = known_params(request.query);
  const Target target = TRY(check_target(interaction.params, ctx));
  const auto login = TRY(current_login(request, ctx));
  Step<Reply> outcome = go_on(interaction, target, login, {}, browser_of(request, ctx), ctx);
  if (outcome && login && login->session.seen + minutes(1) <= ctx.now() && std::holds_alternative<Redirect>(outcome->body)) {
    Tx* tx = TRY(ctx.store(Access::write));
    TRY_VOID(tx->touch_session(ctx.realm(), login->session.id, ctx.now()));
  }
  return with_redirect(std::move(outcome), target, ctx);
}

}  // namespace tessera::issuer
