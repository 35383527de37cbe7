#include "cli/signing.hpp"

#include <fmt/format.h>

#include "cli/io.hpp"
#include "cli/keyfile.hpp"

namespace tessera::cli {

namespace {

std::unexpected<Failure> signs_nothing(const std::string& file) {
  return refused(Error{Err::alg_key_mismatch, "key"}, "a key that signs", shown_source(file) + ": an encryption key",
                 "an encryption key signs nothing; make another: tessera key generate --alg ES256");
}

// The key under what the options say, which must name an algorithm in the end.
template <class Key>
Outcome<Signer> named(const Key& key, const std::string& file, const SignerOptions& options) {
  if (options.alg && admitted_algs(key).empty()) return signs_nothing(file);
  const KeyInfo info = TRY(renamed_info(key, options.kid, options.alg));
  if (!info.alg) {
    if (admitted_algs(key).empty()) return signs_nothing(file);
    return misuse("the key names no algorithm", {"--alg", "one of " + admitted_algs(key), "a key without \"alg\"",
                                                 "say --alg, or write \"alg\" into the JWK"});
  }
  if (is_ml_dsa(*info.alg))
    return refused(Error{Err::needs_openssl, "alg"}, "a key of an algorithm that is built: ES256, EdDSA ...",
                   fmt::format("{}: {}", shown_source(file), alg_name(*info.alg)),
                   "make another: tessera key generate --alg ES256");
  return Signer(ACCEPT(shown_source(file), key.with(info)));
}

Outcome<Signer> from_key_file(const std::string& file, const SignerOptions& options) {
  const KeyFile key = TRY(read_key_file(file));
  if (const auto* own = std::get_if<PrivateKey>(&key)) return named(*own, file, options);
  if (const auto* own = std::get_if<SecretKey>(&key)) return named(*own, file, options);
  return refused(Error{Err::wrong_kind, "key"}, "a private key, or a symmetric JWK",
                 fmt::format("{}: {}", shown_source(file), kind_of(key)),
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

void declare_signers(Args& args, SignerOptions& options, Signers how_many) {
  const std::string_view several = how_many == Signers::several ? "; may repeat, for several signatures" : "";
  args.heading("Key (either --key or --secret)");
  args.option("--key", "FILE", options.keys,
              fmt::format("a private key (JWK, PEM or DER), or a symmetric JWK; - for standard input{}", several));
  args.option("--secret", "FILE", options.secret,
              "a raw MAC key, octet for octet: a file, - or env:NAME (a variable of the environment); needs --alg");
  args.option("--alg", "ALG", options.alg, "the algorithm, where the key names none: HS256, RS256, ES256 ...")
      .choices(signing_algs());
  args.option("--kid", "KID", options.kid, "the header's kid, instead of the key's own");
}

Outcome<Signer> read_signer(const SignerOptions& options) {
  if (options.keys.size() > 1)
    return misuse("one key signs here", {"--key", "--key FILE once", "more than one", "leave one --key"});
  return TRY(read_signers(options)).front();
}

Outcome<std::vector<Signer>> read_signers(const SignerOptions& options) {
  TRY_VOID(check_kid(options.kid));
  if (options.keys.empty() != options.secret.has_value()) {
    return misuse("a key signs, or a secret",
                  {"--key", "--key FILE or --secret FILE", options.secret ? "both" : "neither",
                   "make a key: tessera key generate --alg ES256 --out key.jwk"});
  }
  if (options.secret) return std::vector{TRY(from_secret(options))};
  const auto one_alone = options.alg ? "--alg" : options.kid ? "--kid" : "";
  if (options.keys.size() > 1 && *one_alone != '\0') {
    return misuse("of several keys each says its own alg and kid",
                  {one_alone, "no --alg and no --kid, or one --key", "both", "write them into the JWKs"});
  }
  std::vector<Signer> signers;
  for (const std::string& file : options.keys) signers.push_back(TRY(from_key_file(file, options)));
  return signers;
}

}  // namespace tessera::cli
