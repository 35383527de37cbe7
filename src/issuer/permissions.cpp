#include "issuer/permissions.hpp"

#include <algorithm>
#include <set>

#include "issuer/contains.hpp"

namespace tessera::issuer {

namespace {
using Names = std::set<std::string, std::less<>>;

std::vector<std::string> listed(const Names& names) { return {names.begin(), names.end()}; }

// What the client may use of a resource server's permissions.
Names usable_by(const Client& client, const ResourceServer& server) {
  const auto access = std::ranges::find(client.access, server.audience, &ClientAccess::audience);
  if (access == client.access.end()) return {};
  if (contains(access->permissions, "*")) return {server.permissions.begin(), server.permissions.end()};
  Names names;
  for (const auto& permission : server.permissions)
    if (contains(access->permissions, permission)) names.insert(permission);
  return names;
}

// What a scope covers of a resource server's permissions.
Names covered_by(const std::vector<std::string>& scope, const ResourceServer& server) {
  Names names;
  for (const auto& name : scope)
    if (const auto it = server.scopes.find(name); it != server.scopes.end())
      names.insert(it->second.begin(), it->second.end());
  return names;
}

void keep(Names& names, const Names& these) {
  std::erase_if(names, [&](const auto& name) { return !these.contains(name); });
}

// What of `allowed` these roles hold at the resource server.
Rights held_at(const Snapshot& snapshot, const std::vector<std::string>& held, const ResourceServer& server,
               const Names& allowed) {
  Names roles, permissions;
  for (const auto& name : held) {
    const auto role = snapshot.roles.find(name);
    if (role == snapshot.roles.end()) continue;
    const auto there = role->second.permissions.find(server.audience);
    if (there == role->second.permissions.end()) continue;
    for (const auto& permission : there->second) {
      if (!allowed.contains(permission)) continue;
      permissions.insert(permission);
      roles.insert(name);
    }
  }
  return {listed(roles), listed(permissions)};
}
}  // namespace

std::vector<std::string> roles_of(const Snapshot& snapshot, const User& user) {
  Names names(user.roles.begin(), user.roles.end());
  for (const auto& group : user.groups)
    if (const auto it = snapshot.groups.find(group); it != snapshot.groups.end())
      names.insert(it->second.roles.begin(), it->second.roles.end());
  return listed(names);
}

Rights rights_at(const Snapshot& snapshot, const Client& client, const std::vector<std::string>& held,
                 const std::vector<std::string>& scope, std::string_view audience) {
  const auto* server = snapshot.resource_server(audience);
  if (!server) return {};
  Names allowed = usable_by(client, *server);
  const bool needs_scope = client.party != Party::first || client.scope_need != ScopeNeed::none;
  if (needs_scope) keep(allowed, covered_by(scope, *server));
  return held_at(snapshot, held, *server, allowed);
}

Rights exchanged_rights(const Snapshot& snapshot, const Exchange& exchange) {
  const auto* server = snapshot.resource_server(exchange.audience);
  if (!server) return {};
  Names allowed = usable_by(exchange.client, *server);
  keep(allowed, covered_by(exchange.scope, *server));
  for (const auto& id : exchange.from_clients) {
    const Client* from = snapshot.client(id);
    keep(allowed, from ? usable_by(*from, *server) : Names{});
  }
  if (exchange.subject.contains("aud", exchange.audience))
    std::erase_if(allowed, [&](const auto& name) { return !exchange.subject.contains("permissions", name); });
  return held_at(snapshot, exchange.held, *server, allowed);
}

}  // namespace tessera::issuer
