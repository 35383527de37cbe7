#include <algorithm>
#include <functional>

#include "base/base64url.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "jose/algs.hpp"
#include "jose/header_rules.hpp"
#include "jose/select.hpp"
#include "jwt/checks.hpp"
#include "jwt/sdjwt_parts.hpp"
#include "jwt/shown.hpp"
#include "tessera/jwt.hpp"

namespace tessera {

namespace {

using namespace detail;

// One part of a token that may be anything: read if it can be.
class Part {
 public:
  explicit Part(std::string_view encoded) {
    if (const auto octets = base64url::decode(encoded)) read(text_of(*octets));
  }
  void read(std::string_view json) {
    object_.reset();
    if (const auto read = document_.parse_object(json)) object_ = *read;
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

// "a text of 5 octets": what can be told of a value without telling it.
std::string kind_and_size(const json::Value& value) {
  const auto counted = [](std::string_view what, std::size_t count, std::string_view of) {
    return std::string(what) + " of " + std::to_string(count) + " " + std::string(of) + (count == 1 ? "" : "s");
  };
  switch (value.kind()) {
    case json::Kind::null: return "null";
    case json::Kind::boolean: return "a boolean";
    case json::Kind::integer:
    case json::Kind::number: return "a number";
    case json::Kind::string: return counted("a text", value.string()->size(), "octet");
    case json::Kind::array: return counted("a list", value.array()->size(), "value");
    case json::Kind::object: return counted("an object", value.object()->size(), "member");
  }
  return "";
}

bool is_text_or_texts(const json::Value& value) {
  const auto list = value.array();
  if (!list) return value.is(json::Kind::string);
  for (const json::Value one : *list)
    if (!one.is(json::Kind::string)) return false;
  return true;
}

// A date, as whole seconds.
std::optional<sys_seconds> date_of(const json::Value& value) {
  const auto number = value.number();
  if (!number || !(*number >= 0 && *number <= static_cast<double>(kLastSecond))) return std::nullopt;
  return sys_seconds(seconds(static_cast<std::int64_t>(*number)));
}

// A claim for whoever reads a ticket: the few that say who, for whom, when and what for; of the rest what they are.
std::string redacted_claim(std::string_view name, const json::Value& value) {
  constexpr std::string_view kTimes[] = {"exp", "nbf", "iat", "auth_time"};
  constexpr std::string_view kTexts[] = {"iss", "aud", "client_id", "azp", "scope", "acr", "amr"};
  if (const auto date = date_of(value); date && std::ranges::find(kTimes, name) != std::end(kTimes))
    return shown(value.text()) + ", " + iso_text(*date);
  if (is_text_or_texts(value) && std::ranges::find(kTexts, name) != std::end(kTexts)) return shown(value.text());
  return kind_and_size(value);
}

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
  Explainer(std::string_view token, const Verifier& verifier, sys_seconds now, Values values)
      : values_(values),
        token_(token.size() <= verifier.policy().max_bytes ? token : std::string_view()),
        size_(token.size()),
        verifier_(verifier.data()),
        policy_(verifier.policy()),
        now_(now),
        header_(part_of(token_, 0)),
        payload_(part_of(token_, 1)) {}

  // Of a refusal.
  Explanation refused(const Error& error) {
    error_ = error;
    at_ = error.at;
    Explanation out{std::string(error_name(error_.code)), error_.at, "", "", std::string(error_hint(error_.code))};
    fill(out);
    if (out.expected.empty()) out.expected = "not this: " + std::string(error_text(error_.code));
    return out;
  }

  // What a check that passed wanted and found.
  Explanation passed(Checked what) const {
    Explanation out;
    tell(what, out);
    return out;
  }

  // The claims that are meant are others than the token's payload.
  void read_claims(std::string_view json) { payload_.read(json); }

  std::vector<std::pair<std::string, std::string>> claims() const {
    constexpr std::size_t kMaxClaims = 100;
    std::vector<std::pair<std::string, std::string>> out;
    if (!payload_.object()) return out;
    for (const json::Member member : *payload_.object()) {
      if (out.size() == kMaxClaims) break;
      out.emplace_back(shown(member.name), values_ == Values::shown ? shown(member.value.text())
                                                                    : redacted_claim(member.name, member.value));
    }
    return out;
  }

 private:
  void tell(Checked what, Explanation& out) const {
    switch (what) {
      case Checked::policy: return say(out, bounds(), "a policy within them");
      case Checked::size: return size(out);
      case Checked::shape: return say(out, "a compact JWS: three parts with dots between", "three parts");
      case Checked::header:
        return say(out, "one JSON object, every parameter of its type, no critical extension", header_.names());
      case Checked::alg:
        return say(out, policy_.algs.checked() ? algs() : unchecked(policy_.algs), header_.shown_member("alg"));
      case Checked::key: return key_choice(out);
      case Checked::typ: return say(out, expected(policy_.typ), header_.shown_member("typ"));
      case Checked::signature:
        signature(out);
        out.actual = "one that verifies";
        return;
      case Checked::claim_set: return say(out, "one JSON object in UTF-8", "the claims " + payload_.names());
      case Checked::claim_types:
        return say(out, "iss, sub and jti texts, aud a text or a list of texts, exp, nbf and iat dates", "so they are");
      case Checked::exp: return expired(out);
      case Checked::nbf: return not_before("nbf", out);
      case Checked::iat: return issued(out);
      case Checked::iss: return say(out, expected(policy_.issuer), payload_.shown_member("iss"));
      case Checked::aud: return say(out, expected(policy_.audience), payload_.shown_member("aud"));
      case Checked::require: return required(out);
    }
  }

  void fill(Explanation& out) const {
    switch (error_.code) {
      case Err::too_large:
        if (at_ == "payload" || at_ == "header") return say(out, "at most 1,024 members in an object", "more");
        return size(out);
      case Err::malformed:
      case Err::wrong_kind: return shape(out);
      case Err::bad_base64: return base64(out);
      case Err::bad_json: return say(out, "one JSON object in UTF-8", "a " + part() + " that is none");
      case Err::json_depth: return say(out, "JSON of at most 32 levels", "a " + part() + " that is deeper");
      case Err::duplicate_member: return say(out, "each member once", "a " + part() + " with one name twice");
      case Err::malformed_header: return malformed_header(out);
      case Err::crit_unsupported: return say(out, "no critical extension", header_.shown_json("crit"));
      case Err::alg_not_allowed:
        if (const auto alg = header_.find("alg"); alg && alg->string() && jose::is_none(*alg->string()))
          out.hint = "none is never accepted, whatever a policy says: whoever made this token must sign it";
        [[fallthrough]];
      case Err::unknown_alg:
        if (at_ == "_sd_alg") return say(out, "sha-256 or sha-384 or sha-512", payload_.shown_member(at_));
        return say(out, algs(), header_.shown_member("alg"));
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
      case Err::not_yet_valid: return not_before(at_ == "iat" ? "iat" : "nbf", out);
      case Err::too_old: return too_old(out);
      case Err::bad_policy: return say(out, bounds(), "a bad " + std::string(at_));
      default: return;
    }
  }

  static void say(Explanation& out, std::string expected, std::string actual) {
    out.expected = std::move(expected);
    out.actual = std::move(actual);
  }

  static std::string bounds() { return "leeway 0 to 10 min, max_age 0 or more, max_bytes 1 to 1048576"; }

  void size(Explanation& out) const {
    say(out, "at most " + std::to_string(policy_.max_bytes) + " octets", std::to_string(size_) + " octets");
  }

  static std::string unchecked(const auto& values) { return "not checked: " + std::string(values.unchecked_reason()); }
  static std::string expected(const Expected& values) {
    return values.checked() ? shown_any(values.values()) : unchecked(values);
  }

  // A member's value where it may be anything.
  std::string any_value(const Part& part) const {
    const auto value = part.find(at_);
    return value && values_ == Values::redacted ? kind_and_size(*value) : part.shown_json(at_);
  }

  std::string part() const { return at_.empty() ? "part" : std::string(at_); }

  void shape(Explanation& out) const {
    constexpr std::string_view kWanted = "a compact JWS: three parts with dots between";
    if (token_.contains('~')) return say(out, std::string(kWanted), "an SD-JWT: a JWS with disclosures behind it");
    const auto parts = std::ranges::count(token_, '.') + 1;
    say(out, std::string(kWanted),
        std::to_string(parts) + (parts == 1 ? " part" : " parts") + (parts == 5 ? ": a JWE, which is encrypted" : ""));
    if (parts == 3) out.actual = "three parts, but not of a compact JWS";
  }

  void base64(Explanation& out) const {
    const std::size_t index = at_ == "header" ? 0 : at_ == "payload" ? 1 : 2;
    if (index == 2 && part_of(token_, 2).contains('~')) return shape(out);
    say(out, "base64url without padding or white space", base64_fault(part_of(token_, index), part()));
  }

  void malformed_header(Explanation& out) const {
    const bool list = at_ == "crit" || at_ == "x5c";
    out.expected = at_ == "jwk"   ? "an object"
                   : at_ == "b64" ? "a boolean that crit names"
                   : list         ? "a list of at least one text that its RFC allows there"
                                  : "a text";
    out.actual = list && at_ == "crit" ? header_.shown_json(at_) : any_value(header_);
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
        any_value(payload_));
  }

