// tessera jwt encrypt, tessera jwt decrypt: a signed token in an envelope for one recipient, made and opened.
#include <fmt/format.h>

#include <memory>

#include "cli/claims.hpp"
#include "cli/encrypting.hpp"
#include "cli/policy.hpp"
#include "cli/signing.hpp"
#include "tessera/nested.hpp"

namespace tessera::cli {

namespace {

constexpr EncryptionFlags kEncryptFlags{"--to", "--key-alg"}, kDecryptFlags{"--decrypt-key", "--key-alg", "envelope."};

// ── encrypt ─────────────────────────────────────────────────────────────────────────────────────────────────────────

struct EncryptOptions {
  ClaimOptions claims;
  SignerOptions signer;
  RecipientOptions recipients;
};

Outcome<Reply> encrypt(const EncryptOptions& options) {
  const Signer signer = TRY(read_signer(options.signer));
  const Recipients recipients = TRY(read_recipients(options.recipients, kEncryptFlags));
  if (recipients.to.size() > 1)
    return misuse("a token is for one recipient", {"--to", "one --to KEY", "several", "make a token for each"});
  const Draft draft = TRY(read_draft(options.claims));
  const auto token = std::visit(
      [&](const auto& key) {
        return sign_and_encrypt(draft, key, recipients.to.front(), recipients.enc, {.p2c = recipients.p2c});
      },
      signer);
  if (!token) return unsigned_draft(token.error());
  json::Writer w;
  w.begin_object().member("token", *token).end_object();
  return Reply{.text = *token + "\n", .json = w.take()};
}

Run declare_encrypt(Args& args) {
  auto options = std::make_shared<EncryptOptions>();
  declare_claims(args, options->claims);
  declare_signers(args, options->signer, Signers::one);
  declare_recipients(args, options->recipients, kEncryptFlags, Recipience::one);
  args.example("tessera key public recipient.jwk --out recipient.pub");
  args.example(
      "tessera jwt encrypt --key my.jwk --to recipient.pub --iss https://id.example.com --sub alice "
      "--aud https://api.example.com");
  return [options](Console&) { return encrypt(*options); };
}

// ── decrypt ─────────────────────────────────────────────────────────────────────────────────────────────────────────

struct DecryptOptions {
  std::string token;
  OpenerOptions opener;
  PolicyOptions policy;
};

// What the envelope says of itself, once it has opened: its header is authentic then.
Report envelope_of(std::string_view token) {
  const auto peeked = peek_unverified(token);
  json::Document document;
  const auto header = document.parse_object(peeked ? peeked->header : "");
  if (!header) return {};
  Report report{.text = "envelope:"};
  json::Writer w;
  w.begin_object();
  for (const char* name : {"alg", "enc", "kid"}) {
    const auto value = header->find(name);
    const auto text = value ? value->string() : std::nullopt;
    if (!text) continue;
    w.member(name, *text);
    report.text += fmt::format("{} {} {}", report.text.ends_with(':') ? "" : ",", name, printable(*text));
  }
  report.text += "\n";
  report.members.emplace_back("envelope", w.end_object().take());
  return report;
}

Outcome<Reply> decrypt(const DecryptOptions& options, Console& console) {
  const Needed needed[] = {{"key-alg", "--key-alg ALG", options.opener.algs.size()},
                           {"enc", "--enc ENC", options.opener.encs.size()}};
  const jwe::Policy envelope = TRY(read_envelope(options.opener, kDecryptFlags));
  const Checking checking = TRY(read_checking(options.policy, options.token, needed));
  const jwe::Keyring keys = TRY(read_keyring(options.opener, kDecryptFlags));
  const auto claims = decrypt_and_verify(checking.token, keys, envelope, checking.verifier, checking.now);
  if (claims) return accepted_token(*claims, checking, console, envelope_of(checking.token));
  const auto opened = jwe::decrypt(checking.token, keys, envelope);
  if (!opened) return unopened(opened.error(), checking.token, options.opener, kDecryptFlags);
  if (claims.error().code == Err::wrong_kind)
    return refused(claims.error(), "a signed token inside", opened->cty().empty() ? "no cty" : "cty " + opened->cty(),
                   "what is only encrypted may come from anybody: tessera jwe decrypt shows it");
  Explanation why = explain(claims.error(), opened->text(), checking.verifier, checking.now);
  return refused_token(claims.error(), opened->text(), std::move(why), options.policy);
}

Run declare_decrypt(Args& args) {
  auto options = std::make_shared<DecryptOptions>();
  args.positional("TOKEN", options->token, "a file, - for standard input, or the token itself");
  declare_opener(args, options->opener, kDecryptFlags);
  declare_policy(args, options->policy, {"key-alg", "enc"});
  args.example(
      "tessera jwt decrypt token.txt --decrypt-key my.jwk --key-alg ECDH-ES+A256KW --enc A256GCM --key issuer.jwk "
      "--iss https://id.example.com --aud https://api.example.com --alg ES256 --typ JWT");
  return [options](Console& console) { return decrypt(*options, console); };
}

}  // namespace

extern const Command kJwtEncrypt, kJwtDecrypt;
const Command kJwtEncrypt{"jwt encrypt", "Tokens", "Make a JWT that only its recipient can read", declare_encrypt};
const Command kJwtDecrypt{"jwt decrypt", "Tokens", "Open such a JWT, and check it as jwt verify does", declare_decrypt};

}  // namespace tessera::cli
