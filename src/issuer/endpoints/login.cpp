#include "issuer/authorization.hpp"
#include "issuer/device_approval.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/device.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/password.hpp"
#include "issuer/steps/username.hpp"

namespace tessera::issuer {

namespace {

// The hash names its parameters; one made with others is made anew while the password is at hand, unless too many wait.
Step<void> renew_hash(const User& user, const Secret& password, Ctx& ctx, Tx& tx) {
  if (ctx.hashes_full() || !crypto::password_needs_rehash(user.password_hash, ctx.snapshot().password_cost)) return {};
  const auto fresh = TRY(ctx.hash_password(password));
  TRY_VOID(tx.replace_password(ctx.realm(), user.id, user.password_hash, fresh));
  return {};
}

// What the person logged in for.
Step<Reply> go_where(const Interaction& interaction, const Target& target, const LoggedIn& login,
                     const Browser& browser, const Request& request, Ctx& ctx) {
  switch (interaction.goal) {
    case Goal::application: break;
    case Goal::device: return ask_about_device(interaction, login, browser, request, ctx);
    case Goal::account: return Reply{Redirect{ctx.snapshot().url("/account")}};
  }
  return with_redirect(go_on(interaction, target, login, Allowed::not_yet, browser, ctx), target, ctx);
}

Step<Reply> log_in(const Interaction& interaction, const Target& target, const Browser& browser, const Request& request,
                   Ctx& ctx) {
  const auto typed = request.form.get("username");
  const auto name = canonical_username(typed);
  if (!name) return login_page(interaction, target, browser, ctx, "", OAuthErr::access_denied);
  const auto tried = TRY(try_password(*name, request.form.get("password"), request, ctx));
  if (tried.error) return login_page(interaction, target, browser, ctx, std::string(typed), tried.error);

  Tx* tx = TRY(ctx.store(Access::write));
  TRY_VOID(renew_hash(*tried.user, Secret(request.form.get("password")), ctx, *tx));
  std::string cookie;
  const LoggedIn login = TRY(begin_session(request, ctx, *tx, *tried.user, cookie));
  Interaction next = interaction;
  next.session = login.session.id;
  next.logged_in = true;
  Reply reply = TRY(go_where(next, target, login, browser, request, ctx));
  reply.cookies.push_back({Cookie::Which::session, std::move(cookie)});
  reply.cookies.push_back(device_cookie(*name, ctx));
  count_right_password(*name, request, ctx);
  ctx.emit({"login",
            {{"user", tried.user->id.text},
             {"session", login.session.id.text},
             {"client", target.client ? target.client->id.text : ""}}});
  return reply;
}

}  // namespace

Step<Reply> login(const Request& request, Ctx& ctx) {
  TRY_VOID(check_origin(request, ctx));
  TRY_VOID(check_no_duplicates(request.form));
  const Interaction interaction = TRY(open_interaction(request, ctx));
  const Target target = interaction.goal == Goal::application ? TRY(check_target(interaction.params, ctx)) : Target{};
  return log_in(interaction, target, browser_of(request, ctx), request, ctx);
}

}  // namespace tessera::issuer