  std::optional<sys_seconds> time(std::string_view name) const {
    const auto value = payload_.find(name);
    return value ? date_of(*value) : std::nullopt;
  }

  // "exp 2026-01-01T00:00:00Z, 5 min after now".
  std::string beside_now(const std::string& name) const {
    const auto then = time(name);
    if (!then) return "no " + name;
    return name + " " + iso_text(*then) + ", " + shown_span(now_ - *then) +
           (*then > now_ ? " after now" : " before now");
  }

  std::string leeway() const {
    return policy_.leeway.count() == 0 ? "" : " with " + shown_span(policy_.leeway) + " of leeway";
  }

  void expired(Explanation& out) const {
    say(out, "now (" + iso_text(now_) + ") before exp" + leeway(), beside_now("exp"));
  }

  void not_before(const std::string& name, Explanation& out) const {
    say(out, "now (" + iso_text(now_) + ") not before " + name + leeway(), beside_now(name));
  }

  void too_old(Explanation& out) const {
    say(out,
        "iat at most " + shown_span(policy_.max_age.value_or(seconds(0))) + " before now (" + iso_text(now_) + ")" +
            leeway(),
        beside_now("iat"));
  }

  void issued(Explanation& out) const {
    not_before("iat", out);
    if (policy_.max_age) out.expected += ", iat at most " + shown_span(*policy_.max_age) + " before now";
  }

