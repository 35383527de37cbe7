#include "jose/jwe_header.hpp"

#include "base/try.hpp"
#include "jose/header_rules.hpp"

namespace tessera::jose {

namespace {

constexpr std::size_t kMaxParameters = 64;  // of one header: each is looked for in the two others

Result<void> read_member(const json::Member& member, JweHeader& out) {
  const auto& [name, value] = member;
  if (name == "kid") {
    out.kid = TRY(text(value, "kid"));
  } else if (name == "apu") {
    out.apu = TRY(text(value, "apu"));
  } else if (name == "apv") {
    out.apv = TRY(text(value, "apv"));
  } else if (name == "iv") {
    out.iv = TRY(text(value, "iv"));
  } else if (name == "tag") {
    out.tag = TRY(text(value, "tag"));
  } else if (name == "p2s") {
    out.p2s = TRY(text(value, "p2s"));
  } else if (name == "p2c") {
    out.p2c = value.integer();
    ENSURE(out.p2c && *out.p2c > 0, malformed_header, "p2c");
  } else if (name == "epk") {
    out.epk = value.object();
    ENSURE(out.epk, malformed_header, "epk");
  } else {
    return check_descriptive(member);
  }
  return {};
}

Result<void> check_protected(const json::Object& header, JweHeader& out) {
  for (const json::Member member : header) {
    if (member.name == "typ") out.typ = TRY(text(member.value, "typ"));
    if (member.name == "cty") out.cty = TRY(text(member.value, "cty"));
    if (member.name == "kid") out.protected_kid = TRY(text(member.value, "kid"));
    if (member.name == "crit") TRY_VOID(check_crit(header, member.value, {}));
    if (member.name == "zip") {
      const auto zip = TRY(text(member.value, "zip"));
      ENSURE(zip == "DEF", unsupported, "zip");
      out.zip = true;
    }
  }
  return {};
}

//= RFC7516#7.2.1
// the Header Parameter names in the three locations MUST be disjoint
Result<void> check_disjoint(const json::Object& one, const std::optional<json::Object>& other) {
  if (!other) return {};
  for (const json::Member member : *other) ENSURE(!one.find(member.name), duplicate_header, "header");
  return {};
}

}  // namespace

Result<JweHeader> parse_jwe_header(const JweHeaders& headers) {
  const std::optional<json::Object>* const all[] = {&headers.of_all_protected, &headers.of_all, &headers.of_recipient};
  JweHeader out;
  std::optional<std::string_view> alg, enc;
  for (const auto* header : all) {
    if (!*header) continue;
    ENSURE((*header)->size() <= kMaxParameters, too_large, "header");
    const bool is_protected = header == &headers.of_all_protected;
    for (const auto* other : all)
      if (other > header) TRY_VOID(check_disjoint(**header, *other));
    for (const json::Member member : **header) {
      if (member.name == "alg") alg = TRY(text(member.value, "alg"));
      if (member.name == "enc") enc = TRY(text(member.value, "enc"));
      //= RFC7516#4.1.3
      // This Header Parameter MUST be integrity protected; therefore, it MUST occur only within the JWE Protected
      // Header.
      ENSURE(is_protected || member.name != "zip", malformed_header, "zip");
      ENSURE(is_protected || member.name != "crit", malformed_header, "crit");
      TRY_VOID(read_member(member, out));
    }
    if (is_protected) TRY_VOID(check_protected(**header, out));
  }
  ENSURE(alg && !alg->empty(), malformed_header, "alg");
  ENSURE(enc && !enc->empty(), malformed_header, "enc");
  ENSURE(!is_none(*alg), alg_not_allowed, "alg");
  const auto known_alg = key_alg_from_name(*alg);
  ENSURE(known_alg, unknown_alg, "alg");
  const auto known_enc = enc_from_name(*enc);
  ENSURE(known_enc, unknown_alg, "enc");
  out.alg = *known_alg;
  out.enc = *known_enc;
  return out;
}

}  // namespace tessera::jose
