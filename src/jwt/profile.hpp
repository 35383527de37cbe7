// What the kinds of token of tessera/profile.hpp share: making and checking one under the rules of its kind.
#pragma once

#include <memory>

#include "jwt/claim_rules.hpp"
#include "jwt/sign.hpp"
#include "jwt/verify.hpp"
#include "tessera/profile.hpp"
#include "tessera/replay.hpp"

namespace tessera::detail {

struct Profile {
  const char* typ;
  // The claims that every token of this kind has, their types, and those that none has: nothing that a policy decides.
  Result<void> (*check)(const ClaimSet& claims);
  Expiry expiry = Expiry::required;
};

// Signs what passes the profile's check. `token` says the rest: its typ and check are the profile's.
Result<std::string> issue_as(const Profile& profile, TokenText token, const KeyData& key);

// The policy that every kind shares. Whoever accepts untyped tokens of this kind leaves typ to check_typ.
Policy policy_of(const Profile& profile, Expected issuer, Expected audience, AllowedAlgs algs, seconds leeway,
                 Untyped untyped = Untyped::refused);

// Everything that Verifier::verify checks and the profile demands. What a policy of the profile says beyond that is
// left to the caller, who reads `claims` in the result.
Result<std::unique_ptr<ScratchData>> verify_as(const Profile& profile, std::string_view token,
                                               const jws::KeysView& keys, const Policy& policy, sys_seconds now);
// The same in a scratch that may have read the header already.
Result<void> verify_as(const Profile& profile, std::string_view token, const Verifier& verifier, sys_seconds now,
                       ScratchData& scratch);

// What a token of `maker`'s is remembered as: a digest, so that whoever makes tokens does not choose how much that is.
std::string replay_id(const Profile& profile, std::string_view maker, const ClaimSet& claims);
// Errors, at "jti": replayed, unavailable.
Result<void> remember(const Replay& replay, std::string_view id, sys_seconds until, sys_seconds now);
// Both in one: remembers the token, which is good until `until`, as one of `maker`'s.
Result<void> check_replay(const Replay& replay, const Profile& profile, std::string_view maker, const ClaimSet& claims,
                          sys_seconds until, sys_seconds now);

// `ath`: what a DPoP proof says of the access token with it.
std::string access_token_hash(std::string_view token);

// ── claims ──

// A text that is there and not empty. Errors, at `name`: claim_missing, claim_type.
Result<std::string_view> text_claim(const ClaimSet& claims, const char* name);
// Whether there is such a claim, and then it is of this type. Err::claim_type, at `name`.
Result<std::optional<std::string_view>> optional_text(const ClaimSet& claims, const char* name);
Result<std::optional<sys_seconds>> optional_time(const ClaimSet& claims, const char* name);
Result<void> check_optional_texts(const ClaimSet& claims, const char* name);  // a list of texts
// What an access token and an ID token say of the login: auth_time, acr, amr.
Result<void> check_login(const ClaimSet& claims);
// A registered claim that the profile requires.
Result<void> check_issued(const ClaimSet& claims);        // iat
Result<void> check_has_audience(const ClaimSet& claims);  // aud
// The same, and it names one alone. Err::claim_mismatch.
Result<void> check_sole_audience(const ClaimSet& claims);
// A claim that no token of this kind has. Err::claim_mismatch.
Result<void> check_without(const ClaimSet& claims, const char* name);
// The text is there, and one of these. Errors: those of text_claim, claim_mismatch.
Result<void> check_text(const ClaimSet& claims, const char* name, const Expected& expected);
// `aud` names nobody but these. Err::claim_mismatch.
Result<void> check_nobody_else(const ClaimSet& claims, std::span<const std::string> allowed);

// The claims of a draft: those of its fields that say something, in their order, then its own.
class ClaimList {
 public:
  ClaimList& text(const char* name, const std::string& value);  // "" leaves it out
  ClaimList& texts(const char* name, const std::vector<std::string>& values);
  ClaimList& time(const char* name, std::optional<sys_seconds> value);
  ClaimList& add(const char* name, ClaimValue value);
  ClaimList& append(const std::vector<Claim>& own);
  operator std::span<const Claim>() const { return claims_; }

 private:
  std::vector<Claim> claims_;
};

}  // namespace tessera::detail