  void required(Explanation& out) const {
    if (policy_.require.empty()) return say(out, "no further claim", "none is missing");
    std::string names;
    for (const std::string& name : policy_.require) (names += names.empty() ? "" : ", ") += shown(name);
    say(out, "the claims " + names, "none is missing");
  }

  Error error_{};  // that is explained
  std::string_view at_ = "";
  Values values_;
  std::string_view token_;  // empty when it is too large to be read
  std::size_t size_;
  const VerifierData& verifier_;
  const Policy& policy_;
  sys_seconds now_;
  Part header_, payload_;
};

std::string check_name(Checked what) {
  constexpr std::string_view kNames[] = {"policy", "size",      "shape",     "header",      "alg", "key",
                                         "typ",    "signature", "claim_set", "claim_types", "exp", "nbf",
                                         "iat",    "iss",       "aud",       "require"};
  return std::string(kNames[static_cast<std::size_t>(what)]);
}

// Where a check that has not failed looked: as an Error would say it.
std::string looked_at(Checked what) {
  switch (what) {
    case Checked::policy: return "";
    case Checked::size:
    case Checked::shape: return "token";
    case Checked::key: return "kid";
    case Checked::claim_set:
    case Checked::claim_types: return "payload";
    default: return check_name(what);
  }
}

bool is_unchecked(Checked what, const Policy& policy) {
  switch (what) {
    case Checked::alg: return !policy.algs.checked();
    case Checked::typ: return !policy.typ.checked();
    case Checked::iss: return !policy.issuer.checked();
    case Checked::aud: return !policy.audience.checked();
    default: return false;
  }
}

// Steps in the order of their checks; those behind one that fails are not reached.
class Tracer {
 public:
  Tracer(std::string_view token, const Verifier& verifier, sys_seconds now, Values values)
      : policy_(verifier.policy()),
        verification_{.token = token, .now = now, .verifier = verifier.data(), .scratch = scratch_},
        explainer_(token, verifier, now, values) {}

