// How a refusal is shown: the one place where a code becomes an answer.
#pragma once

#include "issuer/reply.hpp"
#include "issuer/request.hpp"
#include "issuer/routes.hpp"
#include "issuer/snapshot.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

// JSON as RFC 6749 section 5.2 has it, with the challenge that a 401 or 403 needs (Basic for a client that tried the
// header, Bearer or DPoP for a token: RFC 6750 section 3, RFC 9449 section 7.1), or the error page of a route for
// people. `why` stays here.
Reply reply_to(const Refusal& refusal, const Route& route, const Request& request, const Snapshot& snapshot);

// A fault as the outside sees it: the world is down for a while, or something failed here.
Refusal refusal_of(const Error& fault);

}  // namespace tessera::issuer
