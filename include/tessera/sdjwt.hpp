// Selective disclosure (SD-JWT, RFC 9901): an issuer signs claims that their holder may show one by one.
//
// In the place of a claim that may be withheld, the issuer signs a digest. What the digest stands for, a *disclosure*,
// travels beside the token: `<issuer-signed JWT>~<disclosure>~…~`. The holder passes on those that he wants to show,
// and where the verifier asks for it appends a *key binding JWT*, signed with the key that the token names (`cnf`): so
// whoever found a token cannot show it.
//
//   issuer    auto token = sdjwt::issue({.typ = "dc+sd-jwt", .claims = json, .disclosable = {"/given_name", "/address",
//                                        "/address/country", "/nationalities/0"}, .holder = holder_key}, issuer_key);
//   holder    auto held = sdjwt::Held::parse(*token);
//             auto shown = held->present({"/address/country"}, {.nonce = n, .audience = a, .issued_at = now}, my_key);
//   verifier  auto claims = sdjwt::verify(*shown, issuer_keys, policy, now);
//
// Claims are named by JSON Pointers (RFC 6901): "/address/country", "/nationalities/0".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tessera/jwt.hpp"

namespace tessera::sdjwt {

// `_sd_alg`: what disclosures are hashed with, under the names of the registry "Named Information Hash Algorithm".
enum class Hash : std::uint8_t { sha_256, sha_384, sha_512 };
std::string_view hash_name(Hash hash);                      // "sha-256"
std::optional<Hash> hash_from_name(std::string_view name);  // exact octets

inline constexpr std::size_t kMaxBytes = 1 << 20;     // of a whole SD-JWT
inline constexpr std::size_t kMaxDisclosures = 1000;  // in one
inline constexpr std::size_t kMaxPointer = 1024;      // octets of the pointer to a claim that may be withheld

// ── the issuer ──────────────────────────────────────────────────────────────────────────────────────────────────────

// Digests that stand for nothing, so that nobody can count what was withheld (section 4.2.5). `at` points to the object
// or array that gets them; "" is the claim set itself.
struct Decoys {
  std::string at;
  std::size_t count = 0;
};

struct Draft {
  Required<std::string> typ;     // "dc+sd-jwt" …, as section 9.11 advises; "" leaves it out
  Required<std::string> claims;  // the whole claim set: a JSON object
  // What the holder may withhold. A claim inside one that is listed too is disclosed in two steps (section 4.2.6). The
  // claims that decide about validity are refused here (section 9.7): iss, aud (not its elements), exp, nbf, cnf,
  // status, vct.
  std::vector<std::string> disclosable{};
  std::vector<Decoys> decoys{};
  Hash hash = Hash::sha_256;
  std::optional<PublicKey> holder{};  // written as `cnf`: without it there is no key binding
};

// Signs, and appends every disclosure. Salts are 128 random bits each. Numbers that are no integers of 64 bits are
// printed as the shortest text of the same double. Errors: alg_key_mismatch (the key names no algorithm), bad_json,
// json_depth, duplicate_member (a claim or pointer twice; `cnf` beside `holder`), claim_type (a registered claim),
// malformed (a claim named `_sd`, `_sd_alg` or `...`; a text that is no pointer), not_found (a pointer to nothing, or
// for decoys to no object and no array), bad_policy (a claim that must not be withheld), too_large (kMaxBytes,
// kMaxDisclosures, kMaxPointer), unavailable (OpenSSL failed).
Result<std::string> issue(const Draft& draft, const PrivateKey& key);

// ── the holder ──────────────────────────────────────────────────────────────────────────────────────────────────────

// What the holder signs for one verifier (section 4.3).
struct Presentation {
  Required<std::string> nonce;     // the verifier's
  Required<std::string> audience;  // the verifier
  Required<sys_seconds> issued_at;
};

struct Disclosure {
  std::string pointer;                // into Held::claims()
  std::string value;                  // JSON text, what may be withheld from it left in
  std::string encoded;                // as the issuer wrote it: the digest is of these octets
  std::optional<std::size_t> inside;  // the disclosure that must be shown for this one to be found
};

// An SD-JWT as the holder keeps it. Its shape and its disclosures are checked (section 7.1), its signature is not:
// `verify` does that, with Unchecked key binding, when it is received. It owns its octets.
class Held {
 public:
  // Errors: those of `verify` about shape and disclosures, key_binding_unwanted (section 7.2: what an issuer gives has
  // no key binding JWT), too_large (kMaxBytes; a pointer of more than kMaxPointer, or 256 KiB of them all).
  static Result<Held> parse(std::string_view sd_jwt);

