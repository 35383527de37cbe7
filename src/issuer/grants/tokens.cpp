#include "issuer/grants/tokens.hpp"

#include "issuer/acr.hpp"
#include "issuer/contains.hpp"
#include "issuer/steps/claims_request.hpp"
#include "issuer/steps/scope.hpp"
#include "issuer/subject.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
// RFC 9449 section 6.1.
std::string confirmation(std::string_view jkt) {
  json::Writer w;
  return w.begin_object().member("jkt", jkt).end_object().take();
}

Draft access_draft(Ctx& ctx, const std::string& subject, const std::string& audience) {
  const auto& snapshot = ctx.snapshot();
  const auto now = whole_seconds(ctx.now());
  Draft draft{.typ = kAccessTokenTyp,
              .issuer = snapshot.issuer,
              .subject = subject,
              .audience = {audience},
              .issued_at = now,
              .expires_at = now + snapshot.realm.lifetimes.access_token,
              .id = ctx.uuid7()};
  if (ctx.proven_key()) draft.claims.push_back({"cnf", JsonText{confirmation(ctx.jkt())}});
  return draft;
}

bool is_bound(const Draft& access) { return contains(access.claims, "cnf", &Claim::name); }

void add_rights(Draft& draft, Rights rights) {
  draft.claims.push_back({"roles", std::move(rights.roles)});
  draft.claims.push_back({"permissions", std::move(rights.permissions)});
}

Rights rights_of(const Ctx& ctx, const Issued& issued) {
  return rights_at(ctx.snapshot(), issued.client, roles_of(ctx.snapshot(), issued.user), issued.scope,
                   issued.grant.audience);
}

//= RFC8693#4.1 "A chain of delegation can be expressed by nesting one "act" claim within another. The outermost "act"
// claim represents the current actor while nested "act" claims represent prior actors."
Result<std::string> actors(const Exchange& exchange) {
  json::Writer w;
  w.begin_object().member("sub", exchange.client.id.text);
  if (exchange.subject.has("act")) w.key("act").raw(TRY(exchange.subject.json("act")));
  return w.end_object().take();
}
}  // namespace

Step<void> check_signing_keys(const Snapshot& snapshot, const Client& client, const std::vector<std::string>& scope) {
  REQUIRE(snapshot.signing_key(kAccessTokenAlg), temporarily_unavailable, "signing_key",
          "no key for access tokens yet");
  REQUIRE(!holds_scope(scope, "openid") || snapshot.signing_key(client.id_token_alg), temporarily_unavailable,
          "signing_key", "no key for ID tokens yet");
  return {};
}

bool refreshes(const Client& client) { return contains(client.grant_types, GrantType::refresh_token); }

Step<User> held_user(Ctx& ctx, Tx& tx, const UserId& id) {
  auto user = TRY(tx.hold_user(ctx.realm(), id));
  REQUIRE(user && user->enabled, invalid_grant, "user", "disabled");
  return *std::move(user);
}

TokenDraft access_token(Ctx& ctx, const Issued& issued) {
  Draft draft = access_draft(ctx, subject_of(ctx.snapshot(), issued.client, issued.user.id), issued.grant.audience);
  auto& claims = draft.claims;
  claims.push_back({"client_id", issued.client.id.text});
  claims.push_back({"scope", print_scope(issued.scope)});
  if (!issued.grant.offline) claims.push_back({"sid", issued.grant.session.text});
  claims.push_back({"gid", issued.grant.id.text});
  claims.push_back({"auth_time", unix_seconds(issued.grant.authenticated)});
  add_rights(draft, rights_of(ctx, issued));
  claims.push_back({"rev", ctx.rev()});
  return {"access_token", kAccessTokenAlg, std::move(draft)};
}

TokenDraft access_token(Ctx& ctx, const Client& client, const Subject& subject, const std::vector<std::string>& scope,
                        const std::string& audience) {
  Draft draft = access_draft(ctx, subject.id, audience);
  draft.claims.push_back({"client_id", client.id.text});
  draft.claims.push_back({"scope", print_scope(scope)});
  add_rights(draft, rights_at(ctx.snapshot(), client, subject.roles, scope, audience));
  draft.claims.push_back({"rev", ctx.rev()});
  return {"access_token", kAccessTokenAlg, std::move(draft)};
}

