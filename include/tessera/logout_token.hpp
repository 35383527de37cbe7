// Logout tokens (OpenID Connect Back-Channel Logout 1.0): the issuer tells a client that somebody has logged out.
//
//   const logout_token::Policy policy{.issuer = "https://id.example.com", .client_id = "shop",
//                                     .algs = {Alg::ES256}, .replay = seen};
//   const auto logout = logout_token::verify(posted, keys, policy, now);
//   if (logout) end_sessions(logout->session(), logout->subject());  // without a session: every one of the subject
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tessera/profile.hpp"
#include "tessera/replay.hpp"

namespace tessera::logout_token {

// Section 2.4. `session` or `subject` or both: without a session, every session of the subject ends.
struct Draft {
  Required<std::string> issuer;
  Audience audience;         // the client
  Required<std::string> id;  // jti
  Required<sys_seconds> issued_at;
  Required<sys_seconds> expires_at;  // at most two minutes later, advises section 2.4
  std::string subject{};
  std::string session{};  // sid
  std::vector<Claim> claims{};
};

// typ logout+jwt. Errors: see profile.hpp.
Result<std::string> issue(const Draft& draft, const PrivateKey& key);
Result<std::string> issue(const Draft& draft, const SecretKey& key);

struct Policy {
  Expected issuer;
  Expected client_id;  // aud holds it
  AllowedAlgs algs;
  Replay replay;
  Untyped untyped = Untyped::refused;
  seconds leeway{0};
};

class Verified {
 public:
  std::string_view issuer() const { return claims_.issuer(); }
  std::string_view subject() const { return claims_.subject(); }  // "" if absent: then there is a session
  std::string_view session() const;                               // "" if absent: every session of the subject
  const Claims& claims() const { return claims_; }

 private:
  explicit Verified(Claims claims) : claims_(std::move(claims)) {}
  friend Result<Verified> verify(std::string_view, const jws::KeysView&, const Policy&, sys_seconds);
  Claims claims_;
};

// Section 2.6. Required: iss, aud, iat, exp, jti, sub or sid, and `events` with the member
// "http://schemas.openid.net/event/backchannel-logout", an object; `nonce` must not be there. Errors: those of
// tessera::Verifier::verify, with `at` the claim, and replayed, unavailable (at "jti").
Result<Verified> verify(std::string_view token, const jws::KeysView& keys, const Policy& policy, sys_seconds now);

}  // namespace tessera::logout_token
