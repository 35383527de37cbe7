#include <algorithm>

#include "base/base64url.hpp"
#include "base/time.hpp"
#include "jose/algs.hpp"
#include "jose/select.hpp"
#include "jwt/scratch.hpp"
#include "jwt/shown.hpp"
#include "tessera/jwt.hpp"

namespace tessera {

namespace {

using namespace detail;

// One part of a token that may be anything: read if it can be.
class Part {
 public:
  explicit Part(std::string_view encoded) {
    const auto octets = base64url::decode(encoded);
    if (!octets) return;
    if (const auto read = document_.parse_object(text_of(*octets))) object_ = *read;
  }
  const std::optional<json::Object>& object() const { return object_; }
  std::optional<json::Value> find(std::string_view name) const { return object_ ? object_->find(name) : std::nullopt; }
  // A text as it is, anything else as JSON. `at` says which member it is.
  std::string shown_member(std::string_view name) const {
    if (!object_) return "unreadable";
    const auto value = find(name);
    if (!value) return "absent";
    return shown(value->string() ? std::string(*value->string()) : value->text());
  }
  std::string shown_json(std::string_view name) const {
    const auto value = find(name);
    return value ? shown(value->text()) : shown_member(name);
  }
  std::string names() const {
    if (!object_) return "unreadable";
    std::vector<std::string> names;
    for (const json::Member member : *object_) names.emplace_back(member.name);
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < kMaxListed; ++i) (out += i == 0 ? "" : ", ") += shown(names[i]);
    return names.empty() ? "none" : names.size() > kMaxListed ? out + ", …" : out;
  }

