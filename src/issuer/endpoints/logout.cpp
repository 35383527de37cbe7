#include "issuer/authorization.hpp"
#include "issuer/contains.hpp"
#include "issuer/digest.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/logouts.hpp"
#include "issuer/sealed.hpp"
#include "issuer/steps/id_token_hint.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/redirect_uri.hpp"

namespace tessera::issuer {

namespace {

using Onward = LoggedOutPage::Onward;

// What an application asks for (OpenID Connect RP-Initiated Logout 1.0 section 2).
struct Wish {
  const Client* client = nullptr;  // that the hint or client_id names
  SessionId session{};             // that the hint names
  std::string redirect_uri{}, state{};
};

// A wish on its way through a page of ours, and the session that the page is about.
struct Sealed {
  Wish wish;
  SessionId session{};
};

Step<void> check_return(const Wish& wish) {
  if (wish.redirect_uri.empty()) return {};
  REQUIRE(wish.client, invalid_request, "post_logout_redirect_uri", "no client is named");
  const auto& registered = wish.client->post_logout_redirect_uris;
  REQUIRE(contains(registered, wish.redirect_uri) && registrable_redirect_uri(wish.redirect_uri, wish.client->auth),
          bad_redirect_uri, "post_logout_redirect_uri", received_and_registered(wish.redirect_uri, registered));
  return {};
}

Step<const Client*> enabled_client(std::string_view id, Ctx& ctx) {
  const Client* client = TRY(ctx.client(id));
  return client && client->enabled ? client : nullptr;
}

Step<Wish> check_wish(const Params& params, Ctx& ctx) {
  Wish wish;
  wish.redirect_uri = params.get("post_logout_redirect_uri");
  if (const auto id = params.find("client_id")) {
    wish.client = TRY(enabled_client(*id, ctx));
    REQUIRE(wish.client, unknown_client, "client_id", "no enabled client " + std::string(id->substr(0, 100)));
  }
  if (const auto text = params.find("id_token_hint")) {
    const auto hint = TRY(open_id_token_hint(*text, ctx));
    // Without an address nothing hangs on it: the page asks.
    REQUIRE(hint || wish.redirect_uri.empty(), invalid_request, "id_token_hint", "its key is gone");
    REQUIRE(!hint || !wish.client || wish.client == hint->client, invalid_request, "client_id",
            "not the hint's, " + hint->client->id.text);
    if (hint) wish.client = hint->client, wish.session = hint->session;
  }
  TRY_VOID(check_return(wish));
  wish.state = TRY(check_state(params));
  return wish;
}

// `browser` is the digest that it is bound to, "" for none.
std::string seal(const Sealed& sealed, std::string browser, const Ctx& ctx) {
  const auto& wish = sealed.wish;
  return seal_bound({SealKind::logout, std::move(browser)}, ctx.now(), ctx, [&](json::Writer& out) {
    out.member("s", sealed.session.text).member("c", wish.client ? wish.client->id.text : "");
    out.member("h", wish.session.text).member("u", wish.redirect_uri).member("x", wish.state);
  });
}

// What was registered is asked again: it may have changed since.
Step<Sealed> open(std::string_view text, std::string browser, Ctx& ctx) {
  json::Document document;
  const auto object = TRY(open_bound({SealKind::logout, std::move(browser)}, ctx.snapshot().realm.lifetimes.interaction,
                                     text, ctx, document));
  const Client* client = TRY(enabled_client(member_text(object, "c"), ctx));
  Sealed sealed{Wish{client, SessionId(member_text(object, "h")), member_text(object, "u"), member_text(object, "x")},
                SessionId(member_text(object, "s"))};
  TRY_VOID(check_return(sealed.wish));
  return sealed;
}

// Frames need a page that stays until they are loaded: the browser goes on from there.
Reply the_end(const Wish& wish, std::vector<std::string> frames = {}, Onward onward = Onward::by_itself) {
  const auto next = wish.redirect_uri.empty() ? "" : with_params(wish.redirect_uri, {{"state", wish.state}});
  if (frames.empty() && !next.empty() && onward == Onward::by_itself) return Reply{Redirect{next}};
  return Reply{Page{.model = LoggedOutPage{std::move(frames), next, onward}}};
}

// Nobody has decided anything here: it would take anybody anywhere.
Reply nobody_was_in(const Wish& wish) {
  const bool trusted = !wish.client || wish.client->vouched_for;
  return the_end(wish, {}, trusted ? Onward::by_itself : Onward::by_hand);
}

// An application's POST comes without the session, which the browser does not send with another site's form: it comes
// back as a GET, checked.
Step<Reply> turned_into_get(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.form));
  const Wish wish = TRY(check_wish(request.form, ctx));
  return Reply{Redirect{with_params(ctx.snapshot().url("/logout"), {{"sealed_request", seal({wish}, "", ctx)}})}};
}

Step<Wish> wish_of(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.query));
  const auto sealed = request.query.find("sealed_request");
  if (!sealed) return check_wish(request.query, ctx);
  return TRY(open(*sealed, "", ctx)).wish;
}

// A GET changes nothing: with a hint of this browser's session the page posts itself, without one it asks.
Step<Reply> ask(const Request& request, Ctx& ctx) {
  const Wish wish = TRY(wish_of(request, ctx));
  const auto login = TRY(current_login(request, ctx));
  if (!login) return nobody_was_in(wish);
  const Browser browser = browser_of(request, ctx);
  const bool sure = wish.session == login->session.id;
  return answered({.model = LogoutPage{.client_name = wish.client ? wish.client->name : "",
                                       .interaction = seal({wish, login->session.id}, digest_of(browser.value), ctx),
                                       .mode = sure ? LogoutPage::Mode::submit_itself : LogoutPage::Mode::ask},
                   .form_target = form_source_of(wish.redirect_uri)},
                  browser);
}

// Our own page's form.
Step<Reply> end(const Request& request, Ctx& ctx) {
  TRY_VOID(check_origin(request, ctx));
  TRY_VOID(check_no_duplicates(request.form));
  const auto cookie = request.headers.cookie("browser");
  REQUIRE(!cookie.empty(), bad_interaction, "browser", "no cookie of this browser");
  const Sealed sealed = TRY(open(request.form.get("interaction"), digest_of(cookie), ctx));
  Tx* tx = TRY(ctx.store(Access::write));
  const auto login = TRY(current_login(request, ctx));
  // Somebody has logged in meanwhile, and would seem to be out without being so.
  REQUIRE(!login || login->session.id == sealed.session, bad_interaction, "session", "the session changed meanwhile");
  TRY_VOID(end_session(ctx, *tx, sealed.session));
  ctx.emit({"logout",
            {{"session", sealed.session.text},
             {"user", login ? login->user.id.text : ""},
             {"client", sealed.wish.client ? sealed.wish.client->id.text : ""}}});
  Reply reply = the_end(sealed.wish, TRY(logout_frames(*tx, ctx.snapshot(), sealed.session)));
  reply.cookies.push_back({Cookie::Which::session, ""});
  return reply;
}

}  // namespace

Step<Reply> logout(const Request& request, Ctx& ctx) {
  if (request.method == Method::get) return ask(request, ctx);
  return request.form.find("interaction") ? end(request, ctx) : turned_into_get(request, ctx);
}

}  // namespace tessera::issuer
