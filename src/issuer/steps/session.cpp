#include "issuer/steps/session.hpp"

#include "issuer/digest.hpp"
#include "issuer/logouts.hpp"
#include "issuer/steps/alive.hpp"

namespace tessera::issuer {

namespace {
constexpr std::size_t kCookieOctets = 32, kCookieText = 43;
}

Step<std::optional<LoggedIn>> current_login(const Request& request, Ctx& ctx) {
  const auto cookie = request.headers.cookie("session");
  if (cookie.size() != kCookieText) return std::optional<LoggedIn>();
  Tx* tx = TRY(ctx.store(Access::read));
  const auto session = TRY(tx->session_by_cookie(ctx.realm(), digest_of(cookie)));
  if (!session || !session_alive(ctx.snapshot(), *session, ctx.now())) return std::optional<LoggedIn>();
  auto user = TRY(tx->user(ctx.realm(), session->user));
  if (!user || !user->enabled) return std::optional<LoggedIn>();
  return std::optional(LoggedIn{*session, std::move(*user)});
}

Step<void> end_session(Ctx& ctx, Tx& tx, const SessionId& session) {
  if (!TRY(tx.end_session(ctx.realm(), session))) return {};
  ctx.append_fact(FactKind::session, session.text);
  TRY_VOID(enqueue_logouts(tx, ctx.realm(), session, ctx.snapshot().clients, ctx.now()));
  return {};
}

Step<LoggedIn> begin_session(const Request& request, Ctx& ctx, Tx& tx, const User& user, std::string& cookie) {
  cookie = ctx.random_id(kCookieOctets);
  if (const auto old = TRY(current_login(request, ctx))) {
    if (old->user.id == user.id &&
        TRY(tx.renew_session(ctx.realm(), old->session.id, old->session.cookie_digest, digest_of(cookie), ctx.now()))) {
      LoggedIn renewed{old->session, user};
      renewed.session.cookie_digest = digest_of(cookie);
      renewed.session.authenticated = ctx.now();
      return renewed;
    }
    TRY_VOID(end_session(ctx, tx, old->session.id));
  }
  Session session;
  session.id = SessionId(ctx.random_id());
  session.cookie_digest = digest_of(cookie);
  session.user = user.id;
  session.created = session.authenticated = session.seen = ctx.now();
  session.rev = ctx.rev();
  TRY_VOID(tx.insert_session(ctx.realm(), session));
  return LoggedIn{std::move(session), user};
}

}  // namespace tessera::issuer