 private:
  json::Document document_;
  std::optional<json::Object> object_;
};

std::string_view part_of(std::string_view token, std::size_t index) {
  for (; index > 0; --index) {
    const auto dot = token.find('.');
    if (dot == std::string_view::npos) return {};
    token.remove_prefix(dot + 1);
  }
  return token.substr(0, token.find('.'));
}

// Why a part is not base64url. One character of it is told at most, and of a signature none.
std::string base64_fault(std::string_view part, std::string_view name) {
  const auto bad = std::ranges::find_if_not(part, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (bad != part.end()) {
    const auto at = " at character " + std::to_string(bad - part.begin() + 1) + " of the " + std::string(name);
    if (name == "signature") return "a character outside the alphabet" + at;
    return (*bad == '=' ? "padding" : "'" + shown({&*bad, 1}) + "'") + at;
  }
  if (part.size() % 4 == 1) return "a " + std::string(name) + " of " + std::to_string(part.size()) + " characters";
  return "a " + std::string(name) + " whose last character has bits that should be zero";
}

std::optional<std::size_t> signature_size(const KeyData& key, Alg alg) {
  switch (alg) {
    case Alg::HS256: return 32;
    case Alg::HS384: return 48;
    case Alg::HS512: return 64;
    case Alg::ES256:
    case Alg::ES256K: return 64;
    case Alg::ES384: return 96;
    case Alg::ES512: return 132;
    case Alg::EdDSA:
    case Alg::Ed25519:
    case Alg::Ed448: return key.type == KeyType::Ed448 ? 114 : 64;
    default: return std::nullopt;
  }
}

std::string named(const KeyData& key) {
  return (key.info.kid.empty() ? "without kid" : "\"" + shown(key.info.kid) + "\"") + " (" +
         std::string(key.info.alg ? alg_name(*key.info.alg) : key_type_name(key.type)) + ")";
}

class Explainer {
 public:
  Explainer(const Error& error, std::string_view token, const Verifier& verifier, sys_seconds now)
      : error_(error),
        at_(error.at),
        token_(token.size() <= verifier.policy().max_bytes ? token : std::string_view()),
        size_(token.size()),
        verifier_(verifier.data()),
        policy_(verifier.policy()),
        now_(now),
        header_(part_of(token_, 0)),
        payload_(part_of(token_, 1)) {}

  Explanation explain() {
    Explanation out{std::string(error_name(error_.code)), error_.at, "", "", std::string(error_hint(error_.code))};
    fill(out);
    if (out.expected.empty()) out.expected = "not this: " + std::string(error_text(error_.code));
    return out;
  }

 private:
  void fill(Explanation& out) const {
    switch (error_.code) {
      case Err::too_large:
        if (at_ == "payload" || at_ == "header") return say(out, "at most 1,024 members in an object", "more");
        return say(out, "at most " + std::to_string(policy_.max_bytes) + " octets", std::to_string(size_) + " octets");
      case Err::malformed:
      case Err::wrong_kind: return shape(out);
      case Err::bad_base64: return base64(out);
      case Err::bad_json: return say(out, "one JSON object in UTF-8", "a " + part() + " that is none");
      case Err::json_depth: return say(out, "JSON of at most 32 levels", "a " + part() + " that is deeper");
      case Err::duplicate_member: return say(out, "each member once", "a " + part() + " with one name twice");
      case Err::malformed_header: return malformed_header(out);
      case Err::crit_unsupported: return say(out, "no critical extension", header_.shown_json("crit"));
      case Err::alg_not_allowed:
      case Err::unknown_alg: return say(out, algs(), header_.shown_member("alg"));
      case Err::alg_key_mismatch: return say(out, "an algorithm of the key, of " + keys(), header_.shown_member("alg"));
      case Err::no_keys: return say(out, "at least one key", "0 keys");
      case Err::key_not_found:
      case Err::ambiguous_key: return key_choice(out);
      case Err::bad_signature: return signature(out);
      case Err::typ_mismatch: return say(out, shown_any(policy_.typ.values()), header_.shown_member("typ"));
      case Err::claim_missing: return missing(out);
      case Err::claim_type: return type(out);
      case Err::claim_mismatch:
        return say(out, shown_any((at_ == "aud" ? policy_.audience : policy_.issuer).values()),
                   payload_.shown_member(at_));
      case Err::expired: return expired(out);
      case Err::not_yet_valid: return not_yet_valid(out);
      case Err::too_old: return too_old(out);
      case Err::bad_policy:
        return say(out, "leeway 0 to 10 min, max_age 0 or more, max_bytes 1 to 1048576", "a bad " + std::string(at_));
      default: return;
    }
  }

  static void say(Explanation& out, std::string expected, std::string actual) {
    out.expected = std::move(expected);
    out.actual = std::move(actual);
  }

  std::string part() const { return at_.empty() ? "part" : std::string(at_); }

  void shape(Explanation& out) const {
    const auto parts = std::ranges::count(token_, '.') + 1;
    say(out, "a compact JWS: three parts with dots between",
        std::to_string(parts) + (parts == 1 ? " part" : " parts") + (parts == 5 ? ": a JWE, which is encrypted" : ""));
    if (parts == 3) out.actual = "three parts, but not of a compact JWS";
  }

  void base64(Explanation& out) const {
    const std::size_t index = at_ == "header" ? 0 : at_ == "payload" ? 1 : 2;
    say(out, "base64url without padding or white space", base64_fault(part_of(token_, index), part()));
  }

  void malformed_header(Explanation& out) const {
    const bool list = at_ == "crit" || at_ == "x5c";
    out.expected = at_ == "jwk"   ? "an object"
                   : at_ == "b64" ? "a boolean that crit names"
                   : list         ? "a list of at least one text that its RFC allows there"
                                  : "a text";
    out.actual = header_.shown_json(at_);
  }

  std::string algs() const {
    if (!policy_.algs.checked()) return "any that is registered for signatures";
    std::vector<std::string> names;
    for (const Alg alg : policy_.algs.values()) names.emplace_back(alg_name(alg));
    return shown_any(names);
  }

  std::string keys() const {
    const auto& all = verifier_.keys;
    std::string out = std::to_string(all.size()) + (all.size() == 1 ? " key" : " keys");
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i == kMaxListed) return out + ", …";
      out += (i == 0 ? ": " : ", ") + named(*all[i]);
    }
    return out;
  }

