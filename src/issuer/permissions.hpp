// What a token may say: the intersection of what its subject holds, what the client may use at that resource server,
// and what the granted scope covers.
#pragma once

#include <string>
#include <vector>

#include "issuer/snapshot.hpp"

namespace tessera::issuer {

struct Rights {
  std::vector<std::string> roles;        // those of which at least one permission survived, in order, no name twice
  std::vector<std::string> permissions;  // in order, no name twice
};

// Everything that the user holds, by roles and by groups.
std::vector<std::string> roles_of(const Snapshot& snapshot, const User& user);

// `held` are role names. An audience that is no resource server (the issuer's own) gives no rights. A first-party
// client declared with ScopeNeed::none gets what its subject holds there whatever the scope.
Rights rights_at(const Snapshot& snapshot, const Client& client, const std::vector<std::string>& held,
                 const std::vector<std::string>& scope, std::string_view audience);

}  // namespace tessera::issuer
