#include "issuer/authorization.hpp"
#include "issuer/contains.hpp"
#include "issuer/digest.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/redirect_uri.hpp"
#include "json/json.hpp"
#include "tessera/jws.hpp"

namespace tessera::issuer {

namespace {

constexpr std::size_t kMaxState = 1024, kMaxHint = 16 * 1024;

// What an application asks for (OpenID Connect RP-Initiated Logout 1.0 section 2).
struct Wish {
  const Client* client = nullptr;        // that the hint or client_id names
  SessionId session;                     // that the hint names
  std::string redirect_uri, state;
};

std::string text_of(const json::Object& object, std::string_view name) {
  const auto value = object.find(name);
  return std::string(value ? value->string().value_or("") : "");
}

// An ID token of ours, expired or not: it says which application asks, and whose session it means.
Step<void> check_hint(std::string_view hint, Wish& wish, const Ctx& ctx) {
  const auto& snapshot = ctx.snapshot();
  const auto token = jws::verify(hint, snapshot.published, snapshot.algs, kMaxHint);
  REQUIRE(token, invalid_request, "id_token_hint", "not a token of this issuer");
  // An access token carries sub and sid too; only an ID token may speak here.
  REQUIRE(token->typ() == "JWT", invalid_request, "id_token_hint", "not an ID token");
  json::Document document;
  const auto claims = document.parse_object(tessera::text_of(token->payload()));
  REQUIRE(claims && text_of(*claims, "iss") == snapshot.issuer, invalid_request, "id_token_hint", "of another issuer");
  const Client* client = snapshot.client(text_of(*claims, "aud"));
  REQUIRE(client, invalid_request, "id_token_hint", "its client is not known any more");
  REQUIRE(!wish.client || wish.client == client, invalid_request, "client_id", "not the hint's");
  wish.client = client;
  wish.session = SessionId(text_of(*claims, "sid"));
  return {};
}

Step<Wish> check_wish(const Params& params, const Ctx& ctx) {
  TRY_VOID(check_no_duplicates(params));
  Wish wish;
  if (const auto id = params.find("client_id")) {
    wish.client = ctx.snapshot().client(*id);
    REQUIRE(wish.client, unknown_client, "client_id");
  }
  if (const auto hint = params.find("id_token_hint")) TRY_VOID(check_hint(*hint, wish, ctx));
  if (const auto uri = params.find("post_logout_redirect_uri")) {
    REQUIRE(wish.client, invalid_request, "post_logout_redirect_uri", "no client is named");
    REQUIRE(contains(wish.client->post_logout_redirect_uris, *uri), bad_redirect_uri, "post_logout_redirect_uri",
            "received " + std::string(uri->substr(0, 600)));
    wish.redirect_uri = *uri;
  }
  wish.state = params.get("state");
  REQUIRE(wish.state.size() <= kMaxState, invalid_request, "state", "longer than 1024 octets");
  return wish;
}

std::string seal_wish(const Wish& wish, const SessionId& session, const Browser& browser, const Ctx& ctx) {
  json::Writer out;
  out.begin_object().member("b", digest_of(browser.value)).member("t", ctx.now().time_since_epoch().count());
  out.member("s", session.text).member("u", wish.redirect_uri).member("x", wish.state).end_object();
  return ctx.snapshot().seals->seal(SealKind::logout, out.text());
}

Reply the_end(const Wish& wish, const Ctx& ctx) {
  if (!wish.redirect_uri.empty()) return Reply{Redirect{with_params(wish.redirect_uri, {{"state", wish.state}})}};
  return Reply{Page{.model = LoggedOutPage{ctx.snapshot().realm.name}}};
}

// A GET changes nothing: with a hint of this browser's session the page posts itself, without one it asks.
Step<Reply> ask(const Request& request, Ctx& ctx) {
  const Wish wish = TRY(check_wish(request.params(), ctx));
  const auto login = TRY(current_login(request, ctx));
  if (!login) return the_end(wish, ctx);
  const Browser browser = browser_of(request, ctx);
  const bool sure = wish.session == login->session.id;
  Reply reply{Page{.model = LogoutPage{.realm_name = ctx.snapshot().realm.name,
                                       .client_name = wish.client ? wish.client->name : "",
                                       .interaction = seal_wish(wish, login->session.id, browser, ctx),
                                       .mode = sure ? LogoutPage::Mode::submit_itself : LogoutPage::Mode::ask},
                   .form_target = wish.redirect_uri.empty() ? "" : origin_of(wish.redirect_uri)}};
  if (const auto cookie = browser.cookie()) reply.cookies.push_back(*cookie);
  return reply;
}

Step<Reply> end(const Request& request, Ctx& ctx) {
  TRY_VOID(check_origin(request, ctx));
  TRY_VOID(check_no_duplicates(request.form));
  const auto opened = ctx.snapshot().seals->open(SealKind::logout, request.form.get("interaction"));
  REQUIRE(opened, bad_interaction, "interaction", "altered, or sealed under a key that is gone");
  json::Document document;
  const auto sealed = TRY(document.parse_object(*opened));
  const auto cookie = request.headers.cookie("browser");
  REQUIRE(!cookie.empty() && text_of(sealed, "b") == digest_of(cookie), bad_interaction, "browser", "of another browser");
  const auto issued = sealed.find("t");
  const Instant from{microseconds(issued ? issued->integer().value_or(0) : 0)};
  REQUIRE(ctx.now() < from + ctx.snapshot().realm.lifetimes.interaction, bad_interaction, "interaction", "expired");

  Tx* tx = TRY(ctx.store(Access::write));
  const SessionId session(text_of(sealed, "s"));
  TRY_VOID(end_session(ctx, *tx, session));
  ctx.emit({"logout", {{"session", session.text}}});
  Wish wish;
  wish.redirect_uri = text_of(sealed, "u");
  wish.state = text_of(sealed, "x");
  Reply reply = the_end(wish, ctx);
  reply.cookies.push_back({Cookie::Which::session, ""});
  return reply;
}

}  // namespace

Step<Reply> logout(const Request& request, Ctx& ctx) {
  // Our own page posts what it was given; a POST with parameters comes from an application, and is answered like its GET.
  if (request.method == Method::post && request.form.find("interaction")) return end(request, ctx);
  return ask(request, ctx);
}

}  // namespace tessera::issuer
