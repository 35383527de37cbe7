#include "issuer/refusal.hpp"

#include "issuer/endpoints/endpoints.hpp"
#include "issuer/steps/dpop.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {
// Our own fixed texts, and an issuer's URL: neither holds a quote or a backslash.
std::string quoted(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + std::string(value) + '"';
}

std::string dpop_challenge() {
  std::string algs;
  for (const auto alg : kProofAlgs) (algs += algs.empty() ? "" : " ") += alg_name(alg);
  return "DPoP " + quoted("algs", algs);
}

// The error goes with the scheme by which the token came (RFC 9449 section 7.2).
std::string token_challenge(const ErrorRow& row, OAuthErr code, const Request& request, const Snapshot& snapshot) {
  const bool by_dpop = came_by(TokenScheme::DPoP, request);
  std::string text = by_dpop ? dpop_challenge() : "Bearer " + quoted("realm", snapshot.issuer);
  //= RFC6750#3.1 "If the request lacks any authentication information (e.g., the client was unaware that authentication
  // is
  // necessary or attempted using an unsupported authentication method), the resource server SHOULD NOT include an error
  // code or other error information."
  if (code == OAuthErr::missing_token) return text + ", " + dpop_challenge();
  text += ", " + quoted("error", row.wire) + ", " + quoted("error_description", row.description);
  if (code == OAuthErr::insufficient_scope) text += ", " + quoted("scope", "openid");
  return by_dpop ? text : text + ", " + dpop_challenge();
}

//= RFC9449#9 "Resource servers use an HTTP 401 (Unauthorized) error code with an accompanying `WWW-Authenticate: DPoP`
// value and `DPoP-Nonce` value to accomplish this."
int status_of(const ErrorRow& row, OAuthErr code, const Route& route) {
  const bool of_proof = code == OAuthErr::invalid_dpop_proof || code == OAuthErr::use_dpop_nonce;
  return of_proof && route.endpoint == &userinfo ? 401 : row.status;
}

std::string challenge(const ErrorRow& row, OAuthErr code, const Route& route, const Request& request,
                      const Snapshot& snapshot) {
  if (route.endpoint == &userinfo && (row.status == 400 || row.status == 401 || row.status == 403))
    return token_challenge(row, code, request, snapshot);
  // RFC 7592 section 2 takes bearer tokens of its own.
  if (route.endpoint == &registration && row.status == 401)
    return "Bearer " + quoted("realm", snapshot.issuer) +
           (row.wire.empty() ? std::string() : ", " + quoted("error", row.wire));
  //= RFC6749#5.2 "If the client attempted to authenticate via the "Authorization" request header field, the
  // authorization
  // server MUST respond with an HTTP 401 (Unauthorized) status code and include the "WWW-Authenticate" response header
  // field matching the authentication scheme used by the client."
  if (code == OAuthErr::invalid_client && !request.headers.authorization.empty())
    return "Basic " + quoted("realm", snapshot.issuer) + ", " + quoted("charset", "UTF-8");
  return {};
}

std::string body_of(const ErrorRow& row) {
  json::Writer w;
  w.begin_object();
  if (!row.wire.empty()) w.member("error", row.wire).member("error_description", row.description);
  w.end_object();
  return w.take();
}
}  // namespace

Reply reply_to(const Refusal& refusal, const Route& route, const Request& request, const Snapshot& snapshot) {
  const auto& row = error_row(refusal.code);
  if (route.speaks == Speaks::pages)
    return {.body = Page{.status = row.status, .model = ErrorPage{refusal.code, refusal.at}}};
  return {.body = Json{.status = status_of(row, refusal.code, route),
                       .body = body_of(row),
                       .www_authenticate = challenge(row, refusal.code, route, request, snapshot)}};
}

Refusal refusal_of(const Error& fault) {
  const bool passes = fault.code == Err::unavailable || fault.code == Err::io || fault.code == Err::retry;
  return {passes ? OAuthErr::temporarily_unavailable : OAuthErr::server_error, fault.at,
          std::string(error_name(fault.code))};
}

}  // namespace tessera::issuer
