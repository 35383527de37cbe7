#include <algorithm>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "jose/select.hpp"
#include "jose/signature.hpp"
#include "jwt/claim_rules.hpp"
#include "jwt/media_type.hpp"
#include "jwt/scratch.hpp"
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
  // The keys live in this object; these pointers own nothing.
  const auto point = [](const detail::KeyData& key) {
    return std::shared_ptr<const detail::KeyData>(std::shared_ptr<void>(), &key);
  };
  for (const auto& key : data->public_keys) data->keys.push_back(point(key.data()));
  for (const auto& key : data->secret_keys) data->keys.push_back(point(key.data()));
  data->policy_error = data->policy.check();
  for (const auto& typ : data->policy.typ.values()) data->typs.push_back(detail::prepared_media_type(typ));
  for (const Alg alg : data->policy.algs.values()) data->algs |= 1U << static_cast<unsigned>(alg);
  if (!data->policy.algs.checked()) data->algs = ~0U;
  return data;
}

// Decodes into a buffer that keeps its memory.
Result<BytesView> decode_into(Bytes& buffer, std::string_view text) {
  buffer.resize(base64url::decoded_size(text.size()));
  const std::size_t size = TRY(base64url::decode(text, buffer));
  return BytesView(buffer).first(size);
}

// What base64url or JSON says of a part, told at the part.
template <class T>
Result<T> of_part(Result<T> result, const char* part) {
  if (!result) return fail(result.error().code, part);
  return result;
}

// Many tokens share one header: the same octets say the same, so they are read once.
Result<void> read_header(std::string_view text, ScratchData& scratch) {
  if (text == scratch.header_text) return {};
  scratch.header_text.clear();
  const auto octets = TRY(of_part(decode_into(scratch.header_octets, text), "header"));
  const auto object = TRY(of_part(scratch.header_document.parse_object(text_of(octets)), "header"));
  scratch.header = TRY(jose::parse_header(object));
  scratch.header_text = text;
  return {};
}

Result<void> check_typ(std::string_view typ, const VerifierData& verifier) {
  if (!verifier.policy.typ.checked()) return {};
  // An absent typ is no type: it matches nothing, not even "".
  for (const auto& prepared : verifier.typs)
    if (!typ.empty() && detail::same_media_type(typ, prepared)) return {};
  return fail(Err::typ_mismatch, "typ");
}

Result<void> verify_into(std::string_view token, sys_seconds now, const VerifierData& verifier, ScratchData& scratch) {
  TRY_VOID(verifier.policy_error);
  const auto parts = TRY(jose::split(token, verifier.policy.max_bytes));
  TRY_VOID(read_header(parts.header, scratch));
  const auto& header = scratch.header;
  ENSURE(verifier.algs >> static_cast<unsigned>(header.alg) & 1, alg_not_allowed, "alg");
  const auto* key = TRY(jose::select_key(verifier.keys, header));
  TRY_VOID(check_typ(header.typ, verifier));
  const auto signature = TRY(of_part(decode_into(scratch.signature, parts.signature), "signature"));
  TRY_VOID(jose::verify_signature(*key, header.alg, parts.signing_input, signature));
  const auto payload = TRY(of_part(decode_into(scratch.payload, parts.payload), "payload"));
  const auto object = TRY(of_part(scratch.payload_document.parse_object(text_of(payload)), "payload"));
  scratch.claims = TRY(detail::read_claims(object));
  return detail::check_claims(scratch.claims, verifier.policy, now);
}

}  // namespace

Verifier::Verifier(const Keys& keys, Policy policy)
    : data_(compiled({keys.all().begin(), keys.all().end()}, {}, std::move(policy))) {}
Verifier::Verifier(const PublicKey& key, Policy policy) : data_(compiled({key}, {}, std::move(policy))) {}
Verifier::Verifier(const SecretKey& key, Policy policy) : data_(compiled({}, {key}, std::move(policy))) {}

const Policy& Verifier::policy() const { return data_->policy; }

Result<Claims> Verifier::verify(std::string_view token, sys_seconds now) const {
  auto scratch = std::make_unique<ScratchData>();
  TRY_VOID(verify_into(token, now, *data_, *scratch));
  Claims claims;
  claims.data_ = scratch.get();
  claims.owned_ = std::move(scratch);
  return claims;
}

Result<Claims> Verifier::verify(std::string_view token, sys_seconds now, Scratch& scratch) const {
  if (!scratch.data_) scratch.data_ = std::make_unique<ScratchData>();  // it was moved from
  TRY_VOID(verify_into(token, now, *data_, *scratch.data_));
  Claims claims;
  claims.data_ = scratch.data_.get();
  return claims;
}

Scratch::Scratch() : data_(std::make_unique<ScratchData>()) {}
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;
Scratch::~Scratch() = default;

}  // namespace tessera
