// JSON Web Tokens (RFC 7519): make one, check one.
//
// A token is checked against a `Policy` that says what is expected. The four fields that matter most have no default:
// leaving one out does not compile, and not checking one takes `Unchecked("why")`, which grep finds. `exp` is required.
// Comparison is by exact octets, but for `typ` (RFC 7515 section 4.1.9: without case, with or without "application/").
//
// A `Verifier` is a policy and keys compiled once; every thread may share it. What it returns, `Claims`, can be had in
// no other way: holding one is the proof that the token was good.
//
//   const Policy policy{.issuer = "https://id.example.com", .audience = "https://api.example.com",
//                       .typ = "at+jwt", .algs = {Alg::ES256}};
//   const Verifier verifier{keys, policy};
//   auto claims = verifier.verify(bearer, now);
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tessera/jws.hpp"
#include "tessera/keys.hpp"
#include "tessera/policy.hpp"
#include "tessera/result.hpp"

namespace tessera {

using std::chrono::seconds;
using std::chrono::sys_seconds;

// ── making ──────────────────────────────────────────────────────────────────────────────────────────────────────────

// JSON text that stands for itself as a claim's value: an object or an array of mixed things, a number that no other
// type holds exactly. Checked when signed; only white space is left out.
struct JsonText {
  std::string text;
};

class ClaimValue {
 public:
  ClaimValue(std::string_view text) : value_(std::string(text)) {}
  ClaimValue(const std::string& text) : value_(text) {}
  ClaimValue(const char* text) : value_(std::string(text)) {}
  template <std::same_as<bool> B>  // and nothing that merely converts to it, as every pointer does
  ClaimValue(B value) : value_(value) {}
  ClaimValue(std::nullptr_t) = delete;
  // Any integer that std::int64_t holds whatever its value: an unsigned 64-bit one must be converted by the caller.
  template <std::integral I>
    requires(!std::same_as<I, bool> && !std::same_as<I, char> && (std::signed_integral<I> || sizeof(I) < 8))
  ClaimValue(I value) : value_(static_cast<std::int64_t>(value)) {}
  template <std::floating_point F>  // not what converts to one: an unsigned 64-bit integer loses digits
  ClaimValue(F value) : value_(static_cast<double>(value)) {}
  ClaimValue(std::vector<std::string> values) : value_(std::move(values)) {}
  ClaimValue(JsonText json) : value_(std::move(json)) {}
  using Variant = std::variant<std::string, bool, std::int64_t, double, std::vector<std::string>, JsonText>;
  const Variant& variant() const { return value_; }

 private:
  Variant value_;
};

struct Claim {
  std::string name;
  ClaimValue value;
};

// What a token will say. Registered claims have fields; everything else goes into `claims`.
struct Draft {
  Required<std::string> typ;  // "JWT", "at+jwt" (RFC 9068) …; "" leaves it out
  std::string issuer{};       // "" leaves a claim out
  std::string subject{};
  std::vector<std::string> audience{};  // one is written as a string, more as an array
  Required<sys_seconds> issued_at;
  Required<sys_seconds> expires_at;
  std::optional<sys_seconds> not_before{};
  std::string id{};             // jti
  std::vector<Claim> claims{};  // no name twice, none of the above
};

// A signed compact JWT. The algorithm is the key's own `alg` (else alg_key_mismatch: name it in the key's KeyInfo), and
// its kid goes into the header. The header reads {"alg","typ","kid"}; the claims stand in the order iss, sub, aud, exp,
// nbf, iat, jti, then `claims` in theirs, so the same draft gives the same octets to be signed.
// Errors: alg_key_mismatch, duplicate_member (a name twice, or a registered one in `claims`), bad_json (a JsonText, a
// number that is not finite, text that is not UTF-8), json_depth, bad_policy (exp not after iat or not after nbf, a
// time before 1970 or after 9999), too_large (a token above 16 KiB), unavailable (OpenSSL refused).
Result<std::string> sign(const Draft& draft, const PrivateKey& key);
Result<std::string> sign(const Draft& draft, const SecretKey& key);

// ── checking ────────────────────────────────────────────────────────────────────────────────────────────────────────

struct Policy {
  Expected issuer;    // iss is one of these
  Expected audience;  // aud holds one of these
  Expected typ;       // the header's typ is one of these; an absent typ is none of them
  AllowedAlgs algs;
  seconds leeway{0};                   // for exp, nbf, iat and max_age; at most 10 minutes
  std::optional<seconds> max_age{};    // since iat, which is then required
  std::vector<std::string> require{};  // claims that must be there, and not null
  std::size_t max_bytes = 16 * 1024;   // of the whole token

