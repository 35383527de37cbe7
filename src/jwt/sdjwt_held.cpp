#include <algorithm>

#include "base/base64url.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "jose/compact.hpp"
#include "jose/verify.hpp"
#include "jwt/holder_key.hpp"
#include "jwt/sdjwt_parts.hpp"
#include "tessera/jws.hpp"

namespace tessera::sdjwt {

namespace {

// The payload of a JWT that nobody has verified.
Result<json::Object> peek_payload(std::string_view jwt, json::Document& document) {
  const auto parts = TRY(jose::split(jwt, kMaxBytes));
  const Bytes octets = TRY(jose::of_part(base64url::decode(parts.payload), "payload"));
  return jose::of_part(document.parse_object(text_of(octets)), "payload");
}

// Those at the pointers, and whatever they are inside of.
Result<std::vector<bool>> chosen(std::span<const Disclosure> disclosures, std::span<const std::string> pointers) {
  std::vector<bool> shown(disclosures.size());
  for (const std::string& pointer : pointers) {
    const auto found = std::ranges::find(disclosures, pointer, &Disclosure::pointer);
    ENSURE(found != disclosures.end(), not_found, "pointer");
    for (auto at = std::optional<std::size_t>(found - disclosures.begin()); at && !shown[*at];
         at = disclosures[*at].inside)
      shown[*at] = true;
  }
  return shown;
}

Result<void> check(const Presentation& presentation) {
  const auto time = presentation.issued_at.value.time_since_epoch().count();
  ENSURE(time >= 0 && time <= kLastSecond, bad_policy, "iat");
  ENSURE(!presentation.nonce.value.empty(), bad_policy, "nonce");
  ENSURE(!presentation.audience.value.empty(), bad_policy, "aud");
  ENSURE(valid_utf8(presentation.nonce.value), bad_json, "nonce");
  ENSURE(valid_utf8(presentation.audience.value), bad_json, "aud");
  return {};
}

}  // namespace

Result<Held> Held::parse(std::string_view sd_jwt) {
  const Parts parts = TRY(split(sd_jwt, kMaxBytes));
  //= RFC9901#7.2
  // If the Holder receives an SD-JWT+KB, it MUST be rejected.
  ENSURE(parts.key_binding.empty(), key_binding_unwanted, "kb_jwt");
  json::Document document;
  const auto payload = TRY(peek_payload(parts.jwt, document));
  Held out;
  out.hash_ = TRY(hash_of(payload));
  out.holder_ = TRY(detail::holder_key(payload));
  Processed processed = TRY(process(payload, parts.disclosures, out.hash_, Places::wanted));
  json::Document outcome;
  TRY_VOID(jose::of_part(outcome.parse_object(processed.claims), "disclosures"));
  for (std::size_t i = 0; i < processed.placed.size(); ++i) {
    Placed& placed = processed.placed[i];
    out.disclosures_.push_back({.pointer = std::move(placed.pointer),
                                .value = std::move(placed.value),
                                .encoded = std::string(parts.disclosures[i]),
                                .inside = placed.inside});
  }
  out.claims_ = std::move(processed.claims);
  out.token_ = parts.jwt;
  return out;
}

Result<std::string> Held::present(std::span<const std::string> pointers) const {
  const auto shown = TRY(chosen(disclosures_, pointers));
  std::string out = token_ + '~';
  for (std::size_t i = 0; i < disclosures_.size(); ++i)
    if (shown[i]) (out += disclosures_[i].encoded) += '~';
  return out;
}

Result<std::string> Held::present(std::span<const std::string> pointers, const Presentation& presentation,
                                  const PrivateKey& key) const {
  TRY_VOID(check(presentation));
  ENSURE(holder_, claim_missing, "cnf");
  ENSURE(holder_->thumbprint() == key.thumbprint(), claim_mismatch, "cnf");
  const std::string shown = TRY(present(pointers));
  json::Writer claims;
  claims.begin_object()
      .member("nonce", presentation.nonce.value)
      .member("aud", presentation.audience.value)
      .member("iat", presentation.issued_at.value.time_since_epoch().count())
      .member("sd_hash", digest_of(hash_, shown))
      .end_object();
  return shown + TRY(jws::sign(bytes_of(claims.text()), {key, {.typ = "kb+jwt"}}));
}

Result<std::string> Held::present(std::initializer_list<std::string> pointers) const {
  return present(std::span(pointers.begin(), pointers.size()));
}
Result<std::string> Held::present(std::initializer_list<std::string> pointers, const Presentation& presentation,
                                  const PrivateKey& key) const {
  return present(std::span(pointers.begin(), pointers.size()), presentation, key);
}

}  // namespace tessera::sdjwt
