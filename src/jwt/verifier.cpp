#include <algorithm>

#include "base/try.hpp"
#include "jose/select.hpp"
#include "jwt/checks.hpp"
#include "jwt/media_type.hpp"
#include "jwt/verify.hpp"
#include "tessera/jwt.hpp"

namespace tessera {

using detail::Check;
using detail::Checked;
using detail::ScratchData;
using detail::Verification;
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

// ── the checks ──────────────────────────────────────────────────────────────────────────────────────────────────────

Result<void> check_policy(Verification& v) { return v.verifier.policy_error; }
Result<void> check_size(Verification& v) { return jose::check_size(v.token, v.verifier.policy.max_bytes); }

Result<void> check_shape(Verification& v) {
  v.parts = TRY(jose::split(v.token, v.verifier.policy.max_bytes));
  return {};
}

Result<void> check_header(Verification& v) { return jose::read_header(v.parts.header, v.scratch.jws); }
Result<void> check_alg(Verification& v) { return jose::check_alg(v.verifier.algs, v.scratch.jws); }

Result<void> check_key(Verification& v) {
  v.key = TRY(jose::select_key(v.verifier.keys, v.scratch.jws.header));
  v.scratch.key_type = v.key->type;
  return {};
}

Result<void> check_typ(Verification& v) {
  if (!v.verifier.policy.typ.checked()) return {};
  // An absent typ is no type: it matches nothing, not even "".
  const std::string_view typ = v.scratch.jws.header.typ;
  for (const auto& prepared : v.verifier.typs)
    if (!typ.empty() && detail::same_media_type(typ, prepared)) return {};
  return fail(Err::typ_mismatch, "typ");
}

Result<void> check_signature(Verification& v) { return jose::check_signature(v.parts, *v.key, v.scratch.jws); }

Result<void> check_claim_set(Verification& v) {
  const auto payload = TRY(jose::decode_payload(v.parts, v.scratch.jws));
  v.claims = TRY(jose::of_part(v.scratch.payload_document.parse_object(text_of(payload)), "payload"));
  return {};
}

Result<void> check_claim_types(Verification& v) {
  v.scratch.claims = TRY(detail::read_claims(*v.claims));
  return {};
}

template <std::size_t I>
Result<void> check_claim(Verification& v) {
  return detail::kClaimRules[I].run(v.scratch.claims, v.verifier.policy, v.now);
}

// What every kind of token goes through.
constexpr std::array kSignedChecks = std::to_array<Check>({{Checked::policy, check_policy},
                                                           {Checked::size, check_size},
                                                           {Checked::shape, check_shape},
                                                           {Checked::header, check_header},
                                                           {Checked::alg, check_alg},
                                                           {Checked::key, check_key},
                                                           {Checked::typ, check_typ},
                                                           {Checked::signature, check_signature},
                                                           {Checked::claim_set, check_claim_set}});

// And those of Verifier::verify: the claims' types, then the policy's rules for them.
constexpr auto kChecks = []<std::size_t... I>(std::index_sequence<I...>) {
  constexpr std::size_t kSigned = kSignedChecks.size();
  std::array<Check, kSigned + 1 + sizeof...(I)> all{};
  std::ranges::copy(kSignedChecks, all.begin());
  all[kSigned] = {Checked::claim_types, check_claim_types};
  ((all[kSigned + 1 + I] = {detail::kClaimRules[I].what, check_claim<I>}), ...);
  return all;
}(std::make_index_sequence<std::size(detail::kClaimRules)>());

Result<void> verify_into(std::string_view token, sys_seconds now, const VerifierData& verifier, ScratchData& scratch) {
  Verification v{.token = token, .now = now, .verifier = verifier, .scratch = scratch};
  return detail::run_checks<kChecks>(v);
}

}  // namespace

std::span<const Check> detail::verifier_checks() { return kChecks; }

Result<json::Object> detail::verify_signed(std::string_view token, const VerifierData& verifier, ScratchData& scratch) {
  Verification v{.token = token, .now = {}, .verifier = verifier, .scratch = scratch};
  TRY_VOID(detail::run_checks<kSignedChecks>(v));
  return *v.claims;
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
