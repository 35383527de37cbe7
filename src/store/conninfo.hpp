// How to reach a PostgreSQL server.
#pragma once

#include <optional>
#include <string>

namespace tessera::store {

// libpq's keywords for a URL or a text of keywords, with a bound on how long connecting may take where it sets none.
// Nothing when libpq cannot read it. What libpq says then may quote a password, and is never shown.
std::optional<std::string> conninfo(const std::string& url);

// Whether a server answers there, be it to refuse this user.
enum class Reach { answers, starting, silent };
Reach reach(const std::string& conninfo);

}  // namespace tessera::store
