#include "issuer/contains.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/refresh_token.hpp"
#include "issuer/steps/alive.hpp"
#include "issuer/steps/bearer.hpp"
#include "issuer/steps/client_auth.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/scope.hpp"
#include "issuer/subject.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
// What RFC 7662 section 2.2 names, and what a resource server needs for its own decision. A claim that is not there is
// left out.
Result<std::string> told(const Claims& claims) {
  json::Writer w;
  //= RFC9449#6.2 "If the `token_type` member is included in the introspection response, it MUST contain the value
  // `DPoP`."
  w.begin_object().member("active", true).member("token_type", claims.has("cnf") ? "DPoP" : "Bearer");
  for (const char* name : {"iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "sid", "auth_time", "act",
                           "cnf", "roles", "permissions"})
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
  w.begin_object().member("active", true).member("iss", ctx.snapshot().issuer);
  w.member("sub", subject_of(ctx.snapshot(), caller, grant->user));
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

// One of the media ranges of `Accept` is exactly this one; a wildcard leaves it at JSON, which every reader knows.
bool asks_for_jwt(std::string_view accept) {
  constexpr std::string_view kType = "application/token-introspection+jwt";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? char(a | 0x20) : a) == b; };
  while (!accept.empty()) {
    auto range = accept.substr(0, accept.find(','));
    accept.remove_prefix(std::min(range.size() + 1, accept.size()));
    range = range.substr(0, range.find(';'));
    range.remove_prefix(std::min(range.find_first_not_of(" \t"), range.size()));
    range = range.substr(0, range.find_last_not_of(" \t") + 1);
    if (std::ranges::equal(range, kType, same)) return true;
  }
  return false;
}

// RFC 9701 section 5: for whom it is said stands in `aud`, so that nobody else is told the same with it.
Reply answered(std::string body, const Request& request, const Client& caller, const Ctx& ctx) {
  if (!asks_for_jwt(request.headers.accept)) return {.body = Json{.body = std::move(body)}};
  return {.body = IntrospectionJwt{{.issuer = ctx.snapshot().issuer,
                                    .audience = caller.id.text,
                                    .issued_at = whole_seconds(ctx.now()),
                                    .token = JsonText{std::move(body)}}}};
}
}  // namespace

Step<Reply> introspect(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.form));
  const Client& caller = *TRY(authenticate_confidential_client(request, ctx));
  const auto token = TRY(require_param(request.form, "token"));
  auto body = introspect_any(token, caller, ctx);
  if (body) return answered(std::move(*body), request, caller, ctx);
  // Why it is inactive is nobody's business: unknown, expired, ended, another's all look the same.
  if (body.error().refusal()) return answered(R"({"active":false})", request, caller, ctx);
  return std::unexpected(std::move(body.error()));
}

}  // namespace tessera::issuer
