#include "tessera/logout_token.hpp"

#include "base/try.hpp"
#include "jwt/profile.hpp"

namespace tessera::logout_token {

namespace {

constexpr std::string_view kEvent = "http://schemas.openid.net/event/backchannel-logout";
constexpr const char* kEvents = R"({"http://schemas.openid.net/event/backchannel-logout":{}})";

//= OpenIDBackChannelLogout#2.4
// Claim whose value is a JSON object containing the member name http://schemas.openid.net/event/backchannel-logout.
// [...] The corresponding member value MUST be a JSON object
Result<void> check_events(const detail::ClaimSet& claims) {
  const auto claim = claims.object->find("events");
  ENSURE(claim, claim_missing, "events");
  const auto events = claim->object();
  ENSURE(events, claim_type, "events");
  const auto event = events->find(kEvent);
  ENSURE(event, claim_mismatch, "events");
  ENSURE(event->is(json::Kind::object), claim_type, "events");
  return {};
}

Result<void> check(const detail::ClaimSet& claims) {
  TRY_VOID(detail::text_claim(claims, "iss"));
  TRY_VOID(detail::check_has_audience(claims));
  TRY_VOID(detail::check_issued(claims));
  TRY_VOID(detail::text_claim(claims, "jti"));
  TRY_VOID(check_events(claims));
  //= OpenIDBackChannelLogout#2.4
  // The following Claim MUST NOT be used within the Logout Token: nonce PROHIBITED
  TRY_VOID(detail::check_without(claims, "nonce"));
  //= OpenIDBackChannelLogout#2.4
  // A Logout Token MUST contain either a sub or a sid Claim, and MAY contain both.
  const auto session = TRY(detail::optional_text(claims, "sid"));
  ENSURE(!session.value_or("").empty() || !claims.subject.value_or("").empty(), claim_missing, "sub");
  return {};
}

constexpr detail::Profile kProfile{.typ = "logout+jwt", .check = check};

Result<std::string> issue_with(const Draft& draft, const detail::KeyData& key) {
  detail::ClaimList claims;
  claims.text("sid", draft.session).add("events", JsonText{kEvents}).append(draft.claims);
  return detail::issue_as(kProfile,
                          {.issuer = draft.issuer.value,
                           .subject = draft.subject,
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

std::string_view Verified::session() const { return claims_.get<std::string_view>("sid").value_or(""); }

Result<Verified> verify(std::string_view token, const jws::KeysView& keys, const Policy& policy, sys_seconds now) {
  auto scratch = TRY(detail::verify_as(
      kProfile, token, keys,
      detail::policy_of(kProfile, policy.issuer, policy.client_id, policy.algs, policy.leeway, policy.untyped), now));
  const auto& claims = scratch->claims;
  TRY_VOID(
      detail::check_replay(policy.replay, kProfile, *claims.issuer, claims, *claims.expires_at + policy.leeway, now));
  return Verified(detail::ClaimsMaker::owning(std::move(scratch)));
}

}  // namespace tessera::logout_token
