#include "tessera/keys.hpp"

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "base/wipe.hpp"
#include "jose/key_data.hpp"

namespace tessera {

using detail::KeyData;
using detail::Members;

namespace {

Result<std::shared_ptr<KeyData>> renamed(const KeyData& data, KeyInfo info) {
  auto copy = std::make_shared<KeyData>(data);
  copy->info = std::move(info);
  TRY_VOID(detail::check_info(*copy));
  return copy;
}

Secret secret_text(std::string text) {
  Secret out{std::string_view(text)};
  wipe(text);
  return out;
}

KeyType type_for(Alg alg) {
  for (int type = 0; type <= static_cast<int>(KeyType::Ed448); ++type)
    if (fits(static_cast<KeyType>(type), alg)) return static_cast<KeyType>(type);
  return KeyType::oct;
}

Result<std::shared_ptr<KeyData>> mac_key(BytesView octets, Alg alg, std::optional<Alg> short_for, KeyInfo info) {
  ENSURE(alg_row(alg).symmetric && (!info.alg || info.alg == alg), alg_key_mismatch, "alg");
  ENSURE(octets.size() <= detail::kMaxSecretKey, too_large, "secret");
  auto data = std::make_shared<KeyData>();
  data->type = KeyType::oct;
  data->info = std::move(info);
  data->info.alg = alg;
  data->mac = std::make_shared<const crypto::MacKey>(Secret(octets));
  data->short_for = short_for;
  TRY_VOID(detail::check_info(*data));
  return data;
}

}  // namespace

std::string_view alg_name(Alg alg) { return alg_row(alg).name; }

std::optional<Alg> alg_from_name(std::string_view name) {
  for (const auto& row : kAlgs)
    if (row.name == name) return row.alg;
  return std::nullopt;
}

std::string_view key_type_name(KeyType type) {
  constexpr std::string_view kNames[] = {"oct", "RSA", "P-256", "P-384", "P-521", "secp256k1", "Ed25519", "Ed448"};
  return kNames[static_cast<std::size_t>(type)];
}

// ── PublicKey ──

Result<PublicKey> PublicKey::parse(std::string_view text, KeyInfo info) {
  auto data = TRY(detail::key_from_text(text, std::move(info), Members::public_only));
  return PublicKey(std::move(data));
}

KeyType PublicKey::type() const { return data_->type; }
const KeyInfo& PublicKey::info() const { return data_->info; }
unsigned PublicKey::bits() const { return data_->pkey->bits(); }
bool PublicKey::admits(Alg alg) const { return data_->admits(alg); }
std::string PublicKey::jwk() const { return detail::print_jwk(*data_, Members::public_only); }
std::string PublicKey::pem() const { return data_->pkey->public_pem(); }
std::string PublicKey::thumbprint() const { return data_->thumbprint(); }
Result<PublicKey> PublicKey::with(KeyInfo info) const { return PublicKey(TRY(renamed(*data_, std::move(info)))); }

// ── PrivateKey ──

Result<PrivateKey> PrivateKey::parse(std::string_view text, KeyInfo info) {
  auto data = TRY(detail::key_from_text(text, std::move(info), Members::all));
  ENSURE(data->type != KeyType::oct && data->pkey->has_private(), wrong_kind, "not a private key");
  return PrivateKey(std::move(data));
}

Result<PrivateKey> PrivateKey::generate(Alg alg, KeyInfo info, unsigned rsa_bits) {
  ENSURE(!alg_row(alg).symmetric, alg_key_mismatch, "alg");
  auto data = std::make_shared<KeyData>();
  data->type = type_for(alg);
  ENSURE(!info.alg || info.alg == alg, alg_key_mismatch, "alg");
  data->info = std::move(info);
  data->info.alg = alg;
  TRY_VOID(detail::check_info(*data));
  data->pkey = TRY(crypto::Pkey::generate(static_cast<crypto::PkeyType>(static_cast<int>(data->type) - 1), rsa_bits));
  if (data->info.kid.empty()) data->info.kid = data->thumbprint();
  return PrivateKey(std::move(data));
}

KeyType PrivateKey::type() const { return data_->type; }
const KeyInfo& PrivateKey::info() const { return data_->info; }
bool PrivateKey::admits(Alg alg) const { return data_->admits(alg); }
std::string PrivateKey::thumbprint() const { return data_->thumbprint(); }
Result<PrivateKey> PrivateKey::with(KeyInfo info) const { return PrivateKey(TRY(renamed(*data_, std::move(info)))); }
Secret PrivateKey::jwk() const { return secret_text(detail::print_jwk(*data_, Members::all)); }
Secret PrivateKey::pem() const { return data_->pkey->private_pem(); }

PublicKey PrivateKey::public_key() const {
  auto half = std::make_shared<KeyData>(*data_);
  half->pkey = data_->pkey->public_half();
  // What a key may sign, its public half may verify.
  half->may_verify = data_->may_verify || data_->may_sign;
  half->may_sign = false;
  return PublicKey(std::move(half));
}

// ── SecretKey ──

Result<SecretKey> SecretKey::from_octets(BytesView octets, Alg alg, KeyInfo info) {
  return SecretKey(TRY(mac_key(octets, alg, std::nullopt, std::move(info))));
}

Result<SecretKey> SecretKey::from_short_octets(BytesView octets, Alg alg, Reason, KeyInfo info) {
  return SecretKey(TRY(mac_key(octets, alg, alg, std::move(info))));
}

Result<SecretKey> SecretKey::parse(std::string_view jwk) {
  const auto first = jwk.find_first_not_of(" \t\r\n");
  ENSURE(first != std::string_view::npos && jwk[first] == '{', malformed, "JWK");
  auto data = TRY(detail::key_from_text(jwk, {}, Members::all));
  ENSURE(data->type == KeyType::oct, wrong_kind, "kty");
  return SecretKey(std::move(data));
}

Result<SecretKey> SecretKey::generate(Alg alg, KeyInfo info) {
  ENSURE(alg_row(alg).symmetric, alg_key_mismatch, "alg");
  Secret octets = Secret::of_size(crypto::hash_size(alg_row(alg).hash));
  crypto::random(octets.writable());
  return from_octets(octets.expose("the octets of a new MAC key"), alg, std::move(info));
}

const KeyInfo& SecretKey::info() const { return data_->info; }
bool SecretKey::admits(Alg alg) const { return data_->admits(alg); }
std::string SecretKey::thumbprint() const { return data_->thumbprint(); }
Result<SecretKey> SecretKey::with(KeyInfo info) const { return SecretKey(TRY(renamed(*data_, std::move(info)))); }
Secret SecretKey::jwk() const { return secret_text(detail::print_jwk(*data_, Members::all)); }

// ── sets ──

Result<Keys> Keys::parse(std::string_view jwks) {
  ENSURE(jwks.size() <= detail::kMaxKeySet, too_large, "jwks");
  json::Document document;
  const auto object = TRY(document.parse_object(jwks));
  const auto member = object.find("keys");
  ENSURE(member, malformed, "keys");
  const auto list = member->array();
  ENSURE(list, malformed, "keys");
  ENSURE(list->size() <= detail::kMaxKeysInSet, too_large, "keys");
  Keys out({});
  std::size_t index = 0;
  for (const json::Value item : *list) {
    const auto jwk = item.object();
    if (!jwk) {
      out.skipped_.push_back({index++, "", Error{Err::malformed, "keys"}});
      continue;
    }
    ENSURE(!detail::has_private_members(*jwk), private_key_in_set, "keys");
    auto key = detail::key_from_jwk(*jwk);
    if (key) {
      out.keys_.push_back(PublicKey(std::move(*key)));
    } else {
      const auto kid = jwk->find("kid");
      out.skipped_.push_back({index, std::string(kid ? kid->string().value_or("") : ""), key.error()});
    }
    ++index;
  }
  return out;
}

std::string jwks(std::span<const PublicKey> keys) {
  json::Writer out;
  out.begin_object().key("keys").begin_array();
  for (const auto& key : keys) out.raw(key.jwk());
  out.end_array().end_object();
  return out.take();
}

}  // namespace tessera
