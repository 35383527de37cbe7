#include "base/try.hpp"
#include "base/wipe.hpp"
#include "jose/key_data.hpp"
#include "tessera/jwe.hpp"

namespace tessera::jwe {

namespace {

constexpr std::string_view kOneKey = "jwk+json", kSet = "jwk-set+json";

struct Gathered {
  std::vector<PrivateKey> private_keys;
  std::vector<SecretKey> secret_keys;

  Result<void> add(std::string_view jwk, bool secret) {
    if (secret)
      secret_keys.push_back(TRY(SecretKey::parse(jwk)));
    else
      private_keys.push_back(TRY(PrivateKey::parse(jwk)));
    return {};
  }
};

bool is_secret(const json::Object& jwk) {
  const auto kty = jwk.find("kty");
  return kty && kty->string() == "oct";
}

}  // namespace

Result<Keyring> Keyring::parse(std::string_view json) {
  ENSURE(json.size() <= detail::kMaxKeySet, too_large, "keys");
  Gathered out;
  bool secret = false;
  {
    json::Document document;
    const auto object = TRY(document.parse_object(json));
    const auto member = object.find("keys");
    const auto list = member ? member->array() : std::nullopt;
    ENSURE(!member || list, malformed, "keys");
    ENSURE(!list || list->size() <= detail::kMaxKeysInSet, too_large, "keys");
    if (list) {
      for (const json::Value item : *list) {
        ENSURE(item.object(), malformed, "keys");
        const WipedString text(item.text(json.size()));
        TRY_VOID(out.add(text.text(), is_secret(*item.object())));
      }
      return Keyring(std::move(out.private_keys), std::move(out.secret_keys));
    }
    secret = is_secret(object);
  }
  TRY_VOID(out.add(json, secret));
  return Keyring(std::move(out.private_keys), std::move(out.secret_keys));
}

Secret Keyring::json() const {
  std::vector<Secret> printed;
  for (const auto& key : private_keys_) printed.push_back(key.jwk());
  for (const auto& key : secret_keys_) printed.push_back(key.jwk());
  if (printed.size() == 1) return std::move(printed.front());
  std::size_t size = 16;
  for (const Secret& jwk : printed) size += jwk.size() + 1;
  json::Writer out;
  out.reserve(size).begin_object().key("keys").begin_array();
  for (const Secret& jwk : printed) out.raw(jwk.expose_text("gathered in a JWK Set"));
  const WipedString text(out.end_array().end_object().take());
  return Secret(std::string_view(text.text()));
}

Result<std::string> encrypt_keys(const Keyring& keys, const Recipient& to, Enc enc, Header header) {
  header.cty = keys.private_keys().size() + keys.secret_keys().size() == 1 ? kOneKey : kSet;
  return encrypt(keys.json().expose("encrypted to be kept or sent"), to, enc, header);
}

Result<Keyring> decrypt_keys(std::string_view token, const Keyring& with, const Policy& policy) {
  const auto opened = TRY(decrypt(token, with, policy));
  ENSURE(opened.cty() == kOneKey || opened.cty() == kSet, wrong_kind, "cty");
  return Keyring::parse(opened.text());
}

}  // namespace tessera::jwe
