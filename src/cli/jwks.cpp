// tessera jwks: the set that a verifier needs, from keys of any form.
#include <fmt/format.h>

#include <memory>

#include "cli/command.hpp"
#include "cli/io.hpp"
#include "cli/keyfile.hpp"

namespace tessera::cli {

namespace {

struct Options {
  std::vector<std::string> files;
  std::optional<std::string> out;
  bool force = false;
};

// The public halves of what a file holds.
Outcome<std::vector<PublicKey>> public_keys(const std::string& file) {
  KeyFile key = TRY(read_key_file(file));
  if (const auto* own = std::get_if<PrivateKey>(&key)) return std::vector{own->public_key()};
  if (const auto* pub = std::get_if<PublicKey>(&key)) return std::vector{*pub};
  if (const auto* set = std::get_if<Keys>(&key)) {
    if (!set->skipped().empty()) return refused(set->skipped()[0].error, file);
    return std::vector<PublicKey>(set->all().begin(), set->all().end());
  }
  return refused(Error{Err::wrong_kind, "key"}, "private or public keys",
                 fmt::format("{}: a symmetric key", shown_source(file)), "a symmetric key is never published");
}

Outcome<Reply> jwks_of(const Options& options, const Console& console) {
  std::vector<PublicKey> keys;
  for (const std::string& file : options.files) {
    for (PublicKey& key : TRY(public_keys(file))) TRY_VOID(add_named(keys, std::move(key), shown_source(file)));
  }
  const std::string text = jwks(keys);
  if (!options.out) return Reply{.text = (console.out_is_terminal ? printable(text) : text) + "\n", .json = text};
  TRY_VOID(
      write_file(*options.out, text + "\n", Readers::everybody, options.force ? Existing::replace : Existing::keep));
  json::Writer w;
  w.begin_object().member("keys", keys.size());
  text_member(w, "out", *options.out);
  return Reply{.text = fmt::format("wrote {} public key{} to {}\n", keys.size(), keys.size() == 1 ? "" : "s",
                                   printable(*options.out)),
               .json = w.end_object().take()};
}

Run declare(Args& args) {
  auto options = std::make_shared<Options>();
  args.positional("FILE", options->files,
                  "JWK, JWKS, PEM, DER or certificate files; of a private key only the public half is taken");
  args.heading("Options");
  args.option("--out", "FILE", options->out, "write the set there instead of printing it");
  args.flag("--force", options->force, "replace FILE if it exists");
  args.example("tessera jwks key.jwk old.pem --out jwks.json");
  return [options](Console& console) { return jwks_of(*options, console); };
}

}  // namespace

extern const Command kJwks;
const Command kJwks{"jwks", "Keys", "Make a key set of the public halves of keys", declare};

}  // namespace tessera::cli
