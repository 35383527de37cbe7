// tessera jws sign, tessera jws verify: any payload, compact serialization.
#include "tessera/jws.hpp"

#include <fmt/format.h>

#include <memory>

#include "base/base64url.hpp"
#include "base/utf8.hpp"
#include "cli/io.hpp"
#include "cli/keyfile.hpp"
#include "cli/signing.hpp"
#include "cli/verifying.hpp"
#include "json/tokens.hpp"

namespace tessera::cli {

namespace {

// ── sign ────────────────────────────────────────────────────────────────────────────────────────────────────────────

struct SignOptions {
  std::string payload;
  SignerOptions signer;
  std::optional<std::string> typ, cty;
};

Outcome<Reply> sign(const SignOptions& options) {
  const Signer signer = TRY(read_signer(options.signer));
  const std::string payload = TRY(read_text(options.payload, {"payload", kMaxPayloadFile}));
  const std::string typ = options.typ.value_or(""), cty = options.cty.value_or("");
  for (const auto& [flag, value] : {std::pair{"--typ", &typ}, std::pair{"--cty", &cty}}) {
    if (!valid_utf8(*value)) return misuse("this is not UTF-8", {flag, "UTF-8 text", *value, "check the encoding"});
  }
  const auto token = ACCEPT(
      shown_source(options.payload),
      std::visit([&](const auto& key) { return jws::sign(bytes_of(payload), key, {.typ = typ, .cty = cty}); }, signer));
  json::Writer w;
  w.begin_object().member("token", token).end_object();
  return Reply{.text = token + "\n", .json = w.take()};
}

Run declare_sign(Args& args) {
  auto options = std::make_shared<SignOptions>();
  args.positional("PAYLOAD", options->payload, "what to sign: a file, or - for standard input");
  declare_signer(args, options->signer);
  args.heading("Header");
  args.option("--typ", "TYP", options->typ, "the token's type (default: none)");
  args.option("--cty", "CTY", options->cty, "the payload's type (default: none)");
  args.example("tessera jws sign letter.txt --key key.jwk");
  args.example("tessera jws sign - --secret env:MAC_KEY --alg HS256 < letter.txt");
  return [options](Console&) { return sign(*options); };
}

// ── verify ──────────────────────────────────────────────────────────────────────────────────────────────────────────

struct VerifyOptions {
  std::string token;
  VerifierOptions verifier;
};

std::string json_of(const jws::Verified& verified, const VerifierKey& key) {
  json::Writer w;
  w.begin_object().member("valid", true).member("alg", alg_name(verified.alg()));
  if (!verified.kid().empty()) w.member("kid", verified.kid());
  w.key("header").raw(json::compact(verified.header()));
  const std::string_view payload = text_of(verified.payload());
  if (valid_utf8(payload)) {
    w.member("payload", payload);
  } else {
    w.member("payload_base64url", base64url::encode(verified.payload()));
  }
  skipped_member(w, key);
  return w.end_object().take();
}

std::string actual_of(Error error, std::string_view token) {
  const auto peeked = peek_unverified(token);
  if (peeked && error.code != Err::too_large) return "header " + json::compact(peeked->header);
  return fmt::format("{} octets", token.size());
}

Outcome<Reply> verify(const VerifyOptions& options, Console& console) {
  const std::string kAlg = "alg";
  const auto unchecked = TRY(parse_unchecked(options.verifier.unchecked, {&kAlg, 1}));
  const Needed needed{kAlg, "--alg ALG", options.verifier.algs.size()};
  TRY_VOID(check_needed({&needed, 1}, unchecked));
  std::vector<Alg> algs = TRY(parse_algs(options.verifier));
  const VerifierKey key = TRY(read_verifier(options.verifier, algs));
  const std::string token = TRY(read_token(options.token));
  if (algs.empty()) {
    for (std::size_t i = 0; i < kAlgCount; ++i) algs.push_back(static_cast<Alg>(i));
  }
  const auto verified = std::visit([&](const auto& k) { return jws::verify(token, k, algs, kMaxTokenFile); }, key);
  if (!verified) {
    const Error error = verified.error();
    const bool signature = error.code == Err::bad_signature;
    return refused(error, "", actual_of(error, token),
                   signature ? hint_about_secret(options.verifier, std::string(error_hint(error.code))) : "");
  }
  const std::string_view payload = text_of(verified->payload());
  std::string note = skipped_note(key, console.err) + painted(console.err, Hue::good, "valid") +
                     fmt::format(": signed with {}", alg_name(verified->alg()));
  if (!verified->kid().empty()) note += ", kid " + printable(verified->kid());
  // A pipe gets the payload as it was signed; a terminal nothing that it would obey.
  return Reply{.text = console.out_is_terminal ? printable_lines(payload) + "\n" : std::string(payload),
               .json = json_of(*verified, key),
               .note = note + "\n"};
}

Run declare_verify(Args& args) {
  auto options = std::make_shared<VerifyOptions>();
  args.positional("TOKEN", options->token, "a file, - for standard input, or the token itself");
  declare_verifier(args, options->verifier, "alg, in place of --alg: whatever the key can serve may have signed");
  args.example("tessera jws verify token.txt --key public.jwk --alg ES256");
  args.example("tessera jws verify - --secret mac.key --alg HS256 < token.txt > payload");
  return [options](Console& console) { return verify(*options, console); };
}

}  // namespace

extern const Command kJwsSign, kJwsVerify;
const Command kJwsSign{"jws sign", "Tokens", "Sign any payload", declare_sign};
const Command kJwsVerify{"jws verify", "Tokens", "Check a signature and print the payload it covers", declare_verify};

}  // namespace tessera::cli
