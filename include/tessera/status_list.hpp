// Token Status List (draft-ietf-oauth-status-list): which of many tokens still stand, in a few bits each.
//
// An issuer gives each token a place in a list, and writes it into the token: `"status":{"status_list":{"idx":7,
// "uri":"https://…"}}`. The list is published at that URI as a JWT of its own. Whoever verifies a token fetches the
// list, verifies it too, and looks the place up:
//
//   const auto at = status_list::reference(claims);                           // of a token that was verified
//   const auto list = status_list::verify(fetched, issuer_keys, policy, at->uri, now);
//   const auto stands = list->list.check(at->index);
//
// The JWT form is built; the CBOR form is not. Nothing is fetched here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tessera/jwt.hpp"

namespace tessera::status_list {

// What an entry says (section 7.1). 3 and 12 to 15 belong to applications.
inline constexpr std::uint8_t kValid = 0, kInvalid = 1, kSuspended = 2;

// Of each entry. More bits, more to say: one tells 0 and 1 only.
enum class Bits : std::uint8_t { one = 1, two = 2, four = 4, eight = 8 };

inline constexpr std::size_t kMaxOctets = 64 << 20;  // of a list that is not compressed

class List {
 public:
  // As many entries, all kValid; their number is rounded up to a whole octet. Err::too_large (kMaxOctets).
  static Result<List> of_size(std::size_t entries, Bits bits);
  // `lst`: base64url of a zlib stream that holds at most `max_octets`. Errors: bad_base64, malformed, inflate_limit.
  static Result<List> parse(Bits bits, std::string_view lst, std::size_t max_octets);

  Bits bits() const { return bits_; }
  std::size_t size() const { return octets_.size() * 8 / static_cast<std::size_t>(bits_); }
  Result<std::uint8_t> get(std::uint64_t index) const;  // Err::index_out_of_range
  // Whether the token at this place stands. Errors: status_not_valid (anything but kValid), index_out_of_range.
  Result<void> check(std::uint64_t index) const;
  // Errors: index_out_of_range, malformed (a status that does not fit).
  Result<void> set(std::uint64_t index, std::uint8_t status);
  std::string lst() const;  // what `parse` reads

 private:
  List(Bits bits, Bytes octets) : bits_(bits), octets_(std::move(octets)) {}
  Bits bits_;
  Bytes octets_;
};

// ── the issuer ──────────────────────────────────────────────────────────────────────────────────────────────────────

struct Draft {
  Required<std::string> uri;  // `sub`: where the list is published, as the tokens name it
  Required<sys_seconds> issued_at;
  Required<sys_seconds> expires_at;
  std::optional<seconds> ttl{};  // after which a copy should be fetched anew; above 0
  std::string issuer{};          // "" leaves it out
};
// A JWT of typ "statuslist+jwt" (section 5.1). Errors: bad_policy (no URI; ttl, or times out of order), bad_json (not
// UTF-8), alg_key_mismatch, too_large (1 MiB), unavailable.
Result<std::string> issue(const List& list, const Draft& draft, const PrivateKey& key);

// ── the verifier ────────────────────────────────────────────────────────────────────────────────────────────────────

struct Reference {
  std::uint64_t index = 0;
  std::string uri;
};
// Where a token's status stands (section 6.2). Errors: claim_missing (it names no status list: whether such a token
// stands, the caller must have decided), claim_type.
Result<Reference> reference(const Claims& token);

struct Policy {
  Expected issuer;  // lists often name none: `sub` says whose it is then
  AllowedAlgs algs;
  seconds leeway{0};
  std::optional<seconds> max_age{};         // since iat
  std::optional<Unchecked> may_lack_exp{};  // a list without `exp` is taken, and why
  std::size_t max_bytes = 1 << 20;          // of the token; at most 1 MiB
  std::size_t max_octets = 1 << 20;         // that the list may inflate to; at most kMaxOctets
};

struct Verified {
  List list;
  Claims claims;
  std::optional<seconds> ttl;
};
// A fetched list, which must be the one at `uri` (section 8.3). Errors: those of Verifier::verify; claim_mismatch (at
// "sub": the list of another URI), claim_missing (sub, iat, status_list), claim_type (status_list, ttl), and those of
// List::parse at "status_list".
Result<Verified> verify(std::string_view token, const Keys& issuer, const Policy& policy, std::string_view uri,
                        sys_seconds now);

// The list in a token WITHOUT trust: nothing is verified, and `max_octets` is all that bounds what it inflates to. For
// tools, and for an issuer's own earlier list. Errors: those of tessera::peek_unverified, claim_missing, claim_type,
// and those of List::parse, at "status_list".
Result<List> peek_unverified(std::string_view token, std::size_t max_octets = 1 << 20);

}  // namespace tessera::status_list
