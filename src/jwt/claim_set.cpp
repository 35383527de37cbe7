#include "jwt/claim_set.hpp"

#include <cmath>

#include "base/time.hpp"
#include "base/try.hpp"

namespace tessera::detail {

using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

bool is_audience(const json::Value& value) {
  if (value.is(json::Kind::string)) return true;
  const auto list = value.array();
  if (!list || list->begin() == list->end()) return false;
  for (const json::Value one : *list)
    if (!one.is(json::Kind::string)) return false;
  return true;
}

template <class T>
bool fill(std::optional<T>& field, std::optional<T> value) {
  field = value;
  return field.has_value();
}

}  // namespace

std::optional<sys_seconds> date(const json::Value& value, Round round) {
  if (const auto whole = value.integer()) {
    if (*whole < 0 || *whole > kLastSecond) return std::nullopt;
    return sys_seconds(seconds(*whole));
  }
  const auto number = value.number();
  // Written so that a NaN fails.
  if (!number || !(*number >= 0 && *number <= static_cast<double>(kLastSecond))) return std::nullopt;
  return sys_seconds(seconds(static_cast<std::int64_t>(round == Round::up ? std::ceil(*number) : std::floor(*number))));
}

Result<ClaimSet> read_claims(json::Object object) {
  ClaimSet claims;
  claims.object = object;
  for (const auto [name, value] : object) {
    if (name.size() != 3) continue;  // every registered name has three letters
    if (name == "iss") ENSURE(fill(claims.issuer, value.string()), claim_type, "iss");
    if (name == "sub") ENSURE(fill(claims.subject, value.string()), claim_type, "sub");
    if (name == "jti") ENSURE(fill(claims.id, value.string()), claim_type, "jti");
    if (name == "exp") ENSURE(fill(claims.expires_at, date(value, Round::up)), claim_type, "exp");
    if (name == "nbf") ENSURE(fill(claims.not_before, date(value, Round::down)), claim_type, "nbf");
    if (name == "iat") ENSURE(fill(claims.issued_at, date(value, Round::down)), claim_type, "iat");
    if (name == "aud") {
      ENSURE(is_audience(value), claim_type, "aud");
      claims.audience = value;
    }
  }
  return claims;
}

bool holds(const json::Value& claim, std::string_view text) {
  if (const auto lone = claim.string()) return *lone == text;
  if (const auto list = claim.array())
    for (const json::Value one : *list)
      if (one.string() == text) return true;
  return false;
}

const char* literal_name(std::string_view name, const char* otherwise) {
  static constexpr const char* kNames[] = {
      "iss",   "sub",  "aud",   "exp",       "nbf",    "iat",    "jti",         "scope",  "client_id",
      "azp",   "sid",  "nonce", "auth_time", "acr",    "amr",    "roles",       "cnf",    "act",
      "email", "name", "grant", "at_hash",   "c_hash", "s_hash", "permissions", "groups", "events"};
  for (const char* known : kNames)
    if (name == known) return known;
  return otherwise;
}

}  // namespace tessera::detail
