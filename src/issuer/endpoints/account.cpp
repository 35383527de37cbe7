#include <algorithm>

#include "issuer/authorization.hpp"
#include "issuer/contains.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/alive.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/password.hpp"
#include "issuer/steps/username.hpp"

namespace tessera::issuer {

namespace {

using Notice = AccountPage::Notice;
using Change = std::variant<Notice, OAuthErr>;  // of what was asked for; an error is one of the password

std::string name_of(const ClientId& id, const Ctx& ctx) {
  const Client* client = ctx.known_client(id.text);
  return client ? client->name : id.text;
}

std::vector<AccountPage::Session> sessions_of(const std::vector<Session>& sessions, const std::vector<Grant>& grants,
                                              const SessionId& here, const Ctx& ctx) {
  std::vector<AccountPage::Session> list;
  for (const auto& session : sessions) {
    if (!session_alive(ctx.snapshot(), session, ctx.now())) continue;
    AccountPage::Session shown{session.id.text, session.created, session.seen, {}, session.id == here};
    for (const auto& grant : grants)
      if (auto name = name_of(grant.client, ctx); grant.session == session.id && !contains(shown.applications, name))
        shown.applications.push_back(std::move(name));
    list.push_back(std::move(shown));
  }
  std::ranges::stable_partition(list, &AccountPage::Session::here);
  return list;
}

// What was allowed and lasts: a consent, or a grant that outlives its session, which a client of the house gets
// unasked.
std::vector<AccountPage::Application> applications_of(const std::vector<Consent>& consents,
                                                      const std::vector<Grant>& grants, const Ctx& ctx) {
  std::vector<AccountPage::Application> list;
  const auto add = [&](const ClientId& client, const std::vector<std::string>& scope) {
    auto found = std::ranges::find(list, client.text, &AccountPage::Application::id);
    if (found == list.end()) found = list.insert(list.end(), {client.text, name_of(client, ctx)});
    for (const auto& name : scope)
      if (!contains(found->scopes, name)) found->scopes.push_back(name);
  };
  for (const auto& consent : consents) add(consent.client, consent.scope);
  for (const auto& grant : grants)
    if (grant.offline && grant_alive(ctx.snapshot(), grant, nullptr, ctx.now())) add(grant.client, grant.scope);
  return list;
}

Step<Reply> account_page(const LoggedIn& login, const Browser& browser, Change outcome, Ctx& ctx) {
  Tx& tx = *TRY(ctx.store(Access::read));
  const auto& [session, user] = login;
  const auto grants = TRY(tx.grants_of(ctx.realm(), user.id));
  const auto sessions = TRY(tx.sessions_of(ctx.realm(), user.id));
  const auto consents = TRY(tx.consents_of(ctx.realm(), user.id));
  // So that their names are known below.
  for (const auto& grant : grants) (void)TRY(ctx.client(grant.client.text));
  for (const auto& consent : consents) (void)TRY(ctx.client(consent.client.text));
  const auto* error = std::get_if<OAuthErr>(&outcome);
  const Interaction interaction{.begun = ctx.now(), .session = session.id, .goal = Goal::account};
  AccountPage page{
      .username = user.username,
      .name = user.name,
      .sessions = sessions_of(sessions, grants, session.id, ctx),
      .applications = applications_of(consents, grants, ctx),
      .interaction = seal_interaction(interaction, browser, ctx),
      .notice = error ? Notice::none : std::get<Notice>(outcome),
      .error = error ? std::optional(*error) : std::nullopt,
  };
  return answered({.status = error ? error_row(*error).status : 200, .model = std::move(page)}, browser);
}

Step<Reply> show(const Request& request, Ctx& ctx) {
  const auto login = TRY(current_login(request, ctx));
  const Browser browser = browser_of(request, ctx);
  if (!login) return login_page({.begun = ctx.now(), .goal = Goal::account}, {}, browser, ctx, "", std::nullopt);
  return account_page(*login, browser, Notice::none, ctx);
}

// One after the other, as each ends.
Step<void> end_others(const LoggedIn& login, Tx& tx, Ctx& ctx) {
  for (const auto& session : TRY(tx.sessions_of(ctx.realm(), login.user.id)))
    if (session.id != login.session.id) TRY_VOID(end_session(ctx, tx, session.id));
  ctx.emit({"other_sessions_ended", {{"user", login.user.id.text}, {"session", login.session.id.text}}});
  return {};
}

// The grants that would outlive the sessions in which they were made.
Step<void> end_others_offline(const LoggedIn& login, Tx& tx, Ctx& ctx) {
  for (const auto& grant : TRY(tx.grants_of(ctx.realm(), login.user.id))) {
    if (!grant.offline || grant.session == login.session.id) continue;
    if (TRY(tx.end_grant(ctx.realm(), grant.id))) ctx.append_fact(FactKind::grant, grant.id.text);
  }
  return {};
}

bool good_new_password(const Params& form) {
  const auto password = form.get("new_password");
  return password.size() >= kMinPassword && password.size() <= kMaxPassword &&
         password == form.get("new_password_again");
}

// Whoever knew the old one is out everywhere else: sessions, their tokens, and what would have outlived them. This
// session gets a new cookie.
Step<Change> change_password(const LoggedIn& login, const Request& request, std::string& cookie, Ctx& ctx) {
  const auto& form = request.form;
  if (!good_new_password(form)) return Change(OAuthErr::bad_new_password);
  const auto tried = TRY(try_password(login.user.username, form.get("password"), request, ctx));
  if (tried.error) return Change(*tried.error);
  if (ctx.hashes_full()) return Change(OAuthErr::temporarily_unavailable);
  const auto hash = TRY(ctx.hash_password(Secret(form.get("new_password"))));

  Tx& tx = *TRY(ctx.store(Access::write));
  // Another change came between: what was typed is the old one no more.
  if (!TRY(tx.replace_password(ctx.realm(), login.user.id, tried.user->password_hash, hash)))
    return Change(OAuthErr::access_denied);
  TRY_VOID(end_others(login, tx, ctx));
  TRY_VOID(end_others_offline(login, tx, ctx));
  TRY_VOID(begin_session(request, ctx, tx, login.user, cookie));
  count_right_password(login.user.username, request, ctx);
  ctx.emit({"password_changed", {{"user", login.user.id.text}, {"session", login.session.id.text}}});
  return Change(Notice::password_changed);
}

// Somebody else's is not found: it is not said that there is one. This one ends by signing out.
Step<Change> end_one(const LoggedIn& login, const Request& request, Ctx& ctx) {
  const SessionId id(TRY(require_param(request.form, "session")));
  Tx& tx = *TRY(ctx.store(Access::write));
  const auto session = TRY(tx.session(ctx.realm(), id));
  REQUIRE(session && session->user == login.user.id && !session->ended && id != login.session.id, not_found, "session",
          id.text.substr(0, 100));
  TRY_VOID(end_session(ctx, tx, id));
  ctx.emit({"session_ended", {{"user", login.user.id.text}, {"session", id.text}}});
  return Change(Notice::session_ended);
}

Step<Change> take_back(const LoggedIn& login, const Request& request, Ctx& ctx) {
  const ClientId client(TRY(require_param(request.form, "client")));
  Tx& tx = *TRY(ctx.store(Access::write));
  const auto taken = TRY(tx.take_back(ctx.realm(), login.user.id, client));
  REQUIRE(taken.consent || !taken.grants.empty(), not_found, "client", client.text.substr(0, 100));
  for (const auto& grant : taken.grants) ctx.append_fact(FactKind::grant, grant.text);
  ctx.emit({"consent_taken_back", {{"user", login.user.id.text}, {"client", client.text}}});
  return Change(Notice::taken_back);
}

Step<Change> end_all_others(const LoggedIn& login, Ctx& ctx) {
  Tx& tx = *TRY(ctx.store(Access::write));
  TRY_VOID(tx.hold_user(ctx.realm(), login.user.id));  // two of these would wait for each other's sessions
  TRY_VOID(end_others(login, tx, ctx));
  return Change(Notice::sessions_ended);
}

Step<Change> change(const LoggedIn& login, const Request& request, std::string& cookie, Ctx& ctx) {
  const auto what = TRY(require_param(request.form, "change"));
  if (what == "password") return change_password(login, request, cookie, ctx);
  if (what == "end_session") return end_one(login, request, ctx);
  if (what == "end_other_sessions") return end_all_others(login, ctx);
  if (what == "take_back") return take_back(login, request, ctx);
  return refuse(OAuthErr::invalid_request, "change", "expected password, end_session, end_other_sessions, take_back");
}

}  // namespace

Step<Reply> account(const Request& request, Ctx& ctx) {
  if (request.method == Method::get) return show(request, ctx);
  TRY_VOID(check_origin(request, ctx));
  TRY_VOID(check_no_duplicates(request.form));
  const Interaction interaction = TRY(open_interaction(request, ctx));
  const auto login = TRY(current_login(request, ctx));
  // A page of this account, that this session was shown.
  REQUIRE(interaction.goal == Goal::account && login && login->session.id == interaction.session, bad_interaction,
          "session", "the session changed meanwhile");
  std::string cookie;
  const auto outcome = TRY(change(*login, request, cookie, ctx));
  Reply reply = TRY(account_page(*login, browser_of(request, ctx), outcome, ctx));
  if (!cookie.empty()) reply.cookies.push_back({Cookie::Which::session, std::move(cookie)});
  return reply;
}

}  // namespace tessera::issuer
