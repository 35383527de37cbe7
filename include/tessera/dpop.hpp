// DPoP proofs (RFC 9449): a client shows with each request that it holds a key, so that a token bound to that key is
// worth nothing to whoever steals it.
//
//   const dpop::Request request{.method = "GET", .uri = "https://api.example.com/orders", .access_token = token};
//   const dpop::Policy policy{.algs = {Alg::ES256}, .nonce = Unchecked("…"), .replay = window};
//   const auto proof = dpop::examine(header_value, request, policy, now);
//   const auto token = access_token::verify(…, {…, .presented = access_token::Presented::with(*proof)}, now);
//
// The proof brings its own key (the header's `jwk`), so it proves nothing of who made it: only that the same key made
// another one, or is the key that a token names.
//
// An API takes two steps: `examine` the proof, then verify the token with it. A token endpoint, where no token came,
// takes one: `verify`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tessera/profile.hpp"
#include "tessera/replay.hpp"

namespace tessera::access_token {
class Presented;
}

namespace tessera::dpop {

// Section 4.2.
struct Draft {
  Required<std::string> method;  // htm, as the request spells it: "POST"
  Required<std::string> uri;     // htu: the request's URI; query and fragment are left out
  Required<sys_seconds> issued_at;
  std::string access_token{};   // that goes with the request: ath is made of it
  std::string nonce{};          // that the server gave; "" leaves the claim out
  std::string id{};             // jti; "" draws 128 random bits
  std::vector<Claim> claims{};  // the rest
};

// typ dpop+jwt; the header holds the public key and no kid. Errors: see profile.hpp; claim_mismatch (at "htu": no http
// or https URI).
Result<std::string> issue(const Draft& draft, const PrivateKey& key);

// The request that the proof came with. There must be one DPoP header field in it, no more (section 4.3).
struct Request {
  Required<std::string> method;
  Required<std::string> uri;  // as the client sees it: with the scheme and host of the outside
  // That came with it: `ath` must be its hash. Unchecked where none did, at the token endpoint.
  Expected access_token;
};

struct Policy {
  AllowedAlgs algs;  // no HS* has a public key, so none is ever taken
  Expected nonce;    // those that this server gives out now
  Replay replay;
  seconds max_age{60};  // since iat; RFC 9449 section 11.1 advises seconds or minutes, here at most an hour
  seconds leeway{5};    // of the client's clock
};

class Verified {
 public:
  const PublicKey& key() const { return key_; }
  std::string_view jkt() const { return jkt_; }  // its thumbprint, as a token's `cnf` names it
  const Claims& claims() const { return claims_; }

 private:
  Verified(Claims claims, PublicKey key, std::string jkt)
      : claims_(std::move(claims)), key_(std::move(key)), jkt_(std::move(jkt)) {}
  friend Result<class Examined> examine(std::string_view, const Request&, const Policy&, sys_seconds);
  Claims claims_;
  PublicKey key_;
  std::string jkt_;
};

// A proof that is right but for one question: whether it has come before. That is asked when the access token has been
// verified too, so that only who holds a token has anything remembered. By itself it says nothing: it is for
// access_token::Presented::with.
class Examined {
 private:
  Examined(Verified proof, Replay replay, std::string id, sys_seconds until)
      : proof_(std::move(proof)), replay_(replay), id_(std::move(id)), until_(until) {}
  friend Result<Examined> examine(std::string_view, const Request&, const Policy&, sys_seconds);
  friend Result<Verified> verify(std::string_view, const Request&, const Policy&, sys_seconds);
  friend class access_token::Presented;
  Result<void> remember(sys_seconds now) const;
  Verified proof_;
  Replay replay_;
  std::string id_;  // under which it is remembered
  sys_seconds until_;
};

// Section 4.3. Required: jti, htm, htu, iat, and in the header `jwk`, public and by value. htm is compared by octets;
// htu without query and fragment, both sides brought to the normal form of RFC 3986 sections 6.2.2 and 6.2.3. Errors:
// those of tessera::Verifier::verify, with `at` the claim, and
//   malformed_header          no `jwk`
//   wrong_kind …              at "jwk", those of PublicKey::parse: a private key, a symmetric one, a weak one
//   claim_missing or claim_mismatch, at "nonce": answer use_dpop_nonce, with a nonce
//   bad_policy                at "uri" (the request's own is no http or https URI), "max_age", "leeway"
Result<Examined> examine(std::string_view proof, const Request& request, const Policy& policy, sys_seconds now);
// The same, and remembered: replayed or unavailable, at "jti". Whoever can make a key can make a proof, so the one who
// sent it is to be known before: at a token endpoint the client has shown who it is, at an API whose tokens are not
// JWTs the token has been looked up, and names this proof's jkt().
Result<Verified> verify(std::string_view proof, const Request& request, const Policy& policy, sys_seconds now);

}  // namespace tessera::dpop
