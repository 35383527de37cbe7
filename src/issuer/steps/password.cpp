#include "issuer/steps/password.hpp"

#include "issuer/steps/device.hpp"
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

Step<std::optional<User>> check_person(const std::string& name, const Secret& password, const std::string& address,
                                       Ctx& ctx) {
  Tx* tx = TRY(ctx.store(ctx.password_checked() ? Access::write : Access::read));
  auto user = TRY(tx->user_by_name(ctx.realm(), name));
  const bool can = user && user->enabled && !user->password_hash.empty();
  const bool right =
      TRY(ctx.check_password(password, can ? user->password_hash : dummy_hash(ctx.snapshot().password_cost)));
  if (can && right) {
    TRY_VOID(tx->clear_login_failures(ctx.realm(), user->id));
    // Who changes the password ends the sessions that there are: none must be made meanwhile by the old one.
    const auto held = TRY(tx->hold_user(ctx.realm(), user->id));
    if (held && held->enabled && held->password_hash == user->password_hash) return user;
    return std::optional<User>();
  }
  TRY_VOID(count_failure(user, name, ctx, *tx));
  const char* reason = !user ? "unknown" : !can ? "disabled" : "password";
  ctx.emit({"login_failed", {{"user", user ? user->id.text : ""}, {"reason", reason}, {"address", address}}});
  return std::optional<User>();
}

}  // namespace

Step<PasswordTry> try_password(const std::string& username, std::string_view password, const Request& request,
                               Ctx& ctx) {
  if (password.empty() || password.size() > kMaxPassword) return PasswordTry{.error = OAuthErr::access_denied};
  const auto buckets = buckets_of(username, request, ctx);
  if (!count(buckets, username, ctx)) {
    ctx.emit({"login_limited", {{"address", request.address}}});
    return PasswordTry{.error = OAuthErr::slow_down};
  }
  if (ctx.hashes_full() && !ctx.password_checked()) {
    give_back(buckets, ctx);
    return PasswordTry{.error = OAuthErr::temporarily_unavailable};
  }
  auto user = TRY(check_person(username, Secret(password), request.address, ctx));
  if (!user) return PasswordTry{.error = OAuthErr::access_denied};
  return PasswordTry{.user = std::move(user)};
}

void count_right_password(const std::string& username, const Request& request, Ctx& ctx) {
  give_back(buckets_of(username, request, ctx), ctx);
  (void)ctx.limit(LimitKind::login_right, username);  // asked before: one that came in between is let through
}

}  // namespace tessera::issuer
