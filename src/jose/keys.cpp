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
  for (std::size_t type = 0; type < kKeyTypeCount; ++type)
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

Result<std::shared_ptr<KeyData>> private_der(BytesView der, KeyInfo info, const Secret* password) {
  ENSURE(der.size() <= detail::kMaxKeyDer, too_large, "key");
  const auto form = TRY(crypto::form_of_der(der));
  ENSURE(crypto::is_private(form), wrong_kind, "key");
  return detail::key_from_der(form, der, std::move(info), Members::all, password);
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
  ENSURE(!is_ml_dsa(type), needs_openssl, "alg");
  data->pkey = TRY(crypto::Pkey::generate(detail::pkey_type(type), rsa_bits));
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
  constexpr std::string_view kNames[] = {"oct",   "RSA",    "P-256", "P-384",     "P-521",     "secp256k1", "Ed25519",
                                         "Ed448", "X25519", "X448",  "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"};
  static_assert(std::size(kNames) == kKeyTypeCount);
  return kNames[static_cast<std::size_t>(type)];
}

// ── PublicKey ──

Result<PublicKey> PublicKey::parse(std::string_view text, KeyInfo info) {
  auto data = TRY(detail::key_from_text(text, std::move(info), Members::public_only));
  return PublicKey(std::move(data));
}

Result<PublicKey> PublicKey::parse_der(BytesView der, KeyInfo info) {
  ENSURE(der.size() <= detail::kMaxKeyDer, too_large, "key");
  const auto form =
      crypto::form_of_der(der) == crypto::Form::pkcs1_public ? crypto::Form::pkcs1_public : crypto::Form::spki;
  auto data = TRY(detail::key_from_der(form, der, std::move(info), Members::public_only));
  return PublicKey(std::move(data));
}

KeyType PublicKey::type() const { return data_->type; }
const KeyInfo& PublicKey::info() const { return data_->info; }
unsigned PublicKey::bits() const {
  return data_->pkey ? data_->pkey->bits() : static_cast<unsigned>(8 * data_->ml_dsa->pub.size());
}
bool PublicKey::admits(Alg alg) const { return data_->admits(alg); }
bool PublicKey::admits(KeyAlg alg) const { return data_->admits(alg); }
std::string PublicKey::jwk() const { return detail::print_jwk(*data_, Members::public_only); }
Bytes PublicKey::der() const { return data_->pkey ? data_->pkey->spki() : crypto::ml_dsa_spki(*data_->ml_dsa); }
std::string PublicKey::pem() const {
  return std::string(crypto::write_pem(crypto::Form::spki, der()).expose_text("a public key is no secret"));
}
std::string PublicKey::thumbprint() const { return data_->thumbprint(); }
Result<PublicKey> PublicKey::with(KeyInfo info) const { return PublicKey(TRY(renamed(*data_, std::move(info)))); }
std::span<const Certificate> PublicKey::certificates() const { return data_->certificates; }

Result<PublicKey> PublicKey::with_certificates(std::vector<Certificate> chain) const {
  auto copy = std::make_shared<KeyData>(*data_);
  copy->certificates = std::move(chain);
  copy->certificate_digest.clear();
  TRY_VOID(detail::check_certificates(*copy));
  return PublicKey(std::move(copy));
}

// ── PrivateKey ──

Result<PrivateKey> PrivateKey::parse(std::string_view text, KeyInfo info) {
  return made(detail::key_from_text(text, std::move(info), Members::all));
}
Result<PrivateKey> PrivateKey::parse(std::string_view text, const Secret& password, KeyInfo info) {
  return made(detail::key_from_text(text, std::move(info), Members::all, &password));
}

Result<PrivateKey> PrivateKey::parse_der(BytesView pkcs8, KeyInfo info) {
  return made(private_der(pkcs8, std::move(info), nullptr));
}
Result<PrivateKey> PrivateKey::parse_der(BytesView pkcs8, const Secret& password, KeyInfo info) {
  return made(private_der(pkcs8, std::move(info), &password));
}

Result<PrivateKey> PrivateKey::made(Result<std::shared_ptr<KeyData>> data) {
  auto key = TRY(std::move(data));
  ENSURE(key->type != KeyType::oct && key->has_private(), wrong_kind, "key");
  return PrivateKey(std::move(key));
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
bool PrivateKey::is_external() const { return data_->external != nullptr; }

Secret PrivateKey::der() const {
  if (is_external()) return Secret(data_->pkey->spki());
  return data_->pkey ? data_->pkey->pkcs8() : crypto::ml_dsa_pkcs8(*data_->ml_dsa);
}

Secret PrivateKey::pem() const {
  return crypto::write_pem(is_external() ? crypto::Form::spki : crypto::Form::pkcs8, der().expose("printed as PEM"));
}

Result<Bytes> PrivateKey::encrypted_der(const Secret& password) const {
  ENSURE(!is_external(), unsupported, "external key");
  ENSURE(!password.empty(), weak_key, "password");
  return crypto::encrypt_pkcs8(der().expose("encrypted"), password);
}

Result<std::string> PrivateKey::encrypted_pem(const Secret& password) const {
  const Bytes der = TRY(encrypted_der(password));
  return std::string(crypto::write_pem(crypto::Form::encrypted_pkcs8, der).expose_text("it is encrypted"));
}

PublicKey PrivateKey::public_key() const { return PublicKey(std::make_shared<const KeyData>(data_->public_half())); }

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

// ── thumbprint URIs ──

namespace {
constexpr std::string_view kThumbprintUri = "urn:ietf:params:oauth:jwk-thumbprint:";
constexpr std::string_view kSha256 = "sha-256:";
}  // namespace

//= RFC9278#3
// urn:ietf:params:oauth:jwk-thumbprint: followed by the hash algorithm's name, a colon and the thumbprint in base64url
std::string thumbprint_uri(std::string_view thumbprint) {
  std::string uri(kThumbprintUri);
  return uri.append(kSha256).append(thumbprint);
}

Result<std::string> parse_thumbprint_uri(std::string_view uri) {
  ENSURE(uri.starts_with(kThumbprintUri), malformed, "uri");
  uri.remove_prefix(kThumbprintUri.size());
  ENSURE(uri.starts_with(kSha256), unsupported, "hash");
  uri.remove_prefix(kSha256.size());
  ENSURE(uri.size() == base64url::encoded_size(sizeof(crypto::Sha256)), malformed, "thumbprint");
  ENSURE(base64url::decode(uri), bad_base64, "thumbprint");
  return std::string(uri);
}

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
