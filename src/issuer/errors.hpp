// Every refusal of the protocol, one table: what the client is told, whether what was written stays, whether the
// browser may be sent back with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tessera::issuer {

enum class Commits { yes, no };
enum class Redirects { yes, no };

// code, wire name, HTTP status, commits?, may redirect?, what the client is told, spec
#define TESSERA_OAUTH_ERRORS(X)                                                                                        \
  X(invalid_request, "invalid_request", 400, no, yes, "The request is malformed.", "RFC6749#4.1.2.1")                  \
  X(invalid_client, "invalid_client", 401, no, no, "Client authentication failed.", "RFC6749#5.2")                     \
  X(invalid_grant, "invalid_grant", 400, yes, no, "The grant is invalid, expired or revoked.", "RFC6749#5.2")          \
  X(unauthorized_client, "unauthorized_client", 400, no, yes, "The client may not use this.", "RFC6749#5.2")           \
  X(unsupported_grant_type, "unsupported_grant_type", 400, no, no, "This grant type is not supported.", "RFC6749#5.2") \
  X(unsupported_response_type, "unsupported_response_type", 400, no, yes, "Only response_type=code is supported.",     \
    "RFC6749#4.1.2.1")                                                                                                 \
  X(unsupported_response_mode, "invalid_request", 400, no, yes, "This response_mode is not supported.",                \
    "OIDC#3.1.2.6")                                                                                                    \
  X(invalid_scope, "invalid_scope", 400, no, yes, "The scope is unknown or not allowed.", "RFC6749#5.2")               \
  X(invalid_target, "invalid_target", 400, no, yes, "The resource is unknown or not allowed.", "RFC8707#2")            \
  X(access_denied, "access_denied", 403, yes, yes, "The request was denied.", "RFC6749#4.1.2.1")                       \
  X(login_required, "login_required", 400, no, yes, "The person is not logged in.", "OIDC#3.1.2.6")                    \
  X(unmet_authentication_requirements, "unmet_authentication_requirements", 400, no, yes,                              \
    "The authentication that was asked for is not to be had here.", "OIDC-Unmet#3")                                    \
  X(consent_required, "consent_required", 400, no, yes, "The person has not consented.", "OIDC#3.1.2.6")               \
  X(request_not_supported, "request_not_supported", 400, no, yes, "Only signed request objects are supported.",        \
    "OIDC#3.1.2.6")                                                                                                    \
  X(invalid_request_object, "invalid_request_object", 400, no, yes,                                                    \
    "The request object is invalid or was used before.", "RFC9101#7")                                                  \
  X(invalid_request_uri, "invalid_request_uri", 400, no, yes,                                                          \
    "The request_uri is unknown, expired or was used before.", "RFC9101#7")                                            \
  X(request_uri_not_supported, "request_uri_not_supported", 400, no, yes, "This request_uri is not supported.",        \
    "OIDC#3.1.2.6")                                                                                                    \
  X(registration_not_supported, "registration_not_supported", 400, no, yes, "registration is not supported.",          \
    "OIDC#3.1.2.6")                                                                                                    \
  X(invalid_token, "invalid_token", 401, no, no, "The token is invalid, expired or revoked.", "RFC6750#3.1")           \
  X(insufficient_scope, "insufficient_scope", 403, no, no, "The token does not cover this.", "RFC6750#3.1")            \
  X(missing_token, "", 401, no, no, "", "RFC6750#3.1")                                                                 \
  X(invalid_client_metadata, "invalid_client_metadata", 400, no, no, "The registration is not acceptable.",            \
    "RFC7591#3.2.2")                                                                                                   \
  X(invalid_redirect_uri, "invalid_redirect_uri", 400, no, no, "A redirect URI is not acceptable.", "RFC7591#3.2.2")   \
  X(unsupported_token_type, "unsupported_token_type", 400, no, no, "This token cannot be revoked.", "RFC7009#2.2.1")   \
  /* 401 with a challenge where an access token was presented */                                                       \
  X(invalid_dpop_proof, "invalid_dpop_proof", 400, no, no, "The DPoP proof is missing or invalid.", "RFC9449#5")       \
  X(use_dpop_nonce, "use_dpop_nonce", 400, no, no, "The DPoP proof needs the nonce given here.", "RFC9449#8")          \
  X(authorization_pending, "authorization_pending", 400, yes, no, "The person has not decided yet.", "RFC8628#3.5")    \
  X(polled_too_soon, "slow_down", 400, yes, no, "Asked too soon: wait five seconds longer.", "RFC8628#3.5")            \
  X(device_denied, "access_denied", 400, no, no, "The person refused.", "RFC8628#3.5")                                 \
  X(expired_token, "expired_token", 400, no, no, "The device code has expired. Ask for a new one.", "RFC8628#3.5")     \
  /* shown as pages, never redirected */                                                                               \
  X(unknown_client, "invalid_request", 400, no, no, "This application is not known here.", "RFC6749#4.1.2.1")          \
  X(bad_redirect_uri, "invalid_request", 400, no, no, "The application's address is not registered.",                  \
    "RFC6749#4.1.2.1")                                                                                                 \
  X(bad_interaction, "invalid_request", 400, no, no, "This page has expired or belongs to another browser.", "")       \
  X(unknown_user_code, "invalid_request", 400, no, no, "This code is not known here, or has expired.", "RFC8628#5.1")  \
  X(bad_new_password, "invalid_request", 400, no, no, "The new password is too short, or not the same twice.", "")     \
  X(cross_site, "invalid_request", 403, no, no, "The form was sent from another site.", "")                            \
  /* the world and the limits */                                                                                       \
  X(not_found, "not_found", 404, no, no, "There is nothing here.", "")                                                 \
  X(method_not_allowed, "method_not_allowed", 405, no, no, "This method is not allowed here.", "")                     \
  X(slow_down, "slow_down", 429, yes, no, "Too many attempts. Wait a moment.", "")                                     \
  X(temporarily_unavailable, "temporarily_unavailable", 503, no, yes, "Busy. Try again in a moment.",                  \
    "RFC6749#4.1.2.1")                                                                                                 \
  X(server_error, "server_error", 500, no, yes, "Something failed here.", "RFC6749#4.1.2.1")

enum class OAuthErr : std::uint8_t {
#define TESSERA_X(code, ...) code,
  TESSERA_OAUTH_ERRORS(TESSERA_X)
#undef TESSERA_X
};

struct ErrorRow {
  std::string_view code;  // our stable code, in logs and explanations
  std::string_view wire;  // `error` as the RFC spells it
  int status;
  Commits commits;
  Redirects redirects;
  std::string_view description;  // `error_description`: fixed text, tells an attacker nothing
  std::string_view spec;
};
const ErrorRow& error_row(OAuthErr code);

}  // namespace tessera::issuer
