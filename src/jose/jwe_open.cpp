#include "jose/jwe_open.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "base/wipe.hpp"
#include "crypto/encryption.hpp"
#include "jose/key_management.hpp"
#include "jose/select.hpp"
#include "zip/zip.hpp"

namespace tessera::jose {

using detail::KeyData;

namespace {

template <class T>
bool allows(const Allowed<T>& allowed, T one) {
  return !allowed.checked() || std::ranges::find(allowed.values(), one) != allowed.values().end();
}

bool fits(const KeyData& key, const JweHeader& header) {
  return key.admits(header.alg) && (header.alg != KeyAlg::dir || key.admits(header.enc));
}

}  // namespace

std::string associated_data(std::string_view protected_header, std::string_view encoded_aad) {
  std::string out(protected_header);
  if (!encoded_aad.empty()) out.append(".").append(encoded_aad);
  return out;
}

Result<void> check_allowed(const JweHeader& header, const jwe::Policy& policy) {
  ENSURE(allows(policy.algs, header.alg), alg_not_allowed, "alg");
  ENSURE(allows(policy.encs, header.enc), alg_not_allowed, "enc");
  ENSURE(!header.zip || policy.max_inflated > 0, alg_not_allowed, "zip");
  const bool password = key_alg_row(header.alg).management == Management::password;
  ENSURE(!password || policy.passwords, alg_not_allowed, "alg");
  return {};
}

Result<const KeyData*> choose_key(const jwe::Keyring& keys, const JweHeader& header) {
  Narrowing narrowing(header.kid);
  const auto consider = [&](const KeyData& key) {
    using enum Narrowing::Fit;
    narrowing.consider(key, [&] {
      return !key.may_decrypt(header.alg) ? forbidden : jose::fits(key, header) ? fits : other_alg;
    });
  };
  for (const auto& key : keys.private_keys()) consider(key.data());
  for (const auto& key : keys.secret_keys()) consider(key.data());
  return narrowing.chosen();
}

Result<Secret> open_content(const KeyData& key, const JweHeader& header, BytesView encrypted_key,
                            const SealedContent& content, const jwe::Policy& policy) {
  const crypto::Cipher cipher = enc_row(header.enc).cipher;
  ENSURE(content.iv.size() == crypto::iv_size(cipher), malformed_jwe, "iv");
  ENSURE(content.tag.size() == crypto::tag_size(cipher), malformed_jwe, "tag");
  const Secret content_key = TRY(unwrap_content_key(key, header, encrypted_key, policy.passwords));
  Secret plaintext = TRY(crypto::decrypt(cipher, content_key, {content.iv, content.ciphertext, content.tag},
                                         bytes_of(content.associated)));
  if (!header.zip) return plaintext;
  auto inflated =
      zip::inflate(zip::Format::deflate, plaintext.expose("authenticated, to be inflated"), policy.max_inflated);
  // No DEFLATE is as wrong as any other content.
  if (!inflated && inflated.error().code == Err::malformed) return fail(Err::decrypt_failed, "ciphertext");
  TRY_VOID(inflated);
  Secret out{BytesView(*inflated)};
  wipe(inflated->data(), inflated->size());
  return out;
}

}  // namespace tessera::jose
