#include "cli/public_keys.hpp"

#include "cli/io.hpp"
#include "cli/keyfile.hpp"

namespace tessera::cli {

void declare_private_key(Args& args, PrivateKeyOptions& options, std::string_view key_help) {
  args.heading("Key");
  args.option("--key", "FILE", options.key, key_help);
  args.option("--alg", "ALG", options.alg, "the algorithm, where the key names none: RS256, ES256 ...")
      .choices(signing_algs());
  args.option("--kid", "KID", options.kid, "the header's kid, instead of the key's own");
}

Outcome<PrivateKey> read_private_key(const PrivateKeyOptions& options) {
  if (!options.key) {
    return misuse("a key signs",
                  {"--key", "--key FILE", "nothing", "make a key: tessera key generate --alg ES256 --out key.jwk"});
  }
  const Signer signer =
      TRY(read_signer({.keys = {*options.key}, .secret = {}, .alg = options.alg, .kid = options.kid}));
  if (const auto* key = std::get_if<PrivateKey>(&signer)) return *key;
  return refused(Error{Err::wrong_kind, "key"}, "a private key", shown_source(*options.key) + ": a symmetric key",
                 "whoever verifies would have to know it, and could sign as well");
}

void declare_public_verifier(Args& args, VerifierOptions& options, std::string_view unchecked_help,
                             std::vector<std::string> checkable) {
  args.heading("Key");
  args.option("--key", "KEY", options.key, kVerifierKeyHelp);
  args.option("--alg", "ALG", options.algs, "an algorithm that may have signed; may repeat").choices(signing_algs());
  args.option("--unchecked", "NAMES", options.unchecked, unchecked_help).choices(std::move(checkable));
}

Outcome<Keys> read_public_keys(const VerifierOptions& options, std::span<const Alg> algs) {
  if (!options.key)
    return misuse("a key is needed", {"--key", "--key KEY", "nothing", "give --key keys.json, for example"});
  const VerifierKey key = TRY(read_verifier(options, algs));
  return public_keys(key);
}

Outcome<Keys> public_keys(const VerifierKey& key) {
  if (const auto* keys = std::get_if<Keys>(&key)) return *keys;
  if (const auto* one = std::get_if<PublicKey>(&key)) return Keys::of({*one});
  return refused(Error{Err::wrong_kind, "key"}, "a public key or a key set", "a symmetric key",
                 "ask the issuer for their public keys");
}

}  // namespace tessera::cli
