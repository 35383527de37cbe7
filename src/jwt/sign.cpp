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
#include "jwt/claim_set.hpp"
#include "tessera/jwt.hpp"

namespace tessera {

namespace {

constexpr std::size_t kMaxToken = 16 * 1024;
constexpr std::array<std::string_view, 7> kRegistered = {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"};

Result<std::int64_t> date(sys_seconds time, const char* name) {
  const auto value = time.time_since_epoch().count();
  ENSURE(value >= 0 && value <= kLastSecond, bad_policy, name);
  return value;
}

Result<void> check_draft(const Draft& draft) {
  ENSURE(draft.expires_at.value > draft.issued_at.value, bad_policy, "exp");
  ENSURE(!draft.not_before || draft.expires_at.value > *draft.not_before, bad_policy, "nbf");
  ENSURE(draft.claims.size() + kRegistered.size() <= json::kMaxMembers, too_large, "claims");
  for (std::size_t i = 0; i < draft.claims.size(); ++i) {
    const auto& name = draft.claims[i].name;
    ENSURE(std::ranges::find(kRegistered, name) == kRegistered.end(), duplicate_member, "claims");
    for (std::size_t k = 0; k < i; ++k) ENSURE(draft.claims[k].name != name, duplicate_member, "claims");
  }
  return {};
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
    out.begin_array();
    for (const auto& item : *list) out.string(item);
    out.end_array();
  } else {
    const auto& written = std::get<JsonText>(value.variant()).text;
    json::Document document;
    TRY_VOID(document.parse(written));
    out.raw(json::compact(written));  // a parsed number may have lost digits
  }
  return {};
}

Result<std::string> claim_set(const Draft& draft) {
  json::Writer out;
  out.begin_object();
  if (!draft.issuer.empty()) out.member("iss", draft.issuer);
  if (!draft.subject.empty()) out.member("sub", draft.subject);
  if (draft.audience.size() == 1)
    out.member("aud", draft.audience.front());
  else if (!draft.audience.empty())
    out.member("aud", draft.audience);
  out.member("exp", TRY(date(draft.expires_at.value, "exp")));
  if (draft.not_before) out.member("nbf", TRY(date(*draft.not_before, "nbf")));
  out.member("iat", TRY(date(draft.issued_at.value, "iat")));
  if (!draft.id.empty()) out.member("jti", draft.id);
  for (const auto& claim : draft.claims) TRY_VOID(write(claim.value, out.key(claim.name)));
  out.end_object();
  ENSURE(valid_utf8(out.text()), bad_json, "claims");
  const auto is_json = [](const Claim& claim) { return std::holds_alternative<JsonText>(claim.value.variant()); };
  if (std::ranges::any_of(draft.claims, is_json)) {
    // What stands alone within the depth may not inside the claim set, and then nobody here would read the token.
    json::Document document;
    TRY_VOID(document.parse_object(out.text()));
  }
  return out.take();
}

Result<std::string> sign_with(const Draft& draft, const detail::KeyData& key) {
  const Alg alg = TRY(jose::signing_alg(key, std::nullopt));
  TRY_VOID(check_draft(draft));
  json::Writer header;
  header.begin_object().member("alg", alg_name(alg));
  if (!draft.typ.value.empty()) header.member("typ", draft.typ.value);
  if (!key.info.kid.empty()) header.member("kid", key.info.kid);
  header.end_object();
  ENSURE(valid_utf8(header.text()), bad_json, "header");
  const std::string claims = TRY(claim_set(draft));
  ENSURE(claims.size() <= kMaxToken, too_large, "claims");
  std::string token;
  token.reserve(base64url::encoded_size(header.text().size()) + base64url::encoded_size(claims.size()) + 128);
  base64url::append(token, bytes_of(header.text()));
  token += '.';
  base64url::append(token, bytes_of(claims));
  TRY_VOID(jose::sign_into(key, alg, token));
  ENSURE(token.size() <= kMaxToken, too_large, "token");
  return token;
}

}  // namespace

Result<std::string> sign(const Draft& draft, const PrivateKey& key) { return sign_with(draft, key.data()); }
Result<std::string> sign(const Draft& draft, const SecretKey& key) { return sign_with(draft, key.data()); }

}  // namespace tessera
