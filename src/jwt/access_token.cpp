#include "tessera/access_token.hpp"

#include "base/try.hpp"
#include "json/json.hpp"
#include "jwt/profile.hpp"

namespace tessera::access_token {

namespace {

// The thumbprint of the key that the token is bound to: `jkt` of its `cnf`.
Result<std::optional<std::string_view>> bound_key(const detail::ClaimSet& claims) {
  const auto cnf = claims.object->find("cnf");
  if (!cnf) return std::nullopt;
  const auto methods = cnf->object();
  ENSURE(methods, claim_type, "cnf");
  const auto jkt = methods->find("jkt");
  if (!jkt) return std::string_view();
  const auto text = jkt->string();
  ENSURE(text && !text->empty(), claim_type, "cnf");
  return text;
}

//= RFC9068#2.2
// The following claims are used in the JWT access token data structure. iss REQUIRED [...] exp REQUIRED [...] aud
// REQUIRED [...] sub REQUIRED [...] client_id REQUIRED [...] iat REQUIRED [...] jti REQUIRED
Result<void> check(const detail::ClaimSet& claims) {
  TRY_VOID(detail::text_claim(claims, "iss"));
  TRY_VOID(detail::text_claim(claims, "sub"));
  TRY_VOID(detail::check_has_audience(claims));
  TRY_VOID(detail::text_claim(claims, "client_id"));
  TRY_VOID(detail::check_issued(claims));
  TRY_VOID(detail::text_claim(claims, "jti"));
  TRY_VOID(detail::optional_text(claims, "scope"));
  TRY_VOID(detail::check_login(claims));
  TRY_VOID(bound_key(claims));
  return {};
}

constexpr detail::Profile kProfile{.typ = "at+jwt", .check = check};

std::string cnf_of(std::string_view jkt) {
  json::Writer out;
  out.begin_object().member("jkt", jkt).end_object();
  return out.take();
}

Result<std::string> issue_with(const Draft& draft, const detail::KeyData& key) {
  detail::ClaimList claims;
  claims.text("client_id", draft.client_id.value).text("scope", draft.scope).time("auth_time", draft.auth_time);
  claims.text("acr", draft.acr).texts("amr", draft.amr);
  if (!draft.jkt.empty()) claims.add("cnf", JsonText{cnf_of(draft.jkt)});
  claims.append(draft.claims);
  return detail::issue_as(kProfile,
                          {.issuer = draft.issuer.value,
                           .subject = draft.subject.value,
                           .audience = draft.audience.values(),
                           .issued_at = draft.issued_at.value,
                           .expires_at = draft.expires_at.value,
                           .id = draft.id.value,
                           .claims = claims},
                          key);
}

}  // namespace

Result<std::string> issue(const Draft& draft, const PrivateKey& key) { return issue_with(draft, key.data()); }
Result<std::string> issue(const Draft& draft, const SecretKey& key) { return issue_with(draft, key.data()); }

std::string_view Verified::client_id() const { return claims_.get<std::string_view>("client_id").value_or(""); }

bool Verified::has_scope(std::string_view name) const {
  std::string_view scope = claims_.get<std::string_view>("scope").value_or("");
  while (!scope.empty()) {
    const auto end = std::min(scope.find(' '), scope.size());
    if (scope.substr(0, end) == name) return !name.empty();
    scope.remove_prefix(std::min(end + 1, scope.size()));
  }
  return false;
}

//= RFC9449#7.2
// Specifically, such a protected resource MUST reject a DPoP-bound access token received as a bearer token
Result<void> Presented::check(std::string_view token, std::optional<std::string_view> jkt, sys_seconds now) const {
  if (unchecked_ != nullptr) return {};
  if (proof_ == nullptr) {
    ENSURE(!jkt, claim_mismatch, "cnf");
    return {};
  }
  ENSURE(jkt, claim_missing, "cnf");
  ENSURE(*jkt == proof_->proof_.jkt(), claim_mismatch, "cnf");
  //= RFC9449#4.3
  // ensure that the value of the ath claim equals the hash of that access token
  ENSURE(proof_->proof_.claims().get<std::string_view>("ath") == detail::access_token_hash(token), claim_mismatch,
         "ath");
  return proof_->remember(now);
}

Result<Verified> verify(std::string_view token, const jws::KeysView& keys, const Policy& policy, sys_seconds now) {
  auto scratch = TRY(
      detail::verify_as(kProfile, token, keys,
                        detail::policy_of(kProfile, policy.issuer, policy.audience, policy.algs, policy.leeway), now));
  const auto key = TRY(bound_key(scratch->claims));
  TRY_VOID(policy.presented.check(token, key, now));
  return Verified(detail::ClaimsMaker::owning(std::move(scratch)), key.value_or(""));
}

}  // namespace tessera::access_token
