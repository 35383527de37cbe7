#include "cli/signing.hpp"

#include <fmt/format.h>

#include "base/base64url.hpp"
#include "base/wipe.hpp"
#include "cli/io.hpp"
#include "cli/keyfile.hpp"

namespace tessera::cli {

namespace {

template <class Key>
std::string admitted(const Key& key) {
  std::string names;
  for (std::size_t i = 0; i < kAlgCount; ++i) {
    const Alg alg = static_cast<Alg>(i);
    if (key.admits(alg)) names += (names.empty() ? "" : " ") + std::string(alg_name(alg));
  }
  return names;
}

// The key's information with what the options add: an algorithm where it names none, another kid.
template <class Key>
Outcome<KeyInfo> named(const Key& key, const SignerOptions& options) {
  KeyInfo info = key.info();
  if (options.alg) {
    const Alg alg = TRY(parse_alg(*options.alg));
    if (!key.admits(alg)) return refused(Error{Err::alg_key_mismatch, "alg"}, admitted(key), *options.alg);
    info.alg = alg;
  }
  if (!info.alg) {
    return misuse("the key names no algorithm", {"--alg", "one of " + admitted(key), "a key without \"alg\"",
                                                 "say --alg, or write \"alg\" into the JWK"});
  }
  if (options.kid) info.kid = *options.kid;
  return info;
}

// A SecretKey takes its information when it is made only: it is made again from its own JWK.
Outcome<SecretKey> renamed(const SecretKey& key, const KeyInfo& info) {
  const Secret jwk = key.jwk();
  json::Document document;
  const json::Object object = ACCEPT("--key", document.parse_object(jwk.expose_text("a key is made again")));
  const auto k = object.find("k");
  Bytes octets = ACCEPT("--key", base64url::decode(k && k->string() ? *k->string() : ""));
  const Secret held(octets);
  wipe(octets.data(), octets.size());
  return ACCEPT("--key", SecretKey::from_octets(held.expose("a key is made again"), *info.alg, info));
}

Outcome<Signer> from_key_file(Console& console, const SignerOptions& options) {
  KeyFile key = TRY(read_key_file(console, *options.key));
  if (const auto* own = std::get_if<PrivateKey>(&key)) {
    const KeyInfo info = TRY(named(*own, options));
    return Signer(own->with(info));
  }
  if (const auto* own = std::get_if<SecretKey>(&key)) {
    const KeyInfo info = TRY(named(*own, options));
    return Signer(TRY(renamed(*own, info)));
  }
  return refused(Error{Err::wrong_kind, "key"}, "a private key, or a symmetric JWK",
                 fmt::format("{}: {}", shown_source(*options.key), kind_of(key)),
                 "sign with the private half; make one with tessera key generate");
}

Outcome<Signer> from_secret(Console& console, const SignerOptions& options) {
  if (!options.alg) {
    return misuse("a raw secret names no algorithm",
                  {"--alg", "HS256, HS384 or HS512", "--secret without --alg", "say --alg HS256"});
  }
  const Alg alg = TRY(parse_alg(*options.alg));
  const Secret secret = TRY(read_mac_key(console, *options.secret));
  KeyInfo info{.kid = options.kid.value_or(""), .alg = alg};
  return Signer(ACCEPT("--secret", SecretKey::from_octets(secret.expose("a MAC key is made"), alg, std::move(info))));
}

}  // namespace

void declare_signer(Args& args, SignerOptions& options) {
  args.heading("Key (one of the first two)");
  args.option("--key", "FILE", options.key, "a private key as JWK or PEM, or a symmetric JWK; - for standard input");
  args.option("--secret", "FILE", options.secret,
              "a raw MAC key: a file, - or env:NAME, every octet of it; needs --alg");
  args.option("--alg", "ALG", options.alg, "the algorithm, when the key names none");
  args.option("--kid", "KID", options.kid, "the header's kid, instead of the key's own");
}

Outcome<Signer> read_signer(Console& console, const SignerOptions& options) {
  TRY_VOID(check_kid(options.kid));
  if (options.key.has_value() == options.secret.has_value()) {
    return misuse("exactly one key signs", {"--key", "--key FILE or --secret FILE", options.key ? "both" : "neither",
                                            "make a key: tessera key generate --alg ES256 --out key.jwk"});
  }
  return options.key ? from_key_file(console, options) : from_secret(console, options);
}

}  // namespace tessera::cli
