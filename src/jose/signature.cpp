#include "jose/signature.hpp"

#include <array>

#include "base/base64url.hpp"
#include "base/ct.hpp"
#include "base/try.hpp"

namespace tessera::jose {

Result<void> verify_signature(const detail::KeyData& key, Alg alg, std::string_view signing_input,
                              BytesView signature) {
  ENSURE(key.admits(alg), alg_key_mismatch, "alg");
  const auto& row = alg_row(alg);
  if (!row.symmetric) {
    ENSURE(key.pkey, needs_openssl, "alg");
    return key.pkey->verify(row.scheme, row.hash, signing_input, signature);
  }
  std::array<std::byte, 64> tag;
  const auto expected = std::span(tag).first(crypto::hash_size(row.hash));
  key.mac->mac(row.hash, signing_input, expected);
  ENSURE(ct::equal(expected, signature), bad_signature, "");
  return {};
}

Result<void> sign_into(const detail::KeyData& key, Alg alg, std::string& token) {
  ENSURE(key.admits(alg) && key.may_sign(), alg_key_mismatch, "alg");
  const auto& row = alg_row(alg);
  if (row.symmetric) {
    std::array<std::byte, 64> tag;
    const auto out = std::span(tag).first(crypto::hash_size(row.hash));
    key.mac->mac(row.hash, token, out);
    token += '.';
    base64url::append(token, out);
    return {};
  }
  const Bytes signature = TRY(key.sign(alg, token));
  token += '.';
  base64url::append(token, signature);
  return {};
}

Result<Alg> signing_alg(const detail::KeyData& key, std::optional<Alg> wanted) {
  const auto alg = wanted ? wanted : key.info.alg;
  ENSURE(alg && key.admits(*alg), alg_key_mismatch, "alg");
  return *alg;
}

}  // namespace tessera::jose
