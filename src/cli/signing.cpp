#include "cli/signing.hpp"

#include <fmt/format.h>

#include "cli/io.hpp"
#include "cli/keyfile.hpp"

namespace tessera::cli {

namespace {

// The key under what the options say, which must name an algorithm in the end.
template <class Key>
Outcome<Signer> named(const Key& key, const SignerOptions& options) {
  const KeyInfo info = TRY(renamed_info(key, options.kid, options.alg));
  if (!info.alg) {
    return misuse("the key names no algorithm", {"--alg", "one of " + admitted_algs(key), "a key without \"alg\"",
                                                 "say --alg, or write \"alg\" into the JWK"});
  }
  return Signer(ACCEPT(shown_source(*options.key), key.with(info)));
}

Outcome<Signer> from_key_file(const SignerOptions& options) {
  const KeyFile key = TRY(read_key_file(*options.key));
  if (const auto* own = std::get_if<PrivateKey>(&key)) return named(*own, options);
  if (const auto* own = std::get_if<SecretKey>(&key)) return named(*own, options);
  return refused(Error{Err::wrong_kind, "key"}, "a private key, or a symmetric JWK",
                 fmt::format("{}: {}", shown_source(*options.key), kind_of(key)),
                 "sign with the private half; make one with tessera key generate");
}

Outcome<Signer> from_secret(const SignerOptions& options) {
  if (!options.alg) {
    return misuse("a raw secret names no algorithm",
                  {"--alg", "HS256, HS384 or HS512", "--secret without --alg", "say --alg HS256"});
  }
  const Alg alg = TRY(parse_alg(*options.alg));
  const Secret secret = TRY(read_mac_key(*options.secret));
  KeyInfo info{.kid = options.kid.value_or(""), .alg = alg};
  return Signer(
      ACCEPT(octets_of(secret), SecretKey::from_octets(secret.expose("a MAC key is made"), alg, std::move(info))));
}

}  // namespace

void declare_signer(Args& args, SignerOptions& options) {
  args.heading("Key (either --key or --secret)");
  args.option("--key", "FILE", options.key, "a private key as JWK or PEM, or a symmetric JWK; - for standard input");
  args.option("--secret", "FILE", options.secret,
              "a raw MAC key, octet for octet: a file, - or env:NAME (a variable of the environment); needs --alg");
  args.option("--alg", "ALG", options.alg, "the algorithm, where the key names none: HS256, RS256, ES256 ...");
  args.option("--kid", "KID", options.kid, "the header's kid, instead of the key's own");
}

Outcome<Signer> read_signer(const SignerOptions& options) {
  TRY_VOID(check_kid(options.kid));
  if (options.key.has_value() == options.secret.has_value()) {
    return misuse("exactly one key signs", {"--key", "--key FILE or --secret FILE", options.key ? "both" : "neither",
                                            "make a key: tessera key generate --alg ES256 --out key.jwk"});
  }
  return options.key ? from_key_file(options) : from_secret(options);
}

}  // namespace tessera::cli
