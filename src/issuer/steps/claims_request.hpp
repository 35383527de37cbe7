// The parameter `claims` of an authorize request (OpenID Connect Core section 5.5).
#pragma once

#include <string>
#include <vector>

#include "issuer/model/realm.hpp"
#include "issuer/model/user.hpp"
#include "issuer/request.hpp"
#include "issuer/step.hpp"
#include "issuer/user_claims.hpp"

namespace tessera::issuer {

struct ClaimsRequest {
  ClaimsAsked asked;    // those that we know, and that the client could ask for by a scope
  std::string subject;  // the only person that will do, "" for anybody
};

// A claim that is not known, or whose scope the client may not ask for, is left out, essential or not, as section 5.5.1
// has it. Refusals: invalid_request (no JSON object of objects), unmet_authentication_requirements (an essential `acr`
// of a value: there is none here).
Step<ClaimsRequest> check_claims(const Params& params, const Client& client);

// The scope that a person consents to who lets these claims be told: `scope`, and what would have asked for them.
std::vector<std::string> with_scopes_of(const ClaimsAsked& asked, std::vector<std::string> scope);

// Whether a claim is among those asked for, and still the client's to ask for.
bool asked_for(const UserClaim& claim, const std::vector<std::string>& names, const Client& client);

}  // namespace tessera::issuer
