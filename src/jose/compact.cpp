#include "jose/compact.hpp"

#include <algorithm>
#include <array>

#include "base/try.hpp"

namespace tessera::jose {

namespace {

// The names that RFC 7515 section 4.1 and RFC 7516, 7518 register: none of them may stand in `crit`.
constexpr std::array<std::string_view, 20> kRegistered = {"alg",      "jku", "jwk", "kid",  "x5u", "x5c", "x5t",
                                                          "x5t#S256", "typ", "cty", "crit", "enc", "zip", "epk",
                                                          "apu",      "apv", "iv",  "tag",  "p2s", "p2c"};

bool is_none(std::string_view alg) {
  constexpr std::string_view kNone = "none";
  return std::ranges::equal(alg, kNone, [](char a, char b) { return (a | 0x20) == b; });
}

//= RFC7515#4.1.11
// Producers MUST NOT include Header Parameter names defined by this specification or [JWA] for use with JWS, duplicate
// names, or names that do not occur as Header Parameter names within the JOSE Header in the "crit" list.
Result<void> check_crit(const json::Object& header, const json::Value& crit) {
  const auto list = crit.array();
  ENSURE(list && list->size() > 0, malformed_header, "crit");
  std::array<std::string_view, 16> seen;
  std::size_t count = 0;
  for (const json::Value item : *list) {
    const auto name = item.string();
    ENSURE(name && count < seen.size(), malformed_header, "crit");
    ENSURE(std::ranges::find(kRegistered, *name) == kRegistered.end(), malformed_header, "crit");
    ENSURE(std::find(seen.begin(), seen.begin() + count, *name) == seen.begin() + count, malformed_header, "crit");
    ENSURE(header.find(*name), malformed_header, "crit");
    seen[count++] = *name;
  }
  // No extension is understood here.
  return fail(Err::crit_unsupported, "crit");
}

Result<std::string_view> text(const json::Value& value, const char* name) {
  const auto text = value.string();
  ENSURE(text, malformed_header, name);
  return *text;
}

Result<void> check_texts(const json::Value& value, const char* name) {
  const auto list = value.array();
  ENSURE(list && list->size() > 0, malformed_header, name);
  for (const json::Value item : *list) ENSURE(item.is(json::Kind::string), malformed_header, name);
  return {};
}

}  // namespace

Result<Compact> split(std::string_view token, std::size_t max_bytes) {
  ENSURE(token.size() <= max_bytes, too_large, "token");
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

Result<ProtectedHeader> parse_header(const json::Object& header) {
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
      // RFC 7797 section 6: it stands in `crit`, which is refused below, because the extension is not understood here.
      ENSURE(value.is(json::Kind::boolean) && header.find("crit"), malformed_header, "b64");
    } else if (name == "jku") {
      TRY_VOID(text(value, "jku"));
    } else if (name == "x5u") {
      TRY_VOID(text(value, "x5u"));
    } else if (name == "x5t") {
      TRY_VOID(text(value, "x5t"));
    } else if (name == "x5t#S256") {
      TRY_VOID(text(value, "x5t#S256"));
    } else if (name == "jwk") {
      ENSURE(value.is(json::Kind::object), malformed_header, "jwk");
    } else if (name == "x5c") {
      TRY_VOID(check_texts(value, "x5c"));
    }
  }
  ENSURE(has_alg && !alg.empty(), malformed_header, "alg");
  ENSURE(!is_none(alg), alg_not_allowed, "alg");
  if (crit) TRY_VOID(check_crit(header, *crit));
  const auto known = alg_from_name(alg);
  ENSURE(known, unknown_alg, "alg");
  out.alg = *known;
  return out;
}

}  // namespace tessera::jose
