#include <algorithm>
#include <array>

#include "base/try.hpp"
#include "jose/verify.hpp"
#include "jwt/claim_rules.hpp"
#include "jwt/holder_key.hpp"
#include "jwt/sdjwt_parts.hpp"
#include "jwt/verify.hpp"

namespace tessera::sdjwt {

namespace {

using detail::Expiry;
using detail::ScratchData;

// A refusal of the key binding JWT says so in `at`: its claims have the names of the other's.
Error of_key_binding(Error error) {
  static constexpr std::array<const char*, 11> kPlaces = {
      "kb_jwt.header", "kb_jwt.payload", "kb_jwt.signature", "kb_jwt.typ",   "kb_jwt.alg",    "kb_jwt.iat",
      "kb_jwt.exp",    "kb_jwt.nbf",     "kb_jwt.aud",       "kb_jwt.nonce", "kb_jwt.sd_hash"};
  constexpr std::size_t kPrefix = std::string_view("kb_jwt.").size();
  for (const char* place : kPlaces)
    if (std::string_view(place).substr(kPrefix) == error.at) return {error.code, place};
  return {error.code, "kb_jwt"};
}

Result<void> check_text(const json::Object& claims, const char* name, std::string_view expected) {
  const auto claim = claims.find(name);
  ENSURE(claim, claim_missing, name);
  const auto text = claim->string();
  ENSURE(text, claim_type, name);
  ENSURE(*text == expected, claim_mismatch, name);
  return {};
}

tessera::Policy policy_of_holder(const KeyBinding* expected, const tessera::Policy& issuer_signed) {
  tessera::Policy policy{.issuer = Unchecked("a key binding JWT names no issuer"),
                         .audience = Unchecked("nobody says whom it was shown to"),
                         .typ = "kb+jwt",
                         .algs = Unchecked("the issuer chose the holder's key"),
                         .leeway = issuer_signed.leeway,
                         .max_bytes = issuer_signed.max_bytes};
  if (!expected) return policy;
  policy.audience = expected->audience.value;
  policy.algs = expected->algs;
  policy.max_age = expected->max_age.value;
  return policy;
}

Result<void> check_key_binding_jwt(const Parts& parts, Hash hash, const PublicKey& holder, const KeyBinding* expected,
                                   const tessera::Policy& issuer_signed, sys_seconds now) {
  const Verifier verifier{holder, policy_of_holder(expected, issuer_signed)};
  ScratchData scratch;
  const auto object = TRY(detail::verify_signed(parts.key_binding, verifier.data(), scratch));
  const auto claims = TRY(detail::read_claims(object));
  TRY_VOID(detail::check_claims(claims, verifier.policy(), Expiry::optional, now));
  //= RFC9901#4.3
  // aud: REQUIRED. The value MUST be a single string that identifies the intended receiver of the Key Binding JWT.
  ENSURE(claims.audience, claim_missing, "aud");
  ENSURE(claims.audience->is(json::Kind::string), claim_type, "aud");
  if (expected) TRY_VOID(check_text(object, "nonce", expected->nonce.value));
  //= RFC9901#7.3
  // Calculate the digest over the Issuer-signed JWT and Disclosures [...] and verify that it matches the value of the
  // sd_hash claim in the Key Binding JWT.
  return check_text(object, "sd_hash", digest_of(hash, parts.bound));
}

}  // namespace

Result<void> check_form(const Parts& parts, const Policy& policy) {
  const auto* expected = std::get_if<KeyBinding>(&policy.key_binding);
  if (!expected) {
    ENSURE(parts.key_binding.empty(), key_binding_unwanted, "kb_jwt");
    return {};
  }
  ENSURE(!expected->nonce.value.empty() && !expected->audience.value.empty(), bad_policy, "key_binding");
  ENSURE(expected->max_age.value >= seconds(0), bad_policy, "key_binding");
  //= RFC9901#7.3
  // If Key Binding is required and the Holder has provided an SD-JWT (without Key Binding), the Verifier MUST reject
  // the presentation.
  ENSURE(!parts.key_binding.empty(), key_binding_missing, "kb_jwt");
  return {};
}

Result<void> check_key_binding(const Parts& parts, const json::Object& payload, const KeyBinding* expected,
                               const tessera::Policy& issuer_signed, Hash hash, sys_seconds now) {
  const auto holder = TRY(detail::holder_key(payload));
  ENSURE(holder, claim_missing, "cnf");
  const auto checked = check_key_binding_jwt(parts, hash, *holder, expected, issuer_signed, now);
  if (!checked) return std::unexpected(of_key_binding(checked.error()));
  return {};
}

Result<Claims> verify(std::string_view presentation, const Keys& issuer, const Policy& policy, sys_seconds now) {
  const Verifier verifier{issuer, policy.issuer_signed};
  TRY_VOID(verifier.data().policy_error);
  const Parts parts = TRY(split(presentation, policy.issuer_signed.max_bytes));
  TRY_VOID(check_form(parts, policy));
  auto scratch = std::make_unique<ScratchData>();
  const auto payload = TRY(detail::verify_signed(parts.jwt, verifier.data(), *scratch));
  const Hash hash = TRY(hash_of(payload));
  if (const auto* expected = std::get_if<KeyBinding>(&policy.key_binding))
    TRY_VOID(check_key_binding(parts, payload, expected, policy.issuer_signed, hash, now));
  const Processed processed = TRY(process(payload, parts.disclosures, hash, Places::unwanted));
  const BytesView octets = bytes_of(processed.claims);
  scratch->jws.payload.assign(octets.begin(), octets.end());
  const auto object = TRY(jose::of_part(scratch->payload_document.parse_object(processed.claims), "disclosures"));
  //= RFC9901#7.1
  // Check that the SD-JWT is valid using claims such as nbf, exp, and aud in the processed payload, if present.
  scratch->claims = TRY(detail::read_claims(object));
  const Expiry expiry = policy.may_lack_exp ? Expiry::optional : Expiry::required;
  TRY_VOID(detail::check_claims(scratch->claims, policy.issuer_signed, expiry, now));
  return detail::ClaimsMaker::owning(std::move(scratch));
}

}  // namespace tessera::sdjwt
