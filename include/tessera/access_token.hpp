// Access tokens as JWTs (RFC 9068): who may do what at which API.
//
//   const access_token::Policy api{.issuer = "https://id.example.com", .audience = "https://api.example.com",
//                                  .algs = {Alg::ES256}, .presented = access_token::Presented::as_bearer()};
//   const auto token = access_token::verify(bearer, keys, api, now);
//   if (token && token->has_scope("orders")) …
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tessera/dpop.hpp"
#include "tessera/profile.hpp"

namespace tessera::access_token {

// Section 2.2. The first seven are required.
struct Draft {
  Required<std::string> issuer;
  Required<std::string> subject;  // the user; the client itself where there is none
  Audience audience;              // the API
  Required<std::string> client_id;
  Required<std::string> id;  // jti
  Required<sys_seconds> issued_at;
  Required<sys_seconds> expires_at;
  std::string scope{};  // names with a space between; "" leaves a claim out
  std::optional<sys_seconds> auth_time{};
  std::string acr{};
  std::vector<std::string> amr{};
  std::string jkt{};            // the thumbprint of the key that must come with it (RFC 9449 section 6.1)
  std::vector<Claim> claims{};  // the rest: roles, permissions …
};

// typ at+jwt. Errors: see profile.hpp.
Result<std::string> issue(const Draft& draft, const PrivateKey& key);
Result<std::string> issue(const Draft& draft, const SecretKey& key);

struct Policy;
class Verified;

// How the token came. One that is bound to a key (`cnf`) is worth nothing without the proof of that key, and one that
// is not bound does not become so by a proof (RFC 9449 section 7.2): claim_mismatch or claim_missing at "cnf". A token
// that is bound to a certificate (RFC 8705) needs Unchecked, and a check of the caller's own.
class Presented {
 public:
  static Presented as_bearer() { return Presented(nullptr, nullptr); }
  // The proof must be of this token (its `ath`), and must outlive the verification, which remembers it last of all:
  // replayed or unavailable, at "jti".
  static Presented with(const dpop::Examined& proof) { return Presented(&proof, nullptr); }
  static Presented with(dpop::Examined&& proof) = delete;
  Presented(Unchecked why) : unchecked_(why.reason) {}

 private:
  Presented(const dpop::Examined* proof, const char* unchecked) : proof_(proof), unchecked_(unchecked) {}
  friend Result<Verified> verify(std::string_view, const jws::KeysView&, const Policy&, sys_seconds);
  // `jkt`: of the key that the token is bound to; nothing where it is bound to none.
  Result<void> check(std::string_view token, std::optional<std::string_view> jkt, sys_seconds now) const;
  const dpop::Examined* proof_ = nullptr;  // null as bearer
  const char* unchecked_ = nullptr;
};

struct Policy {
  Expected issuer;
  Expected audience;  // this API
  AllowedAlgs algs;
  Presented presented;
  seconds leeway{0};
};

class Verified {
 public:
  std::string_view subject() const { return claims_.subject(); }
  std::string_view client_id() const;
  bool has_scope(std::string_view name) const;   // one of the names in `scope`
  std::string_view jkt() const { return jkt_; }  // of the key that it is bound to; "" if none
  const Claims& claims() const { return claims_; }

 private:
  Verified(Claims claims, std::string_view jkt) : claims_(std::move(claims)), jkt_(jkt) {}
  friend Result<Verified> verify(std::string_view, const jws::KeysView&, const Policy&, sys_seconds);
  Claims claims_;
  std::string_view jkt_;  // views `claims_`
};

// Section 4. Required: iss, exp, aud, sub, client_id, iat, jti; typed where present: scope, acr (texts), auth_time (a
// time), amr (texts), cnf (an object). Errors: those of tessera::Verifier::verify, with `at` the claim.
Result<Verified> verify(std::string_view token, const jws::KeysView& keys, const Policy& policy, sys_seconds now);

}  // namespace tessera::access_token
