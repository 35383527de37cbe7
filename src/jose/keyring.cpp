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

  Result<void> add(const json::Value& jwk) {
    ENSURE(jwk.object(), malformed, "keys");
    const WipedString text(jwk.text());
    if (jwk.object()->find("kty") && jwk.object()->find("kty")->string() == "oct")
      secret_keys.push_back(TRY(SecretKey::parse(text.text())));
    else
      private_keys.push_back(TRY(PrivateKey::parse(text.text())));
    return {};
  }
};

}  // namespace

Result<Keyring> Keyring::parse(std::string_view json) {
  ENSURE(json.size() <= detail::kMaxKeySet, too_large, "keys");
  json::Document document;
  const auto value = TRY(document.parse(json));
  ENSURE(value.object(), bad_json, "keys");
  Gathered out;
  if (const auto member = value.object()->find("keys")) {
    const auto list = member->array();
    ENSURE(list, malformed, "keys");
    ENSURE(list->size() <= detail::kMaxKeysInSet, too_large, "keys");
    for (const json::Value item : *list) TRY_VOID(out.add(item));
  } else {
    TRY_VOID(out.add(value));
  }
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
