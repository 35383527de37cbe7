#include "issuer/grants/tokens.hpp"

#include "issuer/permissions.hpp"
#include "issuer/steps/claims_request.hpp"
#include "issuer/steps/scope.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
Draft access_draft(Ctx& ctx, const std::string& subject, const std::string& audience) {
  const auto& snapshot = ctx.snapshot();
  const auto now = whole_seconds(ctx.now());
  return {.typ = kAccessTokenTyp,
          .issuer = snapshot.issuer,
          .subject = subject,
          .audience = {audience},
          .issued_at = now,
          .expires_at = now + snapshot.realm.lifetimes.access_token,
          .id = ctx.uuid7()};
}

void add_rights(Draft& draft, Rights rights) {
  draft.claims.push_back({"roles", std::move(rights.roles)});
  draft.claims.push_back({"permissions", std::move(rights.permissions)});
}

Rights rights_of(const Ctx& ctx, const Issued& issued) {
  return rights_at(ctx.snapshot(), issued.client, roles_of(ctx.snapshot(), issued.user), issued.scope,
                   issued.grant.audience);
}
}  // namespace

Step<void> check_signing_keys(const Snapshot& snapshot, const Client& client, const std::vector<std::string>& scope) {
  REQUIRE(snapshot.signing_key(kAccessTokenAlg), temporarily_unavailable, "signing_key",
          "no key for access tokens yet");
  REQUIRE(!holds_scope(scope, "openid") || snapshot.signing_key(client.id_token_alg), temporarily_unavailable,
          "signing_key", "no key for ID tokens yet");
  return {};
}

TokenDraft access_token(Ctx& ctx, const Issued& issued) {
  Draft draft = access_draft(ctx, issued.user.id.text, issued.grant.audience);
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

TokenDraft access_token(Ctx& ctx, const Client& client, const std::vector<std::string>& scope,
                        const std::string& audience) {
  Draft draft = access_draft(ctx, client.id.text, audience);
  draft.claims.push_back({"client_id", client.id.text});
  draft.claims.push_back({"scope", print_scope(scope)});
  add_rights(draft, rights_at(ctx.snapshot(), client, client.roles, scope, audience));
  draft.claims.push_back({"rev", ctx.rev()});
  return {"access_token", kAccessTokenAlg, std::move(draft)};
}

TokenDraft id_token(Ctx& ctx, const Issued& issued, std::string_view nonce) {
  const auto& snapshot = ctx.snapshot();
  const auto now = whole_seconds(ctx.now());
  Draft draft{.typ = "JWT",
              .issuer = snapshot.issuer,
              .subject = issued.user.id.text,
              .audience = {issued.client.id.text},
              .issued_at = now,
              .expires_at = now + snapshot.realm.lifetimes.id_token};
  draft.claims.push_back({"auth_time", unix_seconds(issued.grant.authenticated)});
  if (!nonce.empty()) draft.claims.push_back({"nonce", nonce});
  if (issued.session_alive) draft.claims.push_back({"sid", issued.grant.session.text});
  for (const auto& claim : user_claims())
    if (asked_for(claim, issued.grant.claims.id_token, issued.client))
      if (auto json = claim.json(issued.user, claim.name); !json.empty())
        draft.claims.push_back({std::string(claim.name), JsonText{std::move(json)}});
  if (holds_scope(issued.scope, "roles")) draft.claims.push_back({"roles", rights_of(ctx, issued).roles});
  return {"id_token", issued.client.id_token_alg, std::move(draft)};
}

Reply token_reply(const Ctx& ctx, std::vector<TokenDraft> tokens, const std::vector<std::string>& scope,
                  std::string_view refresh_token) {
  json::Writer w;
  w.begin_object();
  w.member("token_type", "Bearer").member("expires_in", ctx.snapshot().realm.lifetimes.access_token.count());
  w.member("scope", print_scope(scope));
  if (!refresh_token.empty()) w.member("refresh_token", refresh_token);
  w.end_object();
  return {.body = Json{.body = w.take(), .tokens = std::move(tokens)}};
}

Step<Reply> end_replayed(Ctx& ctx, Tx& tx, const GrantId& grant, const char* event) {
  if (TRY(tx.end_grant(ctx.realm(), grant))) TRY_VOID(ctx.append_fact(tx, FactKind::grant, grant.text));
  ctx.emit({event, {{"grant", grant.text}}});
  return refuse(OAuthErr::invalid_grant, event, "grant " + grant.text + " was ended");
}

}  // namespace tessera::issuer
