#include "issuer/contains.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/refresh_token.hpp"
#include "issuer/steps/alive.hpp"
#include "issuer/steps/bearer.hpp"
#include "issuer/steps/client_auth.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/scope.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
// What RFC 7662 section 2.2 names, and what a resource server needs for its own decision. A claim that is not there is
// left out.
Result<std::string> told(const Claims& claims) {
  json::Writer w;
  w.begin_object().member("active", true).member("token_type", "Bearer");
  for (const char* name : {"iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "sid", "auth_time", "act",
                           "roles", "permissions"})
    if (claims.has(name)) w.key(name).raw(TRY(claims.json(name)));
  w.end_object();
  return w.take();
}

// Facts and state are obeyed at once: a token that no longer counts is inactive here before it expires.
Step<std::string> introspect_access(std::string_view token, const Client& caller, Ctx& ctx) {
  const auto claims = TRY(check_access_token(token, ctx));
  REQUIRE(issued_to_or_meant_for(caller, claims), invalid_token, "client_id", "not this client's to know");
  TRY_VOID(check_holder(claims, ctx));
  return TRY(told(claims));
}

// Told only to the client that it was issued to: no resource server ever sees one.
Step<std::string> introspect_refresh(const RefreshToken& token, const Client& caller, Ctx& ctx) {
  Tx& tx = *TRY(ctx.store(Access::read));
  const auto grant = TRY(tx.grant(ctx.realm(), token.grant));
  REQUIRE(grant && grant->client == caller.id, invalid_token, "token", "not this client's to know");
  const auto session = TRY(tx.session(ctx.realm(), grant->session));
  REQUIRE(grant_alive(ctx.snapshot(), *grant, session ? &*session : nullptr, ctx.now()), invalid_token, "token",
          "ended");
  REQUIRE(token.generation == grant->generation, invalid_token, "token", "used");
  const auto user = TRY(tx.user(ctx.realm(), grant->user));
  REQUIRE(user && user->enabled, invalid_token, "user", "disabled");

  const auto& life = ctx.snapshot().realm.lifetimes;
  json::Writer w;
  w.begin_object().member("active", true).member("iss", ctx.snapshot().issuer).member("sub", grant->user.text);
  w.member("client_id", grant->client.text).member("scope", print_scope(still_allowed(caller, grant->scope)));
  w.member("iat", unix_seconds(grant->used));
  w.member("exp", unix_seconds(std::min(grant->used + life.refresh_idle, grant->created + life.refresh_max)));
  w.end_object();
  return w.take();
}

Step<std::string> introspect_any(std::string_view token, const Client& caller, Ctx& ctx) {
  if (const auto refresh = open_refresh_token(*ctx.snapshot().seals, token))
    return introspect_refresh(*refresh, caller, ctx);
  return introspect_access(token, caller, ctx);
}
}  // namespace

Step<Reply> introspect(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.form));
  const Client& caller = *TRY(authenticate_confidential_client(request, ctx));
  const auto token = TRY(require_param(request.form, "token"));
  auto body = introspect_any(token, caller, ctx);
  if (body) return Reply{.body = Json{.body = std::move(*body)}};
  // Why it is inactive is nobody's business: unknown, expired, ended, another's all look the same.
  if (body.error().refusal()) return Reply{.body = Json{.body = R"({"active":false})"}};
  return std::unexpected(std::move(body.error()));
}

}  // namespace tessera::issuer
