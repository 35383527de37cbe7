#include "jwt/profile.hpp"

#include <algorithm>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "crypto/crypto.hpp"
#include "jwt/media_type.hpp"

namespace tessera::detail {

namespace {

// Of a kind that may be untyped.
Result<void> check_typ(std::string_view typ, const Profile& profile) {
  static const std::string kJwt = prepared_media_type("JWT");
  ENSURE(typ.empty() || same_media_type(typ, kJwt) || same_media_type(typ, prepared_media_type(profile.typ)),
         typ_mismatch, "typ");
  return {};
}

}  // namespace

Result<std::string> issue_as(const Profile& profile, TokenText token, const KeyData& key) {
  token.typ = profile.typ;
  token.check = profile.check;
  return sign_token(token, key);
}

Policy policy_of(const Profile& profile, Expected issuer, Expected audience, AllowedAlgs algs, seconds leeway,
                 Untyped untyped) {
  Expected typ = profile.typ;
  if (untyped == Untyped::accepted) typ = Unchecked("the profile's own check, which lets an absent one pass");
  return {.issuer = std::move(issuer),
          .audience = std::move(audience),
          .typ = std::move(typ),
          .algs = std::move(algs),
          .leeway = leeway};
}

Result<void> verify_as(const Profile& profile, std::string_view token, const Verifier& verifier, sys_seconds now,
                       ScratchData& scratch) {
  const auto object = TRY(verify_signed(token, verifier.data(), scratch));
  if (!verifier.policy().typ.checked()) TRY_VOID(check_typ(scratch.jws.header.typ, profile));
  scratch.claims = TRY(read_claims(object));
  TRY_VOID(profile.check(scratch.claims));
  return check_claims(scratch.claims, verifier.policy(), profile.expiry, now);
}

Result<std::unique_ptr<ScratchData>> verify_as(const Profile& profile, std::string_view token,
                                               const jws::KeysView& keys, const Policy& policy, sys_seconds now) {
  auto scratch = std::make_unique<ScratchData>();
  TRY_VOID(verify_as(profile, token, Verifier{keys, policy}, now, *scratch));
  return scratch;
}

std::string replay_id(const Profile& profile, std::string_view maker, const ClaimSet& claims) {
  std::string name = profile.typ;  // neither typ nor maker holds a NUL
  name.append(1, '\0').append(maker).append(1, '\0').append(claims.id.value_or(""));
  return base64url::encode(crypto::sha256(bytes_of(name)));
}

Result<void> remember(const Replay& replay, std::string_view id, sys_seconds until, sys_seconds now) {
  if (!replay.memory()) return {};
  const auto remembered = replay.memory()->remember(id, until, now);
  if (!remembered) return fail(remembered.error().code, "jti");
  return {};
}

Result<void> check_replay(const Replay& replay, const Profile& profile, std::string_view maker, const ClaimSet& claims,
                          sys_seconds until, sys_seconds now) {
  return remember(replay, replay_id(profile, maker, claims), until, now);
}

//= RFC9449#4.2
// The value MUST be the result of a base64url encoding (as defined in Section 2 of [RFC7515]) the SHA-256 [SHS] hash of
// the ASCII encoding of the associated access token's value.
std::string access_token_hash(std::string_view token) { return base64url::encode(crypto::sha256(bytes_of(token))); }

Result<std::optional<std::string_view>> optional_text(const ClaimSet& claims, const char* name) {
  const auto value = claims.object->find(name);
  if (!value) return std::nullopt;
  const auto text = value->string();
  ENSURE(text, claim_type, name);
  return text;
}

Result<std::string_view> text_claim(const ClaimSet& claims, const char* name) {
  const auto text = TRY(optional_text(claims, name));
  ENSURE(text && !text->empty(), claim_missing, name);
  return *text;
}

Result<std::optional<sys_seconds>> optional_time(const ClaimSet& claims, const char* name) {
  const auto value = claims.object->find(name);
  if (!value) return std::nullopt;
  const auto time = date(*value, Round::down);
  ENSURE(time, claim_type, name);
  return time;
}

Result<void> check_optional_texts(const ClaimSet& claims, const char* name) {
  const auto value = claims.object->find(name);
  if (!value) return {};
  const auto list = value->array();
  ENSURE(list, claim_type, name);
  for (const json::Value one : *list) ENSURE(one.is(json::Kind::string), claim_type, name);
  return {};
}

Result<void> check_login(const ClaimSet& claims) {
  TRY_VOID(optional_time(claims, "auth_time"));
  TRY_VOID(optional_text(claims, "acr"));
  return check_optional_texts(claims, "amr");
}

Result<void> check_issued(const ClaimSet& claims) {
  ENSURE(claims.issued_at, claim_missing, "iat");
  return {};
}

Result<void> check_has_audience(const ClaimSet& claims) {
  ENSURE(claims.audience, claim_missing, "aud");
  return {};
}

Result<void> check_sole_audience(const ClaimSet& claims) {
  TRY_VOID(check_has_audience(claims));
  const auto list = claims.audience->array();
  ENSURE(!list || list->size() == 1, claim_mismatch, "aud");
  return {};
}

Result<void> check_without(const ClaimSet& claims, const char* name) {
  ENSURE(!claims.object->find(name), claim_mismatch, name);
  return {};
}

Result<void> check_text(const ClaimSet& claims, const char* name, const Expected& expected) {
  if (!expected.checked()) return {};
  const auto text = TRY(text_claim(claims, name));
  ENSURE(std::ranges::find(expected.values(), text) != expected.values().end(), claim_mismatch, name);
  return {};
}

Result<void> check_nobody_else(const ClaimSet& claims, std::span<const std::string> allowed) {
  const auto one_of_them = [&](std::string_view who) { return std::ranges::find(allowed, who) != allowed.end(); };
  if (const auto lone = claims.audience->string()) {
    ENSURE(one_of_them(*lone), claim_mismatch, "aud");
    return {};
  }
  const auto list = claims.audience->array();
  for (const json::Value one : *list) ENSURE(one_of_them(*one.string()), claim_mismatch, "aud");
  return {};
}

ClaimList& ClaimList::text(const char* name, const std::string& value) {
  if (!value.empty()) claims_.push_back({name, value});
  return *this;
}

ClaimList& ClaimList::texts(const char* name, const std::vector<std::string>& values) {
  if (!values.empty()) claims_.push_back({name, values});
  return *this;
}

ClaimList& ClaimList::time(const char* name, std::optional<sys_seconds> value) {
  if (value) claims_.push_back({name, value->time_since_epoch().count()});
  return *this;
}

ClaimList& ClaimList::add(const char* name, ClaimValue value) {
  claims_.push_back({name, std::move(value)});
  return *this;
}

ClaimList& ClaimList::append(const std::vector<Claim>& own) {
  claims_.insert(claims_.end(), own.begin(), own.end());
  return *this;
}

}  // namespace tessera::detail
