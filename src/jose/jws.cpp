#include "tessera/jws.hpp"

#include <algorithm>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "jose/compact.hpp"
#include "jose/select.hpp"
#include "jose/signature.hpp"

namespace tessera::jws {

namespace {

constexpr std::size_t kMaxPayload = 16 << 20;

Result<std::string> sign_with(BytesView payload, const detail::KeyData& key, std::optional<Alg> wanted, Header header) {
  ENSURE(payload.size() <= kMaxPayload, too_large, "payload");
  const Alg alg = TRY(jose::signing_alg(key, wanted));
  json::Writer json;
  json.begin_object().member("alg", alg_name(alg));
  if (!header.typ.empty()) json.member("typ", header.typ);
  if (!header.cty.empty()) json.member("cty", header.cty);
  if (!key.info.kid.empty()) json.member("kid", key.info.kid);
  json.end_object();
  ENSURE(json::valid_utf8(json.text()), bad_json, "header");
  std::string token = base64url::encode(json.text());
  token += '.';
  base64url::append(token, payload);
  TRY_VOID(jose::sign_into(key, alg, token));
  return token;
}

}  // namespace

// The one maker of Verified.
struct Access {
  static Result<Verified> verify(std::string_view token, std::span<const std::shared_ptr<const detail::KeyData>> keys,
                                 std::span<const Alg> algs, std::size_t max_bytes) {
    const auto parts = TRY(jose::split(token, max_bytes));
    const Bytes header_octets = TRY(base64url::decode(parts.header));
    json::Document document;
    const auto object = TRY(document.parse_object(text_of(header_octets)));
    const auto header = TRY(jose::parse_header(object));
    ENSURE(std::ranges::find(algs, header.alg) != algs.end(), alg_not_allowed, "alg");
    const auto* key = TRY(jose::select_key(keys, header));
    const Bytes signature = TRY(base64url::decode(parts.signature));
    TRY_VOID(jose::verify_signature(*key, header.alg, parts.signing_input, signature));
    Verified out;
    out.payload_ = TRY(base64url::decode(parts.payload));
    out.alg_ = header.alg;
    out.kid_ = header.kid;
    out.typ_ = header.typ;
    out.header_ = text_of(header_octets);
    return out;
  }
  static std::shared_ptr<const detail::KeyData> shared(const detail::KeyData& data) {
    return {std::shared_ptr<const detail::KeyData>(), &data};  // lives with the key that the caller holds
  }
};

Result<std::string> sign(BytesView payload, const PrivateKey& key, Header header) {
  return sign_with(payload, key.data(), std::nullopt, header);
}
Result<std::string> sign(BytesView payload, const PrivateKey& key, Alg alg, Header header) {
  return sign_with(payload, key.data(), alg, header);
}
Result<std::string> sign(BytesView payload, const SecretKey& key, Header header) {
  return sign_with(payload, key.data(), std::nullopt, header);
}
Result<std::string> sign(BytesView payload, const SecretKey& key, Alg alg, Header header) {
  return sign_with(payload, key.data(), alg, header);
}

Result<Verified> verify(std::string_view token, const Keys& keys, std::span<const Alg> algs, std::size_t max_bytes) {
  std::vector<std::shared_ptr<const detail::KeyData>> candidates;
  for (const auto& key : keys.all()) candidates.push_back(Access::shared(key.data()));
  return Access::verify(token, candidates, algs, max_bytes);
}

Result<Verified> verify(std::string_view token, const PublicKey& key, std::span<const Alg> algs,
                        std::size_t max_bytes) {
  const std::shared_ptr<const detail::KeyData> one[] = {Access::shared(key.data())};
  return Access::verify(token, one, algs, max_bytes);
}

Result<Verified> verify(std::string_view token, const SecretKey& key, std::span<const Alg> algs,
                        std::size_t max_bytes) {
  const std::shared_ptr<const detail::KeyData> one[] = {Access::shared(key.data())};
  return Access::verify(token, one, algs, max_bytes);
}

}  // namespace tessera::jws
