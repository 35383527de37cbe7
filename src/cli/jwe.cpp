// tessera jwe encrypt, tessera jwe decrypt: any content, in each serialization.
#include "tessera/jwe.hpp"

#include <fmt/format.h>

#include <memory>

#include "base/base64url.hpp"
#include "base/utf8.hpp"
#include "base/wipe.hpp"
#include "cli/encrypting.hpp"
#include "cli/io.hpp"
#include "cli/keyfile.hpp"
#include "cli/message.hpp"
#include "cli/verifying.hpp"
#include "json/tokens.hpp"

namespace tessera::cli {

namespace {

constexpr EncryptionFlags kEncryptFlags{"--to", "--alg"}, kDecryptFlags{"--key", "--alg"};

// ── encrypt ─────────────────────────────────────────────────────────────────────────────────────────────────────────

struct EncryptOptions {
  std::string content;
  RecipientOptions recipients;
  std::optional<std::string> form, typ, cty, aad;
  bool zip = false;
};

Outcome<std::string> encrypted(const EncryptOptions& options, const Recipients& recipients, BytesView content,
                               const std::string& aad) {
  const auto& to = recipients.to;
  const Serialization form = TRY(parse_form(options.form, to.size(), "recipient"));
  if (form == Serialization::compact && options.aad)
    return misuse("the compact serialization holds nothing beside the content",
                  {"--aad", "--form flattened or --form general", "--form compact", "say --form flattened"});
  const std::string typ = options.typ.value_or(""), cty = options.cty.value_or("");
  for (const auto& [flag, value] : {std::pair{"--typ", &typ}, std::pair{"--cty", &cty}})
    if (!valid_utf8(*value)) return misuse("this is not UTF-8", {flag, "UTF-8 text", *value, "check the encoding"});
  const jwe::Header header{
      .typ = typ, .cty = cty, .zip = options.zip ? jwe::Zip::DEF : jwe::Zip::none, .p2c = recipients.p2c};
  const jwe::JsonOptions json{.header = header, .aad = bytes_of(aad)};
  const auto message = form == Serialization::compact ? jwe::encrypt(content, to.front(), recipients.enc, header)
                       : form == Serialization::flattened
                           ? jwe::encrypt_flattened(content, to.front(), recipients.enc, json)
                           : jwe::encrypt_general(content, to, recipients.enc, json);
  if (!message) return unencrypted(message.error(), options.recipients, kEncryptFlags, shown_source(options.content));
  return *message;
}

Outcome<Reply> encrypt(const EncryptOptions& options) {
  const Recipients recipients = TRY(read_recipients(options.recipients, kEncryptFlags));
  const Secret content = TRY(read_secret_text(options.content, {"content", kMaxPayloadFile}));
  const std::string aad = options.aad ? TRY(read_text(*options.aad, {"--aad", kMaxClaimsFile})) : "";
  return message_reply(TRY(encrypted(options, recipients, content.expose("encrypted"), aad)));
}

Run declare_encrypt(Args& args) {
  auto options = std::make_shared<EncryptOptions>();
  args.positional("CONTENT", options->content, "what to encrypt: a file, or - for standard input");
  declare_recipients(args, options->recipients, kEncryptFlags, Recipience::several);
  args.heading("Message");
  declare_form(args, options->form, "recipient");
  args.option("--typ", "TYP", options->typ, "the message's type (default: none)");
  args.option("--cty", "CTY", options->cty, "the content's type (default: none)");
  args.option("--aad", "FILE", options->aad, "what stands beside it in the clear, and cannot be altered either");
  args.flag("--zip", options->zip, "compress it first; the length then tells of the content");
  args.example("tessera key public recipient.jwk --out recipient.pub");
  args.example("tessera jwe encrypt letter.txt --to recipient.pub");
  args.example("tessera jwe encrypt - --password env:PASSWORD < letter.txt");
  args.example("tessera jwe encrypt letter.txt --to alice.pub --to bob.pem --alg RSA-OAEP-256");
  return [options](Console&) { return encrypt(*options); };
}

// ── decrypt ─────────────────────────────────────────────────────────────────────────────────────────────────────────

struct DecryptOptions {
  MessageOptions message;
  OpenerOptions opener;
  std::vector<std::string> unchecked;
};

Secret json_of(const jwe::Decrypted& opened, const std::vector<std::string>& unchecked) {
  json::Writer w;
  w.reserve(4 * opened.plaintext().size() + 2 * opened.header().size() + 256);
  w.begin_object()
      .member("valid", true)
      .member("alg", key_alg_name(opened.alg()))
      .member("enc", enc_name(opened.enc()));
  if (!opened.kid().empty()) w.member("kid", opened.kid());
  if (!opened.header().empty()) w.key("header").raw(json::compact(opened.header()));
  if (!opened.aad().empty()) w.member("aad_base64url", base64url::encode(opened.aad()));
  if (valid_utf8(opened.text()))
    w.member("plaintext", opened.text());
  else
    w.member("plaintext_base64url", base64url::encode(opened.plaintext()));
  unchecked_member(w, unchecked);
  const WipedString text(w.end_object().take());
  return Secret(std::string_view(text.text()));
}

Outcome<Reply> decrypt(const DecryptOptions& options, Console& console) {
  const std::string kCheckable[] = {"alg", "enc"};
  const auto unchecked = TRY(parse_unchecked(options.unchecked, kCheckable));
  const Needed needed[] = {{"alg", "--alg ALG", options.opener.algs.size()},
                           {"enc", "--enc ENC", options.opener.encs.size()}};
  TRY_VOID(check_needed(needed, unchecked));
  const jwe::Policy policy = TRY(read_envelope(options.opener, kDecryptFlags));
  const jwe::Keyring keys = TRY(read_keyring(options.opener, kDecryptFlags));
  const auto [message, rule] =
      TRY(read_message(options.message, "recipients", "say --any, unless these keys are those of every recipient"));
  const auto opened = rule ? jwe::decrypt_json(message, keys, *rule, policy) : jwe::decrypt(message, keys, policy);
  if (!opened) return unopened(opened.error(), message, options.opener, kDecryptFlags);
  std::string note = painted(console.err, Hue::good, "opened") +
                     fmt::format(": {} and {}", key_alg_name(opened->alg()), enc_name(opened->enc()));
  if (!opened->kid().empty()) note += ", kid " + printable(opened->kid());
  note += "\n" + unchecked_line(unchecked, console.err);
  if (opened->alg() >= KeyAlg::RSA_OAEP && opened->alg() <= KeyAlg::ECDH_ES_A256KW)
    note += painted(console.err, Hue::warn, "note") + ": anybody may have written it; that takes a signature to know\n";
  if (console.format == Format::json) return Reply{.note = {}, .secret = json_of(*opened, unchecked)};
  // A pipe gets the content as it was encrypted; a terminal nothing that it would obey.
  if (!console.out_is_terminal) return Reply{.note = std::move(note), .secret = Secret(opened->plaintext())};
  const WipedString shown(printable_lines(opened->text()) + "\n");
  return Reply{.note = std::move(note), .secret = Secret(std::string_view(shown.text()))};
}

Run declare_decrypt(Args& args) {
  auto options = std::make_shared<DecryptOptions>();
  args.positional("MESSAGE", options->message.text, "a file, - for standard input, or the message itself");
  declare_opener(args, options->opener, kDecryptFlags);
  args.option("--unchecked", "NAMES", options->unchecked, "alg,enc: whatever the key can serve may have been used")
      .choices({"alg", "enc"});
  args.heading("Recipients (of a JSON text one of these is said)");
  declare_rule(args, options->message, "of a JSON text: one recipient that these keys open is enough",
               "of a JSON text: every recipient must open with these keys");
  args.example("tessera jwe decrypt letter.jwe --key key.jwk --alg ECDH-ES+A256KW --enc A256GCM");
  args.example("tessera jwe decrypt - --password env:PASSWORD --alg PBES2-HS512+A256KW --enc A256GCM < letter.jwe");
  return [options](Console& console) { return decrypt(*options, console); };
}

}  // namespace

extern const Command kJweEncrypt, kJweDecrypt;
const Command kJweEncrypt{"jwe encrypt", "Tokens", "Encrypt any content for a recipient", declare_encrypt};
const Command kJweDecrypt{"jwe decrypt", "Tokens", "Open what was encrypted for you", declare_decrypt};

}  // namespace tessera::cli
