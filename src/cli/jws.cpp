// tessera jws sign, tessera jws verify: any payload, in each serialization.
#include "tessera/jws.hpp"

#include <fmt/format.h>

#include <memory>

#include "base/base64url.hpp"
#include "base/utf8.hpp"
#include "cli/io.hpp"
#include "cli/keyfile.hpp"
#include "cli/message.hpp"
#include "cli/signing.hpp"
#include "cli/unknown.hpp"
#include "cli/verifying.hpp"
#include "json/tokens.hpp"

namespace tessera::cli {

namespace {

// ── sign ────────────────────────────────────────────────────────────────────────────────────────────────────────────

struct SignOptions {
  std::string payload;
  SignerOptions signers;
  std::optional<std::string> form, typ, cty, more, unprotected;
  bool detached = false, plain = false;
};

jws::Payload written(const SignOptions& options) {
  if (options.plain) return options.detached ? jws::Payload::plain_detached : jws::Payload::plain;
  return options.detached ? jws::Payload::base64url_detached : jws::Payload::base64url;
}

Outcome<jws::Header> header_of(const SignOptions& options) {
  jws::Header header;
  const std::tuple<const char*, const std::optional<std::string>*, std::string*> parts[] = {
      {"--typ", &options.typ, &header.typ},
      {"--cty", &options.cty, &header.cty},
      {"--protected", &options.more, &header.more},
      {"--unprotected", &options.unprotected, &header.unprotected}};
  for (const auto& [flag, value, into] : parts) {
    *into = value->value_or("");
    if (!valid_utf8(*into)) return misuse("this is not UTF-8", {flag, "UTF-8 text", *into, "check the encoding"});
  }
  return header;
}

bool is_object(const std::string& text) {
  json::Document document;
  return document.parse_object(text).has_value();
}

// Why nothing was signed: the payload, a key, or the option that wrote the header at fault.
std::unexpected<Failure> unsigned_payload(Error error, const SignOptions& options) {
  const Error ours{Err::malformed_header, "header"};
  const bool beside = options.unprotected && (error.code == Err::duplicate_header || !options.more ||
                                              (is_object(*options.more) && error != ours));
  const std::optional<std::string>& written = beside ? options.unprotected : options.more;
  const std::string flag = beside ? "--unprotected" : "--protected";
  const std::string plain = "leave --plain out: the payload is then encoded";
  const std::string came = shown_source(options.payload);
  const std::string keys = fmt::format("{}", fmt::join(options.signers.keys, ", "));
  if (written && error.code != Err::alg_key_mismatch && std::string_view(error.at) != "payload")
    return refused(
        error,
        {{.error = ours,
          .at = flag,
          .expected = "parameters other than alg, kid, typ, cty, b64 and crit",
          .hint = "these have options of their own: --alg, --kid, --typ, --cty, --plain"},
         {.error = {Err::bad_json, "header"}, .at = flag, .hint = "write it as '{\"name\":\"value\"}'"},
         {.error = {Err::too_large, "header"}, .at = flag, .actual = fmt::format("{} octets", written->size())},
         {.error = {Err::duplicate_header, "header"}, .at = flag, .hint = "leave it out of one of the two"},
         {.error = error, .at = flag, .hint = "see RFC 7515 section 4 for what a parameter may say"}},
        *written);
  return refused(error,
                 {{.error = {Err::malformed, "payload"},
                   .at = "--plain",
                   .expected = "printable ASCII without a full stop, as the compact serialization holds it",
                   .hint = "say --detached, or --form flattened"},
                  {.error = {Err::bad_json, "payload"}, .at = "--plain", .expected = "UTF-8 text", .hint = plain},
                  {.error = {Err::too_large, "signatures"},
                   .at = "--key",
                   .expected = "at most 16 signatures",
                   .hint = "leave some out"},
                  {.error = {Err::alg_key_mismatch, "alg"},
                   .expected = "a key that may sign: by its use, key_ops and alg",
                   .actual = keys,
                   .hint = "make one: tessera key generate --alg ES256"}},
                 came);
}

Outcome<std::string> signed_text(const SignOptions& options, std::span<const jws::Signer> signers, BytesView payload) {
  const Serialization form = TRY(parse_form(options.form, signers.size(), "signature"));
  if (form == Serialization::compact && options.unprotected)
    return misuse("everything in the compact serialization is protected",
                  {"--unprotected", "--form flattened or --form general", "compact", "say --form flattened"});
  const jws::Payload how = written(options);
  const auto text = form == Serialization::compact     ? jws::sign(payload, signers.front(), how)
                    : form == Serialization::flattened ? jws::sign_flattened(payload, signers.front(), how)
                                                       : jws::sign_general(payload, signers, how);
  if (!text) return unsigned_payload(text.error(), options);
  return *text;
}

Outcome<Reply> sign(const SignOptions& options) {
  const auto keys = TRY(read_signers(options.signers));
  const jws::Header header = TRY(header_of(options));
  const std::string payload = TRY(read_text(options.payload, {"payload", kMaxPayloadFile}));
  std::vector<jws::Signer> signers;
  for (const Signer& key : keys)
    signers.push_back(std::visit([&](const auto& own) { return jws::Signer(own, header); }, key));
  return message_reply(TRY(signed_text(options, signers, bytes_of(payload))));
}

Run declare_sign(Args& args) {
  auto options = std::make_shared<SignOptions>();
  args.positional("PAYLOAD", options->payload, "what to sign: a file, or - for standard input");
  declare_signers(args, options->signers, Signers::several);
  args.heading("Header");
  args.option("--typ", "TYP", options->typ, "the token's type (default: none)");
  args.option("--cty", "CTY", options->cty, "the payload's type (default: none)");
  args.option("--protected", "JSON", options->more, "further parameters, as one JSON object");
  args.option("--unprotected", "JSON", options->unprotected,
              "parameters beside the signature, which anybody may change, as one JSON object");
  args.heading("Text");
  declare_form(args, options->form, "signature");
  args.flag("--detached", options->detached, "leave the payload out: whoever verifies has it already");
  args.flag("--plain", options->plain, "sign the payload as it stands, not encoded (b64: false, RFC 7797)");
  args.example("tessera jws sign letter.txt --key key.jwk");
  args.example("tessera jws sign - --secret env:MAC_KEY --alg HS256 < letter.txt");
  args.example("tessera jws sign letter.txt --key alice.jwk --key bob.jwk --detached");
  return [options](Console&) { return sign(*options); };
}

// ── verify ──────────────────────────────────────────────────────────────────────────────────────────────────────────

struct VerifyOptions {
  MessageOptions message;
  VerifierOptions verifier;
  std::optional<std::string> content;
};

void write_signature(const jws::Signature& signature, json::Writer& w) {
  w.member("alg", alg_name(signature.alg));
  if (!signature.kid.empty()) w.member("kid", signature.kid);
  w.key("header").raw(json::compact(signature.header));
}

std::string json_of(const jws::Verified& verified, const std::optional<Rule>& rule, const VerifierKey& key,
                    const std::vector<std::string>& unchecked) {
  json::Writer w;
  w.begin_object().member("valid", true);
  if (!rule) {
    write_signature(verified.signatures().front(), w);
  } else {
    w.key("signatures").begin_array();
    for (const auto& signature : verified.signatures()) {
      w.begin_object().member("index", signature.index);
      write_signature(signature, w);
      if (!signature.unprotected.empty()) w.key("unprotected").raw(signature.unprotected);
      w.end_object();
    }
    w.end_array();
  }
  const std::string_view payload = text_of(verified.payload());
  if (valid_utf8(payload)) {
    w.member("payload", payload);
  } else {
    w.member("payload_base64url", base64url::encode(verified.payload()));
  }
  unchecked_member(w, unchecked);
  skipped_member(w, key);
  return w.end_object().take();
}

std::string note_of(const jws::Verified& verified, const std::optional<Rule>& rule, Paint paint) {
  std::string note;
  for (const auto& signature : verified.signatures()) {
    note += painted(paint, Hue::good, "valid") + ": ";
    if (rule) note += fmt::format("signature {}, ", signature.index);
    note += fmt::format("signed with {}", alg_name(signature.alg));
    if (!signature.kid.empty()) note += ", kid " + printable(signature.kid);
    note += "\n";
  }
  return note;
}

// Why a signature was not accepted. A payload that stands elsewhere is easily forgotten, or given twice.
std::unexpected<Failure> unverified(Error error, const VerifyOptions& options, std::string_view token) {
  std::string hint = hint_about(error, token);
  const bool in_json = looks_like_json(token);
  if (error.code == Err::bad_signature) {
    hint = hint_about_secret(options.verifier, std::string(error_hint(error.code)));
    if (!options.content && !in_json && token.contains(".."))
      hint = "the payload is empty: if it is detached, give it with --content FILE";
  }
  if (error == Error{Err::malformed, "payload"} && options.content)
    return refused(error, "a token without its payload, beside --content", described(token),
                   "the token holds its payload: leave --content out");
  if (error == Error{Err::malformed, "payload"} && in_json)
    return refused(error, "a text that holds its payload, or --content FILE", described(token),
                   "the payload is detached: give it with --content FILE");
  return refused(error, "", with_unknown(described(token), error, token), std::move(hint));
}

Outcome<Reply> verify(const VerifyOptions& options, Console& console) {
  const std::string kAlg = "alg";
  const auto unchecked = TRY(parse_unchecked(options.verifier.unchecked, {&kAlg, 1}));
  const Needed needed{kAlg, "--alg ALG", options.verifier.algs.size()};
  TRY_VOID(check_needed({&needed, 1}, unchecked));
  const std::vector<Alg> algs = TRY(parse_algs(options.verifier));
  const VerifierKey key = TRY(read_verifier(options.verifier, algs));
  const auto [token, rule] = TRY(read_message(
      options.message, "signatures", "say --all, and look who has signed; or --any, if one signature is enough"));
  const std::string content = options.content ? TRY(read_text(*options.content, {"--content", kMaxPayloadFile})) : "";
  const jws::Policy policy{
      .algs = algs.empty() ? AllowedAlgs(Unchecked("--unchecked on the command line")) : AllowedAlgs(algs),
      .max_bytes = kMaxTokenFile};
  const auto detached = options.content ? std::optional(jws::Detached{bytes_of(content)}) : std::nullopt;
  const jws::KeysView keys = std::visit([](const auto& k) { return jws::KeysView(k); }, key);
  const auto verified =
      rule ? jws::verify_json(token, keys, *rule, policy, detached) : jws::verify(token, keys, policy, detached);
  if (!verified) return unverified(verified.error(), options, token);
  const std::string_view payload = text_of(verified->payload());
  // A pipe gets the payload as it was signed; a terminal nothing that it would obey.
  return Reply{.text = console.out_is_terminal ? printable_lines(payload) + "\n" : std::string(payload),
               .json = json_of(*verified, rule, key, unchecked),
               .note = skipped_note(key, console.err) + note_of(*verified, rule, console.err) +
                       unchecked_line(unchecked, console.err)};
}

Run declare_verify(Args& args) {
  auto options = std::make_shared<VerifyOptions>();
  args.positional("TOKEN", options->message.text, "a file, - for standard input, or the token itself");
  declare_verifier(args, options->verifier, "alg, in place of --alg: whatever the key can serve may have signed",
                   {"alg"});
  args.heading("Text");
  args.option("--content", "FILE", options->content, "the payload, where the token does not hold it (detached)");
  declare_rule(args, options->message, "of a JSON text: one signature that verifies is enough",
               "of a JSON text: each signature in it must verify; one may have been taken out");
  args.example("tessera jws verify token.txt --key public.jwk --alg ES256");
  args.example("tessera jws verify - --secret mac.key --alg HS256 < token.txt > payload");
  args.example("tessera jws verify signatures.json --key both.jwks --alg ES256 --all --content letter.txt");
  return [options](Console& console) { return verify(*options, console); };
}

}  // namespace

extern const Command kJwsSign, kJwsVerify;
const Command kJwsSign{"jws sign", "Tokens", "Sign any payload", declare_sign};
const Command kJwsVerify{"jws verify", "Tokens", "Check a signature and print the payload it covers", declare_verify};

}  // namespace tessera::cli
