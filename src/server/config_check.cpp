// What must hold between declared things.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "base/try.hpp"
#include "issuer/contains.hpp"
#include "issuer/logouts.hpp"
#include "issuer/model/codec.hpp"
#include "issuer/snapshot.hpp"
#include "issuer/steps/client_auth.hpp"
#include "issuer/steps/client_keys.hpp"
#include "issuer/steps/redirect_uri.hpp"
#include "issuer/steps/scope.hpp"
#include "issuer/subject.hpp"
#include "server/config.hpp"

namespace tessera::server {

namespace {

using issuer::ClientAuth;
using issuer::GrantType;
using Names = std::set<std::string, std::less<>>;

using issuer::contains;
using issuer::kOpenIdScopes;

std::string list_of(const Names& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + ('"' + name + '"');
  return text.empty() ? "none is declared" : text;
}

// One realm's names, gathered first, then every reference to them.
class RealmCheck {
 public:
  RealmCheck(const DeclaredRealm& realm, const Where& where) : realm_(realm), where_(where) {
    for (const auto& server : realm.resource_servers) audiences_.insert(server.audience);
    for (const auto& role : realm.roles) roles_.insert(role.name);
    for (const auto& group : realm.groups) groups_.insert(group.name);
    for (const auto& one : realm.clients) clients_.insert(one.client.id.text);
    for (const auto scope : kOpenIdScopes) scopes_.insert(std::string(scope));
    for (const auto& server : realm.resource_servers)
      for (const auto& [scope, covered] : server.scopes) scopes_.insert(scope);
  }

  Configured<void> all() {
    TRY_VOID(resource_servers());
    TRY_VOID(roles());
    TRY_VOID(groups());
    TRY_VOID(clients());
    TRY_VOID(users());
    return trusted_issuers();
  }

 private:
  std::unexpected<ConfigError> wrong(std::string_view key, std::string expected, std::string_view found) const {
    return std::unexpected(ConfigError{{},
                                       where_(kind_, realm_.realm.id.text, index_, key),
                                       fmt::format("{}.{}", kind_, key),
                                       std::move(expected),
                                       fmt::format("\"{}\"", found)});
  }
  void at(const char* kind, std::size_t index) { kind_ = kind, index_ = index; }

  Configured<void> once(Names& seen, std::string_view key, const std::string& name) const {
    if (!seen.insert(name).second)
      return wrong(key, fmt::format("a {} that no other {} of this realm has", key, kind_), name);
    return {};
  }
  Configured<void> known(const Names& names, std::string_view key, std::string_view what,
                         const std::vector<std::string>& used) const {
    for (const auto& name : used)
      if (!names.contains(name)) return wrong(key, fmt::format("{} ({})", what, list_of(names)), name);
    return {};
  }
  const issuer::ResourceServer* server(std::string_view audience) const {
    for (const auto& one : realm_.resource_servers)
      if (one.audience == audience) return &one;
    return nullptr;
  }
  Configured<void> permissions_at(std::string_view key, const std::string& audience,
                                  const std::vector<std::string>& permissions) const {
    const auto* there = server(audience);
    if (!there)
      return wrong(key, fmt::format("an audience of a declared resource server ({})", list_of(audiences_)), audience);
    for (const auto& one : permissions)
      if (!contains(there->permissions, one))
        return wrong(key,
                     fmt::format("a permission of {} ({})", audience,
                                 list_of({there->permissions.begin(), there->permissions.end()})),
                     one);
    return {};
  }

  Configured<void> resource_servers() {
    Names audiences, scopes;
    for (std::size_t i = 0; i < realm_.resource_servers.size(); ++i) {
      const auto& one = realm_.resource_servers[i];
      at("resource_server", i);
      TRY_VOID(once(audiences, "audience", one.audience));
      if (contains(one.permissions, "*"))
        return wrong("permissions", "a permission of its own; \"*\" stands for all of them in a client's access", "*");
      for (const auto& [scope, covered] : one.scopes) {
        if (contains(kOpenIdScopes, scope))
          return wrong("scopes", "a scope that OpenID Connect does not define", scope);
        if (scope.empty() || scope.find_first_of(" \t\r\n\"\\") != std::string::npos)
          return wrong("scopes", "a scope without blanks or quotes", scope);
        TRY_VOID(once(scopes, "scopes", scope));
        TRY_VOID(permissions_at("scopes", one.audience, covered));
      }
    }
    return {};
  }

