#include "server/narrowing.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "issuer/contains.hpp"
#include "issuer/model/codec.hpp"
#include "issuer/subject.hpp"

namespace tessera::server {

namespace {

using issuer::Client;
using issuer::ConfigKind;
using issuer::ConfigRow;
using issuer::contains;
using issuer::Group;
using issuer::ResourceServer;
using issuer::Role;
using Texts = std::vector<std::string>;

template <class T>
bool loses(const std::vector<T>& was, const std::vector<T>& is) {
  return !std::ranges::all_of(was, [&](const auto& one) { return std::ranges::find(is, one) != is.end(); });
}

// The same for lists by name: a name that is gone has lost all.
bool loses(const std::map<std::string, Texts>& was, const std::map<std::string, Texts>& is) {
  return !std::ranges::all_of(was, [&](const auto& entry) {
    const auto there = is.find(entry.first);
    return there == is.end() ? entry.second.empty() : !loses(entry.second, there->second);
  });
}

bool narrowed(const ResourceServer& was, const ResourceServer& is) {
  return loses(was.permissions, is.permissions) || loses(was.scopes, is.scopes);
}

bool narrowed(const Role& was, const Role& is) { return loses(was.permissions, is.permissions); }

bool narrowed(const Client& was, const Client& is) {
  const auto still_allowed = [&](const issuer::ClientAccess& access) {
    const auto there = std::ranges::find(is.access, access.audience, &issuer::ClientAccess::audience);
    if (there == is.access.end()) return access.permissions.empty();
    return contains(there->permissions, "*") || !loses(access.permissions, there->permissions);
  };
  return (was.enabled && !is.enabled) || loses(was.scopes, is.scopes) || loses(was.roles, is.roles) ||
         loses(was.acts_as, is.acts_as) || loses(was.grant_types, is.grant_types) ||
         !std::ranges::all_of(was.access, still_allowed) ||
         (was.party == issuer::Party::first && is.party == issuer::Party::third) ||
         // Its tokens bear a `sub` that it no longer knows anybody by, and that no subject fact names.
         was.subject_type != is.subject_type || issuer::sector_of(was) != issuer::sector_of(is) ||
         (was.scope_need == issuer::ScopeNeed::none && is.scope_need == issuer::ScopeNeed::scope) ||
         (!was.dpop_bound_access_tokens && is.dpop_bound_access_tokens);  // some serve whoever has stolen them
}

template <class T>
Result<std::vector<Ending>> if_narrowed(FactKind kind, const ConfigRow& before, const ConfigRow* after,
                                        Result<T> (*parse)(std::string_view)) {
  if (after) {
    const T was = TRY(parse(before.body)), is = TRY(parse(after->body));
    if (!narrowed(was, is)) return std::vector<Ending>{};
  }
  return std::vector<Ending>{{kind, before.id}};
}

// A group is in no token: its roles are.
Result<std::vector<Ending>> lost_roles(const ConfigRow& before, const ConfigRow* after) {
  const Group was = TRY(issuer::parse_group(before.body));
  Group is;
  if (after) is = TRY(issuer::parse_group(after->body));
  std::vector<Ending> list;
  for (const auto& role : was.roles)
    if (!contains(is.roles, role)) list.emplace_back(FactKind::role, role);
  return list;
}

// No token says whose word it was made on: those of the clients that could present it end.
Result<std::vector<Ending>> lost_trust(const ConfigRow& before, const ConfigRow* after) {
  using issuer::TrustedIssuer;
  const TrustedIssuer was = TRY(issuer::parse_trusted_issuer(before.body));
  TrustedIssuer is;
  if (after) is = TRY(issuer::parse_trusted_issuer(after->body));
  const bool same_word = was.jwks == is.jwks && was.user_claim == is.user_claim && was.user_by == is.user_by;
  std::vector<Ending> list;
  for (const auto& client : was.clients)
    if (!same_word || !contains(is.clients, client)) list.emplace_back(FactKind::client, client);
  return list;
}

}  // namespace

Result<std::vector<Ending>> endings(const ConfigRow& before, const ConfigRow* after) {
  if (after && before.body == after->body) return std::vector<Ending>{};
  switch (before.kind) {
    case ConfigKind::realm: break;
    case ConfigKind::resource_server:
      return if_narrowed(FactKind::audience, before, after, issuer::parse_resource_server);
    case ConfigKind::role: return if_narrowed(FactKind::role, before, after, issuer::parse_role);
    case ConfigKind::group: return lost_roles(before, after);
    case ConfigKind::client: return if_narrowed(FactKind::client, before, after, issuer::parse_client);
    case ConfigKind::trusted_issuer: return lost_trust(before, after);
  }
  return std::vector<Ending>{};
}

bool narrowed(const issuer::User& was, const issuer::User& is) {
  return (was.enabled && !is.enabled) || loses(was.roles, is.roles) || loses(was.groups, is.groups);
}

}  // namespace tessera::server
