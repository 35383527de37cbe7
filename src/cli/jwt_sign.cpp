// tessera jwt sign: a token from claims and a key.
#include <memory>

#include "cli/claims.hpp"
#include "cli/signing.hpp"
#include "tessera/jwt.hpp"

namespace tessera::cli {

namespace {

struct Options {
  ClaimOptions claims;
  SignerOptions signer;
};

Outcome<Reply> sign(const Options& options) {
  const Signer signer = TRY(read_signer(options.signer));
  const Draft draft = TRY(read_draft(options.claims));
  const auto signed_token = std::visit([&](const auto& key) { return tessera::sign(draft, key); }, signer);
  if (!signed_token) return unsigned_draft(signed_token.error());
  const std::string& token = *signed_token;
  const auto peeked = ACCEPT("the token", peek_unverified(token));
  json::Writer w;
  w.begin_object().member("token", token).key("header").raw(peeked.header).key("claims").raw(peeked.payload);
  return Reply{.text = token + "\n", .json = w.end_object().take()};
}

Run declare(Args& args) {
  auto options = std::make_shared<Options>();
  declare_claims(args, options->claims);
  declare_signers(args, options->signer, Signers::one);
  args.example(
      "tessera jwt sign --key key.jwk --iss https://id.example.com --sub alice --aud https://api.example.com "
      "--typ at+jwt");
  args.example("tessera jwt sign claims.json --secret mac.key --alg HS256 --claim 'roles:=[\"admin\"]'");
  return [options](Console&) { return sign(*options); };
}

}  // namespace

extern const Command kJwtSign;
const Command kJwtSign{"jwt sign", "Tokens", "Make a JWT from claims", declare};

}  // namespace tessera::cli
