// The endpoints, one file each.
#pragma once

#include "issuer/routes.hpp"

namespace tessera::issuer {

Step<Reply> discovery(const Request&, Ctx&);             // OpenID Connect Discovery 1.0 section 3, RFC 8414
Step<Reply> jwks(const Request&, Ctx&);                  // RFC 7517 section 5
Step<Reply> authorize(const Request&, Ctx&);             // RFC 6749 section 4.1, OpenID Connect Core section 3.1.2
Step<Reply> par(const Request&, Ctx&);                   // RFC 9126
Step<Reply> login(const Request&, Ctx&);                 // the login page's form
Step<Reply> consent(const Request&, Ctx&);               // the consent page's form
Step<Reply> device_authorization(const Request&, Ctx&);  // RFC 8628 section 3.1
Step<Reply> device(const Request&, Ctx&);                // RFC 8628 section 3.3: the person's page
Step<Reply> account(const Request&, Ctx&);               // a person's own page
Step<Reply> token(const Request&, Ctx&);                 // RFC 6749 section 3.2
Step<Reply> userinfo(const Request&, Ctx&);              // OpenID Connect Core section 5.3
Step<Reply> introspect(const Request&, Ctx&);            // RFC 7662
Step<Reply> revoke(const Request&, Ctx&);                // RFC 7009
Step<Reply> logo(const Request&, Ctx&);                  // of a registered client, for our pages
Step<Reply> registration(const Request&, Ctx&);          // RFC 7591, RFC 7592
Step<Reply> logout(const Request&, Ctx&);                // OpenID Connect RP-Initiated Logout 1.0

}  // namespace tessera::issuer
