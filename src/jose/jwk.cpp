#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/base64.hpp"
#include "base/base64url.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "base/wipe.hpp"
#include "jose/key_data.hpp"

namespace tessera::detail {

crypto::PkeyType pkey_type(KeyType type) { return static_cast<crypto::PkeyType>(static_cast<int>(type) - 1); }

namespace {

constexpr std::array kPrivateMembers = {"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"};

KeyType key_type(crypto::PkeyType type) { return static_cast<KeyType>(static_cast<int>(type) + 1); }
KeyType ml_dsa_type(crypto::MlDsaSet set) {
  return static_cast<KeyType>(static_cast<int>(KeyType::ML_DSA_44) + static_cast<int>(set));
}

std::optional<KeyType> curve_from_name(std::string_view name) {
  for (const KeyType type : {KeyType::P256, KeyType::P384, KeyType::P521, KeyType::secp256k1, KeyType::Ed25519,
                             KeyType::Ed448, KeyType::X25519, KeyType::X448})
    if (key_type_name(type) == name) return type;
  return std::nullopt;
}

// The text of a member that must be a string; nothing when it is absent.
Result<std::optional<std::string_view>> text_member(const json::Object& jwk, const char* name) {
  const auto value = jwk.find(name);
  if (!value) return std::optional<std::string_view>{};
  const auto text = value->string();
  ENSURE(text, malformed, name);
  return text;
}

Result<Bytes> octets_member(const json::Object& jwk, const char* name) {
  const auto text = TRY(text_member(jwk, name));
  auto octets = base64url::decode(text.value_or(""));
  ENSURE(octets, bad_base64, name);
  return std::move(*octets);
}

// Empty when absent.
Result<Secret> secret_member(const json::Object& jwk, const char* name) {
  const auto text = TRY(text_member(jwk, name));
  if (!text) return Secret();
  ENSURE(!text->empty(), bad_key, name);
  Secret out = Secret::of_size(base64url::decoded_size(text->size()));
  ENSURE(base64url::decode(*text, out.writable()), bad_base64, name);
  return out;
}

constexpr std::size_t kMaxOperations = 64;  // named in `key_ops`; the registry knows eight

Result<void> parse_use(const json::Object& jwk, KeyData& key) {
  if (const auto use = TRY(text_member(jwk, "use"))) {
    if (*use == "sig") key.info.use = KeyUse::sig;
    if (*use == "enc") key.info.use = KeyUse::enc;
    //= RFC7517#4.2
    // Other values MAY be used.
    if (key.info.use == KeyUse::any) {
      ENSURE(!use->empty(), malformed, "use");
      ENSURE(use->size() <= kMaxUse, too_large, "use");
      key.other_use = *use;
    }
  }
  if (const auto operations = jwk.find("key_ops")) {
    const auto list = operations->array();
    ENSURE(list, malformed, "key_ops");
    ENSURE(list->size() <= kMaxOperations, too_large, "key_ops");
    std::vector<std::string_view> names;
    for (const json::Value item : *list) {
      const auto name = item.string();
      ENSURE(name, malformed, "key_ops");
      names.push_back(*name);
    }
    std::ranges::sort(names);
    //= RFC7517#4.3
    // Duplicate key operation values MUST NOT be present in the array.
    ENSURE(std::ranges::adjacent_find(names) == names.end(), malformed, "key_ops");
    key.operations.emplace();
    for (std::size_t i = 0; i < std::size(kOperationNames); ++i)
      if (std::ranges::binary_search(names, kOperationNames[i])) key.operations->add(static_cast<Operation>(i));
  }
  return {};
}

Result<void> parse_info(const json::Object& jwk, KeyData& key) {
  if (const auto kid = TRY(text_member(jwk, "kid"))) key.info.kid = *kid;
  if (const auto name = TRY(text_member(jwk, "alg"))) {
    key.info.alg = alg_from_name(*name);
    key.info.key_alg = key_alg_from_name(*name);
    key.info.enc = enc_from_name(*name);
    ENSURE(key.info.alg || key.info.key_alg || key.info.enc, unknown_alg, "alg");
  }
  return parse_use(jwk, key);
}

Result<void> parse_rsa(const json::Object& jwk, KeyData& key) {
  ENSURE(!jwk.find("oth"), unsupported, "oth");
  crypto::RsaNumbers numbers;
  numbers.n = TRY(octets_member(jwk, "n"));
  numbers.e = TRY(octets_member(jwk, "e"));
  numbers.d = TRY(secret_member(jwk, "d"));
  Secret* const rest[] = {&numbers.p, &numbers.q, &numbers.dp, &numbers.dq, &numbers.qi};
  constexpr const char* kNames[] = {"p", "q", "dp", "dq", "qi"};
  std::size_t given = 0;
  for (std::size_t i = 0; i < std::size(rest); ++i) {
    *rest[i] = TRY(secret_member(jwk, kNames[i]));
    given += rest[i]->empty() ? 0 : 1;
  }
  //= RFC7518#6.3.2
  // if the producer includes any of the other private key parameters, then all of the others MUST be present
  ENSURE(given == 0 || (given == std::size(rest) && !numbers.d.empty()), bad_key, "p");
  key.pkey = TRY(crypto::Pkey::from_rsa(numbers));
  key.type = KeyType::RSA;
  return {};
}

Result<void> parse_curve(const json::Object& jwk, KeyData& key, std::string_view kty) {
  const auto crv = TRY(text_member(jwk, "crv"));
  ENSURE(crv, bad_key, "crv");
  const auto type = curve_from_name(*crv);
  ENSURE(type, unsupported, "crv");
  key.type = *type;
  const bool has_y = key.type <= KeyType::secp256k1;
  ENSURE(has_y == (kty == "EC"), bad_key, "kty");
  crypto::CurveNumbers numbers;
  numbers.x = TRY(octets_member(jwk, "x"));
  if (has_y) numbers.y = TRY(octets_member(jwk, "y"));
  numbers.d = TRY(secret_member(jwk, "d"));
  key.pkey = TRY(crypto::Pkey::from_curve(pkey_type(key.type), numbers));
  return {};
}

Result<void> parse_oct(const json::Object& jwk, KeyData& key) {
  const auto text = TRY(text_member(jwk, "k"));
  ENSURE(text, bad_key, "k");
  ENSURE(!text->empty(), weak_key, "k");
  Secret k = TRY(secret_member(jwk, "k"));
  ENSURE(k.size() <= kMaxSecretKey, too_large, "k");
  key.type = KeyType::oct;
  key.mac = std::make_shared<const crypto::MacKey>(std::move(k));
  return {};
}

//= draft-ietf-cose-dilithium#7.2
// The "alg" parameter of a key of kty "AKP" is part of the key.
Result<void> parse_ml_dsa(const json::Object& jwk, KeyData& key) {
  ENSURE(key.info.alg, bad_key, "alg");
  crypto::MlDsaKey numbers;
  for (const crypto::MlDsaSet set :
       {crypto::MlDsaSet::ML_DSA_44, crypto::MlDsaSet::ML_DSA_65, crypto::MlDsaSet::ML_DSA_87})
    if (fits(ml_dsa_type(set), *key.info.alg)) {
      key.type = ml_dsa_type(set);
      numbers.set = set;
    }
  ENSURE(is_ml_dsa(key.type), bad_key, "alg");
  numbers.pub = TRY(octets_member(jwk, "pub"));
  numbers.seed = TRY(secret_member(jwk, "priv"));
  ENSURE(numbers.pub.size() == crypto::public_size(numbers.set), bad_key, "pub");
  ENSURE(numbers.seed.empty() || numbers.seed.size() == crypto::kMlDsaSeed, bad_key, "priv");
  key.ml_dsa = std::make_shared<const crypto::MlDsaKey>(std::move(numbers));
  return {};
}

Result<void> parse_certificates(const json::Object& jwk, KeyData& key) {
  if (const auto chain = jwk.find("x5c")) key.certificates = TRY(parse_x5c(*chain, Err::malformed));
  TRY_VOID(check_certificates(key));
  if (const auto digest = TRY(text_member(jwk, "x5t#S256"))) {
    if (!key.certificates.empty()) {
      ENSURE(*digest == key.certificates.front().thumbprint(), bad_key, "x5t#S256");
    } else {
      const auto octets = base64url::decode(*digest);
      ENSURE(octets, bad_base64, "x5t#S256");
      ENSURE(octets->size() == sizeof(crypto::Sha256), malformed, "x5t#S256");
      key.certificate_digest = *digest;
    }
  }
  return {};
}

constexpr std::size_t kSmallestCipherKey = 16;
constexpr std::size_t kLongestJwk = 12 << 10;  // RSA of 8,192 bits, and a kid that is all escapes

void write_secret(json::Writer& out, const char* name, const Secret& secret) {
  if (secret.empty()) return;
  std::string text = base64url::encode(secret.expose("printed as a private JWK"));
  out.member(name, text);
  wipe(text);
}

std::size_t size_of(const KeyData& key) { return key.mac->octets().size(); }

bool long_enough(const KeyData& key, Alg alg) {
  return size_of(key) >= crypto::hash_size(alg_row(alg).hash) || key.short_for == alg;
}

// Ciphers take keys of one size each; `dir` takes that of any content encryption, and a password may have any.
bool right_size(const KeyData& key, KeyAlg alg) {
  const auto& row = key_alg_row(alg);
  if (row.management == Management::password) return true;
  if (row.management != Management::direct) return size_of(key) == row.wrapping_size;
  return std::ranges::any_of(kEncs, [&](const EncRow& enc) { return key_size(enc.enc) == size_of(key); });
}

// A secret file that holds nothing but white space was meant to hold something.
bool is_ink(std::byte b) {
  return b != std::byte{' '} && b != std::byte{'\t'} && b != std::byte{'\n'} && b != std::byte{'\r'};
}

Result<void> check_octets(const KeyData& key) {
  ENSURE(std::ranges::any_of(key.mac->octets().expose("looked at for ink"), is_ink), weak_key, "k");
  if (key.info.key_alg) {
    ENSURE(right_size(key, *key.info.key_alg), bad_key, "k");
  } else if (key.info.enc) {
    ENSURE(size_of(key) == key_size(*key.info.enc), bad_key, "k");
  } else if (key.info.use == KeyUse::enc && !key.info.alg) {
    ENSURE(size_of(key) >= kSmallestCipherKey, weak_key, "k");
  } else {
    //= RFC7518#3.2
    // A key of the same size as the hash output (for instance, 256 bits for "HS256") or larger MUST be used
    ENSURE(long_enough(key, key.info.alg.value_or(key.short_for.value_or(Alg::HS256))), weak_key, "k");
  }
  return {};
}

}  // namespace

bool has_private_members(const json::Object& jwk) {
  return std::ranges::any_of(kPrivateMembers, [&](const char* name) { return jwk.find(name).has_value(); });
}

Result<void> check_info(const KeyData& key) {
  ENSURE(key.info.kid.size() <= kMaxKid, too_large, "kid");
  ENSURE(valid_utf8(key.info.kid), malformed, "kid");
  ENSURE(key.info.alg.has_value() + key.info.key_alg.has_value() + key.info.enc.has_value() <= 1, alg_key_mismatch,
         "alg");
  ENSURE(!key.info.alg || fits(key.type, *key.info.alg), alg_key_mismatch, "alg");
  ENSURE(!key.info.key_alg || fits(key.type, *key.info.key_alg), alg_key_mismatch, "alg");
  ENSURE(!key.info.enc || key.type == KeyType::oct, alg_key_mismatch, "alg");
  ENSURE(key.info.use == KeyUse::any || key.other_use.empty(), wrong_kind, "use");
  return key.type == KeyType::oct ? check_octets(key) : Result<void>{};
}

Result<std::shared_ptr<KeyData>> key_from_jwk(const json::Object& jwk, Chain chain) {
  auto key = std::make_shared<KeyData>();
  const auto kty = TRY(text_member(jwk, "kty"));
  ENSURE(kty, bad_key, "kty");
  TRY_VOID(parse_info(jwk, *key));
  // The rest of a private key without its first part: neither a private key nor one to be shown.
  ENSURE(*kty == "oct" || jwk.find(*kty == "AKP" ? "priv" : "d") || !has_private_members(jwk), bad_key, "d");
  if (*kty == "RSA")
    TRY_VOID(parse_rsa(jwk, *key));
  else if (*kty == "EC" || *kty == "OKP")
    TRY_VOID(parse_curve(jwk, *key, *kty));
  else if (*kty == "oct")
    TRY_VOID(parse_oct(jwk, *key));
  else if (*kty == "AKP")
    TRY_VOID(parse_ml_dsa(jwk, *key));
  else
    return fail(Err::unsupported, "kty");
  if (chain == Chain::read) TRY_VOID(parse_certificates(jwk, *key));
  TRY_VOID(check_info(*key));
  return key;
}

namespace {

// What a JWK says is not contradicted.
template <class T>
Result<void> complete(std::optional<T>& said, std::optional<T> given) {
  ENSURE(!said || !given || said == given, alg_key_mismatch, "alg");
  if (given) said = given;
  return {};
}

}  // namespace

Result<std::shared_ptr<KeyData>> key_from_text(std::string_view text, KeyInfo info, Members allowed,
                                               const Secret* password) {
  ENSURE(text.size() <= kMaxKeyText, too_large, "key");
  const auto first = text.find_first_not_of(" \t\r\n");
  ENSURE(first != std::string_view::npos, malformed, "key");
  if (text[first] == '{') {
    json::Document document;
    const auto object = TRY(document.parse_object(text));
    ENSURE(allowed == Members::all || !has_private_members(object), wrong_kind, "private key");
    auto key = TRY(key_from_jwk(object));
    if (!info.kid.empty()) key->info.kid = info.kid;
    TRY_VOID(complete(key->info.alg, info.alg));
    TRY_VOID(complete(key->info.key_alg, info.key_alg));
    TRY_VOID(complete(key->info.enc, info.enc));
    if (info.use != KeyUse::any) {
      ENSURE(key->info.use == KeyUse::any || key->info.use == info.use, wrong_kind, "use");
      key->info.use = info.use;
    }
    TRY_VOID(check_info(*key));
    return key;
  }
  const auto blocks = TRY(crypto::read_pem(text, 1));
  const auto& block = blocks.front();
  return key_from_der(block.form, block.der.expose("read as a key"), std::move(info), allowed, password);
}

Result<std::shared_ptr<KeyData>> key_from_der(crypto::Form form, BytesView der, KeyInfo info, Members allowed,
                                              const Secret* password) {
  ENSURE(der.size() <= kMaxKeyDer, too_large, "key");
  ENSURE(form != crypto::Form::certificate, unsupported, "certificate");
  ENSURE(allowed == Members::all || !crypto::is_private(form), wrong_kind, "private key");
  if (form == crypto::Form::encrypted_pkcs8) {
    ENSURE(password, password_needed, "password");
    const Secret opened = TRY(crypto::open_pkcs8(der, *password));
    return key_from_der(crypto::Form::pkcs8, opened.expose("read as a key"), std::move(info), allowed);
  }
  auto key = std::make_shared<KeyData>();
  key->info = std::move(info);
  auto ml_dsa = form == crypto::Form::spki ? TRY(crypto::ml_dsa_from_spki(der)) : std::nullopt;
  if (ml_dsa) {
    key->type = ml_dsa_type(ml_dsa->set);
    if (!key->info.alg) key->info.alg = alg_from_name(key_type_name(key->type));
    key->ml_dsa = std::make_shared<const crypto::MlDsaKey>(std::move(*ml_dsa));
  } else {
    ENSURE(form != crypto::Form::pkcs8 || !crypto::is_ml_dsa_pkcs8(der), needs_openssl, "private key");
    key->pkey = TRY(crypto::Pkey::from_der(form, der));
    key->type = key_type(key->pkey->type());
  }
  TRY_VOID(check_info(*key));
  return key;
}

bool KeyData::admits(KeyAlg alg) const {
  if (!fits(type, alg) || info.alg) return false;
  // A password is one because it says so: any other secret is stretched by nobody.
  if (key_alg_row(alg).management == Management::password) return info.key_alg == alg;
  if (info.enc) return alg == KeyAlg::dir;
  if (type == KeyType::oct && !right_size(*this, alg)) return false;
  return !info.key_alg || *info.key_alg == alg;
}

bool KeyData::admits(Enc enc) const {
  return admits(KeyAlg::dir) && size_of(*this) == key_size(enc) && (!info.enc || *info.enc == enc);
}

namespace {

// Under `use`, and under `key_ops` where the key has them.
bool may(const KeyData& key, KeyUse use, std::initializer_list<Operation> any_of) {
  if (!key.other_use.empty() || (key.info.use != KeyUse::any && key.info.use != use)) return false;
  return !key.operations || std::ranges::any_of(any_of, [&](Operation one) { return key.operations->has(one); });
}

}  // namespace

Operations public_operations(Operations pair) {
  using enum Operation;
  Operations out;
  for (const auto& [of_private, of_public] : {std::pair{sign, verify}, {decrypt, encrypt}, {unwrapKey, wrapKey}})
    if (pair.has(of_private) || pair.has(of_public)) out.add(of_public);
  return out;
}

bool KeyData::may_sign() const { return may(*this, KeyUse::sig, {Operation::sign}); }
bool KeyData::may_verify() const { return may(*this, KeyUse::sig, {Operation::verify}); }

bool KeyData::may_encrypt(KeyAlg alg) const {
  switch (key_alg_row(alg).management) {
    case Management::direct: return may(*this, KeyUse::enc, {Operation::encrypt});
    case Management::wrap:
    case Management::gcm_wrap: return may(*this, KeyUse::enc, {Operation::wrapKey});
    case Management::oaep: return may(*this, KeyUse::enc, {Operation::wrapKey, Operation::encrypt});
    case Management::password: return may(*this, KeyUse::enc, {Operation::deriveKey, Operation::deriveBits});
    case Management::agree:
    case Management::agree_wrap:
      // The public half of an agreement does nothing by itself, and WebCrypto exports it with an empty list.
      return other_use.empty() && info.use != KeyUse::sig;
  }
  return false;
}

bool KeyData::may_decrypt(KeyAlg alg) const {
  switch (key_alg_row(alg).management) {
    case Management::direct: return may(*this, KeyUse::enc, {Operation::decrypt});
    case Management::wrap:
    case Management::gcm_wrap: return may(*this, KeyUse::enc, {Operation::unwrapKey});
    case Management::oaep: return may(*this, KeyUse::enc, {Operation::unwrapKey, Operation::decrypt});
    case Management::password:
    case Management::agree:
    case Management::agree_wrap: return may(*this, KeyUse::enc, {Operation::deriveKey, Operation::deriveBits});
  }
  return false;
}

bool KeyData::admits(Alg alg) const {
  if (!fits(type, alg) || info.key_alg || info.enc) return false;
  if (type == KeyType::oct && !long_enough(*this, alg)) return false;
  if (!info.alg || *info.alg == alg) return true;
  //= RFC8037#3.1
  // `EdDSA` names the algorithm of either curve; a key that says so takes its curve's own name too.
  return *info.alg == Alg::EdDSA;
}

void write_curve(json::Writer& out, KeyType type, const crypto::CurveNumbers& numbers) {
  out.member("kty", numbers.y.empty() ? "OKP" : "EC").member("crv", key_type_name(type));
  out.member("x", base64url::encode(numbers.x));
  if (!numbers.y.empty()) out.member("y", base64url::encode(numbers.y));
}

std::string print_jwk(const KeyData& key, Members wanted) {
  json::Writer out;
  const bool all = wanted == Members::all;
  if (all) {
    std::size_t room = kLongestJwk;
    for (const Certificate& certificate : key.certificates) room += 3 + 4 * (certificate.der().size() / 3 + 1);
    out.reserve(room);
  }
  out.begin_object();
  if (key.type == KeyType::oct) {
    out.member("kty", "oct");
    if (all) {
      std::string k = base64url::encode(key.mac->octets().expose("printed as a private JWK"));
      out.member("k", k);
      wipe(k);
    }
  } else if (key.type == KeyType::RSA) {
    const auto numbers = all && key.pkey->has_private() ? key.pkey->rsa_private() : key.pkey->rsa_public();
    out.member("kty", "RSA").member("n", base64url::encode(numbers.n)).member("e", base64url::encode(numbers.e));
    write_secret(out, "d", numbers.d);
    write_secret(out, "p", numbers.p);
    write_secret(out, "q", numbers.q);
    write_secret(out, "dp", numbers.dp);
    write_secret(out, "dq", numbers.dq);
    write_secret(out, "qi", numbers.qi);
  } else if (is_ml_dsa(key.type)) {
    out.member("kty", "AKP").member("alg", key_type_name(key.type));
    out.member("pub", base64url::encode(key.ml_dsa->pub));
    if (all) write_secret(out, "priv", key.ml_dsa->seed);
  } else {
    const auto numbers = all && key.pkey->has_private() ? key.pkey->curve_private() : key.pkey->curve_public();
    write_curve(out, key.type, numbers);
    write_secret(out, "d", numbers.d);
  }
  if (!key.info.kid.empty()) out.member("kid", key.info.kid);
  if (key.info.use != KeyUse::any) out.member("use", key.info.use == KeyUse::sig ? "sig" : "enc");
  if (!key.other_use.empty()) out.member("use", key.other_use);
  if (key.operations) {
    out.key("key_ops").begin_array();
    for (std::size_t i = 0; i < std::size(kOperationNames); ++i)
      if (key.operations->has(static_cast<Operation>(i))) out.string(kOperationNames[i]);
    out.end_array();
  }
  if (key.info.alg && !is_ml_dsa(key.type)) out.member("alg", alg_name(*key.info.alg));
  if (key.info.key_alg) out.member("alg", key_alg_name(*key.info.key_alg));
  if (key.info.enc) out.member("alg", enc_name(*key.info.enc));
  if (!key.certificates.empty()) {
    out.key("x5c").begin_array();
    for (const Certificate& certificate : key.certificates) out.string(base64::encode(certificate.der()));
    out.end_array().member("x5t#S256", key.certificates.front().thumbprint());
  } else if (!key.certificate_digest.empty()) {
    out.member("x5t#S256", key.certificate_digest);
  }
  out.end_object();
  return out.take();
}

bool KeyData::has_private() const {
  return external || (pkey && pkey->has_private()) || (ml_dsa && !ml_dsa->seed.empty());
}

KeyData KeyData::public_half() const {
  KeyData half = *this;
  half.external = nullptr;
  if (pkey && pkey->has_private()) half.pkey = pkey->public_half();
  if (ml_dsa) half.ml_dsa = std::make_shared<const crypto::MlDsaKey>(ml_dsa->set, ml_dsa->pub, Secret());
  if (operations) half.operations = public_operations(*operations);
  return half;
}

std::string KeyData::thumbprint() const {
  //= RFC7638#3.2
  // The required members, in lexicographic order, without white space.
  json::Writer out;
  out.begin_object();
  if (type == KeyType::oct) {
    std::string k = base64url::encode(mac->octets().expose("hashed into the thumbprint"));
    out.reserve(k.size() + 32).member("k", k).member("kty", "oct");
    wipe(k);
  } else if (type == KeyType::RSA) {
    const auto numbers = pkey->rsa_public();
    out.member("e", base64url::encode(numbers.e)).member("kty", "RSA").member("n", base64url::encode(numbers.n));
  } else if (ml_dsa) {
    //= draft-ietf-cose-dilithium#6
    // the required members for a JWK thumbprint are "alg", "kty" and "pub"
    out.member("alg", key_type_name(type)).member("kty", "AKP").member("pub", base64url::encode(ml_dsa->pub));
  } else {
    const auto numbers = pkey->curve_public();
    out.member("crv", key_type_name(type)).member("kty", numbers.y.empty() ? "OKP" : "EC");
    out.member("x", base64url::encode(numbers.x));
    if (!numbers.y.empty()) out.member("y", base64url::encode(numbers.y));
  }
  out.end_object();
  std::string text = out.take();
  const auto digest = crypto::sha256(bytes_of(text));
  wipe(text);
  return base64url::encode(digest);
}

}  // namespace tessera::detail
