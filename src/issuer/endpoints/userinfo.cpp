#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/bearer.hpp"
#include "issuer/steps/claims_request.hpp"
#include "issuer/steps/dpop.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/scope.hpp"
#include "issuer/user_claims.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
// OpenID Connect Core section 5.4: what each scope asks for.
Result<std::string> userinfo_of(const Claims& claims, const TokenHolder& holder, const Snapshot& snapshot) {
  const auto scope = scope_of(claims);
  const User& user = *holder.user;
  json::Writer w;
  //= OIDC#5.3.2
  // The sub Claim in the UserInfo Response MUST be verified to exactly match the sub Claim in the ID Token
  w.begin_object().member("sub", claims.subject());
  // Core section 5.3.2: whose word it is, and for whom.
  if (holder.client->userinfo_alg) w.member("iss", snapshot.issuer).member("aud", holder.client->id.text);
  for (const auto& claim : user_claims())
    if (holds_scope(scope, claim.scope) || asked_for(claim, holder.claims, *holder.client))
      if (const auto json = claim.json(user, claim.name); !json.empty()) w.key(claim.name).raw(json);
  // As the token says them: whatever takes one away ends the token.
  if (holds_scope(scope, "roles")) w.key("roles").raw(TRY(claims.json("roles")));
  w.end_object();
  return w.take();
}
}  // namespace

Step<Reply> userinfo(const Request& request, Ctx& ctx) {
  TRY_VOID(check_no_duplicates(request.params()));
  const auto presented = TRY(read_access_token(request));
  const auto claims = TRY(check_access_token(presented.token, ctx));
  TRY_VOID(check_presented(presented, claims, request, "/userinfo", ctx));
  REQUIRE(holds_scope(scope_of(claims), "openid"), insufficient_scope, "scope", "openid is not in it");
  const auto holder = TRY(check_holder(claims, ctx));
  REQUIRE(holder.user, invalid_token, "sub", "a client's own token");
  TRY_VOID(use_proof(ctx, holder.user->id.text));
  auto body = TRY(userinfo_of(claims, holder, ctx.snapshot()));
  if (const auto alg = holder.client->userinfo_alg) return Reply{.body = UserinfoJwt{*alg, std::move(body)}};
  return Reply{.body = Json{.body = std::move(body)}};
}

}  // namespace tessera::issuer
