// The `sub` by which a client knows a person: the person's own id, or one of the client's sector alone (OpenID Connect
// Core section 8), so that two sectors cannot tell that they speak of the same person.
//
// A pairwise `sub` is a MAC over sector and id, under a key of the realm that is made once and outlives every change of
// the master key, which seals it. The same `sub` stands in everything that the client sees or carries: ID token,
// userinfo, access token, introspection. A token that another one is exchanged for keeps it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "issuer/model/realm.hpp"
#include "issuer/snapshot.hpp"
#include "issuer/store.hpp"

namespace tessera::issuer {

// The host of its sector_identifier_uri, or that which all its redirect URIs have; "" when it has neither.
std::string sector_of(const Client& client);

std::string subject_of(const Snapshot& snapshot, const Client& client, const UserId& user);

// What a subject fact must name to end every token of this person: the id, and each pairwise `sub` that a token can
// carry. Those are tokens of grants: a pairwise client gets none for a person without one. `salt` is nullptr where no
// pairwise subject was ever made. Whoever has changed the person in this transaction before, sees each grant that was
// made of what the person was (Tx::hold_user). Errors: the store's.
Result<std::vector<std::string>> every_subject_of(Tx& tx, const RealmId& realm, const UserId& user,
                                                  const std::map<ClientId, Client>& clients, const Secret* salt);

}  // namespace tessera::issuer
