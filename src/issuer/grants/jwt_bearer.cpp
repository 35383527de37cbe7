#include "issuer/contains.hpp"
#include "issuer/digest.hpp"
#include "issuer/grants/grants.hpp"
#include "issuer/grants/tokens.hpp"
#include "issuer/steps/dpop.hpp"
#include "issuer/steps/params.hpp"
#include "issuer/steps/resource.hpp"
#include "issuer/steps/scope.hpp"
#include "issuer/steps/username.hpp"
#include "json/json.hpp"
#include "jwt/media_type.hpp"

namespace tessera::issuer {

namespace {
// As long as its `jti` is remembered.
constexpr seconds kMaxAhead = std::chrono::hours(1);

// Who the assertion says that it is from, so that the keys can be found. Without trust.
Result<std::string> peek_issuer(std::string_view assertion) {
  const auto peeked = TRY(peek_unverified(assertion));
  json::Document document;
  const auto claims = TRY(document.parse_object(peeked.payload));
  const auto issuer = claims.find("iss");
  ENSURE(issuer && issuer->string(), claim_missing, "iss");
  return std::string(*issuer->string());
}

bool is_assertion(std::string_view typ) {
  return typ.empty() || detail::same_media_type(typ, detail::prepared_media_type("JWT")) ||
         detail::same_media_type(typ, detail::prepared_media_type("authorization-grant+jwt"));
}

//= RFC7523#3.1 "If the JWT is not valid, or the current time is not within the token's valid time window for use of the
// token, the authorization server constructs an error response as defined in OAuth 2.0 [RFC6749]. The value of the
// "error" parameter MUST be the "invalid_grant" error code."
Step<Claims> check_assertion(std::string_view assertion, const Trust& trust, const Ctx& ctx) {
  auto claims = trust.verifier.verify(assertion, whole_seconds(ctx.now()));
  REQUIRE(claims, invalid_grant, "assertion", std::string(error_name(claims.error().code)) + " " + claims.error().at);
  REQUIRE(is_assertion(claims->typ()), invalid_grant, "assertion", "another kind of token");
  // Who else is named could present it here.
  REQUIRE(claims->audience().size() == 1, invalid_grant, "assertion", "for somebody else too");
  //= RFC7523#3
  // The authorization server MAY reject JWTs with an "exp" claim value that is unreasonably far in the future.
  REQUIRE(claims->expires_at() <= whole_seconds(ctx.now()) + kMaxAhead + kAssertionLeeway, invalid_grant, "assertion",
          "exp is more than an hour ahead");
  return std::move(*claims);
}

Step<User> check_user(Tx& tx, const Claims& claims, const TrustedIssuer& rule, const Ctx& ctx) {
  const auto named = claims.get<std::string_view>(rule.user_claim);
  REQUIRE(named, invalid_grant, "assertion", rule.user_claim + " is no text");
  const auto name = canonical_username(*named);
  REQUIRE(name, invalid_grant, "user", "no name, nor an id");
  std::optional<User> user;
  if (rule.user_by == UserBy::id)
    user = TRY(tx.user(ctx.realm(), UserId(*named)));
  else if (*name == *named)  // "Alice" may be another person there than "alice", of whom one at most is ours
    user = TRY(tx.user_by_name(ctx.realm(), *name));
  REQUIRE(user && user->enabled, invalid_grant, "user", user ? "disabled" : "no such user");
  return std::move(*user);
}

// Of two issuers neither can use up an id of the other's.
std::string use_id(const Claims& claims) {
  json::Writer w;
  w.begin_array().string("authorization grant").string(claims.issuer()).string(claims.id()).end_array();
  return digest_of(w.text());
}
}  // namespace

// The assertion serves once: it is used up after every check, by whoever would get the token.
Step<Reply> jwt_bearer(const Request& request, Ctx& ctx, const Client& client) {
  const auto& snapshot = ctx.snapshot();
  REQUIRE(client.auth != ClientAuth::none, unauthorized_client, "client_id", "a public client");
  REQUIRE(client.party == Party::first, unauthorized_client, "client_id", "nobody asks the person for consent");
  REQUIRE(client.subject_type == SubjectType::public_, unauthorized_client, "client_id",
          "who names the person by an assertion knows more than a pairwise subject");
  const auto assertion = TRY(require_param(request.form, "assertion"));
  const auto trusted = snapshot.trusted_issuers.find(peek_issuer(assertion).value_or(""));
  REQUIRE(trusted != snapshot.trusted_issuers.end(), invalid_grant, "assertion", "not of a trusted issuer");
  const Trust& trust = trusted->second;
  REQUIRE(contains(trust.rule.clients, client.id.text), invalid_grant, "assertion", "not this client's to present");
  const Claims claims = TRY(check_assertion(assertion, trust, ctx));
  const auto audience = TRY(check_resource(request.form, client, snapshot));
  auto scope = TRY(check_scope(request.form, client, snapshot));
  if (scope.empty()) scope = scopes_at(snapshot, audience, client.scopes);
  TRY_VOID(check_signing_keys(snapshot, client, {}));
  TRY_VOID(ctx.limit(LimitKind::used_once, client.id.text));

  Tx& tx = *TRY(ctx.store(Access::write));
  const User user = TRY(check_user(tx, claims, trust.rule, ctx));
  TRY_VOID(use_proof(ctx, user.id.text));
  const Instant until = claims.expires_at() + kAssertionLeeway;
  REQUIRE(TRY(tx.use_once(ctx.realm(), use_id(claims), until, ctx.now())), invalid_grant, "jti", "used before");

  std::vector<TokenDraft> tokens{access_token(ctx, client, {user.id.text, roles_of(snapshot, user)}, scope, audience)};
  ctx.emit({"token_issued",
            {{"grant_type", "jwt_bearer"},
             {"client", client.id.text},
             {"user", user.id.text},
             {"issuer", trust.rule.issuer}}});
  return token_reply(std::move(tokens), scope, "");
}

}  // namespace tessera::issuer