  std::span<const Disclosure> disclosures() const { return disclosures_; }
  const std::string& claims() const { return claims_; }        // JSON text, everything disclosed
  std::optional<PublicKey> holder() const { return holder_; }  // the key of `cnf`, where it names one

  // Shows the disclosures at these pointers, and those that they are inside of; nothing else. Err::not_found.
  Result<std::string> present(std::span<const std::string> pointers) const;
  Result<std::string> present(std::initializer_list<std::string> pointers) const;
  // The same, bound to one verifier by `key`, which must be the one that `cnf` names. Errors: not_found, claim_missing
  // (no `cnf`), claim_mismatch (another key, at "cnf"), alg_key_mismatch, bad_json (not UTF-8), bad_policy (a time
  // before 1970 or after 9999, an empty nonce or audience), unavailable.
  Result<std::string> present(std::span<const std::string> pointers, const Presentation& presentation,
                              const PrivateKey& key) const;
  Result<std::string> present(std::initializer_list<std::string> pointers, const Presentation& presentation,
                              const PrivateKey& key) const;

 private:
  Held() = default;
  std::string token_, claims_;
  std::vector<Disclosure> disclosures_;
  std::optional<PublicKey> holder_;
  Hash hash_{};
};

// ── the verifier ────────────────────────────────────────────────────────────────────────────────────────────────────

// What the holder must have signed.
struct KeyBinding {
  Required<std::string> nonce;     // of this transaction, made by the verifier
  Required<std::string> audience;  // the verifier, as the holder names it
  AllowedAlgs algs;
  Required<seconds> max_age;  // since the holder signed, beside the policy's leeway
};

struct Policy {
  // What the issuer signed, as for any JWT; the claims are those that are left when everything is disclosed.
  // `max_bytes` is of the whole presentation.
  tessera::Policy issuer_signed;
  // Section 7.3: whether key binding is asked for never depends on what the holder sends. Without it, a key binding JWT
  // is refused as well.
  std::variant<KeyBinding, Unchecked> key_binding;
  // A token without `exp` is taken, and why. Claims::expires_at() is the end of 9999 then.
  std::optional<Unchecked> may_lack_exp{};
};

// The claims as they stand once every disclosure is in its place and every digest is gone; `json()` is their text, and
// typ, kid and alg are the issuer-signed JWT's. Everything in section 7.1 and 7.3 is checked, cheap before dear.
// Errors: those of Verifier::verify for the issuer-signed JWT, and
//   wrong_kind                   a JWT without any "~"
//   too_large                    the policy's max_bytes; more than kMaxDisclosures
//   unknown_alg, claim_type      `_sd_alg`
//   malformed                    `_sd`, `_sd_alg` or `...` where or as it must not be ("claims"); an empty disclosure
//   bad_disclosure               not [salt, name, value] in an object or [salt, value] in an array, or the name of a
//                                claim that must not be disclosed: `_sd`, `_sd_alg`, `...`
//   bad_base64, bad_json, json_depth, duplicate_member (also a claim that is there already), at "disclosures"
//   digest_repeated              one digest twice
//   disclosure_unused            no digest stands for it
//   key_binding_missing, key_binding_unwanted
//   at "kb_jwt" or "kb_jwt.…"    as for any JWT; claim_mismatch for nonce, aud and sd_hash; too_old, not_yet_valid for
//                                iat
//   claim_missing, wrong_kind …  at "cnf": no key that could have signed, or no good one
Result<Claims> verify(std::string_view presentation, const Keys& issuer, const Policy& policy, sys_seconds now);

// What `verify` does, check by check: as tessera::trace of the issuer-signed JWT, with the step presentation behind its
// policy, and between its claim_set and its claim_types key_binding and disclosures, so that what follows is of the
// claims as disclosed. Where the policy asks for no key binding, one that came is not unwanted here: what of it needs
// no nonce and no audience is checked, and the step is unchecked, or has failed.
Trace trace(std::string_view presentation, const Keys& issuer, const Policy& policy, sys_seconds now, Values values);

}  // namespace tessera::sdjwt