  Configured<void> roles() {
    Names seen;
    for (std::size_t i = 0; i < realm_.roles.size(); ++i) {
      at("role", i);
      TRY_VOID(once(seen, "name", realm_.roles[i].name));
      for (const auto& [audience, permissions] : realm_.roles[i].permissions)
        TRY_VOID(permissions_at("permissions", audience, permissions));
    }
    return {};
  }

  Configured<void> groups() {
    Names seen;
    for (std::size_t i = 0; i < realm_.groups.size(); ++i) {
      at("group", i);
      TRY_VOID(once(seen, "name", realm_.groups[i].name));
      TRY_VOID(known(roles_, "roles", "a declared role", realm_.groups[i].roles));
    }
    return {};
  }

  Configured<void> clients() {
    Names seen;
    for (std::size_t i = 0; i < realm_.clients.size(); ++i) {
      at("client", i);
      TRY_VOID(once(seen, "id", realm_.clients[i].client.id.text));
      TRY_VOID(client(realm_.clients[i]));
    }
    return {};
  }

  Configured<void> client(const DeclaredClient& declared) const {
    const auto& one = declared.client;
    const bool is_public = one.auth == ClientAuth::none;
    TRY_VOID(known(scopes_, "scopes", "a scope of OpenID Connect or of a declared resource server", one.scopes));
    TRY_VOID(known(roles_, "roles", "a declared role", one.roles));
    TRY_VOID(known(audiences_, "acts_as", "an audience of a declared resource server", one.acts_as));
    for (const auto& access : one.access) {
      auto named = access.permissions;
      std::erase(named, "*");  // every permission there; only here
      TRY_VOID(permissions_at("access", access.audience, named));
    }
    TRY_VOID(redirect_uris(one));
    TRY_VOID(proof(declared));
    TRY_VOID(requests(one));
    for (const auto type : {GrantType::client_credentials, GrantType::token_exchange, GrantType::jwt_bearer})
      if (is_public && contains(one.grant_types, type))
        return wrong("grant_types", fmt::format("no {} without a secret", name_of(type)), name_of(type));
    if (one.party == issuer::Party::third && contains(one.grant_types, GrantType::jwt_bearer))
      return wrong("grant_types", "no grant that asks nobody for consent, for a third party's client",
                   name_of(GrantType::jwt_bearer));
    TRY_VOID(sector(one));
    if (is_public && !one.require_pkce) return wrong("require_pkce", "true for a client without a secret", "false");
    if (one.party == issuer::Party::third && one.scope_need == issuer::ScopeNeed::none)
      return wrong("scope_need", "\"scope\" for a third party's client", "none");
    return {};
  }

  Configured<void> sector(const issuer::Client& one) const {
    if (one.subject_type == issuer::SubjectType::public_) return {};
    if (issuer::sector_of(one).empty())
      return wrong("subject_type", "redirect_uris of one host, or a sector_identifier_uri, for pairwise subjects",
                   "pairwise");
    if (contains(one.grant_types, GrantType::jwt_bearer))
      return wrong("subject_type", "\"public\" for a client that itself names the people", "pairwise");
    return {};
  }

  // What the client's method takes is there, and good for it.
  Configured<void> proof(const DeclaredClient& declared) const {
    const auto auth = declared.client.auth;
    const bool has_secret = !declared.secret.empty();
    const auto missing = [&](const char* key, const char* expected, const char* found) {
      return std::unexpected(ConfigError{{}, where_(kind_, realm_.realm.id.text, index_, "id"), key, expected, found});
    };
    if (auth == ClientAuth::none || auth == ClientAuth::private_key_jwt) {
      if (has_secret) return wrong("auth", "a way that uses the secret", issuer::name_of(auth));
    } else if (!has_secret) {
      return missing("client.secret", "a secret, or auth = \"none\"", "nothing");
    }
    if (auth == ClientAuth::client_secret_jwt && !issuer::assertion_key(declared.secret))
      return missing("client.secret", "a secret that can be the key of HS256", "blanks");
    if (!declared.client.jwks.empty() && !declared.client.jwks_uri.empty())
      return wrong("jwks_uri", "either jwks or jwks_uri", declared.client.jwks_uri);
    if (auth == ClientAuth::private_key_jwt && declared.client.jwks_uri.empty() &&
        !has_key(declared.client, issuer::kKeyAssertionAlgs))
      return missing("client.jwks", "a key for RS256, PS256, ES256 or Ed25519", "none");
    return {};
  }

