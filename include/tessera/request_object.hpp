// Request objects (RFC 9101): an authorization request that its client has signed, so that nobody on the way changes
// it.
//
//   const request_object::Policy policy{.client_id = "shop", .audience = "https://id.example.com",
//                                       .algs = {Alg::ES256}};
//   const auto request = request_object::verify(object, keys, policy, now);
//   if (request) go_on(request->claims().get<std::string>("redirect_uri"));
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tessera/profile.hpp"

namespace tessera::request_object {

struct Draft {
  Required<std::string> client_id;  // iss and client_id
  Audience audience;                // the authorization server's issuer identifier
  Required<sys_seconds> issued_at;
  Required<sys_seconds> expires_at;
  std::vector<Claim> claims;  // the request: response_type, redirect_uri, scope …
  std::optional<sys_seconds> not_before{};
  std::string id{};  // jti; "" leaves it out
};

// typ oauth-authz-req+jwt. Errors: see profile.hpp.
Result<std::string> issue(const Draft& draft, const PrivateKey& key);
Result<std::string> issue(const Draft& draft, const SecretKey& key);

// RFC 9101 leaves `exp` to the client; without one a request that somebody has kept is good for ever.
enum class Expiry : std::uint8_t { required, optional };

struct Policy {
  Required<std::string> client_id;  // of the request that the object came with
  Expected audience;                // this server
  AllowedAlgs algs;
  Untyped untyped = Untyped::refused;
  Expiry expiry = Expiry::required;
  seconds leeway{0};
};

class Verified {
 public:
  std::string_view client_id() const { return claims_.issuer(); }
  // The request, and the only place to read it: what stands beside the object counts for nothing (section 6.3).
  const Claims& claims() const { return claims_; }

 private:
  explicit Verified(Claims claims) : claims_(std::move(claims)) {}
  friend Result<Verified> verify(std::string_view, const jws::KeysView&, const Policy&, sys_seconds);
  Claims claims_;
};

// Section 6. Required: iss and client_id, both the client; aud. Refused: `request` and `request_uri` (section 4), and a
// `sub` that is the client, which would make it a client assertion (section 10.8). `keys` are that client's alone.
// Errors: those of tessera::Verifier::verify, with `at` the claim.
Result<Verified> verify(std::string_view object, const jws::KeysView& keys, const Policy& policy, sys_seconds now);

}  // namespace tessera::request_object
