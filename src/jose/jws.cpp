#include "tessera/jws.hpp"

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "jose/select.hpp"
#include "jose/signature.hpp"
#include "jose/verify.hpp"

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
  ENSURE(valid_utf8(json.text()), bad_json, "header");
  std::string token = base64url::encode(json.text());
  token += '.';
  base64url::append(token, payload);
  TRY_VOID(jose::sign_into(key, alg, token));
  return token;
}

}  // namespace

// The one maker of Verified.
struct Verified::Maker {
  static Result<Verified> verify(std::string_view token, std::span<const Alg> algs, std::size_t max_bytes,
                                 const auto& consider_keys) {
    std::uint32_t allowed = 0;
    for (const Alg alg : algs) allowed |= jose::alg_bit(alg);
    jose::JwsScratch scratch;
    const auto parts = TRY(jose::open_jws(token, max_bytes, allowed, scratch));
    jose::KeyChoice choice(scratch.header);
    consider_keys(choice);
    const auto* key = TRY(choice.chosen());
    TRY_VOID(jose::verify_jws(parts, *key, scratch));
    Verified out;
    out.alg_ = scratch.header.alg;
    out.kid_ = scratch.header.kid;
    out.typ_ = scratch.header.typ;
    out.header_ = text_of(scratch.header_octets);
    out.payload_ = std::move(scratch.payload);
    return out;
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
  return Verified::Maker::verify(token, algs, max_bytes, [&](jose::KeyChoice& choice) {
    for (const auto& key : keys.all()) choice.consider(key.data());
  });
}

Result<Verified> verify(std::string_view token, const PublicKey& key, std::span<const Alg> algs,
                        std::size_t max_bytes) {
  return Verified::Maker::verify(token, algs, max_bytes, [&](jose::KeyChoice& choice) { choice.consider(key.data()); });
}

Result<Verified> verify(std::string_view token, const SecretKey& key, std::span<const Alg> algs,
                        std::size_t max_bytes) {
  return Verified::Maker::verify(token, algs, max_bytes, [&](jose::KeyChoice& choice) { choice.consider(key.data()); });
}

}  // namespace tessera::jws
