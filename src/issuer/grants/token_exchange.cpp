#include "issuer/grants/grants.hpp"
#include "issuer/grants/tokens.hpp"
#include "issuer/steps/bearer.hpp"
#include "issuer/steps/dpop.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/resource.hpp"
#include "issuer/steps/scope.hpp"

namespace tessera::issuer {

namespace {
constexpr std::string_view kAccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
constexpr std::string_view kJwtType = "urn:ietf:params:oauth:token-type:jwt";  // which our access tokens are

// Each hop is written into the token, and every check of it looks at each.
constexpr std::size_t kMaxExchanges = 4;

bool is_ours(std::string_view type) { return type == kAccessTokenType || type == kJwtType; }

//= RFC8693#2.2.2 "If the request itself is not valid or if either the "subject_token" or "actor_token" are invalid for
// any reason, or are unacceptable based on policy, the authorization server MUST construct an error response, as
// specified in Section 5.2 of [RFC6749]. The value of the "error" parameter MUST be the "invalid_request" error code."
template <class T>
Step<T> acceptable(Step<T> judged) {
  if (judged || !judged.error().refusal()) return judged;
  return refuse(OAuthErr::invalid_request, "subject_token", judged.error().refusal()->why);
}

// Who acts is the client, which has proved it; an actor_token would have to prove somebody else, of whom we know no way
// to be sure that he lets the client act for him.
Step<void> check_form(const Params& params) {
  const auto type = TRY(require_param(params, "subject_token_type"));
  REQUIRE(is_ours(type), invalid_request, "subject_token_type", "expected an access token");
  const auto requested = params.find("requested_token_type");
  REQUIRE(!requested || is_ours(*requested), invalid_request, "requested_token_type", "expected an access token");
  for (const char* name : {"actor_token", "actor_token_type"})
    REQUIRE(!params.find(name), invalid_request, name, "not supported: the client itself is the actor");
  return {};
}

Step<Claims> check_subject_token(const Params& params, const Client& client, const Ctx& ctx) {
  const auto token = TRY(require_param(params, "subject_token"));
  auto claims = TRY(acceptable(check_access_token(token, ctx)));
  REQUIRE(issued_to_or_meant_for(client, claims), invalid_request, "subject_token", "not this client's to exchange");
  // Else whoever has stolen it would get one that is bound to no key, or to the thief's.
  const auto jkt = bound_key(claims);
  REQUIRE(!jkt || ctx.holds_key(*jkt), invalid_request, "subject_token", "no proof of its key");
  REQUIRE(marks_of(claims).from_jtis.size() < kMaxExchanges, invalid_request, "subject_token", "exchanged too often");
  return claims;
}

// Without the parameter: what the old token's scope holds for the new resource server, and the client may ask for.
Step<std::vector<std::string>> check_exchange_scope(const Params& params, const Client& client,
                                                    const Snapshot& snapshot, const std::vector<std::string>& granted,
                                                    std::string_view audience) {
  auto names = TRY(check_scope(params, client, snapshot));
  for (const auto& name : names)
    REQUIRE(holds_scope(granted, name), invalid_scope, "scope", name + " is not in the subject token");
  return names.empty() ? scopes_at(snapshot, audience, still_allowed(client, granted)) : std::move(names);
}

std::vector<std::string> with(const std::vector<std::string_view>& before, std::string_view one) {
  std::vector<std::string> list(before.begin(), before.end());
  list.emplace_back(one);
  return list;
}
}  // namespace

// Whose the subject token is, is proved before anything is told of it: a stranger who holds one does not learn from our
// answers what it may be exchanged for.
Step<Reply> token_exchange(const Request& request, Ctx& ctx, const Client& client) {
  const auto& snapshot = ctx.snapshot();
  REQUIRE(client.auth != ClientAuth::none, unauthorized_client, "client_id", "a public client");
  TRY_VOID(check_form(request.form));
  const Claims subject = TRY(check_subject_token(request.form, client, ctx));
  const auto audience = TRY(check_exchange_target(request.form, client, snapshot));
  const auto scope = TRY(check_exchange_scope(request.form, client, snapshot, scope_of(subject), audience));
  TRY_VOID(check_signing_keys(snapshot, client, {}));
  const auto holder = TRY(acceptable(check_holder(subject, ctx)));
  TRY_VOID(use_proof(ctx, client.id.text));

  const auto marks = marks_of(subject);
  const Exchange exchange{client,
                          subject,
                          with(marks.from_clients, marks.client),
                          with(marks.from_jtis, marks.jti),
                          holder.user ? roles_of(snapshot, *holder.user) : snapshot.client(marks.subject)->roles,
                          scope,
                          audience};
  std::vector<TokenDraft> tokens{TRY(access_token(ctx, exchange))};
  ctx.emit({"token_issued",
            {{"grant_type", "token_exchange"},
             {"client", client.id.text},
             {"subject", std::string(marks.subject)},
             {"from", std::string(marks.jti)},
             {"audience", audience}}});
  //= RFC8693#2.2.1
  // issued_token_type REQUIRED.
  const auto requested = request.form.find("requested_token_type");
  return token_reply(std::move(tokens), scope, "", requested.value_or(kAccessTokenType));
}

}  // namespace tessera::issuer
