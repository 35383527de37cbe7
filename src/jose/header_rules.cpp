#include "jose/header_rules.hpp"

#include <algorithm>
#include <array>

#include "base/try.hpp"

namespace tessera::jose {

namespace {

// The names that RFC 7515 section 4.1 and RFC 7516, 7518 register: none of them may stand in `crit`.
constexpr std::array<std::string_view, 20> kRegistered = {"alg",      "jku", "jwk", "kid",  "x5u", "x5c", "x5t",
                                                          "x5t#S256", "typ", "cty", "crit", "enc", "zip", "epk",
                                                          "apu",      "apv", "iv",  "tag",  "p2s", "p2c"};

constexpr const char* kTexts[] = {"typ", "cty", "jku", "x5u", "x5t", "x5t#S256"};

Result<void> check_texts(const json::Value& value, const char* name) {
  const auto list = value.array();
  ENSURE(list && list->size() > 0, malformed_header, name);
  for (const json::Value item : *list) ENSURE(item.is(json::Kind::string), malformed_header, name);
  return {};
}

}  // namespace

Result<std::string_view> text(const json::Value& value, const char* name) {
  const auto text = value.string();
  ENSURE(text, malformed_header, name);
  return *text;
}

bool is_none(std::string_view alg) {
  constexpr std::string_view kNone = "none";
  return std::ranges::equal(alg, kNone, [](char a, char b) { return (a | 0x20) == b; });
}

Result<void> check_descriptive(const json::Member& member) {
  const auto& [name, value] = member;
  for (const char* known : kTexts)
    if (name == known) TRY_VOID(text(value, known));
  if (name == "jwk") ENSURE(value.is(json::Kind::object), malformed_header, "jwk");
  if (name == "x5c") TRY_VOID(check_texts(value, "x5c"));
  return {};
}

//= RFC7515#4.1.11
// Producers MUST NOT include Header Parameter names defined by this specification or [JWA] for use with JWS, duplicate
// names, or names that do not occur as Header Parameter names within the JOSE Header in the "crit" list.
Result<void> check_crit(const json::Object& header, const json::Value& crit,
                        std::span<const std::string_view> understood) {
  const auto list = crit.array();
  ENSURE(list && list->size() > 0, malformed_header, "crit");
  std::array<std::string_view, 16> seen;
  std::size_t count = 0;
  bool all_understood = true;
  for (const json::Value item : *list) {
    const auto name = item.string();
    ENSURE(name && count < seen.size(), malformed_header, "crit");
    ENSURE(std::ranges::find(kRegistered, *name) == kRegistered.end(), malformed_header, "crit");
    ENSURE(std::find(seen.begin(), seen.begin() + count, *name) == seen.begin() + count, malformed_header, "crit");
    ENSURE(header.find(*name), malformed_header, "crit");
    all_understood = all_understood && std::ranges::find(understood, *name) != understood.end();
    seen[count++] = *name;
  }
  ENSURE(all_understood, crit_unsupported, "crit");
  return {};
}

}  // namespace tessera::jose
