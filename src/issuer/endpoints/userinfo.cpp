#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/bearer.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/scope.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
void write_profile(json::Writer& w, const User& user) {
  if (!user.name.empty()) w.member("name", user.name);
  if (!user.given_name.empty()) w.member("given_name", user.given_name);
  if (!user.family_name.empty()) w.member("family_name", user.family_name);
  w.member("preferred_username", user.username).member("updated_at", unix_seconds(user.updated));
}

void write_email(json::Writer& w, const User& user) {
  if (!user.email.empty()) w.member("email", user.email).member("email_verified", user.email_verified);
}

// OpenID Connect Core section 5.4: what each scope asks for.
Result<std::string> userinfo_of(const Claims& claims, const User& user) {
  const auto scope = scope_of(claims);
  json::Writer w;
  w.begin_object().member("sub", user.id.text);
  if (holds_scope(scope, "profile")) write_profile(w, user);
  if (holds_scope(scope, "email")) write_email(w, user);
  // As the token says them: whatever takes one away ends the token.
  if (holds_scope(scope, "roles")) w.key("roles").raw(TRY(claims.json("roles")));
  w.end_object();
  return w.take();
}
}  // namespace

Step<Reply> userinfo(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.params()));
  const auto token = TRY(read_bearer(request));
  const auto claims = TRY(check_access_token(token, ctx));
  REQUIRE(holds_scope(scope_of(claims), "openid"), insufficient_scope, "scope", "openid is not in it");
  const auto holder = TRY(check_holder(claims, ctx));
  REQUIRE(holder.user, invalid_token, "sub", "a client's own token");
  auto body = TRY(userinfo_of(claims, *holder.user));
  return Reply{.body = Json{.body = std::move(body)}};
}

}  // namespace tessera::issuer