  void key_choice(Explanation& out) const {
    say(out, "exactly one key that fits, of " + keys(),
        "kid " + header_.shown_json("kid") + ", alg " + header_.shown_member("alg"));
    if (error_.code == Err::key_not_found && header_.find("kid"))
      out.hint =
          "kid " + header_.shown_json("kid") + " is not among these keys: refresh the key set, or ask the issuer";
  }

  void signature(Explanation& out) const {
    say(out, "a signature by one of " + keys(), "one that does not verify");
    if (!header_.object()) return;
    const auto header = jose::parse_header(*header_.object());
    if (!header) return;
    const auto key = jose::select_key(verifier_.keys, *header);
    if (!key) return;
    out.expected = std::string(alg_name(header->alg)) + " by the key " + named(**key);
    const auto wanted = signature_size(**key, header->alg);
    const auto octets = base64url::decoded_size(part_of(token_, 2).size());
    if (wanted && octets != *wanted) {
      out.expected += ": " + std::to_string(*wanted) + " octets";
      out.actual = std::to_string(octets) + " octets";
      if (octets > 0 && alg_row(header->alg).scheme == crypto::Scheme::ecdsa && !alg_row(header->alg).symmetric)
        out.hint = "JWS has r and s one behind the other, each of full length (RFC 7518 section 3.4), not DER";
    }
  }

  void missing(Explanation& out) const {
    std::string name(at_);
    if (at_ == "require")
      for (const auto& wanted : policy_.require)
        if (const auto value = payload_.find(wanted); !value || value->is(json::Kind::null)) {
          name = shown(wanted);
          break;
        }
    say(out, "the claim " + name, "the claims " + payload_.names());
    if (const auto value = payload_.find(name); value && value->is(json::Kind::null)) out.actual = name + " null";
  }

  void type(Explanation& out) const {
    const bool time = at_ == "exp" || at_ == "nbf" || at_ == "iat";
    say(out,
        time           ? "a number of seconds from 0 (1970) to 253402300799 (9999)"
        : at_ == "aud" ? "a text, or a list of at least one text"
                       : "a text",
        payload_.shown_json(at_));
  }

  // The claim's time, as whole seconds.
  std::optional<sys_seconds> time(std::string_view name) const {
    const auto value = payload_.find(name);
    const auto number = value ? value->number() : std::nullopt;
    if (!number || !(*number >= 0 && *number <= static_cast<double>(kLastSecond))) return std::nullopt;
    return sys_seconds(seconds(static_cast<std::int64_t>(*number)));
  }

  std::string leeway() const {
    return policy_.leeway.count() == 0 ? "" : " with " + shown_span(policy_.leeway) + " of leeway";
  }

  void expired(Explanation& out) const {
    out.expected = "now (" + iso_text(now_) + ") before exp" + leeway();
    if (const auto then = time("exp"))
      out.actual = "exp " + iso_text(*then) + ", " + shown_span(now_ - *then) + " before now";
  }

  void not_yet_valid(Explanation& out) const {
    const std::string name = at_ == "iat" ? "iat" : "nbf";
    out.expected = "now (" + iso_text(now_) + ") not before " + name + leeway();
    if (const auto then = time(name))
      out.actual = name + " " + iso_text(*then) + ", " + shown_span(*then - now_) + " after now";
  }

  void too_old(Explanation& out) const {
    out.expected = "iat at most " + shown_span(policy_.max_age.value_or(seconds(0))) + " before now (" +
                   iso_text(now_) + ")" + leeway();
    if (const auto then = time("iat"))
      out.actual = "iat " + iso_text(*then) + ", " + shown_span(now_ - *then) + " before now";
  }

  const Error& error_;
  std::string_view at_;
  std::string_view token_;  // empty when it is too large to be read
  std::size_t size_;
  const VerifierData& verifier_;
  const Policy& policy_;
  sys_seconds now_;
  Part header_, payload_;
};

}  // namespace

Explanation explain(const Error& error, std::string_view token, const Verifier& verifier, sys_seconds now) {
  return Explainer(error, token, verifier, now).explain();
}

}  // namespace tessera
