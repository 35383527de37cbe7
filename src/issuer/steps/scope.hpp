// The scope of a request (RFC 6749 section 3.3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "issuer/request.hpp"
#include "issuer/snapshot.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

inline constexpr std::size_t kMaxScopeNames = 50;

// OpenID's and our own: what is told about the person, and whether a grant outlives the session.
inline constexpr std::string_view kOpenIdScopes[] = {"openid", "profile", "email",         "address",
                                                     "phone",  "roles",   "offline_access"};
bool is_openid_scope(std::string_view name);

bool holds_scope(const std::vector<std::string>& scope, std::string_view name);
std::string print_scope(const std::vector<std::string>& scope);  // with spaces between

// Strictly: names of %x21 / %x23-5B / %x5D-7E with one space between; kept in order, a repeated one once. At most 50.
// Refusal: invalid_scope. An absent parameter is an empty scope.
Step<std::vector<std::string>> parse_scope(std::string_view text);

// The `scope` parameter of a request of `client`: each name is known here and allowed to the client. Refusal:
// invalid_scope.
Step<std::vector<std::string>> check_scope(const Params& params, const Client& client, const Snapshot& snapshot);

// The `scope` parameter of a refresh: what was granted (to a retry: what the first use gave), or a part of it; never
// more. Refusal: invalid_scope.
Step<std::vector<std::string>> narrow_scope(const Params& params, const std::vector<std::string>& granted);

// Those of these names that belong to that resource server.
std::vector<std::string> scopes_at(const Snapshot& snapshot, std::string_view audience,
                                   const std::vector<std::string>& names);

// What of a granted scope the client may still ask for: its registration may have changed since.
std::vector<std::string> still_allowed(const Client& client, const std::vector<std::string>& granted);
// Whether `scope` is all of that: what was asked for besides scopes (the parameter `claims`) goes with the whole only.
bool is_all_allowed(const std::vector<std::string>& scope, const Client& client,
                    const std::vector<std::string>& granted);

}  // namespace tessera::issuer
