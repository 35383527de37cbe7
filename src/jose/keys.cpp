#include "tessera/keys.hpp"

#include <algorithm>

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
  for (int type = 0; type <= static_cast<int>(KeyType::X448); ++type)
    if (fits(static_cast<KeyType>(type), alg)) return static_cast<KeyType>(type);
  return KeyType::oct;
}

Result<std::shared_ptr<KeyData>> oct_key(BytesView octets, std::optional<Alg> short_for, KeyInfo info) {
  ENSURE(octets.size() <= detail::kMaxSecretKey, too_large, "secret");
  auto data = std::make_shared<KeyData>();
  data->type = KeyType::oct;
  data->info = std::move(info);
  data->mac = std::make_shared<const crypto::MacKey>(Secret(octets));
  data->short_for = short_for;
  TRY_VOID(detail::check_info(*data));
  return data;
}

// `info` with the algorithm that the key is made for.
template <class T>
Result<KeyInfo> made_for(std::optional<T> KeyInfo::* alg, T wanted, KeyInfo info) {
  ENSURE(!(info.*alg) || info.*alg == wanted, alg_key_mismatch, "alg");
  info.*alg = wanted;
  return info;
}

Result<SecretKey> random_key(std::size_t size, auto alg, KeyInfo info) {
  Secret octets = Secret::of_size(size);
  crypto::random(octets.writable());
  return SecretKey::from_octets(octets.expose("the octets of a new key"), alg, std::move(info));
}

Result<std::shared_ptr<KeyData>> pair(KeyType type, KeyInfo info, unsigned rsa_bits) {
  auto data = std::make_shared<KeyData>();
  data->type = type;
  data->info = std::move(info);
  TRY_VOID(detail::check_info(*data));
  data->pkey = TRY(crypto::Pkey::generate(static_cast<crypto::PkeyType>(static_cast<int>(type) - 1), rsa_bits));
  if (data->info.kid.empty()) data->info.kid = data->thumbprint();
  return data;
}

template <class Rows>
auto find_name(const Rows& rows, std::string_view name) {
  return std::ranges::find_if(rows, [&](const auto& row) { return row.name == name; });
}

}  // namespace

std::string_view alg_name(Alg alg) { return alg_row(alg).name; }

std::string_view key_alg_name(KeyAlg alg) { return key_alg_row(alg).name; }
std::string_view enc_name(Enc enc) { return enc_row(enc).name; }

std::optional<Alg> alg_from_name(std::string_view name) {
  const auto row = find_name(kAlgs, name);
  return row == kAlgs.end() ? std::nullopt : std::optional(row->alg);
}
std::optional<KeyAlg> key_alg_from_name(std::string_view name) {
  const auto row = find_name(kKeyAlgs, name);
  return row == kKeyAlgs.end() ? std::nullopt : std::optional(row->alg);
}
std::optional<Enc> enc_from_name(std::string_view name) {
  const auto row = find_name(kEncs, name);
  return row == kEncs.end() ? std::nullopt : std::optional(row->enc);
}

std::string_view key_type_name(KeyType type) {
  constexpr std::string_view kNames[] = {"oct",       "RSA",     "P-256", "P-384",  "P-521",
                                         "secp256k1", "Ed25519", "Ed448", "X25519", "X448"};
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
bool PublicKey::admits(KeyAlg alg) const { return data_->admits(alg); }
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
  info = TRY(made_for(&KeyInfo::alg, alg, std::move(info)));
  return PrivateKey(TRY(pair(type_for(alg), std::move(info), rsa_bits)));
}

Result<PrivateKey> PrivateKey::generate(KeyAlg alg, KeyType type, KeyInfo info, unsigned rsa_bits) {
  ENSURE(type != KeyType::oct, alg_key_mismatch, "alg");
  info = TRY(made_for(&KeyInfo::key_alg, alg, std::move(info)));
  return PrivateKey(TRY(pair(type, std::move(info), rsa_bits)));
}

KeyType PrivateKey::type() const { return data_->type; }
const KeyInfo& PrivateKey::info() const { return data_->info; }
bool PrivateKey::admits(Alg alg) const { return data_->admits(alg); }
bool PrivateKey::admits(KeyAlg alg) const { return data_->admits(alg); }
std::string PrivateKey::thumbprint() const { return data_->thumbprint(); }
Result<PrivateKey> PrivateKey::with(KeyInfo info) const { return PrivateKey(TRY(renamed(*data_, std::move(info)))); }
Secret PrivateKey::jwk() const { return secret_text(detail::print_jwk(*data_, Members::all)); }
Secret PrivateKey::pem() const { return data_->pkey->private_pem(); }

PublicKey PrivateKey::public_key() const {
  auto half = std::make_shared<KeyData>(*data_);
  half->pkey = data_->pkey->public_half();
  if (half->operations) half->operations = detail::public_operations(*half->operations);
  return PublicKey(std::move(half));
}

// ── SecretKey ──

Result<SecretKey> SecretKey::from_octets(BytesView octets, Alg alg, KeyInfo info) {
  ENSURE(alg_row(alg).symmetric, alg_key_mismatch, "alg");
  info = TRY(made_for(&KeyInfo::alg, alg, std::move(info)));
  return SecretKey(TRY(oct_key(octets, std::nullopt, std::move(info))));
}

Result<SecretKey> SecretKey::from_octets(BytesView octets, KeyAlg alg, KeyInfo info) {
  info = TRY(made_for(&KeyInfo::key_alg, alg, std::move(info)));
  return SecretKey(TRY(oct_key(octets, std::nullopt, std::move(info))));
}

Result<SecretKey> SecretKey::from_octets(BytesView octets, Enc enc, KeyInfo info) {
  info = TRY(made_for(&KeyInfo::enc, enc, std::move(info)));
  return SecretKey(TRY(oct_key(octets, std::nullopt, std::move(info))));
}

Result<SecretKey> SecretKey::from_short_octets(BytesView octets, Alg alg, Reason, KeyInfo info) {
  ENSURE(alg_row(alg).symmetric, alg_key_mismatch, "alg");
  info = TRY(made_for(&KeyInfo::alg, alg, std::move(info)));
  return SecretKey(TRY(oct_key(octets, alg, std::move(info))));
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
  return random_key(crypto::hash_size(alg_row(alg).hash), alg, std::move(info));
}

Result<SecretKey> SecretKey::generate(KeyAlg alg, KeyInfo info) {
  const auto& row = key_alg_row(alg);
  // Of `dir` the content encryption says the size, and a password is chosen by somebody.
  ENSURE(row.management == Management::wrap || row.management == Management::gcm_wrap, alg_key_mismatch, "alg");
  return random_key(row.wrapping_size, alg, std::move(info));
}

Result<SecretKey> SecretKey::generate(Enc enc, KeyInfo info) { return random_key(key_size(enc), enc, std::move(info)); }

const KeyInfo& SecretKey::info() const { return data_->info; }
bool SecretKey::admits(Alg alg) const { return data_->admits(alg); }
bool SecretKey::admits(KeyAlg alg) const { return data_->admits(alg); }
bool SecretKey::admits(Enc enc) const { return data_->admits(enc); }
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