  void run(const Check& check) {
    Step& step = begin(check_name(check.what), looked_at(check.what));
    if (trace_.refusal) return;
    const auto result = check.run(verification_);
    if (!result) return fail(step, result.error(), explainer_.refused(result.error()));
    Explanation why = explainer_.passed(check.what);
    step.verdict = is_unchecked(check.what, policy_) ? Verdict::unchecked : Verdict::passed;
    step.expected = std::move(why.expected);
    step.actual = std::move(why.actual);
  }

  // A check that `work` does, which says as it goes on what it expects and what it looks at.
  void run(std::string_view name, std::string_view at, Verdict good,
           const std::function<Result<void>(Explanation& told)>& work) {
    Step& step = begin(std::string(name), std::string(at));
    if (trace_.refusal) return;
    Explanation told;
    if (const auto done = work(told); !done) {
      const Error& error = done.error();
      told.code = error_name(error.code);
      told.at = error.at;
      told.actual += (told.actual.empty() ? "" : ": ") + std::string(error_text(error.code));
      told.hint = error_hint(error.code);
      return fail(step, error, std::move(told));
    }
    step.verdict = good;
    step.expected = std::move(told.expected);
    step.actual = std::move(told.actual);
  }

  // What the token's payload says; the checks behind this one look at `json` instead.
  const json::Object& claims() const { return *verification_.claims; }
  std::string shown_claim(std::string_view name) const {
    const auto claim = claims().find(name);
    return std::string(name) + " " + (claim ? shown(claim->text()) : "absent");
  }
  bool expires() const { return verification_.scratch.claims.expires_at.has_value(); }
  Result<void> replace_claims(const std::string& json) {
    verification_.claims = TRY(jose::of_part(scratch_.payload_document.parse_object(json), "disclosures"));
    explainer_.read_claims(json);
    return {};
  }

  Trace done() && {
    trace_.claims = explainer_.claims();
    return std::move(trace_);
  }

 private:
  Step& begin(std::string name, std::string at) {
    trace_.steps.push_back({.check = std::move(name), .at = std::move(at), .verdict = Verdict::not_reached});
    return trace_.steps.back();
  }
  void fail(Step& step, Error error, Explanation why) {
    trace_.refusal = error;
    step = {step.check,          std::move(why.at),       Verdict::failed,
            std::move(why.code), std::move(why.expected), std::move(why.actual),
            std::move(why.hint)};
  }

