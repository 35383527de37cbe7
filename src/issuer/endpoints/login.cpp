#include "issuer/authorization.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/device.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/username.hpp"

namespace tessera::issuer {

namespace {

// A hash of nothing, of the same cost as a real one: whoever asks for an unknown user waits as long.
std::string dummy_hash(const crypto::PasswordCost& cost) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.passes) +
         ",p=1$c29tZSBzYWx0IGhlcmUhIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}

// What one try takes from, until it turns out to be right.
using Buckets = std::vector<std::pair<LimitKind, std::string>>;

Buckets buckets_of(const std::string& name, const Request& request, const Ctx& ctx) {
  Buckets buckets{{LimitKind::login_address, request.network}};
  if (const auto device = known_device(request, name, ctx); !device.empty()) {
    buckets.emplace_back(LimitKind::login_device, name + '\n' + device);
  } else {
    buckets.emplace_back(LimitKind::login_user_address, name + '\n' + request.network);
    buckets.emplace_back(LimitKind::login_user, name);
  }
  return buckets;
}

Step<void> count(const Buckets& buckets, const std::string& name, Ctx& ctx) {
  TRY_VOID(ctx.check_limit(LimitKind::login_right, name));
  for (const auto& [kind, key] : buckets) TRY_VOID(ctx.limit(kind, key));
  return {};
}

void give_back(const Buckets& buckets, Ctx& ctx) {
  for (const auto& [kind, key] : buckets) ctx.give_back(kind, key);
}

// The hash names its parameters; one made with others is made anew while the password is at hand, unless too many wait.
Step<void> renew_hash(const User& user, const Secret& password, Ctx& ctx, Tx& tx) {
  if (ctx.hashes_full() || !crypto::password_needs_rehash(user.password_hash, ctx.snapshot().password_cost)) return {};
  const auto fresh = TRY(ctx.hash_password(password));
  TRY_VOID(tx.replace_password(ctx.realm(), user.id, user.password_hash, fresh));
  return {};
}

// One of 256 rows, so that tries for names that nobody has do not wait for each other more than those for real ones.
std::string row_of_nobody(const std::string& name, const Ctx& ctx) {
  return "login_failed_unknown " + ctx.realm().text + ' ' + std::to_string(ctx.snapshot().seals->spread(name));
}

// One row, changed in place. A name that nobody has costs the same write: else the time of a commit would tell
// (docs/decisions/0005).
Step<void> count_failure(const std::optional<User>& user, const std::string& name, Ctx& ctx, Tx& tx) {
  if (user)
    TRY_VOID(tx.count_login_failure(ctx.realm(), user->id));
  else
    TRY_VOID(tx.put_setting(row_of_nobody(name, ctx), std::to_string(ctx.now().time_since_epoch().count())));
  return {};
}

// The person, or nobody: unknown, disabled and wrong look and cost the same.
Step<std::optional<User>> check_person(const std::string& name, const Secret& password, const std::string& address,
                                       Ctx& ctx) {
  Tx* tx = TRY(ctx.store(ctx.password_checked() ? Access::write : Access::read));
  auto user = TRY(tx->user_by_name(ctx.realm(), name));
  const bool can = user && user->enabled && !user->password_hash.empty();
  const bool right =
      TRY(ctx.check_password(password, can ? user->password_hash : dummy_hash(ctx.snapshot().password_cost)));
  if (can && right) {
    TRY_VOID(renew_hash(*user, password, ctx, *tx));
    TRY_VOID(tx->clear_login_failures(ctx.realm(), user->id));
    return user;
  }
  TRY_VOID(count_failure(user, name, ctx, *tx));
  const char* reason = !user ? "unknown" : !can ? "disabled" : "password";
  ctx.emit({"login_failed", {{"user", user ? user->id.text : ""}, {"reason", reason}, {"address", address}}});
  return std::optional<User>();
}

Step<Reply> log_in(const Interaction& interaction, const Target& target, const Browser& browser, const Request& request,
                   Ctx& ctx) {
  const auto typed = request.form.get("username");
  const auto typed_password = request.form.get("password");
  const auto name = canonical_username(typed);
  const std::string shown(name ? typed : "");
  if (!name || typed_password.empty() || typed_password.size() > kMaxPassword)
    return login_page(interaction, target, browser, ctx, shown, OAuthErr::access_denied);
  const auto buckets = buckets_of(*name, request, ctx);
  if (!count(buckets, *name, ctx)) {
    ctx.emit({"login_limited", {{"address", request.address}}});
    return login_page(interaction, target, browser, ctx, shown, OAuthErr::slow_down);
  }
  if (ctx.hashes_full() && !ctx.password_checked()) {
    give_back(buckets, ctx);
    return login_page(interaction, target, browser, ctx, shown, OAuthErr::temporarily_unavailable);
  }
  const Secret password(typed_password);
  const auto user = TRY(check_person(*name, password, request.address, ctx));
  if (!user) return login_page(interaction, target, browser, ctx, shown, OAuthErr::access_denied);

  Tx* tx = TRY(ctx.store(Access::write));
  std::string cookie;
  const LoggedIn login = TRY(begin_session(request, ctx, *tx, *user, cookie));
  Interaction next = interaction;
  next.session = login.session.id;
  next.logged_in = true;
  Reply reply = TRY(with_redirect(go_on(next, target, login, Allowed::not_yet, browser, ctx), target, ctx));
  reply.cookies.push_back({Cookie::Which::session, std::move(cookie)});
  reply.cookies.push_back(device_cookie(*name, ctx));
  give_back(buckets, ctx);
  (void)ctx.limit(LimitKind::login_right, *name);  // asked above: one that came in between is let through
  ctx.emit(
      {"login", {{"user", user->id.text}, {"session", login.session.id.text}, {"client", target.client->id.text}}});
  return reply;
}

}  // namespace

Step<Reply> login(const Request& request, Ctx& ctx) {
  TRY_VOID(check_origin(request, ctx));
  TRY_VOID(check_no_duplicates(request.form));
  const Interaction interaction = TRY(open_interaction(request, ctx));
  const Target target = TRY(check_target(interaction.params, ctx));
  return log_in(interaction, target, browser_of(request, ctx), request, ctx);
}

}  // namespace tessera::issuer
