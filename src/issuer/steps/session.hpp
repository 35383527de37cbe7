// Who is logged in in this browser.
#pragma once

#include <optional>

#include "issuer/ctx.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

struct LoggedIn {
  Session session;
  User user;
};

// The live session of the browser's cookie, and its user, who is enabled; nothing when there is none. Asks the store
// only when there is a cookie.
Step<std::optional<LoggedIn>> current_login(const Request& request, Ctx& ctx);

// Ends a session, writes its fact, and puts into the queue which clients are to be told.
Step<void> end_session(Ctx& ctx, Tx& tx, const SessionId& session);

// A login of `user` in this browser: its live session gets a new cookie when it is the same person's; another person's
// is ended, and a new one begins. The cookie's value goes into `cookie`.
Step<LoggedIn> begin_session(const Request& request, Ctx& ctx, Tx& tx, const User& user, std::string& cookie);

}  // namespace tessera::issuer
