#include "issuer/authorization.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/redirect_uri.hpp"

namespace tessera::issuer {

namespace {

// The request that is meant: these parameters, those of an object that the client has signed, or what it pushed before.
// Of what stands beside one of the latter only client_id counts.
Step<Interaction> meant_by(const Params& params, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(params));
  const auto object = params.find("request"), uri = params.find("request_uri");
  if (!object && !uri) return begin_interaction(params, ctx);
  REQUIRE(!object || !uri, invalid_request, "request", "beside a request_uri");
  const Client& client = *TRY(check_client(params, ctx));
  if (uri && uri->starts_with(kPushedPrefix)) return open_pushed(*uri, client, ctx);
  const std::string text = TRY(uri ? fetch_request_object(*uri, client, ctx) : Step<std::string>(*object));
  REQUIRE(!text.ends_with('.'), request_not_supported, "request", "not signed");
  return begin_signed_interaction(TRY(open_request_object(text, client, ctx)), ctx);
}

// What is wrong with an object, or a reference, goes back to the address that stands beside it, if that is one that the
// client registered: as with any other request, whoever sent it.
Step<Reply> told(Stop stop, const Params& beside, Ctx& ctx) {
  Step<Reply> outcome = std::unexpected(std::move(stop));
  if (!beside.find("request") && !beside.find("request_uri")) return outcome;
  const auto target = check_target(beside, ctx);
  if (!target) return outcome;
  return with_redirect(std::move(outcome), *target, ctx);
}

// A POST never reads the session, which the browser does not send with another site's form: it comes back as a GET.
Step<Reply> turned_into_get(const Request& request, Ctx& ctx) {
  auto interaction = meant_by(request.form, ctx);
  if (!interaction) return told(std::move(interaction.error()), request.form, ctx);
  const auto client_id = TRY(require_param(request.form, "client_id"));
  return Reply{
      Redirect{with_params(ctx.snapshot().url("/authorize"), {{"client_id", std::string(client_id)},
                                                              {"sealed_request", seal_request(*interaction, ctx)}})}};
}

// The request of a GET: in its query, or sealed there by the POST.
Step<Interaction> asked_of(const Request& request, Ctx& ctx) {
  const auto sealed = request.query.find("sealed_request");
  if (!sealed) return meant_by(request.query, ctx);
  TRY_VOID(check_no_duplicates(request.query));
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
  auto asked = asked_of(request, ctx);
  if (!asked) return told(std::move(asked.error()), request.query, ctx);
  const Interaction& interaction = *asked;
  const Target target = TRY(check_target(interaction.params, ctx));
  const auto login = TRY(current_login(request, ctx));
  Step<Reply> outcome = go_on(interaction, target, login, Allowed::not_yet, browser_of(request, ctx), ctx);
  if (outcome && is_sent_back(*outcome)) TRY_VOID(touch(*login, ctx));
  return with_redirect(std::move(outcome), target, ctx);
}

}  // namespace tessera::issuer