  const Policy& policy_;
  ScratchData scratch_;
  Verification verification_;
  Explainer explainer_;
  Trace trace_;
};

}  // namespace

Explanation explain(const Error& error, std::string_view token, const Verifier& verifier, sys_seconds now) {
  return Explainer(token, verifier, now, Values::shown).refused(error);
}

std::string_view verdict_name(Verdict verdict) {
  constexpr std::string_view kNames[] = {"passed", "failed", "not_reached", "unchecked"};
  return kNames[static_cast<std::size_t>(verdict)];
}

Trace trace(std::string_view token, const Verifier& verifier, sys_seconds now, Values values) {
  Tracer tracer(token, verifier, now, values);
  for (const Check& check : verifier_checks()) tracer.run(check);
  return std::move(tracer).done();
}

namespace {

std::string counted_disclosures(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " disclosure" : " disclosures");
}

Result<sdjwt::Hash> told_hash(const Tracer& tracer, Explanation& told) {
  told.expected = "sha-256 or sha-384 or sha-512";
  told.actual = tracer.shown_claim("_sd_alg");
  return sdjwt::hash_of(tracer.claims());
}

// The claims as disclosed take the place of the payload's.
Result<void> disclose(Tracer& tracer, const sdjwt::Parts& parts, Explanation& told) {
  const sdjwt::Hash hash = TRY(told_hash(tracer, told));
  told.expected = "each what one digest stands for";
  const std::size_t count = parts.disclosures.size();
  for (std::size_t i = 0; i < count; ++i) {
    told.actual = "disclosure " + std::to_string(i + 1) + " of " + std::to_string(count);
    TRY_VOID(sdjwt::check_disclosure(parts.disclosures[i]));
  }
  told.actual = counted_disclosures(count);
  const auto whole = TRY(sdjwt::process(tracer.claims(), parts.disclosures, hash, sdjwt::Places::unwanted));
  TRY_VOID(tracer.replace_claims(whole.claims));
  told.actual = "each of them does";
  return {};
}

// Of a key binding that nobody asked for, what needs no nonce and no audience.
Result<void> check_binding(const Tracer& tracer, const sdjwt::Parts& parts, const sdjwt::Policy& policy,
                           sys_seconds now, Explanation& told) {
  const auto* asked = std::get_if<sdjwt::KeyBinding>(&policy.key_binding);
  const bool bound = !parts.key_binding.empty();
  told.expected = "a key binding JWT, with a nonce and an audience";
  if (asked) TRY_VOID(sdjwt::check_form(parts, policy));
  if (bound) {
    const sdjwt::Hash hash = TRY(told_hash(tracer, told));
    told.expected = "a JWT by the key in cnf, for this presentation";
    told.actual.clear();
    TRY_VOID(sdjwt::check_key_binding(parts, tracer.claims(), asked, policy.issuer_signed, hash, now));
  }
  if (!asked) told.expected = "not checked: whether it is for who asked for the presentation";
  told.actual = bound ? "a key binding JWT of the holder" : "none";
  return {};
}

}  // namespace

Trace sdjwt::trace(std::string_view presentation, const Keys& issuer, const Policy& policy, sys_seconds now,
                   Values values) {
  const auto parts = split(presentation, policy.issuer_signed.max_bytes);
  const Verifier verifier{issuer, policy.issuer_signed};
  Tracer tracer(parts ? parts->jwt : presentation.substr(0, presentation.find('~')), verifier, now, values);
  const bool asked = std::holds_alternative<KeyBinding>(policy.key_binding);
  for (const Check& check : verifier_checks()) {
    if (check.what == Checked::exp && policy.may_lack_exp && !tracer.expires()) {
      tracer.run("exp", "exp", Verdict::unchecked, [&](Explanation& told) -> Result<void> {
        told.expected = std::string("not checked: ") + policy.may_lack_exp->reason;
        told.actual = "no exp";
        return {};
      });
      continue;
    }
    tracer.run(check);
    if (check.what == Checked::policy)
      tracer.run("presentation", "presentation", Verdict::passed, [&](Explanation& told) -> Result<void> {
        told.expected = "a JWT, a ~, and each disclosure with a ~ behind it";
        TRY_VOID(parts);
        told.actual = counted_disclosures(parts->disclosures.size());
        return {};
      });
    if (check.what != Checked::claim_set) continue;
    tracer.run("key_binding", "kb_jwt", asked ? Verdict::passed : Verdict::unchecked,
               [&](Explanation& told) { return check_binding(tracer, *parts, policy, now, told); });
    tracer.run("disclosures", "disclosures", Verdict::passed,
               [&](Explanation& told) { return disclose(tracer, *parts, told); });
  }
  return std::move(tracer).done();
}

}  // namespace tessera
