// Whether a session or a grant may still be used. Lifetimes count at use: no clean-up job decides anything.
#pragma once

#include "issuer/snapshot.hpp"

namespace tessera::issuer {

// Not ended, within its idle and its longest lifetime, named by no fact and overtaken by none.
bool session_alive(const Snapshot& snapshot, const Session& session, Instant now);

// Not ended, within the refresh token's idle and longest lifetime, named by no fact and overtaken by none; and, without
// offline_access, its session is alive (`session` is nullptr when there is none, and never read for an offline grant).
bool grant_alive(const Snapshot& snapshot, const Grant& grant, const Session* session, Instant now);

}  // namespace tessera::issuer
