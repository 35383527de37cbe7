#include "issuer/steps/bearer.hpp"

#include <algorithm>

#include "issuer/steps/alive.hpp"
#include "issuer/steps/scope.hpp"

namespace tessera::issuer {

namespace {
std::string_view prefix_of(TokenScheme scheme) { return scheme == TokenScheme::DPoP ? "dpop " : "bearer "; }

std::string_view text_claim(const Claims& claims, std::string_view name) {
  const auto value = claims.get<std::string_view>(name);
  return value ? *value : std::string_view{};
}

std::vector<std::string_view> texts_claim(const Claims& claims, std::string_view name) {
  auto values = claims.get<std::vector<std::string_view>>(name);
  return values ? std::move(*values) : std::vector<std::string_view>{};
}

Step<Grant> check_grant(Tx& tx, const GrantId& id, const Ctx& ctx) {
  auto grant = TRY(tx.grant(ctx.realm(), id));
  REQUIRE(grant, invalid_token, "gid", "no such grant");
  const auto session = TRY(tx.session(ctx.realm(), grant->session));
  REQUIRE(grant_alive(ctx.snapshot(), *grant, session ? &*session : nullptr, ctx.now()), invalid_token, "gid",
          "the grant has ended");
  return std::move(*grant);
}
}  // namespace

bool came_by(TokenScheme scheme, const Request& request) {
  const std::string_view header = request.headers.authorization, prefix = prefix_of(scheme);
  return header.size() > prefix.size() && std::ranges::equal(header.substr(0, prefix.size()), prefix, {}, [](char c) {
           return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c;
         });
}

Step<PresentedToken> read_access_token(const Request& request) {
  REQUIRE(!request.query.find("access_token"), invalid_request, "access_token", "in the query, where logs keep it");
  const auto in_form = request.method == Method::post ? request.form.find("access_token") : std::nullopt;
  for (const auto scheme : {TokenScheme::Bearer, TokenScheme::DPoP}) {
    if (!came_by(scheme, request)) continue;
    REQUIRE(!in_form, invalid_request, "access_token", "in the header and in the body");
    return PresentedToken{scheme, std::string_view(request.headers.authorization).substr(prefix_of(scheme).size())};
  }
  REQUIRE(in_form, missing_token, "authorization");
  return PresentedToken{TokenScheme::Bearer, *in_form};
}

TokenMarks marks_of(const Claims& claims) {
  TokenMarks marks{.subject = claims.subject(),
                   .client = text_claim(claims, "client_id"),
                   .session = text_claim(claims, "sid"),
                   .grant = text_claim(claims, "gid"),
                   .jti = claims.id(),
                   .roles = texts_claim(claims, "roles"),
                   .from_clients = texts_claim(claims, "from_clients"),
                   .from_jtis = texts_claim(claims, "from_jtis")};
  if (const auto audience = claims.audience(); !audience.empty()) marks.audience = audience.front();
  if (const auto rev = claims.get<std::int64_t>("rev")) marks.rev = *rev;
  return marks;
}

Step<Claims> check_access_token(std::string_view token, const Ctx& ctx) {
  auto claims = ctx.snapshot().access_verifier->verify(token, whole_seconds(ctx.now()));
  REQUIRE(claims, invalid_token, "access_token", std::string(error_name(claims.error().code)));
  REQUIRE(!ctx.snapshot().facts->ended(marks_of(*claims)), invalid_token, "access_token", "ended");
  return std::move(*claims);
}

bool issued_to_or_meant_for(const Client& caller, const Claims& claims) {
  if (claims.contains("client_id", caller.id.text)) return true;
  return std::ranges::any_of(caller.acts_as, [&](const auto& audience) { return claims.contains("aud", audience); });
}

std::vector<std::string> scope_of(const Claims& claims) {
  std::vector<std::string> names;
  const auto text = text_claim(claims, "scope");
  for (std::size_t from = 0; from < text.size();) {
    const auto to = std::min(text.find(' ', from), text.size());
    names.emplace_back(text.substr(from, to - from));
    from = to + 1;
  }
  return names;
}

Step<TokenHolder> check_holder(const Claims& claims, Ctx& ctx) {
  const auto marks = marks_of(claims);
  TokenHolder holder{TRY(ctx.client(marks.client)), std::nullopt};
  REQUIRE(holder.client && holder.client->enabled, invalid_token, "client_id", "disabled client");
  for (const auto id : marks.from_clients) {
    const Client* from = TRY(ctx.client(id));
    REQUIRE(from && from->enabled, invalid_token, "from_clients", "disabled client");
  }
  if (marks.grant.empty() && ctx.snapshot().client(marks.subject)) return holder;

  Tx& tx = *TRY(ctx.store(Access::read));
  UserId user(marks.subject);
  if (!marks.grant.empty()) {
    Grant grant = TRY(check_grant(tx, GrantId(marks.grant), ctx));
    user = grant.user;
    // A token that was narrowed, or exchanged, has none of what was asked for besides its scope.
    if (marks.from_jtis.empty() && is_all_allowed(scope_of(claims), *holder.client, grant.scope))
      holder.claims = std::move(grant.claims.userinfo);
  }
  holder.user = TRY(tx.user(ctx.realm(), user));
  REQUIRE(holder.user && holder.user->enabled, invalid_token, "sub", "disabled user");
  return holder;
}

}  // namespace tessera::issuer
