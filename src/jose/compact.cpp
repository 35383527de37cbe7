#include "jose/compact.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "jose/header_rules.hpp"

namespace tessera::jose {

Result<void> check_size(std::string_view token, std::size_t max_bytes) {
  ENSURE(token.size() <= max_bytes, too_large, "token");
  return {};
}

Result<Compact> split(std::string_view token, std::size_t max_bytes) {
  TRY_VOID(check_size(token, max_bytes));
  // A text that another reader could take for JSON (CVE-2022-39227) is not a compact token to anybody.
  const auto start = token.find_first_not_of(" \t\r\n");
  ENSURE(start != std::string_view::npos && token[start] != '{' && token[start] != '[' && token[start] != '"',
         malformed, "token");
  const auto first = token.find('.');
  ENSURE(first != std::string_view::npos, malformed, "parts");
  const auto second = token.find('.', first + 1);
  ENSURE(second != std::string_view::npos, malformed, "parts");
  if (const auto third = token.find('.', second + 1); third != std::string_view::npos) {
    const auto fourth = token.find('.', third + 1);
    ENSURE(fourth == std::string_view::npos || token.find('.', fourth + 1) != std::string_view::npos, wrong_kind,
           "JWE");
    return fail(Err::malformed, "parts");
  }
  const Compact parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                      token.substr(0, second)};
  ENSURE(!parts.header.empty(), malformed, "header");
  return parts;
}

//= RFC7797#5.2
// When using the JWS Compact Serialization, unencoded non-detached payloads using period ('.') characters would cause
// parsing errors; such payloads MUST NOT be used with the JWS Compact Serialization.
bool fits_compact(std::string_view payload) {
  return std::ranges::all_of(payload, [](char c) { return c >= 0x20 && c <= 0x7E && c != '.'; });
}

Result<bool> payload_encoded(const json::Object& header) {
  const auto b64 = header.find("b64");
  if (!b64) return true;
  const auto encoded = b64->boolean();
  ENSURE(encoded, malformed_header, "b64");
  // RFC 7797 section 6: whoever does not know `b64` must refuse the token, not read another payload out of it.
  const auto crit = header.find("crit");
  const auto names = crit ? crit->array() : std::nullopt;
  ENSURE(names, malformed_header, "b64");
  for (const json::Value name : *names)
    if (name.string() == "b64") return *encoded;
  return fail(Err::malformed_header, "b64");
}

Result<ProtectedHeader> parse_header(const json::Object& header, std::span<const std::string_view> understood) {
  ProtectedHeader out;
  std::string_view alg;
  bool has_alg = false;
  std::optional<json::Value> crit;
  for (const json::Member member : header) {
    const auto& [name, value] = member;
    if (name == "alg") {
      alg = TRY(text(value, "alg"));
      has_alg = true;
    } else if (name == "kid") {
      out.kid = TRY(text(value, "kid"));
      out.has_kid = true;
    } else if (name == "typ") {
      out.typ = TRY(text(value, "typ"));
    } else if (name == "cty") {
      out.cty = TRY(text(value, "cty"));
    } else if (name == "crit") {
      crit = value;
    } else if (name == "b64") {
      TRY_VOID(payload_encoded(header));
    } else {
      TRY_VOID(check_descriptive(member));
      if (name == "jwk") out.jwk = value;
    }
  }
  ENSURE(has_alg && !alg.empty(), malformed_header, "alg");
  ENSURE(!is_none(alg), alg_not_allowed, "alg");
  if (crit) TRY_VOID(check_crit(header, *crit, understood));
  const auto known = alg_from_name(alg);
  ENSURE(known, unknown_alg, "alg");
  out.alg = *known;
  return out;
}

}  // namespace tessera::jose
