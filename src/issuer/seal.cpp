#include "issuer/seal.hpp"

#include "base/base64url.hpp"
#include "base/try.hpp"

namespace tessera::issuer {

namespace {
constexpr std::string_view kKindNames[kSealKinds] = {"interaction", "code",       "logout",
                                                     "signing_key", "device",     "client_secret",
                                                     "pairwise",    "dpop_nonce", "pushed_request"};

std::string label(SealKind kind, const std::string& realm) {
  return "tessera " + std::string(kKindNames[static_cast<std::size_t>(kind)]) + " " + realm;
}
}  // namespace

SealKeys::SealKeys(const RealmId& realm, std::vector<Master> newest_first) : realm_(realm.text) {
  INVARIANT(!newest_first.empty(), "a realm needs a master key");
  for (const auto& master : newest_first) {
    Derived derived{master.generation,
                    {},
                    crypto::derive(*master.key, "tessera refresh " + realm_),
                    crypto::derive(*master.key, "tessera spread " + realm_),
                    crypto::derive(*master.key, "tessera user_code " + realm_)};
    for (std::size_t kind = 0; kind < kSealKinds; ++kind)
      derived.seal[kind] = crypto::derive(*master.key, label(static_cast<SealKind>(kind), realm_));
    keys_.push_back(std::move(derived));
  }
}

std::string SealKeys::seal(SealKind kind, std::string_view plaintext) const {
  const auto& newest = keys_.front();
  std::string out(1, newest.generation);
  base64url::append(out, crypto::seal(newest.seal[static_cast<std::size_t>(kind)], bytes_of(plaintext),
                                      bytes_of(label(kind, realm_))));
  return out;
}

Result<std::string> SealKeys::open(SealKind kind, std::string_view sealed) const {
  ENSURE(!sealed.empty(), malformed, "sealed");
  for (const auto& key : keys_) {
    if (key.generation != sealed.front()) continue;
    const Bytes octets = TRY(base64url::decode(sealed.substr(1)));
    const Secret plain =
        TRY(crypto::open(key.seal[static_cast<std::size_t>(kind)], octets, bytes_of(label(kind, realm_))));
    return std::string(plain.expose_text("the opened text is the engine's own state"));
  }
  return fail(Err::decrypt_failed, "generation");
}

Result<crypto::Sha256> SealKeys::refresh_mac(char generation, BytesView text) const {
  for (const auto& key : keys_)
    if (key.generation == generation) return crypto::hmac_sha256(key.refresh.expose("key of the refresh MAC"), text);
  return fail(Err::key_not_found, "generation");
}

std::vector<crypto::Sha256> SealKeys::user_code_macs(std::string_view code) const {
  std::vector<crypto::Sha256> macs;
  for (const auto& key : keys_)
    macs.push_back(crypto::hmac_sha256(key.user_code.expose("key of the user code MAC"), bytes_of(code)));
  return macs;
}

std::uint8_t SealKeys::spread(std::string_view text) const {
  return std::to_integer<std::uint8_t>(
      crypto::hmac_sha256(keys_.front().spread.expose("key of the spreading MAC"), bytes_of(text)).front());
}

}  // namespace tessera::issuer
