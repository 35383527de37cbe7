#include <algorithm>

#include "issuer/acr.hpp"
#include "issuer/endpoints/endpoints.hpp"
#include "issuer/model/codec.hpp"
#include "issuer/response_mode.hpp"
#include "issuer/steps/client_auth.hpp"
#include "issuer/steps/dpop.hpp"
#include "issuer/steps/scope.hpp"
#include "issuer/user_claims.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
using Texts = std::vector<std::string>;

// RS256, because every client may count on it; ES256, which every realm has; and what clients are registered with.
Texts id_token_algs(const Snapshot& snapshot) {
  std::vector<Alg> algs{Alg::RS256, Alg::ES256};
  for (const auto& [id, client] : snapshot.clients)
    if (std::ranges::find(algs, client.id_token_alg) == algs.end()) algs.push_back(client.id_token_alg);
  if (snapshot.has_registered())
    for (const auto alg : kKeyAssertionAlgs)
      if (std::ranges::find(algs, alg) == algs.end()) algs.push_back(alg);
  std::ranges::sort(algs);
  Texts names;
  for (const auto alg : algs) names.emplace_back(alg_name(alg));
  return names;
}

Texts claims() {
  Texts names{"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "sid", "roles"};
  for (const auto& claim : user_claims()) names.emplace_back(claim.name);
  return names;
}

Texts names_of(auto... values) { return {std::string(name_of(values))...}; }

Texts auth_methods(ClientRule rule) {
  Texts methods = names_of(ClientAuth::client_secret_basic, ClientAuth::client_secret_post, ClientAuth::private_key_jwt,
                           ClientAuth::client_secret_jwt);
  if (rule == ClientRule::any) methods.emplace_back(name_of(ClientAuth::none));
  return methods;
}

template <std::size_t N>
Texts alg_names(const std::array<Alg, N>& algs) {
  Texts names;
  for (const auto alg : algs) names.emplace_back(alg_name(alg));
  return names;
}

Texts assertion_algs() {
  Texts names = alg_names(kKeyAssertionAlgs);
  names.emplace_back(alg_name(kSecretAssertionAlg));
  return names;
}
}  // namespace

// Only what is true here: a member that is left out says no.
Step<Reply> discovery(const Request&, Ctx& ctx) {
  const auto& snapshot = ctx.snapshot();
  json::Writer w;
  w.begin_object().member("issuer", snapshot.issuer);
  for (const auto& route : routes()) {
    if (route.metadata.empty()) continue;
    if (route.endpoint == &registration && snapshot.realm.registration == Registration::off) continue;
    w.member(route.metadata, snapshot.url(route.path));
    if (route.client == ClientRule::none || route.client == ClientRule::as_token) continue;
    w.member(std::string(route.metadata) + "_auth_methods_supported", auth_methods(route.client));
    w.member(std::string(route.metadata) + "_auth_signing_alg_values_supported", assertion_algs());
  }
  w.member("response_types_supported", Texts{"code"})
      .member("response_modes_supported", Texts(kResponseModes.begin(), kResponseModes.end()))
      .member("grant_types_supported",
              names_of(GrantType::authorization_code, GrantType::refresh_token, GrantType::client_credentials,
                       GrantType::token_exchange, GrantType::jwt_bearer, GrantType::device_code))
      .member("subject_types_supported", names_of(SubjectType::public_, SubjectType::pairwise))
      .member("id_token_signing_alg_values_supported", id_token_algs(snapshot))
      .member("introspection_signing_alg_values_supported", Texts{std::string(alg_name(kAccessTokenAlg))})
      .member("code_challenge_methods_supported", Texts{"S256"})
      .member("dpop_signing_alg_values_supported", alg_names(kProofAlgs))
      .member("scopes_supported", Texts(std::begin(kOpenIdScopes), std::end(kOpenIdScopes)))
      .member("claims_supported", claims())
      .member("acr_values_supported", Texts{std::string(kAcr)})
      .member("userinfo_signing_alg_values_supported", id_token_algs(snapshot))
      .member("authorization_response_iss_parameter_supported", true)
      .member("claims_parameter_supported", true)
      .member("request_parameter_supported", true)
      .member("request_uri_parameter_supported", true)
      .member("require_request_uri_registration", true)
      .member("request_object_signing_alg_values_supported", alg_names(kKeyAssertionAlgs))
      .member("require_signed_request_object", snapshot.realm.require_signed_request_object)
      .member("require_pushed_authorization_requests", snapshot.realm.require_pushed_authorization_requests)
      .member("backchannel_logout_supported", true)
      .member("backchannel_logout_session_supported", true)
      .member("frontchannel_logout_supported", true)
      .member("frontchannel_logout_session_supported", true)
      .end_object();
  return Reply{.body = Json{.body = w.take()}};
}

}  // namespace tessera::issuer
