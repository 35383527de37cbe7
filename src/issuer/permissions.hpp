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

// What a token is made from another for (RFC 8693).
struct Exchange {
  const Client& client;                              // who exchanges
  const Claims& subject;                             // the token that it presents
  std::vector<std::string> from_clients, from_jtis;  // of that token, and of those that it was itself made from
  std::vector<std::string> held;                     // roles of whom it speaks of
  std::vector<std::string> scope;                    // of the new token: a part of the old one's
  std::string audience;
};

// What the new token may say, which is never more than the old one could have led to. A permission belongs to one
// resource server, so those of two cannot be compared: at another one, what bounds the new token is the scope, which
// was granted for the old one; what its subject holds there; and what each client may use there through whose hands it
// comes, so that nobody obtains by another what he could not have asked for himself. A scope is needed whatever the
// clients are declared with: the rights that ScopeNeed::none gives belong to the client that the person logged in at.
// At the same resource server it is, besides, a part of what the old token says.
Rights exchanged_rights(const Snapshot& snapshot, const Exchange& exchange);

}  // namespace tessera::issuer
