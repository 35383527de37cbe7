// Client assertions (RFC 7523 section 3 with its update rfc7523bis; private_key_jwt and client_secret_jwt of OpenID
// Connect Core section 9): a client shows an authorization server who it is.
//
//   const auto id = client_assertion::peek_client_id(assertion);  // whose keys verify it: nothing is proven yet
//   if (!id) return refuse(id.error());
//   const client_assertion::Policy policy{.client_id = *id, .audience = "https://id.example.com",
//                                         .algs = {Alg::ES256}, .replay = seen};
//   const auto client = client_assertion::verify(assertion, keys_of(*id), policy, now);
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tessera/profile.hpp"
#include "tessera/replay.hpp"

namespace tessera::client_assertion {

struct Draft {
  Required<std::string> client_id;  // iss and sub
  Required<std::string> audience;   // the authorization server's issuer identifier, and nobody else
  Required<std::string> id;         // jti
  Required<sys_seconds> issued_at;
  Required<sys_seconds> expires_at;
  std::vector<Claim> claims{};
};

// typ client-authentication+jwt. A SecretKey makes it a client_secret_jwt. Errors: see profile.hpp.
Result<std::string> issue(const Draft& draft, const PrivateKey& key);
Result<std::string> issue(const Draft& draft, const SecretKey& key);

// Who the assertion says that it is from, so that the server can find that client's keys. WITHOUT trust: nothing is
// verified. Errors: those of peek_unverified, claim_missing, claim_type.
Result<std::string> peek_client_id(std::string_view assertion);

struct Policy {
  Required<std::string> client_id;
  // This server: its issuer identifier; or, for older clients, the URL of its token endpoint. `aud` names one alone: an
  // assertion that another server could take as well might be stolen there.
  Expected audience;
  AllowedAlgs algs;
  Replay replay;
  Untyped untyped = Untyped::refused;            // most clients write no typ yet
  seconds max_lifetime = std::chrono::hours(1);  // exp may lie so far ahead
  seconds leeway{0};
};

class Verified {
 public:
  std::string_view client_id() const { return claims_.subject(); }
  const Claims& claims() const { return claims_; }

 private:
  explicit Verified(Claims claims) : claims_(std::move(claims)) {}
  friend Result<Verified> verify(std::string_view, const jws::KeysView&, const Policy&, sys_seconds);
  Claims claims_;
};

// Required: iss and sub, both the client; aud, a text or a list of one; exp, jti. `keys` are that client's alone.
// Errors: those of tessera::Verifier::verify, with `at` the claim (claim_mismatch at "exp": further ahead than
// max_lifetime), and replayed, unavailable (at "jti").
Result<Verified> verify(std::string_view assertion, const jws::KeysView& keys, const Policy& policy, sys_seconds now);

}  // namespace tessera::client_assertion
