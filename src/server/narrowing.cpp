#include "server/narrowing.hpp"

#include "base/try.hpp"
#include "issuer/contains.hpp"
#include "issuer/model/codec.hpp"
#include "issuer/narrowed.hpp"

namespace tessera::server {

namespace {

using issuer::ConfigKind;
using issuer::ConfigRow;
using issuer::contains;
using issuer::Group;

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

}  // namespace tessera::server
