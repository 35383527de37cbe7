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
Names covered_by(const std::vector<std::string>& scope, const Client& client, const ResourceServer& server) {
  if (client.party == Party::first && client.scope_need == ScopeNeed::none)
    return {server.permissions.begin(), server.permissions.end()};
  Names names;
  for (const auto& name : scope)
    if (const auto it = server.scopes.find(name); it != server.scopes.end())
      names.insert(it->second.begin(), it->second.end());
  return names;
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
  const Names usable = usable_by(client, *server);
  const Names covered = covered_by(scope, client, *server);
  Names roles, permissions;
  for (const auto& name : held) {
    const auto role = snapshot.roles.find(name);
    if (role == snapshot.roles.end()) continue;
    const auto there = role->second.permissions.find(server->audience);
    if (there == role->second.permissions.end()) continue;
    for (const auto& permission : there->second) {
      if (!usable.contains(permission) || !covered.contains(permission)) continue;
      permissions.insert(permission);
      roles.insert(name);
    }
  }
  return {listed(roles), listed(permissions)};
}

}  // namespace tessera::issuer
