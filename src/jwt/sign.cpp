#include <algorithm>
#include <array>
#include <cmath>

#include "base/base64url.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "jose/signature.hpp"
#include "json/json.hpp"
#include "json/tokens.hpp"
#include "jwt/sign.hpp"

namespace tessera {

namespace {

using detail::TokenText;

constexpr std::size_t kMaxToken = 16 * 1024;
constexpr std::array<std::string_view, 7> kRegistered = {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"};

Result<std::int64_t> date(sys_seconds time, const char* name) {
  const auto value = time.time_since_epoch().count();
  ENSURE(value >= 0 && value <= kLastSecond, bad_policy, name);
  return value;
}

Result<void> check_times(const TokenText& token) {
  if (!token.expires_at) return {};
  ENSURE(!token.issued_at || *token.expires_at > *token.issued_at, bad_policy, "exp");
  ENSURE(!token.not_before || *token.expires_at > *token.not_before, bad_policy, "nbf");
  return {};
}

Result<void> check_names(std::span<const Claim> claims) {
  ENSURE(claims.size() + kRegistered.size() <= json::kMaxMembers, too_large, "claims");
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto& name = claims[i].name;
    ENSURE(std::ranges::find(kRegistered, name) == kRegistered.end(), duplicate_member, "claims");
    for (std::size_t k = 0; k < i; ++k) ENSURE(claims[k].name != name, duplicate_member, "claims");
  }
  return {};
}

void write_texts(std::span<const std::string> texts, json::Writer& out) {
  out.begin_array();
  for (const auto& text : texts) out.string(text);
  out.end_array();
}

// Text that was made elsewhere goes in only if it is one value that reads as strictly as what we read.
Result<void> write(const ClaimValue& value, json::Writer& out) {
  if (const auto* text = std::get_if<std::string>(&value.variant())) {
    out.string(*text);
  } else if (const auto* boolean = std::get_if<bool>(&value.variant())) {
    out.boolean(*boolean);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value.variant())) {
    out.integer(*integer);
  } else if (const auto* number = std::get_if<double>(&value.variant())) {
    ENSURE(std::isfinite(*number), bad_json, "claims");
    out.number(*number);
  } else if (const auto* list = std::get_if<std::vector<std::string>>(&value.variant())) {
    write_texts(*list, out);
  } else {
    const auto& written = std::get<JsonText>(value.variant()).text;
    json::Document document;
    TRY_VOID(document.parse(written));
    out.raw(json::compact(written));  // a parsed number may have lost digits
  }
  return {};
}

Result<void> write(std::span<const Claim> members, json::Writer& out) {
  for (const auto& member : members) TRY_VOID(write(member.value, out.key(member.name)));
  return {};
}

Result<std::string> claim_set(const TokenText& token) {
  json::Writer out;
  out.begin_object();
  if (!token.issuer.empty()) out.member("iss", token.issuer);
  if (!token.subject.empty()) out.member("sub", token.subject);
  if (token.audience.size() == 1)
    out.member("aud", token.audience.front());
  else if (!token.audience.empty())
    write_texts(token.audience, out.key("aud"));
  if (token.expires_at) out.member("exp", TRY(date(*token.expires_at, "exp")));
  if (token.not_before) out.member("nbf", TRY(date(*token.not_before, "nbf")));
  if (token.issued_at) out.member("iat", TRY(date(*token.issued_at, "iat")));
  if (!token.id.empty()) out.member("jti", token.id);
  TRY_VOID(write(token.claims, out));
  out.end_object();
  ENSURE(valid_utf8(out.text()), bad_json, "claims");
  const auto is_json = [](const Claim& claim) { return std::holds_alternative<JsonText>(claim.value.variant()); };
  if (token.check || std::ranges::any_of(token.claims, is_json)) {
    // What stands alone within the depth may not inside the claim set, and then nobody here would read the token.
    json::Document document;
    const auto object = TRY(document.parse_object(out.text()));
    const auto claims = TRY(detail::read_claims(object));
    if (token.check) TRY_VOID(token.check(claims));
  }
  return out.take();
}

Result<std::string> header(const TokenText& token, Alg alg, const detail::KeyData& key) {
  json::Writer out;
  out.begin_object().member("alg", alg_name(alg));
  if (!token.typ.empty()) out.member("typ", token.typ);
  if (!key.info.kid.empty()) out.member("kid", key.info.kid);
  TRY_VOID(write(token.header, out));
  out.end_object();
  ENSURE(valid_utf8(out.text()), bad_json, "header");
  return out.take();
}

Result<std::string> sign_draft(const Draft& draft, const detail::KeyData& key) {
  return detail::sign_token({.typ = draft.typ.value,
                             .issuer = draft.issuer,
                             .subject = draft.subject,
                             .audience = draft.audience,
                             .issued_at = draft.issued_at.value,
                             .expires_at = draft.expires_at.value,
                             .not_before = draft.not_before,
                             .id = draft.id,
                             .claims = draft.claims},
                            key);
}

}  // namespace

Result<std::string> detail::sign_token(const TokenText& token, const KeyData& key) {
  const Alg alg = TRY(jose::signing_alg(key, std::nullopt));
  TRY_VOID(check_times(token));
  TRY_VOID(check_names(token.claims));
  const std::string head = TRY(header(token, alg, key));
  const std::string claims = TRY(claim_set(token));
  ENSURE(claims.size() <= kMaxToken, too_large, "claims");
  std::string out;
  out.reserve(base64url::encoded_size(head.size()) + base64url::encoded_size(claims.size()) + 128);
  base64url::append(out, bytes_of(head));
  out += '.';
  base64url::append(out, bytes_of(claims));
  TRY_VOID(jose::sign_into(key, alg, out));
  ENSURE(out.size() <= kMaxToken, too_large, "token");
  return out;
}

Result<std::string> sign(const Draft& draft, const PrivateKey& key) { return sign_draft(draft, key.data()); }
Result<std::string> sign(const Draft& draft, const SecretKey& key) { return sign_draft(draft, key.data()); }

}  // namespace tessera
