#include <algorithm>
#include <array>
#include <cstdio>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "jose/algs.hpp"
#include "jwt/scratch.hpp"
#include "tessera/jwt.hpp"

namespace tessera {

namespace {

constexpr std::size_t kMaxShown = 200, kMaxPeeked = 1 << 20;

// Text of the token as it may be shown: printable, cut.
std::string shown(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  const bool utf8 = valid_utf8(text);
  std::string out;
  for (const char c : text) {
    if (out.size() >= kMaxShown) return out + "…";
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7F || (!utf8 && octet >= 0x80))
      (out += "\\x") += {kHex[octet >> 4], kHex[octet & 15]};
    else
      out += c;
  }
  return out;
}

std::string listed(const std::vector<std::string>& values) {
  std::string out;
  for (const auto& value : values) (out += out.empty() ? "" : " or ") += shown(value);
  return out.empty() ? "nothing: the list is empty" : out;
}

std::string instant(sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

std::string span(seconds time) {
  const auto count = time.count();
  if (count < 120) return std::to_string(count) + " s";
  if (count < 7200) return std::to_string(count / 60) + " min";
  if (count < 172800) return std::to_string(count / 3600) + " h";
  return std::to_string(count / 86400) + " days";
}

class Explainer {
 public:
  Explainer(const Error& error, std::string_view token, const Verifier& verifier, sys_seconds now)
      : error_(error), token_(token), verifier_(verifier.data()), policy_(verifier.policy()), now_(now) {
    if (const auto peeked = peek_unverified(token)) {
      header_text_ = peeked->header;
      payload_text_ = peeked->payload;
      if (const auto object = header_document_.parse_object(header_text_)) header_ = *object;
      if (const auto object = payload_document_.parse_object(payload_text_)) payload_ = *object;
    }
  }

  Explanation explain() {
    Explanation out{std::string(error_name(error_.code)), error_.at, std::string(error_text(error_.code)), "",
                    std::string(error_hint(error_.code))};
    fill(out);
    return out;
  }

 private:
  void fill(Explanation& out) {
    const std::string_view at = error_.at;
    switch (error_.code) {
      case Err::too_large:
        out.expected = "at most " + std::to_string(policy_.max_bytes) + " octets";
        out.actual = std::to_string(token_.size()) + " octets";
        break;
      case Err::malformed:
      case Err::wrong_kind:
        out.expected = "a compact JWS: three parts with dots between";
        out.actual = std::to_string(std::ranges::count(token_, '.') + 1) + " parts";
        break;
      case Err::alg_not_allowed:
      case Err::unknown_alg:
        out.expected = algs();
        out.actual = header("alg");
        break;
      case Err::alg_key_mismatch:
        out.expected = "an algorithm of the key: " + keys();
        out.actual = header("alg");
        break;
      case Err::key_not_found:
      case Err::ambiguous_key:
        out.expected = "exactly one key that fits, of " + keys();
        out.actual = "kid " + header("kid") + ", alg " + header("alg");
        break;
      case Err::no_keys:
        out.expected = "at least one key";
        out.actual = "none";
        break;
      case Err::bad_signature:
        out.expected = "a signature by the key " + keys();
        out.actual = "another key's, or of other octets";
        break;
      case Err::typ_mismatch:
        out.expected = listed(policy_.typ.values());
        out.actual = header("typ");
        break;
      case Err::crit_unsupported:
        out.expected = "no critical extension";
        out.actual = header("crit");
        break;
      case Err::malformed_header:
        out.actual = at.empty() ? "" : header(at);
        break;
      case Err::claim_missing: out.actual = "absent"; out.expected = "a claim that is there"; break;
      case Err::claim_type:
        out.expected = "a value of the type that RFC 7519 section 4.1 gives it";
        out.actual = claim(at);
        break;
      case Err::claim_mismatch:
        out.expected = listed(at == "aud" ? policy_.audience.values() : policy_.issuer.values());
        out.actual = claim(at);
        break;
      case Err::expired: time_before(out, "exp"); break;
      case Err::not_yet_valid: time_after(out, at); break;
      case Err::too_old:
        out.expected = "issued at most " + span(policy_.max_age.value_or(seconds(0))) + " before now";
        time_before(out, "iat");
        break;
      case Err::bad_policy:
        out.expected = "leeway 0 to 10 min, max_age not negative, max_bytes 1 to 1 MiB";
        out.actual = "a policy that contradicts itself";
        break;
      default: break;
    }
  }

  std::string algs() const {
    std::vector<std::string> names;
    for (const Alg alg : policy_.algs.values()) names.emplace_back(alg_name(alg));
    return policy_.algs.checked() ? listed(names) : "a registered signature algorithm";
  }

  std::string keys() const {
    std::string out = std::to_string(verifier_.keys.size()) + (verifier_.keys.size() == 1 ? " key" : " keys");
    std::size_t told = 0;
    for (const auto& key : verifier_.keys) {
      if (++told > 5) return out + ", …";
      out += (told == 1 ? ": " : ", ") + (key->info.kid.empty() ? "without kid" : shown(key->info.kid)) + " (" +
             std::string(key->info.alg ? alg_name(*key->info.alg) : key_type_name(key->type)) + ")";
    }
    return out;
  }

  static std::string member(const std::optional<json::Object>& object, std::string_view name) {
    if (!object) return "unreadable";
    const auto value = object->find(name);
    if (!value) return "absent";
    const auto text = value->string();
    return text ? shown(*text) : shown(value->text());
  }
  std::string header(std::string_view name) const { return member(header_, name); }
  std::string claim(std::string_view name) const { return member(payload_, name); }

  std::optional<sys_seconds> time(std::string_view name) const {
    const auto value = payload_ ? payload_->find(name) : std::nullopt;
    const auto number = value ? value->number() : std::nullopt;
    if (!number || !(*number >= 0 && *number <= static_cast<double>(detail::kMaxDate))) return std::nullopt;
    return sys_seconds(seconds(static_cast<std::int64_t>(*number)));
  }

  void time_before(Explanation& out, std::string_view name) const {
    if (const auto then = time(name)) {
      if (name == "exp") out.expected = "now (" + instant(now_) + ") before exp" + leeway();
      out.actual = std::string(name) + " " + instant(*then) + ", " + span(now_ - *then) + " ago";
    }
  }

  void time_after(Explanation& out, std::string_view name) const {
    if (const auto then = time(name)) {
      out.expected = "now (" + instant(now_) + ") not before " + std::string(name) + leeway();
      out.actual = std::string(name) + " " + instant(*then) + ", in " + span(*then - now_);
    }
  }

  std::string leeway() const {
    return policy_.leeway.count() == 0 ? "" : " with " + span(policy_.leeway) + " of leeway";
  }

  const Error& error_;
  std::string_view token_;
  const detail::VerifierData& verifier_;
  const Policy& policy_;
  sys_seconds now_;
  std::string header_text_, payload_text_;
  json::Document header_document_, payload_document_;
  std::optional<json::Object> header_, payload_;
};

}  // namespace

Explanation explain(const Error& error, std::string_view token, const Verifier& verifier, sys_seconds now) {
  return Explainer(error, token, verifier, now).explain();
}

Result<Peeked> peek_unverified(std::string_view token) {
  ENSURE(token.size() <= kMaxPeeked, too_large, "token");
  const auto parts = static_cast<std::size_t>(std::ranges::count(token, '.')) + 1;
  ENSURE(parts == 3 || parts == 5, wrong_kind, "parts");
  const auto first = token.find('.');
  Peeked out;
  out.parts = parts;
  json::Document document;
  const Bytes header = TRY(base64url::decode(token.substr(0, first)));
  TRY_VOID(document.parse_object(text_of(header)));
  out.header = text_of(header);
  if (parts == 3) {
    const auto second = token.find('.', first + 1);
    const Bytes payload = TRY(base64url::decode(token.substr(first + 1, second - first - 1)));
    out.payload = text_of(payload);
  }
  return out;
}

}  // namespace tessera
