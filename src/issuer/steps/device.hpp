// Whether this browser has been somebody's before. Everybody may try anybody's name, so a limit by name alone would let
// others lock a person out; who has logged in with this browser keeps tries that nobody else can use up.
#pragma once

#include <string>
#include <string_view>

#include "issuer/ctx.hpp"
#include "issuer/request.hpp"

namespace tessera::issuer {

// This device's id, when this canonical user name has logged in with it within 400 days; else "". It opens no session
// and proves nobody: it only chooses a bucket.
std::string known_device(const Request& request, std::string_view username, const Ctx& ctx);

// The cookie that makes it known, with a new id. It holds the name, not the user's id: limits come before the store.
Cookie device_cookie(std::string_view username, Ctx& ctx);

}  // namespace tessera::issuer