  static bool has_key(const issuer::Client& client, std::span<const Alg> algs) {
    const auto keys = Keys::parse(client.jwks);
    return keys && std::ranges::any_of(keys->all(), [&](const PublicKey& key) {
             return std::ranges::any_of(algs, [&](Alg alg) { return key.admits(alg); });
           });
  }

  // What it is held to it can do.
  Configured<void> requests(const issuer::Client& one) const {
    const bool signs = has_key(one, issuer::algs_of_keys(one.request_object_signing_alg));
    if (one.request_object_signing_alg && !signs)
      return wrong("request_object_signing_alg", "the algorithm of one of the jwks",
                   alg_name(*one.request_object_signing_alg));
    if (one.require_signed_request_object && !signs)
      return wrong("require_signed_request_object", "a key in jwks to verify them by", "none");
    for (const auto& uri : one.request_uris)
      if (!uri.starts_with("https://") || !issuer::registrable_redirect_uri(uri, one.auth))
        return wrong("request_uris", "an https URL, written plainly: no user, fragment, dots or escapes", uri);
    return {};
  }

  Configured<void> redirect_uris(const issuer::Client& one) const {
    const std::string expected =
        "https, http on this machine, or a native app's own scheme, written plainly: no user, fragment, dots or "
        "escapes";
    for (const auto& uri : one.redirect_uris)
      if (!issuer::registrable_redirect_uri(uri, one.auth)) return wrong("redirect_uris", expected, uri);
    for (const auto& uri : one.post_logout_redirect_uris)
      if (!issuer::registrable_redirect_uri(uri, one.auth)) return wrong("post_logout_redirect_uris", expected, uri);
    TRY_VOID(logout_uris(one));
    if (contains(one.grant_types, GrantType::authorization_code) && one.redirect_uris.empty())
      return std::unexpected(ConfigError{{},
                                         where_(kind_, realm_.realm.id.text, index_, "id"),
                                         "client.redirect_uris",
                                         "at least one for the grant type authorization_code",
                                         "none"});
    return {};
  }

  Configured<void> logout_uris(const issuer::Client& one) const {
    const auto* key = issuer::wrong_logout_uri(one);
    if (!key) return {};
    const std::string expected = "https, or http on this machine, written plainly: no user, fragment, dots or escapes";
    if (key == std::string_view("backchannel_logout_uri")) return wrong(key, expected, one.backchannel_logout_uri);
    return wrong(key, expected + "; with scheme, host and port of one of the redirect_uris",
                 one.frontchannel_logout_uri);
  }

  Configured<void> users() {
    Names seen;
    for (std::size_t i = 0; i < realm_.users.size(); ++i) {
      const auto& one = realm_.users[i].user;
      at("user", i);
      TRY_VOID(once(seen, "username", one.username));
      TRY_VOID(known(roles_, "roles", "a declared role", one.roles));
      TRY_VOID(known(groups_, "groups", "a declared group", one.groups));
    }
    return {};
  }

  Configured<void> trusted_issuers() {
    Names seen;
    for (std::size_t i = 0; i < realm_.trusted_issuers.size(); ++i) {
      at("trusted_issuer", i);
      TRY_VOID(once(seen, "issuer", realm_.trusted_issuers[i].issuer));
      TRY_VOID(known(clients_, "clients", "a declared client", realm_.trusted_issuers[i].clients));
    }
    return {};
  }

  const DeclaredRealm& realm_;
  const Where& where_;
  Names audiences_, roles_, groups_, scopes_, clients_;
  const char* kind_ = "";
  std::size_t index_ = 0;
};

}  // namespace

Configured<void> check_declaration(const Declaration& declaration, const Where& where) {
  for (const auto& realm : declaration.realms) TRY_VOID(RealmCheck(realm, where).all());
  return {};
}

}  // namespace tessera::server
