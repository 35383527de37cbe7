// What a person has allowed a client.
#pragma once

#include <string>
#include <vector>

#include "issuer/ctx.hpp"

namespace tessera::issuer {

// Adds this scope to what was allowed before.
Step<void> remember_consent(const std::vector<std::string>& scope, const Client& client, const User& user, Tx& tx,
                            const Ctx& ctx);

}  // namespace tessera::issuer
