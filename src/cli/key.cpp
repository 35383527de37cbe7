// tessera key generate, public, thumbprint, convert.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "base/wipe.hpp"
#include "cli/command.hpp"
#include "cli/io.hpp"
#include "cli/keyfile.hpp"

namespace tessera::cli {

namespace {

// Where a key goes, and in which form. Shared by the commands that print one.
struct Target {
  std::optional<std::string> out;
  bool pem = false;
  bool force = false;
};

void declare_target(Args& args, Target& target, std::string_view out_help) {
  args.option("--out", "FILE", target.out, out_help);
  args.flag("--force", target.force, "replace FILE if it exists");
}

// A kid that is asked for must be one, and get into the file.
Outcome<void> check_target_kid(const std::optional<std::string>& kid, const Target& target) {
  if (kid && target.pem) {
    return misuse("PEM holds no kid", {"--kid", "a JWK, which can hold it", *kid, "leave --kid out, or PEM"});
  }
  return check_kid(kid);
}

// A key in print, and what it is.
struct Printed {
  std::string_view text;  // JWK or PEM
  Readers readers;
  KeyInfo info;
  KeyType type;
  std::string thumbprint;
};

// What is printed in place of a file: the JWK or PEM, or all of it as `w`, which is still open.
Secret shown_key(const Printed& key, const Target& target, const Console& console, json::Writer& w) {
  if (console.format == Format::json) {
    w.reserve(2 * key.text.size() + 16);  // a line end takes two
    if (target.pem)
      w.member("pem", key.text);
    else
      w.key("key").raw(key.text);
    const WipedString json(w.end_object().take());
    return joined({json.text()});
  }
  if (target.pem) return joined({key.text});
  if (!console.out_is_terminal) return joined({key.text, "\n"});
  const WipedString jwk(printable(key.text));
  return joined({jwk.text(), "\n"});
}

Outcome<Reply> deliver(Printed key, const Target& target, Console& console) {
  if (target.pem) key.info.kid.clear();  // which PEM does not hold
  const bool secret = key.readers == Readers::owner;
  json::Writer w;
  w.begin_object();
  key_members(w, key.info, key.type);
  w.member("thumbprint", key.thumbprint);
  if (!target.out) {
    const std::string note = ": this key is secret; --out FILE keeps it from the screen\n";
    return Reply{.note = secret && console.out_is_terminal ? painted(console.err, Hue::warn, "note") + note : "",
                 .secret = shown_key(key, target, console, w)};
  }
  const Secret text = joined({key.text, target.pem ? "" : "\n"});
  TRY_VOID(write_file(*target.out, text.expose_text("a key is written to its file"), key.readers,
                      target.force ? Existing::replace : Existing::keep));
  text_member(w, "out", *target.out);
  std::string wrote = fmt::format("wrote {} key to {}{}\n", key_type_name(key.type), printable(*target.out),
                                  secret ? " (private: mode 0600)" : "");
  if (!key.info.kid.empty()) wrote += fmt::format("  kid {}\n", printable(key.info.kid));
  return Reply{.text = std::move(wrote), .json = w.end_object().take()};
}

Outcome<Reply> deliver(const PublicKey& key, const Target& target, Console& console) {
  const std::string text = target.pem ? key.pem() : key.jwk();
  return deliver({text, Readers::everybody, key.info(), key.type(), key.thumbprint()}, target, console);
}

Outcome<Reply> deliver(const PrivateKey& key, const Target& target, Console& console) {
  const Secret text = target.pem ? key.pem() : key.jwk();
  return deliver(
      {text.expose_text("a private key is printed"), Readers::owner, key.info(), key.type(), key.thumbprint()}, target,
      console);
}

Outcome<Reply> deliver(const SecretKey& key, const Target& target, Console& console) {
  if (target.pem) {
    return refused(Error{Err::unsupported, "pem"}, "a key pair", "a symmetric key",
                   "PEM has no form for symmetric keys: keep the JWK");
  }
  const Secret text = key.jwk();
  return deliver(
      {text.expose_text("a secret key is printed"), Readers::owner, key.info(), KeyType::oct, key.thumbprint()}, target,
      console);
}

Outcome<Reply> deliver(const Keys&, const Target&, Console&) {
  return refused(Error{Err::wrong_kind, "key"}, "one key", "a key set", "take one key out of the set first");
}

// ── generate ────────────────────────────────────────────────────────────────────────────────────────────────────────

struct GenerateOptions {
  std::string alg;
  std::optional<std::string> bits, kid;
  Target target;
};

bool is_rsa(Alg alg) { return Alg::RS256 <= alg && alg <= Alg::PS512; }

Outcome<unsigned> parse_bits(const std::optional<std::string>& text, Alg alg) {
  if (!text) return 2048u;
  if (!is_rsa(alg)) {
    return misuse("this algorithm fixes the size of its keys",
                  {"--bits", "--bits with RS* or PS* only", std::string(alg_name(alg)), "leave --bits out"});
  }
  if (text->empty() || text->size() > 6 || text->find_first_not_of("0123456789") != std::string::npos) {
    return misuse("this is not a number of bits", {"--bits", "2048 to 8192", *text, "say --bits 3072, for example"});
  }
  const unsigned bits = static_cast<unsigned>(std::stoul(*text));
  if (bits < 2048 || bits > 8192) {
    return refused(Error{bits < 2048 ? Err::weak_key : Err::too_large, "bits"}, "2048 to 8192 bits", *text,
                   "say --bits 3072, for example");
  }
  return bits;
}

Outcome<Reply> generate(const GenerateOptions& options, Console& console) {
  const Alg alg = TRY(parse_alg(options.alg));
  const unsigned bits = TRY(parse_bits(options.bits, alg));
  TRY_VOID(check_target_kid(options.kid, options.target));
  KeyInfo info{.kid = options.kid.value_or(""), .alg = alg, .use = KeyUse::sig};
  if (is_mac(alg)) {
    const SecretKey key = ACCEPT("--alg", SecretKey::generate(alg, info));
    if (info.kid.empty()) info.kid = key.thumbprint();  // of random octets, which it does not reveal
    return deliver(ACCEPT("--kid", key.with(std::move(info))), options.target, console);
  }
  return deliver(ACCEPT("--alg", PrivateKey::generate(alg, std::move(info), bits)), options.target, console);
}

Run declare_generate(Args& args) {
  auto options = std::make_shared<GenerateOptions>();
  args.option("--alg", "ALG", options->alg,
              "what it signs with; ES256 where nothing asks for another. One of " + alg_names())
      .choices(signing_algs());
  args.option("--bits", "BITS", options->bits, "the size of an RSA key, 2048 to 8192 (default: 2048)");
  args.option("--kid", "KID", options->kid, "its name, in a JWK (default: its thumbprint)");
  args.flag("--pem", options->target.pem, "PEM (PKCS#8) instead of a JWK");
  declare_target(args, options->target, "write it there, with mode 0600, instead of printing it");
  args.example("tessera key generate --alg ES256 --out key.jwk");
  args.example("tessera key generate --alg RS256 --bits 3072 --pem --out key.pem");
  return [options](Console& console) { return generate(*options, console); };
}

// ── public ──────────────────────────────────────────────────────────────────────────────────────────────────────────

struct KeyOptions {
  std::string file;
  Target target;
};

Outcome<Reply> public_half(const KeyOptions& options, Console& console) {
  const KeyFile key = TRY(read_key_file(options.file));
  if (const auto* own = std::get_if<PrivateKey>(&key)) return deliver(own->public_key(), options.target, console);
  if (const auto* own = std::get_if<PublicKey>(&key)) return deliver(*own, options.target, console);
  return refused(Error{Err::wrong_kind, "key"}, "a private or public key",
                 fmt::format("{}: {}", shown_source(options.file), kind_of(key)),
                 "a symmetric key has no public half; a set is public already");
}

Run declare_public(Args& args) {
  auto options = std::make_shared<KeyOptions>();
  args.positional("KEY", options->file, "a JWK or PEM file, or - for standard input");
  args.heading("Options");
  args.flag("--pem", options->target.pem, "PEM (SPKI) instead of a JWK");
  declare_target(args, options->target, "write it there instead of printing it");
  args.example("tessera key public key.jwk");
  args.example("tessera key public key.jwk --pem --out public.pem");
  return [options](Console& console) { return public_half(*options, console); };
}

// ── thumbprint ──────────────────────────────────────────────────────────────────────────────────────────────────────

Outcome<Reply> thumbprint(const KeyOptions& options) {
  const KeyFile key = TRY(read_key_file(options.file));
  std::string digest;
  if (const auto* pub = std::get_if<PublicKey>(&key)) digest = pub->thumbprint();
  if (const auto* own = std::get_if<PrivateKey>(&key)) digest = own->thumbprint();
  if (const auto* mac = std::get_if<SecretKey>(&key)) digest = mac->thumbprint();
  if (digest.empty()) {
    return refused(Error{Err::wrong_kind, "key"}, "one key", fmt::format("{}: a key set", shown_source(options.file)),
                   "take one key out of the set first");
  }
  json::Writer w;
  w.begin_object().member("thumbprint", digest);
  w.member("uri", "urn:ietf:params:oauth:jwk-thumbprint:sha-256:" + digest).end_object();
  return Reply{.text = digest + "\n", .json = w.take()};
}

Run declare_thumbprint(Args& args) {
  auto options = std::make_shared<KeyOptions>();
  args.positional("KEY", options->file, "a JWK or PEM file, or - for standard input");
  args.example("tessera key thumbprint key.jwk");
  return [options](Console&) { return thumbprint(*options); };
}

// ── convert ─────────────────────────────────────────────────────────────────────────────────────────────────────────

struct ConvertOptions {
  std::string file, to;
  std::optional<std::string> alg, kid;
  Target target;
};

template <class Key>
Outcome<Reply> deliver_named(const Key& key, const ConvertOptions& options, Console& console) {
  KeyInfo info = TRY(renamed_info(key, options.kid, options.alg));
  return deliver(ACCEPT(shown_source(options.file), key.with(std::move(info))), options.target, console);
}

Outcome<Reply> deliver_named(const Keys& keys, const ConvertOptions& options, Console& console) {
  return deliver(keys, options.target, console);
}

Outcome<Reply> convert(ConvertOptions& options, Console& console) {
  if (options.to != "jwk" && options.to != "pem") {
    return misuse("this is not a form of a key", {"--to", "jwk or pem", options.to, "say --to jwk, for example"});
  }
  options.target.pem = options.to == "pem";
  TRY_VOID(check_target_kid(options.kid, options.target));
  const KeyFile key = TRY(read_key_file(options.file));
  return std::visit([&](const auto& k) { return deliver_named(k, options, console); }, key);
}

Run declare_convert(Args& args) {
  auto options = std::make_shared<ConvertOptions>();
  args.positional("KEY", options->file, "a JWK or PEM file, or - for standard input; private stays private");
  args.heading("Options");
  args.option("--to", "FORM", options->to, "jwk or pem").choices({"jwk", "pem"});
  args.option("--kid", "KID", options->kid, "the JWK's name");
  args.option("--alg", "ALG", options->alg, "the JWK's algorithm, which PEM cannot say").choices(signing_algs());
  declare_target(args, options->target, "write it there (a private key with mode 0600)");
  args.example("tessera key convert key.pem --to jwk --alg RS256 --kid 2026-01 --out key.jwk");
  args.example("tessera key convert key.jwk --to pem");
  return [options](Console& console) { return convert(*options, console); };
}

}  // namespace

extern const Command kKeyGenerate, kKeyPublic, kKeyThumbprint, kKeyConvert;
const Command kKeyGenerate{"key generate", "Keys", "Make a new key", declare_generate};
const Command kKeyPublic{"key public", "Keys", "Print the public half of a key", declare_public};
const Command kKeyThumbprint{"key thumbprint", "Keys", "Print a key's thumbprint (RFC 7638)", declare_thumbprint};
const Command kKeyConvert{"key convert", "Keys", "Turn a key into a JWK or into PEM", declare_convert};

}  // namespace tessera::cli