  // A policy is data that a program may compute, so a contradiction is an error rather than an abort:
  // leeway below 0 or above 10 minutes, max_age below 0, max_bytes 0 or above 1 MiB. Err::bad_policy.
  Result<void> check() const;
};

namespace detail {
struct VerifierData;
struct ScratchData;
struct ClaimsMaker;
}  // namespace detail

// The verified claims of one token, and the header that signed them. Claims from `verify(token, now)` own their octets;
// those from `verify(token, now, scratch)` view the scratch and live until it is used again or destroyed. What they
// give as views lives as long as they do; any number of threads may read them.
class Claims {
 public:
  std::string_view issuer() const;   // "" if absent, which only an Unchecked policy lets pass
  std::string_view subject() const;  // "" if absent
  std::vector<std::string_view> audience() const;
  std::string_view id() const;  // jti, "" if absent
  // The first whole second at which the token counts as expired; the end of 9999 for one that may lack `exp`.
  sys_seconds expires_at() const;
  std::optional<sys_seconds> not_before() const;
  std::optional<sys_seconds> issued_at() const;

  // The claim as T: std::string_view, std::string, bool, std::int64_t, double, std::vector<std::string_view>,
  // std::vector<std::string> (a lone string is a list of one). Errors: claim_missing, claim_type; `at` is "claim".
  template <class T>
  Result<T> get(std::string_view name) const;
  bool has(std::string_view name) const;
  bool contains(std::string_view name, std::string_view value) const;  // a list claim holds this text, or is it

  std::string_view json() const;  // the claim set's JSON text, as signed (of an SD-JWT: see sdjwt.hpp)
  Result<std::string> json(std::string_view name) const;  // one member's JSON text, compact
  std::string_view header() const;                        // the protected header's JSON text
  std::string_view typ() const;                           // as the header spells it; "" if absent
  std::string_view kid() const;                           // the header's; "" if absent
  Alg alg() const;

  Claims(Claims&&) noexcept;
  Claims& operator=(Claims&&) noexcept;
  ~Claims();

 private:
  friend struct detail::ClaimsMaker;
  Claims() = default;
  std::unique_ptr<detail::ScratchData> owned_;  // null when a Scratch is viewed
  const detail::ScratchData* data_ = nullptr;
};

// Memory that verifications reuse, so that the hot path allocates nothing. One thread at a time. It also remembers the
// last header that it read: many tokens share one, and a header of the same octets is not read twice.
class Scratch {
 public:
  Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;
  ~Scratch();

 private:
  friend class Verifier;
  std::unique_ptr<detail::ScratchData> data_;
};

// Keys and policy, compiled. Immutable, cheap to copy, shared by any number of threads.
class Verifier {
 public:
  // A policy that contradicts itself makes every verify fail with Err::bad_policy (Policy::check tells early).
  Verifier(const jws::KeysView& keys, Policy policy);

