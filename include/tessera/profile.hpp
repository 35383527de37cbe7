// The kinds of token that OAuth and OpenID Connect define, each with a header of its own and two calls: `issue` makes
// one, `verify` checks one.
//
//   kind                     header                       typ                            who makes it, for whom
//   access token             access_token.hpp             at+jwt                         issuer, an API
//   ID token                 id_token.hpp                 JWT, or none                   issuer, the client
//   logout token             logout_token.hpp             logout+jwt                     issuer, the client
//   DPoP proof               dpop.hpp                     dpop+jwt                       client, issuer or API
//   client assertion         client_assertion.hpp         client-authentication+jwt      client, issuer
//   request object           request_object.hpp           oauth-authz-req+jwt            client, issuer
//   introspection response   introspection_response.hpp   token-introspection+jwt        issuer, an API
//
// One is never taken for another (RFC 8725 section 3.12): `typ` tells them apart, and where an older peer writes none,
// the claims do. What `verify` returns, a type of that kind, can be had in no other way: holding one is the proof. It
// owns its octets, its views live as long as it does, and any number of threads may read it.
//
// What is issued here is held to the same rules as what is verified, so `issue` fails with the code that `verify` would
// give: claim_missing for a text that is required and empty, claim_type, claim_mismatch. Beside those it has the errors
// of `sign`. A draft's `claims` hold what its fields do not (duplicate_member otherwise).
//
// Each `verify` compiles its policy and keys anew, about a microsecond. Nothing is cached between calls. A token is at
// most 16 KiB, a leeway at most 10 minutes (else bad_policy), as in jwt.hpp. Encrypted tokens are opened first
// (jwe.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tessera/jws.hpp"
#include "tessera/jwt.hpp"
#include "tessera/policy.hpp"

namespace tessera {

// For whom a token is made: one, written as a text, or several, written as a list.
class Audience {
 public:
  Audience(const char* one) : values_{std::string(one)} {}
  Audience(std::nullptr_t) = delete;
  Audience(std::string one) : values_{std::move(one)} {}
  Audience(std::vector<std::string> all) : values_(std::move(all)) {}
  const std::vector<std::string>& values() const { return values_; }

 private:
  std::vector<std::string> values_;
};

// Whether a token without the `typ` of its kind is looked at: one that names none, or "JWT". Those who make logout
// tokens, client assertions and request objects began to name it late.
enum class Untyped : std::uint8_t { refused, accepted };

}  // namespace tessera
