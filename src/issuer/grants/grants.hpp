// The grants of the token endpoint, one file each. The client is authenticated and registered for the grant; a proof
// that came has been checked, and is used up (use_proof) once everything else is right.
#pragma once

#include "issuer/ctx.hpp"
#include "issuer/reply.hpp"
#include "issuer/request.hpp"

namespace tessera::issuer {

Step<Reply> authorization_code(const Request&, Ctx&, const Client&);  // RFC 6749 section 4.1.3, RFC 7636 section 4.6
Step<Reply> refresh(const Request&, Ctx&, const Client&);             // RFC 6749 section 6, RFC 9700 section 4.14
Step<Reply> client_credentials(const Request&, Ctx&, const Client&);  // RFC 6749 section 4.4
Step<Reply> token_exchange(const Request&, Ctx&, const Client&);      // RFC 8693
Step<Reply> jwt_bearer(const Request&, Ctx&, const Client&);          // RFC 7523 section 2.1
Step<Reply> device_code(const Request&, Ctx&, const Client&);         // RFC 8628 section 3.4

}  // namespace tessera::issuer