Step<TokenDraft> access_token(Ctx& ctx, const Exchange& exchange) {
  const Claims& subject = exchange.subject;
  // Also a pairwise one: who holds the old token knows it, and must not learn another one for the same person.
  Draft draft = access_draft(ctx, std::string(subject.subject()), exchange.audience);
  draft.expires_at = std::min(draft.expires_at.value, subject.expires_at());
  auto& claims = draft.claims;
  claims.push_back({"client_id", exchange.client.id.text});
  claims.push_back({"scope", print_scope(exchange.scope)});
  for (const char* name : {"sid", "gid", "auth_time"})
    if (subject.has(name)) {
      JsonText same{TRY(subject.json(name))};
      claims.push_back({name, std::move(same)});
    }
  JsonText act{TRY(actors(exchange))};
  claims.push_back({"act", std::move(act)});
  claims.push_back({"from_clients", exchange.from_clients});
  claims.push_back({"from_jtis", exchange.from_jtis});
  add_rights(draft, exchanged_rights(ctx.snapshot(), exchange));
  // What a fact has overtaken stays overtaken, also where this node knew the fact before it made this.
  claims.push_back({"rev", std::min(ctx.rev(), subject.get<std::int64_t>("rev").value_or(0))});
  return TokenDraft{"access_token", kAccessTokenAlg, std::move(draft)};
}

TokenDraft id_token(Ctx& ctx, const Issued& issued, std::string_view nonce) {
  const auto& snapshot = ctx.snapshot();
  const auto now = whole_seconds(ctx.now());
  Draft draft{.typ = "JWT",
              .issuer = snapshot.issuer,
              .subject = subject_of(snapshot, issued.client, issued.user.id),
              .audience = {issued.client.id.text},
              .issued_at = now,
              .expires_at = now + snapshot.realm.lifetimes.id_token};
  draft.claims.push_back({"auth_time", unix_seconds(issued.grant.authenticated)});
  draft.claims.push_back({"acr", kAcr});
  draft.claims.push_back({"amr", std::vector<std::string>{std::string(kAmr)}});
  if (!nonce.empty()) draft.claims.push_back({"nonce", nonce});
  if (issued.session_alive) draft.claims.push_back({"sid", issued.grant.session.text});
  const bool all = is_all_allowed(issued.scope, issued.client, issued.grant.scope);
  for (const auto& claim : user_claims())
    if (all && asked_for(claim, issued.grant.claims.id_token, issued.client))
      if (auto json = claim.json(issued.user, claim.name); !json.empty())
        draft.claims.push_back({std::string(claim.name), JsonText{std::move(json)}});
  if (holds_scope(issued.scope, "roles")) draft.claims.push_back({"roles", rights_of(ctx, issued).roles});
  return {"id_token", issued.client.id_token_alg, std::move(draft)};
}

Reply token_reply(std::vector<TokenDraft> tokens, const std::vector<std::string>& scope, std::string_view refresh_token,
                  std::string_view issued_token_type) {
  const Draft& access = tokens.front().draft;
  json::Writer w;
  w.begin_object();
  //= RFC9449#5 "A `token_type` of `DPoP` MUST be included in the access token response to signal to the client that the
  // access token was bound to its DPoP key"
  w.member("token_type", is_bound(access) ? "DPoP" : "Bearer");
  w.member("expires_in", (access.expires_at.value - access.issued_at.value).count());
  w.member("scope", print_scope(scope));
  if (!issued_token_type.empty()) w.member("issued_token_type", issued_token_type);
  if (!refresh_token.empty()) w.member("refresh_token", refresh_token);
  w.end_object();
  return {.body = Json{.body = w.take(), .tokens = std::move(tokens)}};
}

Step<Reply> end_replayed(Ctx& ctx, Tx& tx, const GrantId& grant, const char* event) {
  if (TRY(tx.end_grant(ctx.realm(), grant))) ctx.append_fact(FactKind::grant, grant.text);
  ctx.emit({event, {{"grant", grant.text}}});
  return refuse(OAuthErr::invalid_grant, event, "grant " + grant.text + " was ended");
}

}  // namespace tessera::issuer
