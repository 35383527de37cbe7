#include "issuer/authorization.hpp"
#include "issuer/device_approval.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/consent.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/user_code.hpp"

namespace tessera::issuer {

namespace {

// A device's link brings its code along: it is shown to be compared, and sent by the person, never by itself.
Step<Reply> enter(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.query));
  const auto code = parse_user_code(request.query.get("user_code"));
  return user_code_page({.begun = ctx.now(), .goal = Goal::device}, browser_of(request, ctx), ctx,
                        code ? print_user_code(*code) : "", std::nullopt);
}

// Who is not logged in does so first.
Step<Reply> entered(Interaction interaction, const Request& request, Ctx& ctx) {
  const auto typed = TRY(require_param(request.form, "user_code"));
  const Browser browser = browser_of(request, ctx);
  const auto code = parse_user_code(typed);
  if (!code)
    return user_code_page(interaction, browser, ctx, std::string(typed.substr(0, 64)), OAuthErr::unknown_user_code);
  interaction.params = Params({{"user_code", *code}});
  const auto login = TRY(current_login(request, ctx));
  if (!login) return login_page(interaction, {}, browser, ctx, "", std::nullopt);
  return ask_about_device(interaction, *login, browser, request, ctx);
}

Step<Reply> decide(const Interaction& interaction, const Request& request, Ctx& ctx) {
  const bool allowed = TRY(require_param(request.form, "decision")) == "allow";
  const auto login = TRY(current_login(request, ctx));
  // The person who was asked, in the session that was asked, about the device that was shown.
  REQUIRE(login && login->session.id == interaction.session, bad_interaction, "session",
          "the session changed meanwhile");
  Tx& tx = *TRY(ctx.store(Access::write));
  auto asked = waiting(TRY(tx.device_code(ctx.realm(), interaction.params.get("device_code"))), ctx);
  REQUIRE(asked, unknown_user_code, "user_code", "expired, decided, or of a client that is gone");
  auto& code = asked->code;
  code.state = allowed ? DeviceState::allowed : DeviceState::denied;
  code.session = login->session.id;
  code.user = login->user.id;
  code.authenticated = login->session.authenticated;
  if (allowed) TRY_VOID(remember_consent(code.scope, *asked->client, login->user, tx, ctx));
  TRY_VOID(tx.touch_session(ctx.realm(), code.session, ctx.now()));
  REQUIRE(TRY(tx.decide_device_code(ctx.realm(), code, ctx.now())), unknown_user_code, "user_code",
          "decided meanwhile");
  ctx.emit({allowed ? "device_allowed" : "device_denied",
            {{"user", login->user.id.text}, {"session", login->session.id.text}, {"client", code.client.text}}});
  return Reply{Page{.model = DeviceDonePage{asked->client->name, allowed}}};
}

}  // namespace

Step<Reply> device(const Request& request, Ctx& ctx) {
  if (request.method == Method::get) return enter(request, ctx);
  TRY_VOID(check_origin(request, ctx));
  TRY_VOID(check_no_duplicates(request.form));
  const Interaction interaction = TRY(open_interaction(request, ctx));
  REQUIRE(interaction.goal == Goal::device, bad_interaction, "interaction", "of another page");
  // Only the page that asks names a session: that one alone can be answered, and nothing else.
  return interaction.session.empty() ? entered(interaction, request, ctx) : decide(interaction, request, ctx);
}

}  // namespace tessera::issuer
