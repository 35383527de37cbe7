#include "cli/encrypting.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/io.hpp"
#include "cli/keyfile.hpp"
#include "cli/message.hpp"
#include "cli/unknown.hpp"

namespace tessera::cli {

namespace {

Outcome<KeyAlg> parse_key_alg(const char* flag, std::string_view name) {
  if (const auto alg = key_alg_from_name(name)) return *alg;
  return misuse("this key management algorithm is not known",
                {flag, fmt::format("one of {}", fmt::join(all_names(key_alg_name, kKeyAlgCount), " ")),
                 std::string(name), hint_or(hint_about_name(name), "spell it exactly so")});
}

Outcome<Enc> parse_enc(std::string_view name) {
  if (const auto enc = enc_from_name(name)) return *enc;
  return misuse("this content encryption algorithm is not known",
                {"--enc", fmt::format("one of {}", fmt::join(all_names(enc_name, kEncCount), " ")), std::string(name),
                 "spell it exactly so"});
}

std::unexpected<Failure> one_source(EncryptionFlags flags, bool both) {
  return misuse("exactly one source of keys is needed",
                {flags.key, fmt::format("{} KEY or --password FILE", flags.key), both ? "both" : "neither",
                 "make a key: tessera key generate --alg ECDH-ES+A256KW --out key.jwk"});
}

// "RSA-OAEP RSA-OAEP-256": what a key can serve.
template <class Key>
std::string admitted_key_algs(const Key& key) {
  std::string names;
  for (std::size_t i = 0; i < kKeyAlgCount; ++i)
    if (key.admits(static_cast<KeyAlg>(i)))
      names += (names.empty() ? "" : " ") + std::string(key_alg_name(static_cast<KeyAlg>(i)));
  return names;
}

// A key that names its algorithm, or is told one that it can serve.
template <class Key>
Outcome<jwe::Recipient> recipient_of(const Key& key, const RecipientOptions& options, EncryptionFlags flags,
                                     std::string_view source) {
  const std::string admitted = admitted_key_algs(key);
  if (admitted.empty())
    return refused(Error{Err::alg_key_mismatch, "key"}, "a key that encrypts",
                   fmt::format("{}: a key of signatures", source),
                   "a key of signatures encrypts nothing: ask the recipient for another");
  if (options.alg) {
    const KeyAlg alg = TRY(parse_key_alg(flags.alg, *options.alg));
    if (key.admits(alg)) return jwe::Recipient(key, alg);
    return refused(Error{Err::alg_key_mismatch, "alg"}, admitted,
                   fmt::format("{}: {}, not {}", source, admitted, *options.alg),
                   fmt::format("leave {} out, or take another key", flags.alg));
  }
  const jwe::Recipient recipient(key);
  if (recipient.alg()) return recipient;
  return misuse("the key names no algorithm of encryption",
                {flags.alg, "one of " + admitted, std::string(source),
                 fmt::format("say {}, or write \"alg\" into the JWK", flags.alg)});
}

Outcome<jwe::Recipient> read_recipient(const std::string& argument, const RecipientOptions& options,
                                       EncryptionFlags flags) {
  const KeyFile key = TRY(read_key_file(argument));
  const std::string source = shown_source(argument);
  if (const auto* own = std::get_if<PublicKey>(&key)) return recipient_of(*own, options, flags, source);
  if (const auto* own = std::get_if<SecretKey>(&key)) return recipient_of(*own, options, flags, source);
  return refused(Error{Err::wrong_kind, "key"}, "a public key, or a symmetric JWK",
                 fmt::format("{}: {}", source, kind_of(key)),
                 std::holds_alternative<PrivateKey>(key) ? "encrypt to the public half: tessera key public FILE"
                                                         : "take the recipient's one key out of the set");
}

constexpr KeyAlg kPasswordAlg = KeyAlg::PBES2_HS512_A256KW;

Outcome<SecretKey> password_key(const std::string& argument, KeyAlg alg) {
  if (!key_alg_name(alg).starts_with("PBES2"))
    return misuse("this algorithm takes no password",
                  {"--alg", "PBES2-HS256+A128KW, PBES2-HS384+A192KW or PBES2-HS512+A256KW",
                   std::string(key_alg_name(alg)), "or give a key instead"});
  const Secret password = TRY(read_password(argument, "--password"));
  return ACCEPT("--password", SecretKey::from_octets(password.expose("a password becomes a key"), alg));
}

// Of keys in JSON. What is not the recipient's own opens nothing.
Outcome<jwe::Keyring> parse_keyring(std::string_view text, const std::string& source, const OpenerOptions& options) {
  auto keys = jwe::Keyring::parse(text);
  if (keys) {
    const auto of_password = [](const SecretKey& key) {
      return key.info().key_alg && std::ranges::find(kPasswordAlgs, *key.info().key_alg) != kPasswordAlgs.end();
    };
    TRY_VOID(check_useful({{"--max-p2c", options.max_p2c.has_value(), "a password",
                            std::ranges::any_of(keys->secret_keys(), of_password)}}));
    return *std::move(keys);
  }
  if (keys.error().code != Err::wrong_kind) return refused_text(keys.error(), source, text);
  return refused(Error{Err::wrong_kind, "key"}, "a private key, a symmetric JWK, or a JWKS of them",
                 source + ": a public key", "only the recipient's private half opens it");
}

// What the header of a compact message says, which nobody has checked.
std::string message_alg(std::string_view message) {
  const auto peeked = peek_unverified(message);
  json::Document document;
  const auto header = document.parse_object(peeked ? peeked->header : "");
  const auto alg = header ? header->find("alg") : std::nullopt;
  return alg ? std::string(alg->string().value_or("")) : "";
}

template <class T>
Allowed<T> unless_empty(std::vector<T> values) {
  if (values.empty()) return Allowed<T>(Unchecked("--unchecked on the command line"));
  return Allowed<T>(std::move(values));
}

}  // namespace

void declare_recipients(Args& args, RecipientOptions& options, EncryptionFlags flags, Recipience how_many) {
  const std::string_view several = how_many == Recipience::several ? "; may repeat" : "";
  args.heading(fmt::format("Recipient (either {} or --password)", flags.key));
  args.option(flags.key, "KEY", options.to,
              fmt::format("a public key (JWK, PEM, DER or a certificate), or a symmetric JWK{}", several));
  args.option("--password", "FILE", options.password,
              "a password: a file, - or env:NAME (a variable of the environment), less one line end");
  args.option(flags.alg, "ALG", options.alg,
              "the key management, where the key names none: RSA-OAEP-256, ECDH-ES+A256KW, A256KW ... (of a password: "
              "PBES2-HS512+A256KW)")
      .choices(all_names(key_alg_name, kKeyAlgCount));
  args.option("--enc", "ENC", options.enc, "the content encryption: A256GCM (default), A128CBC-HS256 ...")
      .choices(all_names(enc_name, kEncCount));
  args.option("--p2c", "ROUNDS", options.p2c, "how often a password is hashed (default: 600000)");
}

Outcome<Recipients> read_recipients(const RecipientOptions& options, EncryptionFlags flags) {
  if (options.to.empty() != options.password.has_value()) return one_source(flags, options.password.has_value());
  TRY_VOID(check_useful({{"--p2c", options.p2c.has_value(), "--password FILE", options.password.has_value()}}));
  Recipients out;
  for (const std::string& argument : options.to) out.to.push_back(TRY(read_recipient(argument, options, flags)));
  if (options.password) {
    const KeyAlg alg = options.alg ? TRY(parse_key_alg(flags.alg, *options.alg)) : kPasswordAlg;
    out.to.emplace_back(TRY(password_key(*options.password, alg)));
  }
  out.enc = options.enc ? TRY(parse_enc(*options.enc)) : out.to.front().info().enc.value_or(Enc::A256GCM);
  out.p2c = options.p2c ? TRY(parse_count("--p2c", *options.p2c, 1'000, 10'000'000)) : jwe::Header{}.p2c;
  return out;
}

void declare_opener(Args& args, OpenerOptions& options, EncryptionFlags flags) {
  args.heading(fmt::format("Decryption (either {} or --password)", flags.key));
  args.option(flags.key, "FILE", options.key,
              "a private key (JWK, PEM or DER), a symmetric JWK, or a JWKS of them; - for standard input");
  args.option("--password", "FILE", options.password,
              "a password: a file, - or env:NAME (a variable of the environment), less one line end");
  args.option(flags.alg, "ALG", options.algs, "a key management algorithm that may be used; may repeat")
      .choices(all_names(key_alg_name, kKeyAlgCount));
  args.option("--enc", "ENC", options.encs, "a content encryption that may be used; may repeat")
      .choices(all_names(enc_name, kEncCount));
  args.option("--max-p2c", "ROUNDS", options.max_p2c,
              "how often a password may be asked to be hashed (default: 1000000)");
  args.option("--max-inflated", "OCTETS", options.max_inflated,
              "allow compression, up to so many octets (default: not allowed)");
}

Outcome<jwe::Keyring> read_keyring(const OpenerOptions& options, EncryptionFlags flags) {
  if (options.key.has_value() == options.password.has_value()) return one_source(flags, options.key.has_value());
  if (options.password) {
    // A password is a key of one algorithm: here of each that may be used, which are all where none is named.
    std::vector<KeyAlg> algs;
    for (const std::string& name : options.algs) algs.push_back(TRY(parse_key_alg(flags.alg, name)));
    if (algs.empty()) algs.assign(kPasswordAlgs.begin(), kPasswordAlgs.end());
    std::vector<SecretKey> keys;
    for (const KeyAlg alg : algs) keys.push_back(TRY(password_key(*options.password, alg)));
    return jwe::Keyring(std::vector<PrivateKey>{}, std::move(keys));
  }
  const Secret text = TRY(read_secret_text(*options.key, {"key", kMaxKeyFile}));
  const std::string source = shown_source(*options.key);
  const std::string_view shown = text.expose_text("keys are parsed");
  if (shown.find_first_not_of(" \t\r\n") != std::string_view::npos && shown[shown.find_first_not_of(" \t\r\n")] == '{')
    return parse_keyring(shown, source, options);
  TRY_VOID(check_useful({{"--max-p2c", options.max_p2c.has_value(), "a password", false}}));
  const KeyFile key = TRY(parse_key_file(shown, source));
  if (const auto* own = std::get_if<PrivateKey>(&key)) return jwe::Keyring(*own);
  return refused(Error{Err::wrong_kind, "key"}, "a private key, or a symmetric JWK",
                 fmt::format("{}: {}", source, kind_of(key)), "only the recipient's private half opens it");
}

Outcome<jwe::Policy> read_envelope(const OpenerOptions& options, EncryptionFlags flags) {
  std::vector<KeyAlg> algs;
  std::vector<Enc> encs;
  for (const std::string& name : options.algs) algs.push_back(TRY(parse_key_alg(flags.alg, name)));
  for (const std::string& name : options.encs) encs.push_back(TRY(parse_enc(name)));
  jwe::Policy policy{.algs = unless_empty(std::move(algs)), .encs = unless_empty(std::move(encs))};
  policy.max_bytes = kMaxTokenFile;
  if (options.password) policy.passwords.emplace();
  if (options.max_p2c)
    policy.passwords.emplace().max = TRY(parse_count("--max-p2c", *options.max_p2c, 1'000, 10'000'000));
  if (options.max_inflated)
    policy.max_inflated = TRY(parse_count("--max-inflated", *options.max_inflated, 1, 64 << 20));
  return policy;
}

std::unexpected<Failure> unencrypted(Error error, const RecipientOptions& options, EncryptionFlags flags,
                                     const std::string& content) {
  const std::string keys = options.password ? "--password" : fmt::format("{}", fmt::join(options.to, ", "));
  return refused(error,
                 {{.error = {Err::alg_not_allowed, "alg"},
                   .at = flags.key,
                   .expected = "keys that serve several: dir and ECDH-ES serve one recipient only",
                   .actual = keys,
                   .hint = "take keys of ECDH-ES+A256KW, A256KW or RSA-OAEP-256, or encrypt for each alone"},
                  {.error = {Err::alg_key_mismatch, "alg"},
                   .expected = "a key that may encrypt: by its use and key_ops",
                   .actual = keys,
                   .hint = "ask the recipient for an encryption key"},
                  {.error = {Err::alg_key_mismatch, "enc"},
                   .at = "--enc",
                   .expected = "the content encryption of the key, which is of dir",
                   .actual = options.enc.value_or("A256GCM"),
                   .hint = "leave --enc out where the key names one, or say the one of its length"},
                  {.error = {Err::too_large, "recipients"},
                   .at = flags.key,
                   .expected = "fewer recipients",
                   .actual = std::to_string(options.to.size()),
                   .hint = "divide them among several messages"}},
                 content);
}

std::unexpected<Failure> unopened(Error error, std::string_view message, const OpenerOptions& options,
                                  EncryptionFlags flags) {
  const auto listed = [](const std::vector<std::string>& names) {
    return names.empty() ? std::string() : fmt::format("one of {}", fmt::join(names, ", "));
  };
  const std::string none = hint_about(error, message);
  const bool password = !options.password && message_alg(message).starts_with("PBES2");
  auto failure = refused(
      error,
      {{.error = {Err::alg_not_allowed, "zip"},
        .expected = "content that is not compressed, or --max-inflated OCTETS",
        .hint = "say how much it may become: --max-inflated 1000000, for example"},
       {.error = {Err::alg_not_allowed, password ? "alg" : "-"},
        .expected = "a password, which this message is encrypted under",
        .hint = fmt::format("give --password FILE in place of {}", flags.key)},
       {.error = {Err::alg_not_allowed, "alg"},
        .expected = listed(options.algs),
        .hint = none.empty() ? fmt::format("add {} only if it should be used", flags.alg) : none},
       {.error = {Err::alg_not_allowed, "enc"},
        .expected = listed(options.encs),
        .hint = none.empty() ? "add --enc only if it should be used" : none},
       {.error = {Err::p2c_limit, "p2c"},
        .expected = fmt::format("1000 to {} rounds, as --max-p2c says", options.max_p2c.value_or("1000000"))},
       {.error = {Err::inflate_limit, error.at},
        .expected = fmt::format("at most {} octets, as --max-inflated says", options.max_inflated.value_or("0"))}},
      with_unknown(described(message), error, message), none);
  if (*flags.layer != '\0') failure.error().at = flags.layer + failure.error().at;
  if (failure.error().at.ends_with('.')) failure.error().at.pop_back();
  return failure;
}

}  // namespace tessera::cli