  // The order of the checks: size, shape, header (strict JSON, crit, alg in `algs`), key, typ, signature, then the
  // claims (strict JSON, types of all registered claims, exp, nbf, iat, iss, aud, require). A claim of a wrong type is
  // never an absent one: iss, sub and jti are texts; aud a text or a list of at least one; exp, nbf and iat numbers
  // from 0 (1970) to 253402300799 (the end of 9999), fractions allowed. With leeway l, a token is
  //   expired        when now >= exp + l
  //   not_yet_valid  when now + l < nbf, and also when now + l < iat: RFC 7519 leaves iat to the reader, and a token of
  //                  tomorrow means that a clock is wrong or that someone stores tokens up (fractions count as 0)
  //   too_old        when max_age is set and now > iat + max_age + l
  // Errors: those of jws::verify, and typ_mismatch, claim_missing, claim_type, claim_mismatch, expired, not_yet_valid,
  // too_old, bad_policy. `at` is the claim or header parameter; "header", "payload" or "signature" where that part
  // cannot be read; "require" for a required claim of a private name. `now` comes from the caller: the library reads no
  // clock.
  Result<Claims> verify(std::string_view token, sys_seconds now) const;
  Result<Claims> verify(std::string_view token, sys_seconds now, Scratch& scratch) const;

  const Policy& policy() const;
  const detail::VerifierData& data() const { return *data_; }

 private:
  std::shared_ptr<const detail::VerifierData> data_;
};

// ── explaining ──────────────────────────────────────────────────────────────────────────────────────────────────────

// What a refusal was about, for whoever may see the token: never for the one who sent it. `expected` and `actual` hold
// values of the policy and of the (unverified) token, each cut at 200 characters, control characters escaped; no
// signature and no key. The token may be any text: what cannot be read is said to be so.
struct Explanation {
  std::string code, at, expected, actual, hint;
};
Explanation explain(const Error& error, std::string_view token, const Verifier& verifier, sys_seconds now);

// Whether values of the token that may be personal or secret are shown.
enum class Values : std::uint8_t {
  redacted,  // claims but for iss, aud, times, client_id, azp, scope, acr and amr as their kind and length
  shown,     // each cut at 200 characters
};

enum class Verdict : std::uint8_t {
  passed,
  failed,
  not_reached,  // a check before it failed
  unchecked,    // the policy says Unchecked
};
std::string_view verdict_name(Verdict verdict);  // "not_reached"

// One check of a verification. `check` is its stable name: policy, size, shape, header, alg, key, typ, signature,
// claim_set, claim_types, exp, nbf, iat, iss, aud, require. `at` is what it looked at, as in an Error.
struct Step {
  std::string check, at;
  Verdict verdict{};
  std::string code{};            // of the refusal; "" where it has not failed
  std::string expected{};        // "" where it was not reached
  std::string actual{}, hint{};  // hint: "" where it has not failed
};

// What `verify` does with this token, check by check in its order: the very same code, run for somebody who is to see.
// As with Explanation, texts hold values of the policy and of a token that nobody may have verified, cut and escaped,
// no signature and no key. Redacted, it can be pasted into a ticket.
struct Trace {
  std::optional<Error> refusal{};  // as verify would give it
  std::vector<Step> steps{};       // every check, also those that were not reached
  // The claims by name, in the token's order, at most 100; empty where they cannot be read. Verified only if there is
  // no refusal.
  std::vector<std::pair<std::string, std::string>> claims{};
};
Trace trace(std::string_view token, const Verifier& verifier, sys_seconds now, Values values);

// A look at a token WITHOUT trust: nothing is verified, and the result is no proof of anything. For tools and logs.
// Errors: too_large, malformed, wrong_kind (not three or five parts), bad_base64, bad_json, json_depth,
// duplicate_member.
struct Peeked {
  std::string header;     // JSON text
  std::string payload;    // JSON text, or the raw octets of a JWS; empty for a JWE
  std::size_t parts = 0;  // 3: JWS, 5: JWE
};
Result<Peeked> peek_unverified(std::string_view token);

}  // namespace tessera
