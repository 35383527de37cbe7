#include "cli/keyfile.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "cli/io.hpp"
#include "cli/unknown.hpp"
#include "crypto/pem.hpp"
#include "tessera/certificate.hpp"

namespace tessera::cli {

namespace {

constexpr Source kKey{"key", kMaxKeyFile};
constexpr std::string_view kForms = "a JWK, a JWKS, PEM or DER";

std::string_view without_leading_space(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

template <class Key>
Outcome<KeyFile> key_of(Result<Key> key, std::string_view text, std::string_view name) {
  if (!key) return refused_text(key.error(), name, text);
  return KeyFile(std::move(*key));
}

Outcome<KeyFile> parse_json(std::string_view text, std::string_view name) {
  json::Document document;
  const json::Object object = ACCEPT(name, document.parse_object(text));
  if (object.find("keys")) return KeyFile(ACCEPT(name, Keys::parse(text)));
  const auto kty = object.find("kty");
  if (!kty || !kty->string()) {
    return refused(Error{Err::malformed, "kty"}, "a JWK with \"kty\", or a JWKS with \"keys\"",
                   fmt::format("{}: a JSON object with neither", name));
  }
  if (kty->string() == "oct") return key_of(SecretKey::parse(text), text, name);
  if (object.find("d") || object.find("priv")) return key_of(PrivateKey::parse(text), text, name);
  return key_of(PublicKey::parse(text), text, name);
}

// A password opens what it locked, and nothing asks for one.
std::unexpected<Failure> unopened_key(Error error, std::string_view name) {
  if (error.code == Err::password_needed) {
    return refused(error, "a key that is not encrypted, or its password", std::string(name),
                   "tessera key convert FILE --password FILE --to jwk opens it");
  }
  if (error.code == Err::decrypt_failed)
    return refused(error, "the password that it was locked with", std::string(name), "");
  return refused(error, name);
}

Outcome<KeyFile> opened_key(Result<PrivateKey> key, std::string_view name) {
  if (!key) return unopened_key(key.error(), name);
  return KeyFile(std::move(*key));
}

Outcome<KeyFile> certified(std::string_view name, std::vector<Certificate> chain) {
  const PublicKey key = ACCEPT(name, chain.front().public_key());
  return KeyFile(ACCEPT(name, key.with_certificates(std::move(chain))));
}

Outcome<KeyFile> parse_pem(std::string_view text, std::string_view name, const Secret* password) {
  if (text.contains("BEGIN CERTIFICATE-----")) return certified(name, ACCEPT(name, parse_certificates(text)));
  if (text.contains("PRIVATE KEY-----"))
    return opened_key(password ? PrivateKey::parse(text, *password) : PrivateKey::parse(text), name);
  return KeyFile(ACCEPT(name, PublicKey::parse(text)));
}

Outcome<KeyFile> parse_der(BytesView der, std::string_view name, const Secret* password) {
  switch (ACCEPT(name, crypto::form_of_der(der))) {
    case crypto::Form::spki:
    case crypto::Form::pkcs1_public: return KeyFile(ACCEPT(name, PublicKey::parse_der(der)));
    case crypto::Form::certificate: return certified(name, {ACCEPT(name, Certificate::parse_der(der))});
    default: return opened_key(password ? PrivateKey::parse_der(der, *password) : PrivateKey::parse_der(der), name);
  }
}

Outcome<KeyFile> parse_encrypted_jwk(std::string_view text, std::string_view name, const Secret* password) {
  if (password == nullptr) return unopened_key(Error{Err::password_needed, "password"}, name);
  std::vector<SecretKey> keys;
  for (const KeyAlg alg : kPasswordAlgs)
    keys.push_back(ACCEPT(name, SecretKey::from_octets(password->expose("opens an encrypted JWK"), alg)));
  const jwe::Policy policy{.algs = std::vector(kPasswordAlgs.begin(), kPasswordAlgs.end()),
                           .encs = Unchecked("whatever cipher the owner of the key chose"),
                           .passwords = jwe::PasswordRounds{}};
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  const auto keyring = jwe::decrypt_keys(text, jwe::Keyring({}, std::move(keys)), policy);
  if (!keyring) return unopened_key(keyring.error(), name);
  const jwe::Keyring& opened = *keyring;
  if (opened.private_keys().size() + opened.secret_keys().size() != 1) return KeyFile(opened);
  if (!opened.private_keys().empty()) return KeyFile(opened.private_keys()[0]);
  return KeyFile(opened.secret_keys()[0]);
}

}  // namespace

Outcome<KeyFile> parse_key_file(std::string_view text, std::string_view name, const Secret* password) {
  constexpr char kSequence = '0';  // the first octet of DER, 0x30
  const std::string_view start = without_leading_space(text);
  if (start.starts_with('{')) return parse_json(text, name);
  if (start.starts_with("-----BEGIN ")) return parse_pem(start, name, password);
  if (start.starts_with("eyJ")) return parse_encrypted_jwk(start, name, password);
  if (text.starts_with(kSequence)) return parse_der(bytes_of(text), name, password);
  return refused(Error{Err::malformed, "key"}, std::string(kForms),
                 fmt::format("{}: {}", name, start.empty() ? "nothing" : "something else"),
                 "raw octets of a MAC key go with --secret FILE");
}

Outcome<KeyFile> read_key_file(std::string_view argument, const Secret* password) {
  const Secret text = TRY(read_secret_text(argument, kKey));
  return parse_key_file(text.expose_text("a key file is parsed"), shown_source(argument), password);
}

std::string_view kind_of(const KeyFile& key) {
  if (std::holds_alternative<PublicKey>(key)) return "a public key";
  if (std::holds_alternative<PrivateKey>(key)) return "a private key";
  if (std::holds_alternative<SecretKey>(key)) return "a symmetric key";
  if (std::holds_alternative<jwe::Keyring>(key)) return "a set of private keys";
  return "a key set";
}

Outcome<void> add_named(std::vector<PublicKey>& keys, PublicKey key, std::string_view source) {
  if (key.info().kid.empty()) {
    KeyInfo info = key.info();
    info.kid = key.thumbprint();
    key = ACCEPT(source, key.with(std::move(info)));
  }
  for (const PublicKey& other : keys) {
    if (other.info().kid != key.info().kid) continue;
    return summed_up("two keys have one kid",
                     refused(Error{Err::ambiguous_key, "kid"}, "a kid of its own for each key",
                             fmt::format("{}: kid {} again", source, key.info().kid),
                             "leave one out, or rename it: tessera key convert FILE --to jwk --kid NAME"));
  }
  keys.push_back(std::move(key));
  return {};
}

Outcome<std::string> published_set(std::span<const PublicKey> keys, std::string_view source) {
  std::vector<PublicKey> named;
  for (const PublicKey& key : keys) TRY_VOID(add_named(named, key, source));
  return jwks(named);
}

Outcome<Alg> parse_alg(std::string_view name) {
  if (const auto alg = alg_from_name(name)) return *alg;
  return misuse("this algorithm is not known",
                {"--alg", "one of " + alg_names(), std::string(name), "spell it exactly so; none is not an algorithm"});
}

std::vector<std::string> purposes() {
  std::vector<std::string> names = signing_algs();
  for (std::string& name : all_names(key_alg_name, kKeyAlgCount))
    if (name != "dir" && !name.starts_with("PBES2")) names.push_back(std::move(name));
  for (std::string& name : all_names(enc_name, kEncCount)) names.push_back(std::move(name));
  return names;
}

Outcome<KeyPurpose> parse_purpose(std::string_view name) {
  if (const auto alg = key_alg_from_name(name)) return *alg;
  if (const auto enc = enc_from_name(name)) return *enc;
  if (const auto alg = alg_from_name(name)) return *alg;
  return misuse("this algorithm is not known",
                {"--alg", fmt::format("one of {}", fmt::join(purposes(), " ")), std::string(name),
                 hint_or(hint_about_name(name), "spell it exactly so; none is not an algorithm")});
}

std::string_view name_of(const KeyPurpose& purpose) {
  if (const auto* alg = std::get_if<Alg>(&purpose)) return alg_name(*alg);
  if (const auto* alg = std::get_if<KeyAlg>(&purpose)) return key_alg_name(*alg);
  return enc_name(std::get<Enc>(purpose));
}

std::vector<std::string> signing_algs() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kAlgCount; ++i)
    if (const Alg alg = static_cast<Alg>(i); !is_ml_dsa(alg)) names.emplace_back(alg_name(alg));
  return names;
}

std::string alg_names() { return fmt::format("{}", fmt::join(signing_algs(), " ")); }

Outcome<void> check_kid(const std::optional<std::string>& kid) {
  if (!kid || (kid->size() <= 256 && valid_utf8(*kid))) return {};
  return misuse("this is not a kid", {"--kid", "at most 256 octets of UTF-8", *kid, "choose a shorter one"});
}

void key_members(json::Writer& writer, const KeyInfo& info, KeyType type) {
  writer.member("type", key_type_name(type));
  if (info.alg) writer.member("alg", alg_name(*info.alg));
  if (info.key_alg) writer.member("key_alg", key_alg_name(*info.key_alg));
  if (info.enc) writer.member("enc", enc_name(*info.enc));
  if (!info.kid.empty()) text_member(writer, "kid", info.kid);
}

}  // namespace tessera::cli
