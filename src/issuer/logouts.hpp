// Who is told that a session has ended, and what: OpenID Connect Back-Channel Logout 1.0, Front-Channel Logout 1.0.
//
// A back-channel logout waits in the store from the transaction that ended the session until its client has taken the
// token, which is made anew for each attempt.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "issuer/model/realm.hpp"
#include "issuer/snapshot.hpp"
#include "issuer/store.hpp"
#include "tessera/logout_token.hpp"

namespace tessera::issuer {

// The name of the client's logout URI that must not be registered; nullptr when both may, or there is none.
const char* wrong_logout_uri(const Client& client);

// In the transaction that ends the session. Errors: the store's.
Result<void> enqueue_logouts(Tx& tx, const RealmId& realm, const SessionId& session,
                             const std::map<ClientId, Client>& clients, Instant now);

// The client to tell now, nothing when there is none any more. Errors: the store's.
Result<std::optional<Client>> client_to_tell(Tx& tx, const Snapshot& snapshot, const PendingLogout& logout);

// What it is told; `id` is the `jti`.
logout_token::Draft logout_draft(const Snapshot& snapshot, const Client& client, const PendingLogout& logout,
                                 std::string id, Instant now);

// What the page that ends the session shows. Errors: the store's.
Result<std::vector<std::string>> logout_frames(Tx& tx, const Snapshot& snapshot, const SessionId& session);

}  // namespace tessera::issuer
