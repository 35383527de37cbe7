#include <algorithm>

#include "base/try.hpp"
#include "jose/select.hpp"
#include "jwt/claim_rules.hpp"
#include "jwt/media_type.hpp"
#include "jwt/scratch.hpp"
#include "jwt/verify.hpp"
#include "tessera/jwt.hpp"

namespace tessera {

using detail::ScratchData;
using detail::VerifierData;

namespace {

std::shared_ptr<VerifierData> compiled(std::vector<PublicKey> public_keys, std::vector<SecretKey> secret_keys,
                                       Policy policy) {
  auto data = std::make_shared<VerifierData>(VerifierData{.public_keys = std::move(public_keys),
                                                          .secret_keys = std::move(secret_keys),
                                                          .keys = {},
                                                          .policy = std::move(policy),
                                                          .policy_error = {},
                                                          .typs = {},
                                                          .algs = 0});
  for (const auto& key : data->public_keys) data->keys.push_back(&key.data());
  for (const auto& key : data->secret_keys) data->keys.push_back(&key.data());
  data->policy_error = data->policy.check();
  for (const auto& typ : data->policy.typ.values()) data->typs.push_back(detail::prepared_media_type(typ));
  data->algs = jose::alg_bits(data->policy.algs);
  return data;
}

Result<void> check_typ(std::string_view typ, const VerifierData& verifier) {
  if (!verifier.policy.typ.checked()) return {};
  // An absent typ is no type: it matches nothing, not even "".
  for (const auto& prepared : verifier.typs)
    if (!typ.empty() && detail::same_media_type(typ, prepared)) return {};
  return fail(Err::typ_mismatch, "typ");
}

Result<void> verify_into(std::string_view token, sys_seconds now, const VerifierData& verifier, ScratchData& scratch) {
  const auto object = TRY(detail::verify_signed(token, verifier, scratch));
  scratch.claims = TRY(detail::read_claims(object));
  return detail::check_claims(scratch.claims, verifier.policy, detail::Expiry::required, now);
}

}  // namespace

Result<json::Object> detail::verify_signed(std::string_view token, const VerifierData& verifier, ScratchData& scratch) {
  TRY_VOID(verifier.policy_error);
  const auto parts = TRY(jose::open_jws(token, verifier.policy.max_bytes, verifier.algs, scratch.jws));
  const auto* key = TRY(jose::select_key(verifier.keys, scratch.jws.header));
  TRY_VOID(check_typ(scratch.jws.header.typ, verifier));
  const auto payload = TRY(jose::verify_jws(parts, *key, scratch.jws));
  scratch.key_type = key->type;
  return jose::of_part(scratch.payload_document.parse_object(text_of(payload)), "payload");
}

Claims detail::ClaimsMaker::owning(std::unique_ptr<ScratchData> scratch) {
  Claims claims = viewing(*scratch);
  claims.owned_ = std::move(scratch);
  return claims;
}

Claims detail::ClaimsMaker::viewing(const ScratchData& scratch) {
  Claims claims;
  claims.data_ = &scratch;
  return claims;
}

Verifier::Verifier(const jws::KeysView& keys, Policy policy)
    : data_(compiled({keys.public_keys().begin(), keys.public_keys().end()},
                     {keys.secret_keys().begin(), keys.secret_keys().end()}, std::move(policy))) {}

const Policy& Verifier::policy() const { return data_->policy; }

Result<Claims> Verifier::verify(std::string_view token, sys_seconds now) const {
  auto scratch = std::make_unique<ScratchData>();
  TRY_VOID(verify_into(token, now, *data_, *scratch));
  return detail::ClaimsMaker::owning(std::move(scratch));
}

Result<Claims> Verifier::verify(std::string_view token, sys_seconds now, Scratch& scratch) const {
  if (!scratch.data_) scratch.data_ = std::make_unique<ScratchData>();  // it was moved from
  TRY_VOID(verify_into(token, now, *data_, *scratch.data_));
  return detail::ClaimsMaker::viewing(*scratch.data_);
}

Scratch::Scratch() : data_(std::make_unique<ScratchData>()) {}
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;
Scratch::~Scratch() = default;

}  // namespace tessera
