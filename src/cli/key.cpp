// tessera key generate, public, thumbprint, convert.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/base64.hpp"
#include "base/wipe.hpp"
#include "cli/command.hpp"
#include "cli/io.hpp"
#include "cli/keyfile.hpp"
#include "cli/times.hpp"
#include "tessera/certificate.hpp"
#include "tessera/jwe.hpp"

namespace tessera::cli {

namespace {

// The forms of a key in print, as --to names them.
enum class Form { jwk, jwks, pem, der, certificate };
constexpr std::string_view kFormNames[] = {"jwk", "jwks", "pem", "der", "certificate"};

// Where a key goes, and in which form. Shared by the commands that print one.
struct Target {
  std::optional<std::string> out;
  Form form = Form::jwk;
  std::optional<Secret> new_password;  // what is private gets locked with it
  std::optional<SelfSigned> certificate;
  bool force = false;
  std::string source{};  // of the key, for errors
};

void declare_target(Args& args, Target& target, std::string_view out_help) {
  args.option("--out", "FILE", target.out, out_help);
  args.flag("--force", target.force, "replace FILE if it exists");
}

bool holds_kid(Form form) { return form == Form::jwk || form == Form::jwks; }

// A kid that is asked for must be one, and get into the file.
Outcome<void> check_target_kid(const std::optional<std::string>& kid, const Target& target) {
  if (kid && !holds_kid(target.form)) {
    return misuse("PEM, DER and certificates hold no kid",
                  {"--kid", "a JWK, which can hold it", *kid, "leave --kid out, or ask for a JWK"});
  }
  return check_kid(kid);
}

// A key in print, and what it is.
struct Printed {
  Secret text;
  Readers readers;
  bool encrypted;
  KeyInfo info;
  KeyType type;
  std::string thumbprint;
};

bool ends_its_line(Form form) { return form == Form::pem || form == Form::certificate; }
// DER is taken as it stands.
std::string_view line_end(Form form) { return ends_its_line(form) || form == Form::der ? "" : "\n"; }

// The member that holds the key in --json, which is all of `w`, and is still open.
void key_member(json::Writer& w, const Printed& key, std::string_view text, Form form) {
  if (form == Form::der) {
    const WipedString der(base64::encode(bytes_of(text)));
    w.member("der", der.text());
  } else if (ends_its_line(form) || key.encrypted) {
    w.member(key.encrypted && form == Form::jwk ? "encrypted" : kFormNames[static_cast<int>(form)], text);
  } else {
    w.key(form == Form::jwks ? "jwks" : "key").raw(text);
  }
}

// What is printed in place of a file.
Secret shown_key(const Printed& key, const Target& target, const Console& console, json::Writer& w) {
  const std::string_view text = key.text.expose_text("a key is printed");
  if (console.format == Format::json) {
    w.reserve(2 * text.size() + 16);  // a line end takes two
    key_member(w, key, text, target.form);
    const WipedString json(w.end_object().take());
    return joined({json.text()});
  }
  if (!console.out_is_terminal || line_end(target.form).empty()) return joined({text, line_end(target.form)});
  const WipedString jwk(printable(text));
  return joined({jwk.text(), "\n"});
}

Outcome<Reply> deliver(Printed key, const Target& target, Console& console) {
  if (!holds_kid(target.form)) key.info.kid.clear();
  const bool secret = key.readers == Readers::owner;
  if (target.form == Form::der && !target.out && console.out_is_terminal && console.format == Format::text)
    return misuse("DER is no text for a terminal", {"--out", "--out FILE, or a pipe", "a terminal", "or say --to pem"});
  json::Writer w;
  w.begin_object();
  key_members(w, key.info, key.type);
  w.member("thumbprint", key.thumbprint);
  if (!target.out) {
    const std::string note = ": this key is secret; --out FILE keeps it from the screen\n";
    const bool warn = secret && !key.encrypted && console.out_is_terminal;
    return Reply{.note = warn ? painted(console.err, Hue::warn, "note") + note : "",
                 .secret = shown_key(key, target, console, w)};
  }
  const Secret text = joined({key.text.expose_text("a key is written to its file"), line_end(target.form)});
  TRY_VOID(write_file(*target.out, text.expose_text("a key is written to its file"), key.readers,
                      target.force ? Existing::replace : Existing::keep));
  text_member(w, "out", *target.out);
  std::string wrote = fmt::format("wrote {} key to {}{}\n", key_type_name(key.type), printable(*target.out),
                                  key.encrypted ? " (encrypted: mode 0600)"
                                  : secret      ? " (private: mode 0600)"
                                                : "");
  if (!key.info.kid.empty()) wrote += fmt::format("  kid {}\n", printable(key.info.kid));
  return Reply{.text = std::move(wrote), .json = w.end_object().take()};
}

Outcome<void> nothing_to_lock(const Target& target, std::string_view what) {
  if (!target.new_password) return {};
  return misuse("this is nothing to encrypt", {"--new-password", "a private or symmetric key in print",
                                               std::string(what), "leave --new-password out"});
}

Secret open_text(std::string_view text) { return Secret(text); }

Outcome<Secret> certificates_of(const PublicKey& key) {
  if (key.certificates().empty()) {
    return refused(Error{Err::wrong_kind, "certificate"}, "a private key, or a key that has a certificate",
                   "a public key without one", "whoever holds the private key can sign one");
  }
  std::string chain;
  for (const Certificate& certificate : key.certificates()) chain += certificate.pem();
  return open_text(chain);
}

Outcome<Secret> text_of(const PublicKey& key, const Target& target) {
  TRY_VOID(nothing_to_lock(target, "a public key"));
  switch (target.form) {
    case Form::jwk: return open_text(key.jwk());
    case Form::jwks: return open_text(TRY(published_set(std::span(&key, 1), target.source)));
    case Form::pem: return open_text(key.pem());
    case Form::der: return Secret(key.der());
    case Form::certificate: break;
  }
  return certificates_of(key);
}

Outcome<Reply> deliver(const PublicKey& key, const Target& target, Console& console) {
  return deliver(
      Printed{TRY(text_of(key, target)), Readers::everybody, false, key.info(), key.type(), key.thumbprint()}, target,
      console);
}

// An encrypted JWK (RFC 7517 section 7) under a password.
Outcome<Secret> encrypted_jwk(jwe::Keyring key, const Secret& password) {
  const SecretKey lock =
      ACCEPT("--new-password", SecretKey::from_octets(password.expose("locks a JWK"), KeyAlg::PBES2_HS512_A256KW));
  return open_text(ACCEPT("--new-password", jwe::encrypt_keys(std::move(key), lock, Enc::A256GCM)));
}

Outcome<Secret> private_text(const PrivateKey& key, const Target& target) {
  if (!target.new_password)
    return target.form == Form::jwk ? key.jwk() : target.form == Form::pem ? key.pem() : key.der();
  if (target.form == Form::jwk) return encrypted_jwk(key, *target.new_password);
  if (target.form == Form::pem) return open_text(ACCEPT("--new-password", key.encrypted_pem(*target.new_password)));
  return Secret(ACCEPT("--new-password", key.encrypted_der(*target.new_password)));
}

std::unexpected<Failure> not_certified(Error error, const PrivateKey& key, const Target& target) {
  const bool encrypts = key.info().key_alg || key.info().use == KeyUse::enc;
  return refused(
      error,
      {{.error = {Err::alg_key_mismatch, "use"},
        .at = "key",
        .expected = "a key that signs, as a self-signed certificate is signed with it",
        .actual = fmt::format("{}: {}", target.source, encrypts ? "an encryption key" : "a key that may not sign"),
        .hint = "an encryption key is published as it is: tessera key public"},
       {.error = {Err::unsupported, "kind of key"},
        .at = "key",
        .expected = "a key that signs",
        .actual = fmt::format("{}: {}", target.source, key_type_name(key.type())),
        .hint = "make another: tessera key generate --alg ES256"},
       {.error = {error.code, "common_name"}, .at = "--subject", .actual = target.certificate->common_name.value}},
      target.source);
}

// Of a private key a set and a certificate show the public half.
Outcome<Reply> deliver(const PrivateKey& key, const Target& target, Console& console) {
  if (target.form == Form::jwks) return deliver(key.public_key(), target, console);
  if (target.form == Form::certificate) {
    TRY_VOID(nothing_to_lock(target, "a certificate"));
    const auto made = self_sign(key, *target.certificate);
    if (!made) return not_certified(made.error(), key, target);
    return deliver(ACCEPT("certificate", key.public_key().with_certificates({*made})), target, console);
  }
  return deliver(Printed{TRY(private_text(key, target)), Readers::owner, target.new_password.has_value(), key.info(),
                         key.type(), key.thumbprint()},
                 target, console);
}

Outcome<Reply> deliver(const SecretKey& key, const Target& target, Console& console) {
  if (target.form == Form::jwks) {
    return refused(Error{Err::wrong_kind, "key"}, "a key pair", "a symmetric key",
                   "a symmetric key is never published");
  }
  if (target.form != Form::jwk) {
    return refused(Error{Err::unsupported, kFormNames[static_cast<int>(target.form)].data()}, "a key pair",
                   "a symmetric key", "only a JWK has a form for symmetric keys");
  }
  Secret text = target.new_password ? TRY(encrypted_jwk(key, *target.new_password)) : key.jwk();
  return deliver(Printed{std::move(text), Readers::owner, target.new_password.has_value(), key.info(), KeyType::oct,
                         key.thumbprint()},
                 target, console);
}

// Of random octets, whose thumbprint does not reveal them.
Outcome<Reply> deliver_random(const SecretKey& key, const Target& target, Console& console) {
  KeyInfo info = key.info();
  if (info.kid.empty()) info.kid = key.thumbprint();
  return deliver(ACCEPT("--kid", key.with(std::move(info))), target, console);
}

constexpr std::string_view kKeyHelp = "a JWK, PEM, DER or certificate file, or - for standard input";
constexpr std::string_view kPasswordHelp =
    "the password that KEY is encrypted under: a file, - or env:NAME, less one line end";
constexpr std::string_view kNewPasswordHelp =
    "encrypt it under this password: PKCS#8 as PEM or DER, or an encrypted JWK (RFC 7517); a file, - or env:NAME";

// ── generate ────────────────────────────────────────────────────────────────────────────────────────────────────────

struct GenerateOptions {
  std::string alg;
  std::optional<std::string> bits, crv, kid, new_password;
  bool pem = false;
  Target target;
};

bool is_rsa(Alg alg) { return Alg::RS256 <= alg && alg <= Alg::PS512; }
bool is_rsa(KeyAlg alg) { return KeyAlg::RSA_OAEP <= alg && alg <= KeyAlg::RSA_OAEP_512; }
bool is_rsa(Enc) { return false; }
bool agrees(KeyAlg alg) { return KeyAlg::ECDH_ES <= alg && alg <= KeyAlg::ECDH_ES_A256KW; }

Outcome<unsigned> parse_bits(const std::optional<std::string>& text, const KeyPurpose& purpose) {
  if (!text) return 2048u;
  if (!std::visit([](auto alg) { return is_rsa(alg); }, purpose)) {
    return misuse("this algorithm fixes the size of its keys", {"--bits", "--bits with RS*, PS* or RSA-OAEP* only",
                                                                std::string(name_of(purpose)), "leave --bits out"});
  }
  if (text->empty() || text->size() > 6 || text->find_first_not_of("0123456789") != std::string::npos) {
    return misuse("this is not a number of bits", {"--bits", "2048 to 8192", *text, "say --bits 3072, for example"});
  }
  const unsigned bits = static_cast<unsigned>(std::stoul(*text));
  if (bits < 2048 || bits > 8192) {
    return refused(Error{bits < 2048 ? Err::weak_key : Err::too_large, "bits"}, "2048 to 8192 bits", *text,
                   "say --bits 3072, for example");
  }
  return bits;
}

constexpr KeyType kAgreementCurves[] = {KeyType::P256, KeyType::P384, KeyType::P521, KeyType::X25519, KeyType::X448};

Outcome<KeyType> parse_curve(const std::optional<std::string>& name, const KeyPurpose& purpose) {
  const auto* alg = std::get_if<KeyAlg>(&purpose);
  if (alg == nullptr || !agrees(*alg)) {
    if (!name) return KeyType::RSA;
    return misuse("this algorithm fixes the curve of its keys",
                  {"--crv", "--crv with ECDH-ES* only", std::string(name_of(purpose)), "leave --crv out"});
  }
  if (!name) return KeyType::P256;
  for (const KeyType type : kAgreementCurves)
    if (key_type_name(type) == *name) return type;
  return misuse("this curve is not known",
                {"--crv", "P-256, P-384, P-521, X25519 or X448", *name, "spell it exactly so"});
}

// What --alg says of a key pair and of octets that are drawn; nothing else is generated.
Outcome<Reply> generate_for(Alg alg, const GenerateOptions& options, KeyInfo info, unsigned bits, KeyType,
                            Console& console) {
  info.use = KeyUse::sig;
  if (!is_mac(alg))
    return deliver(ACCEPT(options.alg, PrivateKey::generate(alg, std::move(info), bits)), options.target, console);
  return deliver_random(ACCEPT(options.alg, SecretKey::generate(alg, std::move(info))), options.target, console);
}

Outcome<Reply> generate_for(KeyAlg alg, const GenerateOptions& options, KeyInfo info, unsigned bits, KeyType type,
                            Console& console) {
  info.use = KeyUse::enc;
  if (is_rsa(alg) || agrees(alg))
    return deliver(ACCEPT(options.alg, PrivateKey::generate(alg, type, std::move(info), bits)), options.target,
                   console);
  if (alg == KeyAlg::dir) {
    return misuse("the key of dir is one of a content encryption",
                  {"--alg", "A128GCM A192GCM A256GCM A128CBC-HS256 A192CBC-HS384 A256CBC-HS512", "dir",
                   "say --alg A256GCM, for example"});
  }
  if (key_alg_name(alg).starts_with("PBES2")) {
    return misuse("a password is chosen, not generated",
                  {"--alg", "an algorithm that has keys", std::string(key_alg_name(alg)),
                   "encrypt under one with tessera jwe encrypt --password FILE"});
  }
  return deliver_random(ACCEPT(options.alg, SecretKey::generate(alg, std::move(info))), options.target, console);
}

Outcome<Reply> generate_for(Enc enc, const GenerateOptions& options, KeyInfo info, unsigned, KeyType,
                            Console& console) {
  info.use = KeyUse::enc;
  return deliver_random(ACCEPT(options.alg, SecretKey::generate(enc, std::move(info))), options.target, console);
}

Outcome<Reply> generate(GenerateOptions& options, Console& console) {
  const KeyPurpose purpose = TRY(parse_purpose(options.alg));
  const unsigned bits = TRY(parse_bits(options.bits, purpose));
  const KeyType curve = TRY(parse_curve(options.crv, purpose));
  if (options.pem) options.target.form = Form::pem;
  TRY_VOID(check_target_kid(options.kid, options.target));
  if (options.new_password) options.target.new_password = TRY(read_password(*options.new_password, "--new-password"));
  KeyInfo info{.kid = options.kid.value_or("")};
  return std::visit([&](auto alg) { return generate_for(alg, options, std::move(info), bits, curve, console); },
                    purpose);
}

Run declare_generate(Args& args) {
  std::vector<std::string> curves;
  for (const KeyType type : kAgreementCurves) curves.emplace_back(key_type_name(type));
  auto options = std::make_shared<GenerateOptions>();
  args.option("--alg", "ALG", options->alg,
              "what it is for; ES256 where nothing asks for another. To sign, one of " + alg_names() +
                  "; to encrypt, RSA-OAEP-256, ECDH-ES, ECDH-ES+A256KW, A256KW, A256GCMKW ..., or A256GCM, "
                  "A128CBC-HS256 ... for the key of dir")
      .choices(purposes());
  args.option("--bits", "BITS", options->bits, "the size of an RSA key, 2048 to 8192 (default: 2048)")
      .choices({"2048", "3072", "4096", "8192"});
  args.option("--crv", "CURVE", options->crv, "the curve for ECDH-ES: P-256 (default), P-384, P-521, X25519, X448")
      .choices(curves);
  args.option("--kid", "KID", options->kid, "its name, in a JWK (default: its thumbprint)");
  args.flag("--pem", options->pem, "PEM (PKCS#8) instead of a JWK");
  args.option("--new-password", "FILE", options->new_password, kNewPasswordHelp);
  declare_target(args, options->target, "write it there, with mode 0600, instead of printing it");
  args.example("tessera key generate --alg ES256 --out key.jwk");
  args.example("tessera key generate --alg RS256 --bits 3072 --pem --out key.pem");
  args.example("tessera key generate --alg ECDH-ES+A256KW --crv X25519 --out recipient.jwk");
  return [options](Console& console) { return generate(*options, console); };
}

// ── public ──────────────────────────────────────────────────────────────────────────────────────────────────────────

struct KeyOptions {
  std::string file;
  std::optional<std::string> password;
  bool pem = false;
  Target target;
};

// With the password that was named, if one was.
Outcome<KeyFile> read_locked(const std::string& file, const std::optional<std::string>& password) {
  if (!password) return read_key_file(file);
  const Secret opens = TRY(read_password(*password, "--password"));
  return read_key_file(file, &opens);
}

Outcome<Reply> public_half(KeyOptions& options, Console& console) {
  if (options.pem) options.target.form = Form::pem;
  const KeyFile key = TRY(read_locked(options.file, options.password));
  if (const auto* own = std::get_if<PrivateKey>(&key)) return deliver(own->public_key(), options.target, console);
  if (const auto* own = std::get_if<PublicKey>(&key)) return deliver(*own, options.target, console);
  return refused(Error{Err::wrong_kind, "key"}, "a private or public key",
                 fmt::format("{}: {}", shown_source(options.file), kind_of(key)),
                 "a symmetric key has no public half; of a set, tessera key convert SET --to jwks prints them");
}

Run declare_public(Args& args) {
  auto options = std::make_shared<KeyOptions>();
  args.positional("KEY", options->file, kKeyHelp);
  args.heading("Options");
  args.option("--password", "FILE", options->password, kPasswordHelp);
  args.flag("--pem", options->pem, "PEM (SPKI) instead of a JWK");
  declare_target(args, options->target, "write it there instead of printing it");
  args.example("tessera key public key.jwk");
  args.example("tessera key public key.jwk --pem --out public.pem");
  return [options](Console& console) { return public_half(*options, console); };
}

// ── thumbprint ──────────────────────────────────────────────────────────────────────────────────────────────────────

struct ThumbprintOptions {
  std::string file;
  std::optional<std::string> password, check;
  bool uri = false;
};

// The thumbprint, or its URI, is the key's.
Outcome<void> check_thumbprint(const std::string& expected, const std::string& actual) {
  const bool is_uri = expected.starts_with("urn:");
  const std::string wanted = is_uri ? ACCEPT("--check", parse_thumbprint_uri(expected)) : expected;
  if (wanted == actual) return {};
  return summed_up("this is another key",
                   refused(Error{Err::bad_key, "thumbprint"}, is_uri ? expected : wanted,
                           is_uri ? thumbprint_uri(actual) : actual, "compare where the two come from"));
}

Outcome<Reply> thumbprint(const ThumbprintOptions& options) {
  const KeyFile key = TRY(read_locked(options.file, options.password));
  std::string digest;
  if (const auto* pub = std::get_if<PublicKey>(&key)) digest = pub->thumbprint();
  if (const auto* own = std::get_if<PrivateKey>(&key)) digest = own->thumbprint();
  if (const auto* mac = std::get_if<SecretKey>(&key)) digest = mac->thumbprint();
  if (digest.empty()) {
    return refused(Error{Err::wrong_kind, "key"}, "one key", fmt::format("{}: a key set", shown_source(options.file)),
                   "take one key out of the set first: tessera key convert SET --pick KID --to jwk");
  }
  if (options.check) TRY_VOID(check_thumbprint(*options.check, digest));
  const std::string uri = thumbprint_uri(digest);
  json::Writer w;
  w.begin_object().member("thumbprint", digest).member("uri", uri).end_object();
  return Reply{.text = (options.uri ? uri : digest) + "\n", .json = w.take()};
}

Run declare_thumbprint(Args& args) {
  auto options = std::make_shared<ThumbprintOptions>();
  args.positional("KEY", options->file, kKeyHelp);
  args.heading("Options");
  args.flag("--uri", options->uri, "as a URI (RFC 9278)");
  args.option("--check", "TEXT", options->check, "the thumbprint or URI that it must have");
  args.option("--password", "FILE", options->password, kPasswordHelp);
  args.example("tessera key thumbprint key.jwk");
  args.example("tessera key thumbprint key.pem --uri");
  return [options](Console&) { return thumbprint(*options); };
}

// ── convert ─────────────────────────────────────────────────────────────────────────────────────────────────────────

struct ConvertOptions {
  std::string file, to;
  std::optional<std::string> alg, kid, pick, password, new_password, subject, days, now;
  Target target;
};

template <class Key>
Outcome<Reply> deliver_named(const Key& key, const ConvertOptions& options, Console& console) {
  KeyInfo info = TRY(relabelled(key, options.kid, options.alg));
  return deliver(ACCEPT(shown_source(options.file), key.with(std::move(info))), options.target, console);
}

// A set in print: public, or encrypted.
struct PrintedSet {
  std::string text;
  Readers readers;
  std::size_t keys;
};

Outcome<Reply> deliver_set(const PrintedSet& set, const ConvertOptions& options, Console& console) {
  const bool open = set.readers == Readers::everybody;
  json::Writer w;
  w.begin_object();
  if (!options.target.out) {
    if (open)
      w.key("jwks").raw(set.text);
    else
      w.member("encrypted", set.text);
    return Reply{.text = (console.out_is_terminal ? printable(set.text) : set.text) + "\n",
                 .json = w.end_object().take()};
  }
  TRY_VOID(write_file(*options.target.out, set.text + "\n", set.readers,
                      options.target.force ? Existing::replace : Existing::keep));
  w.member("keys", set.keys);
  text_member(w, "out", *options.target.out);
  return Reply{
      .text = fmt::format("wrote {} {}{} to {}{}\n", set.keys, open ? "public key" : "key", set.keys == 1 ? "" : "s",
                          printable(*options.target.out), open ? "" : " (encrypted: mode 0600)"),
      .json = w.end_object().take()};
}

Outcome<Reply> deliver_set(const Keys& keys, const ConvertOptions& options, Console& console) {
  TRY_VOID(nothing_to_lock(options.target, "a public key set"));
  const std::string set = TRY(published_set(keys.all(), options.target.source));
  return deliver_set({set, Readers::everybody, keys.all().size()}, options, console);
}

// Encrypted anew, or the public halves.
Outcome<Reply> deliver_set(const jwe::Keyring& ring, const ConvertOptions& options, Console& console) {
  const std::size_t count = ring.private_keys().size() + ring.secret_keys().size();
  if (options.target.new_password) {
    const Secret locked = TRY(encrypted_jwk(ring, *options.target.new_password));
    return deliver_set({std::string(locked.expose_text("it is encrypted")), Readers::owner, count}, options, console);
  }
  if (!ring.secret_keys().empty()) {
    return refused(Error{Err::wrong_kind, "key"}, "key pairs",
                   fmt::format("{}: a set with a symmetric key", shown_source(options.file)),
                   "a symmetric key is never published; --new-password keeps the set encrypted");
  }
  std::vector<PublicKey> halves;
  for (const PrivateKey& key : ring.private_keys()) halves.push_back(key.public_key());
  return deliver_set(Keys::of(std::move(halves)), options, console);
}

bool asks_for_set(const ConvertOptions& options) {
  return options.target.form == Form::jwks && !options.pick && !options.kid && !options.alg;
}

// What is said where --pick, or its absence, leaves other than one of `all` keys.
std::unexpected<Failure> not_one(const ConvertOptions& options, std::size_t left, std::size_t all) {
  const bool named = options.pick.has_value();
  return refused(Error{left > 1 && named ? Err::ambiguous_key
                       : named           ? Err::key_not_found
                                         : Err::wrong_kind,
                       "key"},
                 named ? "one key of this kid" : "one key",
                 fmt::format("{}: a key set of {}", shown_source(options.file), all),
                 named ? "compare the kids of the set" : "say which one: --pick KID");
}

template <class Key>
std::vector<const Key*> picked(std::span<const Key> keys, const ConvertOptions& options) {
  std::vector<const Key*> out;
  for (const Key& key : keys)
    if (!options.pick || key.info().kid == *options.pick) out.push_back(&key);
  return out;
}

// The one key of a set, or the one that --pick names.
Outcome<Reply> deliver_named(const Keys& keys, const ConvertOptions& options, Console& console) {
  if (!keys.skipped().empty()) return refused(keys.skipped()[0].error, shown_source(options.file));
  if (asks_for_set(options)) return deliver_set(keys, options, console);
  const auto found = picked(keys.all(), options);
  if (found.size() != 1) return not_one(options, found.size(), keys.all().size());
  return deliver_named(*found[0], options, console);
}

Outcome<Reply> deliver_named(const jwe::Keyring& ring, const ConvertOptions& options, Console& console) {
  if (asks_for_set(options)) return deliver_set(ring, options, console);
  const auto pairs = picked(ring.private_keys(), options);
  const auto secrets = picked(ring.secret_keys(), options);
  if (pairs.size() + secrets.size() != 1)
    return not_one(options, pairs.size() + secrets.size(), ring.private_keys().size() + ring.secret_keys().size());
  return pairs.empty() ? deliver_named(*secrets[0], options, console) : deliver_named(*pairs[0], options, console);
}

Outcome<Form> parse_form(const std::string& name) {
  const auto found = std::ranges::find(kFormNames, name);
  if (found != std::end(kFormNames)) return static_cast<Form>(found - std::begin(kFormNames));
  return misuse("this is not a form of a key",
                {"--to", "jwk, jwks, pem, der or certificate", name, "say --to jwk, for example"});
}

// What a self-signed certificate says; a certificate that is there already needs none of it.
Outcome<std::optional<SelfSigned>> certificate_wish(const ConvertOptions& options, Form form) {
  const bool wanted = form == Form::certificate;
  if (!wanted && (options.subject || options.days || options.now)) {
    return misuse("only a certificate has these",
                  {"--subject", "--to certificate", options.to, "leave --subject, --days and --now out"});
  }
  if (!wanted || !options.subject) return std::optional<SelfSigned>{};
  const auto days = TRY(parse_count("--days", options.days.value_or("365"), 1, 3650, "say --days 365, for example"));
  const auto now = TRY(now_or(options.now));
  return SelfSigned{.common_name = *options.subject, .now = now, .validity = std::chrono::days(days)};
}

// A certificate is made of a private key; one that is there stays as it is.
Outcome<void> check_subject(const KeyFile& key, const Target& target) {
  const bool makes = std::holds_alternative<PrivateKey>(key) && target.form == Form::certificate;
  if (makes && !target.certificate)
    return misuse("a certificate needs a name", {"--subject", "whose key it is", "nothing", "say --subject NAME"});
  if (!makes && target.certificate) {
    return misuse("only a private key signs a certificate",
                  {"--subject", "a private key", std::string(kind_of(key)), "leave --subject out"});
  }
  return {};
}

Outcome<Reply> convert(ConvertOptions& options, Console& console) {
  options.target.form = TRY(parse_form(options.to));
  options.target.source = shown_source(options.file);
  TRY_VOID(check_target_kid(options.kid, options.target));
  options.target.certificate = TRY(certificate_wish(options, options.target.form));
  const KeyFile key = TRY(read_locked(options.file, options.password));
  if (options.pick && !std::holds_alternative<Keys>(key) && !std::holds_alternative<jwe::Keyring>(key)) {
    return misuse("there is nothing to pick from",
                  {"--pick", "a key set", std::string(kind_of(key)), "leave --pick out"});
  }
  TRY_VOID(check_subject(key, options.target));
  if (options.new_password) options.target.new_password = TRY(read_password(*options.new_password, "--new-password"));
  return std::visit([&](const auto& k) { return deliver_named(k, options, console); }, key);
}

Run declare_convert(Args& args) {
  auto options = std::make_shared<ConvertOptions>();
  args.positional("KEY", options->file,
                  "a JWK, JWKS, PEM, DER or certificate file, or - for standard input; private stays private, but in a "
                  "JWKS or a certificate, which are published");
  args.heading("Options");
  args.option("--to", "FORM", options->to, "jwk, jwks, pem, der or certificate (X.509 as PEM)")
      .choices({"jwk", "jwks", "pem", "der", "certificate"});
  args.option("--pick", "KID", options->pick, "which key of a set");
  args.option("--kid", "KID", options->kid, "the JWK's name");
  args.option("--alg", "ALG", options->alg, "the JWK's algorithm, which PEM cannot say").choices(purposes());
  declare_target(args, options->target, "write it there (a private key with mode 0600)");
  args.heading("Passwords");
  args.option("--password", "FILE", options->password, kPasswordHelp);
  args.option("--new-password", "FILE", options->new_password, kNewPasswordHelp);
  args.heading("Self-signed certificate of a private key");
  args.option("--subject", "NAME", options->subject, "whose key it is: the common name");
  args.option("--days", "DAYS", options->days, "how long it is valid, 1 to 3650 (default: 365)");
  args.option("--now", "TIME", options->now, "from when on (default: the clock)");
  args.example("tessera key convert key.pem --to jwk --alg RS256 --kid 2026-01 --out key.jwk");
  args.example("tessera key convert key.jwk --to pem --new-password env:PASSWORD");
  args.example("tessera key convert key.jwk --to certificate --subject signer-1 --out cert.pem");
  args.example("tessera key convert cert.pem --to jwk");
  return [options](Console& console) { return convert(*options, console); };
}

}  // namespace

extern const Command kKeyGenerate, kKeyPublic, kKeyThumbprint, kKeyConvert;
const Command kKeyGenerate{"key generate", "Keys", "Make a new key", declare_generate};
const Command kKeyPublic{"key public", "Keys", "Print the public half of a key", declare_public};
const Command kKeyThumbprint{"key thumbprint", "Keys", "Print a key's thumbprint (RFC 7638)", declare_thumbprint};
const Command kKeyConvert{"key convert", "Keys", "Turn a key into another form", declare_convert};

}  // namespace tessera::cli
