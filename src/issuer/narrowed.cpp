#include "issuer/narrowed.hpp"

#include <algorithm>

#include "issuer/contains.hpp"
#include "issuer/subject.hpp"

namespace tessera::issuer {

namespace {
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
}  // namespace

bool narrowed(const ResourceServer& was, const ResourceServer& is) {
  return loses(was.permissions, is.permissions) || loses(was.scopes, is.scopes);
}

bool narrowed(const Role& was, const Role& is) { return loses(was.permissions, is.permissions); }

bool narrowed(const Client& was, const Client& is) {
  const auto still_allowed = [&](const ClientAccess& access) {
    const auto there = std::ranges::find(is.access, access.audience, &ClientAccess::audience);
    if (there == is.access.end()) return access.permissions.empty();
    return contains(there->permissions, "*") || !loses(access.permissions, there->permissions);
  };
  return (was.enabled && !is.enabled) || loses(was.scopes, is.scopes) || loses(was.roles, is.roles) ||
         loses(was.acts_as, is.acts_as) || loses(was.grant_types, is.grant_types) ||
         !std::ranges::all_of(was.access, still_allowed) ||
         (was.party == Party::first && is.party == Party::third) ||
         // Its tokens bear a `sub` that it no longer knows anybody by, and that no subject fact names.
         was.subject_type != is.subject_type || sector_of(was) != sector_of(is) ||
         (was.scope_need == ScopeNeed::none && is.scope_need == ScopeNeed::scope) ||
         (!was.dpop_bound_access_tokens && is.dpop_bound_access_tokens);  // some serve whoever has stolen them
}

bool narrowed(const User& was, const User& is) {
  return (was.enabled && !is.enabled) || loses(was.roles, is.roles) || loses(was.groups, is.groups);
}

}  // namespace tessera::issuer
