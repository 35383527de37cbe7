// ID tokens (OpenID Connect Core 1.0): who has logged in, for one client.
//
//   const id_token::Policy policy{.issuer = "https://id.example.com", .client_id = "shop", .algs = {Alg::RS256},
//                                 .nonce = nonce_of_this_login,
//                                 .access_token = id_token::Companion::of_token_endpoint(access_token),
//                                 .code = id_token::Companion::none()};
//   const auto who = id_token::verify(token, keys, policy, now);
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tessera/profile.hpp"

namespace tessera::id_token {

// Section 2.
struct Draft {
  Required<std::string> issuer;
  Required<std::string> subject;  // at most 255 octets
  Audience audience;              // the client; with more than one, `authorized_party` is required
  Required<sys_seconds> issued_at;
  Required<sys_seconds> expires_at;
  std::string nonce{};  // of the request; "" leaves a claim out
  std::optional<sys_seconds> auth_time{};
  std::string acr{};
  std::vector<std::string> amr{};
  std::string authorized_party{};  // azp
  std::string session{};           // sid
  std::string access_token{};      // issued together with it: at_hash is made of it
  std::string code{};              // c_hash is made of it
  std::vector<Claim> claims{};     // name, email …
};

// typ JWT. Errors: see profile.hpp; at_hash_failed (an Ed448 key: no hash is defined for it).
Result<std::string> issue(const Draft& draft, const PrivateKey& key);
Result<std::string> issue(const Draft& draft, const SecretKey& key);

// What came together with the ID token and is compared with its hash there: an access token with `at_hash`, a code with
// `c_hash`.
class Companion {
 public:
  static Companion none() { return Companion("", false); }
  // From the token endpoint: the hash may be missing (section 3.1.3.6), never wrong.
  static Companion of_token_endpoint(std::string_view text) { return Companion(text, false); }
  // Through the browser: the hash must be there (sections 3.2.2.9 and 3.3.2.11).
  static Companion of_authorization_endpoint(std::string_view text) { return Companion(text, true); }

  const std::string& text() const { return text_; }  // "" if none
  bool hash_required() const { return hash_required_; }

 private:
  Companion(std::string_view text, bool required) : text_(text), hash_required_(required) {}
  std::string text_;
  bool hash_required_;
};

struct Policy {
  Expected issuer;
  Required<std::string> client_id;  // aud holds it; azp, where there is one, is it
  AllowedAlgs algs;
  Expected nonce;  // that this login sent
  Companion access_token;
  Companion code;
  std::vector<std::string> other_audiences{};      // that may stand beside client_id in aud; others are refused
  std::optional<seconds> max_age{};                // as the request asked: since auth_time, which is then required
  Expected acr = Unchecked("none was asked for");  // one of those that were asked for
  seconds leeway{0};
};

class Verified {
 public:
  std::string_view issuer() const { return claims_.issuer(); }
  std::string_view subject() const { return claims_.subject(); }  // of this issuer
  std::string_view session() const;                               // sid; "" if absent
  std::optional<sys_seconds> auth_time() const { return auth_time_; }
  const Claims& claims() const { return claims_; }

 private:
  Verified(Claims claims, std::optional<sys_seconds> auth_time) : claims_(std::move(claims)), auth_time_(auth_time) {}
  friend Result<Verified> verify(std::string_view, const jws::KeysView&, const Policy&, sys_seconds);
  Claims claims_;
  std::optional<sys_seconds> auth_time_;
};

// Section 3.1.3.7. Required: iss, sub, aud, exp, iat; typed where present: nonce, acr, azp, sid, at_hash, c_hash
// (texts), auth_time (a time), amr (texts). A token with `events` is a logout token. Errors: those of
// tessera::Verifier::verify, with `at` the claim, and at_hash_failed (at "at_hash" or "c_hash": another hash, or an
// algorithm for which none is defined), too_old (at "auth_time").
Result<Verified> verify(std::string_view token, const jws::KeysView& keys, const Policy& policy, sys_seconds now);

}  // namespace tessera::id_token
