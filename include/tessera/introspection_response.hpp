// Introspection responses as JWTs (RFC 9701): what the issuer says of a token, signed, for one API.
//
//   const introspection_response::Policy policy{.issuer = "https://id.example.com",
//                                               .audience = "https://api.example.com", .algs = {Alg::ES256}};
//   const auto answer = introspection_response::verify(body, keys, policy, now);
//   if (answer && answer->active()) serve(answer->get<std::string>("sub"));
#pragma once

#include <string>
#include <string_view>

#include "tessera/profile.hpp"

namespace tessera::introspection_response {

// Section 5.
struct Draft {
  Required<std::string> issuer;
  Audience audience;  // the API that asked
  Required<sys_seconds> issued_at;
  Required<JsonText> token;  // what RFC 7662 section 2.2 answers: a JSON object with `active`
};

// typ token-introspection+jwt, without `sub` and `exp`, which are the token's and would make this one too. Errors: see
// profile.hpp.
Result<std::string> issue(const Draft& draft, const PrivateKey& key);
Result<std::string> issue(const Draft& draft, const SecretKey& key);

struct Policy {
  Expected issuer;
  Expected audience;  // this API
  AllowedAlgs algs;
  seconds max_age{60};  // since iat
  seconds leeway{0};
};

class Verified {
 public:
  bool active() const { return active_; }
  // Of the token, as Claims::get and Claims::json. One that is not active should be believed nothing else.
  template <class T>
  Result<T> get(std::string_view name) const {
    return token_.get<T>(name);
  }
  std::string_view json() const { return token_.json(); }
  const Claims& claims() const { return claims_; }  // of the response itself

 private:
  Verified(Claims claims, Claims token, bool active)
      : claims_(std::move(claims)), token_(std::move(token)), active_(active) {}
  friend Result<Verified> verify(std::string_view, const jws::KeysView&, const Policy&, sys_seconds);
  Claims claims_;
  Claims token_;
  bool active_;
};

// Required: iss, aud, iat, and `token_introspection`, an object whose `active` is a boolean and whose registered claims
// have their types. Errors: those of tessera::Verifier::verify, with `at` the claim.
Result<Verified> verify(std::string_view response, const jws::KeysView& keys, const Policy& policy, sys_seconds now);

}  // namespace tessera::introspection_response
