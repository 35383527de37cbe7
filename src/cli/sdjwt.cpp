// tessera sdjwt issue, present, verify: claims that their holder may show one by one (RFC 9901).
#include "tessera/sdjwt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "base/utf8.hpp"
#include "cli/io.hpp"
#include "cli/keyfile.hpp"
#include "cli/message.hpp"
#include "cli/policy.hpp"
#include "cli/public_keys.hpp"
#include "cli/times.hpp"
#include "cli/unknown.hpp"
#include "json/tokens.hpp"

namespace tessera::cli {

namespace {

// ── issue ───────────────────────────────────────────────────────────────────────────────────────────────────────────

struct IssueOptions {
  std::string claims;
  std::vector<std::string> disclose, decoys;
  std::optional<std::string> typ, hash, holder, expires_in, now;
  PrivateKeyOptions signer;
};

// COUNT, or POINTER=COUNT.
Outcome<sdjwt::Decoys> parse_decoys(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  const std::string_view digits = std::string_view(text).substr(equals == std::string::npos ? 0 : equals + 1);
  sdjwt::Decoys decoys{.at = equals == std::string::npos ? "" : text.substr(0, equals)};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), decoys.count);
  if (error == std::errc() && end == digits.data() + digits.size() && decoys.count > 0) return decoys;
  return misuse("these are no decoys",
                {"--decoys", "COUNT or POINTER=COUNT, above 0", text, "write --decoys 3, or --decoys /address=3"});
}

Outcome<sdjwt::Hash> parse_hash(const std::optional<std::string>& name) {
  if (!name) return sdjwt::Hash::sha_256;
  if (const auto hash = sdjwt::hash_from_name(*name)) return *hash;
  return misuse("this hash is not known", {"--hash", "sha-256, sha-384 or sha-512", *name, "spell it exactly so"});
}

Outcome<std::optional<PublicKey>> read_holder(const std::optional<std::string>& file) {
  if (!file) return std::nullopt;
  const KeyFile key = TRY(read_key_file(*file));
  if (const auto* holder = std::get_if<PublicKey>(&key)) return *holder;
  return refused(Error{Err::wrong_kind, "holder"}, "the holder's public key",
                 fmt::format("{}: {}", shown_source(*file), kind_of(key)), "take its public half: tessera key public");
}

// The claims as they were written, with iat and exp behind them where a lifetime is given.
Outcome<std::string> timed_claims(const IssueOptions& options, std::string text) {
  if (!options.expires_in) return text;
  json::Document document;
  const json::Object claims = ACCEPT(shown_source(options.claims), document.parse_object(text));
  for (const char* name : {"iat", "exp"}) {
    if (claims.find(name)) {
      return misuse("a claim is given twice", {name, "each claim once, in the file or as an argument",
                                               "in the file, and by --expires-in", "leave one of them out"});
    }
  }
  const sys_seconds now = TRY(now_or(options.now));
  const seconds lifetime = TRY(parse_lifetime("--expires-in", *options.expires_in));
  std::string out = json::compact(text);
  out.pop_back();
  return out + fmt::format(R"({}"iat":{},"exp":{}}})", claims.size() > 0 ? "," : "", now.time_since_epoch().count(),
                           (now + lifetime).time_since_epoch().count());
}

std::string listed(std::span<const std::string> texts) { return fmt::format("{}", fmt::join(texts, ", ")); }

// The pointers that are at fault by themselves; where none is, all.
std::string at_fault(const sdjwt::Draft& draft, const PrivateKey& key, Error error) {
  for (const std::string& pointer : draft.disclosable) {
    sdjwt::Draft one = draft;
    one.disclosable = {pointer};
    one.decoys.clear();
    if (const auto made = sdjwt::issue(one, key); !made && made.error() == error) return pointer;
  }
  return listed(draft.disclosable);
}

std::unexpected<Failure> unissued(Error error, const sdjwt::Draft& draft, const PrivateKey& key,
                                  const IssueOptions& options) {
  const bool pointed = std::string_view(error.at) == "disclosable";
  const std::string pointer = pointed ? at_fault(draft, key, error) : "";
  return refused(error,
                 {{.error = {Err::bad_policy, "disclosable"},
                   .at = "--disclose",
                   .expected = "a claim that may be withheld: not iss, aud, exp, nbf, cnf, status or vct",
                   .actual = pointer,
                   .hint = "leave it out: whoever verifies must see it"},
                  {.error = {Err::not_found, "disclosable"},
                   .at = "--disclose",
                   .expected = "a pointer to one of the claims",
                   .actual = pointer,
                   .hint = "compare its spelling with the claims"},
                  {.error = {Err::malformed, "disclosable"},
                   .at = "--disclose",
                   .expected = "a JSON Pointer, which starts with /",
                   .actual = pointer,
                   .hint = "write --disclose /given_name, or /address/country for a claim inside another"},
                  {.error = {Err::duplicate_member, "disclosable"},
                   .at = "--disclose",
                   .expected = "each pointer once",
                   .actual = listed(draft.disclosable),
                   .hint = "leave one of them out"},
                  {.error = {Err::too_large, "disclosable"},
                   .at = "--disclose",
                   .expected = "at most 1000 pointers, each of at most 1024 octets",
                   .actual = fmt::format("{} pointers", draft.disclosable.size()),
                   .hint = "disclose a list or an object as a whole"},
                  {.error = {error.code, "decoys"},
                   .at = "--decoys",
                   .expected = "1 to 1000 decoys for an object or list among the claims, each named once",
                   .actual = listed(options.decoys),
                   .hint = "write --decoys 3, or --decoys /address=3"},
                  {.error = {Err::malformed, "claims"},
                   .expected = "no claim called _sd, _sd_alg or ..., which stand for digests",
                   .hint = "give it another name"},
                  {.error = {Err::duplicate_member, "cnf"},
                   .expected = "the holder's key once",
                   .hint = "leave --holder out, or cnf out of the claims"}},
                 shown_source(options.claims));
}

Outcome<Reply> issue(const IssueOptions& options) {
  const PrivateKey key = TRY(read_private_key(options.signer));
  const std::string typ = options.typ.value_or("");
  if (!options.typ) {
    return misuse("nothing says of which type the token is",
                  {"--typ", "--typ TYP", "nothing", "say --typ dc+sd-jwt for a credential"});
  }
  TRY_VOID(check_useful({{"--now", options.now.has_value(), "--expires-in DURATION", options.expires_in.has_value()}}));
  if (!valid_utf8(typ)) return misuse("this is not UTF-8", {"--typ", "UTF-8 text", typ, "check the encoding"});
  sdjwt::Draft draft{.typ = typ, .claims = "", .disclosable = options.disclose};
  draft.hash = TRY(parse_hash(options.hash));
  for (const std::string& decoys : options.decoys) draft.decoys.push_back(TRY(parse_decoys(decoys)));
  draft.holder = TRY(read_holder(options.holder));
  std::string claims = TRY(read_text(options.claims, {"claims", sdjwt::kMaxBytes}));
  draft.claims.value = TRY(timed_claims(options, std::move(claims)));
  const auto issued = sdjwt::issue(draft, key);
  if (!issued) return unissued(issued.error(), draft, key, options);
  const std::string& token = *issued;
  json::Writer w;
  w.begin_object().member("token", token).member("disclosures", options.disclose.size()).end_object();
  return Reply{.text = token + "\n", .json = w.take()};
}

Run declare_issue(Args& args) {
  auto options = std::make_shared<IssueOptions>();
  args.positional("CLAIMS", options->claims, "the claims as a JSON object: a file, or - for standard input");
  args.heading("What the holder may withhold (POINTER: a JSON Pointer, as /roles/0)");
  args.option("--disclose", "POINTER", options->disclose, "a claim that is shown or withheld by itself; may repeat");
  args.option("--decoys", "COUNT", options->decoys,
              "digests of nothing, that nobody can count; POINTER=COUNT for those of an object or list; may repeat");
  args.option("--hash", "HASH", options->hash, "sha-256, sha-384 or sha-512 (default: sha-256)")
      .choices({"sha-256", "sha-384", "sha-512"});
  args.option("--holder", "FILE", options->holder, "the holder's public key: who presents the token must have it");
  args.heading("Token");
  args.option("--typ", "TYP", options->typ, "the token's type: dc+sd-jwt ...; '' for none");
  args.option("--expires-in", "DURATION", options->expires_in, "adds iat and exp: good for 300, 5m, 2h, 1d");
  args.option("--now", "TIME", options->now, "when it is issued: Unix seconds or 2026-01-31T12:00:00Z (default: now)");
  declare_private_key(args, options->signer, "the issuer's private key (JWK, PEM or DER); - for standard input");
  args.example(
      "tessera sdjwt issue claims.json --key key.jwk --typ dc+sd-jwt --holder holder.pub --expires-in 1d "
      "--disclose /given_name --disclose /address --disclose /address/country");
  return [options](Console&) { return issue(*options); };
}

// ── present ─────────────────────────────────────────────────────────────────────────────────────────────────────────

struct PresentOptions {
  std::string token;
  std::vector<std::string> disclose;
  bool all = false, list = false;
  std::optional<std::string> nonce, verifier, now;
  PrivateKeyOptions signer;
};

Reply listing(const sdjwt::Held& held, Console& console) {
  json::Writer w;
  w.begin_object().key("disclosures").begin_array();
  std::string text;
  for (const auto& one : held.disclosures()) {
    w.begin_object();
    text_member(w, "pointer", one.pointer);
    w.key("value").raw(one.value).end_object();
    text += fmt::format("{} {}\n", painted(console.out, Hue::name, printable(one.pointer)), printable(one.value));
  }
  w.end_array().end_object();
  return Reply{.text = text, .json = w.take()};
}

// Why nothing is shown: a pointer to nothing that can be, or another key than the holder's.
std::unexpected<Failure> unshown(Error error, const PresentOptions& options, const sdjwt::Held& held) {
  std::vector<std::string> unknown;
  for (const std::string& pointer : options.disclose)
    if (std::ranges::find(held.disclosures(), pointer, &sdjwt::Disclosure::pointer) == held.disclosures().end())
      unknown.push_back(pointer);
  const bool no_pointer = !unknown.empty() && !unknown.front().starts_with('/');
  const std::string list = "tessera sdjwt present TOKEN --list tells them";
  return refused(
      error,
      {{.error = {Err::not_found, "pointer"},
        .at = "--disclose",
        .expected = "a pointer to what can be withheld",
        .actual = listed(unknown),
        .hint = no_pointer ? "a pointer starts with /; " + list : list},
       {.error = {Err::claim_mismatch, "cnf"},
        .expected = "the private half of the key that the token names (cnf)",
        .actual = options.signer.key ? shown_source(*options.signer.key) + ": not the holder's key" : "",
        .hint = "sign with the key whose public half the issuer was given"},
       {.error = {Err::claim_missing, "cnf"},
        .expected = "a token that names its holder's key (cnf)",
        .actual = "a token that names none",
        .hint = "leave --key, --nonce and --verifier out, or ask the issuer for a token with --holder"},
       {.error = {Err::bad_policy, "nonce"},
        .at = "--nonce",
        .expected = "a nonce",
        .actual = "an empty text",
        .hint = "the verifier says its nonce"},
       {.error = {Err::bad_policy, "aud"},
        .at = "--verifier",
        .expected = "a name",
        .actual = "an empty text",
        .hint = "the verifier says its name"},
       {.error = {Err::bad_json, "nonce"}, .at = "--nonce", .expected = "UTF-8 text", .hint = "check the encoding"},
       {.error = {Err::bad_json, "aud"}, .at = "--verifier", .expected = "UTF-8 text", .hint = "check the encoding"}},
      "what is to be shown");
}

Outcome<Reply> shown_or_not(const Result<std::string>& shown, const PresentOptions& options, const sdjwt::Held& held) {
  if (!shown) return unshown(shown.error(), options, held);
  return message_reply(*shown);
}

Outcome<Reply> present(const PresentOptions& options, Console& console) {
  if (options.nonce.has_value() != options.signer.key.has_value() ||
      options.verifier.has_value() != options.signer.key.has_value()) {
    return misuse("key binding needs a key, a nonce and a verifier",
                  {"--key", "--key FILE --nonce NONCE --verifier NAME, or none of them", "some of them",
                   "the verifier says its nonce and its name"});
  }
  TRY_VOID(
      check_useful({{"--disclose", !options.disclose.empty(), "no --all and no --list", !options.all && !options.list},
                    {"--all", options.all, "no --list", !options.list},
                    {"--key", options.signer.key.has_value(), "no --list", !options.list},
                    {"--now", options.now.has_value(), "--key FILE", options.signer.key.has_value()}}));
  const std::string token = TRY(read_token(options.token));
  const auto parsed = sdjwt::Held::parse(token);
  if (!parsed) return refused_text(parsed.error(), described(token), token);
  const sdjwt::Held& held = *parsed;
  if (options.list) return listing(held, console);
  std::vector<std::string> pointers = options.disclose;
  if (options.all)
    for (const auto& one : held.disclosures()) pointers.push_back(one.pointer);
  if (!options.signer.key) return shown_or_not(held.present(pointers), options, held);
  const PrivateKey key = TRY(read_private_key(options.signer));
  const auto now = TRY(now_or(options.now));
  const sdjwt::Presentation to{.nonce = *options.nonce, .audience = *options.verifier, .issued_at = now};
  return shown_or_not(held.present(pointers, to, key), options, held);
}

Run declare_present(Args& args) {
  auto options = std::make_shared<PresentOptions>();
  args.positional("TOKEN", options->token, "what the issuer gave: a file, - for standard input, or the token itself");
  args.heading("What is shown");
  args.option("--disclose", "POINTER", options->disclose,
              "a claim to show, with what it is inside of; may repeat (default: none)");
  args.flag("--all", options->all, "every claim");
  args.flag("--list", options->list, "only list what could be shown");
  args.heading("Key binding (all of --key, --nonce and --verifier)");
  args.option("--nonce", "NONCE", options->nonce, "what the verifier asked to be signed");
  args.option("--verifier", "NAME", options->verifier, "whom it is shown to, as the verifier calls itself");
  args.option("--now", "TIME", options->now, "when it is shown: Unix seconds or 2026-01-31T12:00:00Z (default: now)");
  declare_private_key(args, options->signer, "the holder's private key (JWK, PEM or DER); - for standard input");
  args.example("tessera sdjwt present token.txt --list");
  args.example(
      "tessera sdjwt present token.txt --disclose /address/country --key holder.jwk --nonce n-0S6 "
      "--verifier https://shop.example.com");
  return [options](Console& console) { return present(*options, console); };
}

// ── verify ──────────────────────────────────────────────────────────────────────────────────────────────────────────

struct VerifyOptions {
  std::string token;
  PolicyOptions policy;
  bool may_lack_exp = false;
  std::optional<std::string> nonce, name, kb_max_age;
  std::vector<std::string> kb_algs;
};

Outcome<sdjwt::KeyBinding> key_binding_of(const VerifyOptions& options) {
  if (!options.nonce || !options.name || options.nonce->empty() || options.name->empty()) {
    return misuse("key binding is of a nonce and a verifier",
                  {"--nonce", "--nonce NONCE --verifier NAME", "one of them", "say both, as the holder was told them"});
  }
  std::vector<Alg> algs;
  for (const std::string& name : options.kb_algs) algs.push_back(TRY(parse_alg(name)));
  const auto max_age = options.kb_max_age ? TRY(parse_duration("--kb-max-age", *options.kb_max_age)) : seconds(300);
  return sdjwt::KeyBinding{
      .nonce = *options.nonce,
      .audience = *options.name,
      .algs = algs.empty() ? AllowedAlgs(Unchecked("the issuer chose the holder's key")) : AllowedAlgs(algs),
      .max_age = max_age};
}

Outcome<sdjwt::Policy> policy_of(const VerifyOptions& options, const Checking& checking) {
  sdjwt::Policy policy{.issuer_signed = checking.verifier.policy(),
                       .key_binding = Unchecked("--unchecked kb on the command line")};
  policy.issuer_signed.max_bytes = sdjwt::kMaxBytes;
  if (options.may_lack_exp) policy.may_lack_exp = Unchecked("--may-lack-exp on the command line");
  if (options.nonce || options.name) policy.key_binding = TRY(key_binding_of(options));
  return policy;
}

// What the holder's signature says of itself, which was refused; "" where it cannot be read.
std::string said_by_holder(std::string_view presentation, std::string_view claim) {
  const auto peeked = peek_unverified(presentation.substr(presentation.rfind('~') + 1));
  json::Document document;
  const auto claims = document.parse_object(peeked ? peeked->payload : "");
  const auto value = claims ? claims->find(claim) : std::nullopt;
  return value ? fmt::format("{} {}", claim, value->text()) : fmt::format("no {}", claim);
}

// Why the holder's part was refused. Of its header and its shape the code says all.
std::unexpected<Failure> unbound(Error error, const VerifyOptions& options, std::string_view token) {
  return refused(
      error,
      {{.error = {Err::claim_mismatch, "kb_jwt.nonce"},
        .expected = "nonce " + options.nonce.value_or(""),
        .actual = said_by_holder(token, "nonce"),
        .hint = "the holder signed for another transaction: have it shown anew, for this nonce"},
       {.error = {Err::claim_mismatch, "kb_jwt.aud"},
        .expected = "aud " + options.name.value_or(""),
        .actual = said_by_holder(token, "aud"),
        .hint = "the holder signed for another verifier: have it shown anew, for this name"},
       {.error = {Err::claim_mismatch, "kb_jwt.sd_hash"},
        .expected = "the disclosures that the holder signed for",
        .hint = "disclosures were added or removed since: have it shown anew"},
       {.error = {Err::bad_signature, error.at},
        .expected = "a signature by the key that the token names (cnf)",
        .hint = "not the holder's key: only who has it can show this token"},
       {.error = {Err::too_old, "kb_jwt.iat"},
        .expected = fmt::format("signed at most {} ago, as --kb-max-age says", options.kb_max_age.value_or("5m")),
        .actual = said_by_holder(token, "iat"),
        .hint = "have it shown anew"},
       {.error = {Err::alg_not_allowed, "kb_jwt.alg"},
        .expected = fmt::format("one of {}, as --kb-alg says", listed(options.kb_algs)),
        .hint = "add it with --kb-alg only if holders should use it"}},
      described(token));
}

// That the holder has shown it: what was asked for holds once all is verified.
Report binding_of(const VerifyOptions& options) {
  if (!options.nonce || !options.name) return {};
  json::Writer w;
  w.begin_object();
  text_member(w, "nonce", *options.nonce);
  text_member(w, "aud", *options.name);
  return Report{.text = fmt::format("key binding: shown by its holder to {}, nonce {}\n", printable(*options.name),
                                    printable(*options.nonce)),
                .members = {{"key_binding", w.end_object().take()}}};
}

Outcome<Reply> verify(const VerifyOptions& options, Console& console) {
  const Needed kb{"kb", "--nonce NONCE --verifier NAME", options.nonce || options.name ? 1u : 0u};
  const Checking checking = TRY(read_checking(options.policy, options.token, {&kb, 1}));
  const sdjwt::Policy policy = TRY(policy_of(options, checking));
  TRY_VOID(check_useful(
      {{"--kb-alg", !options.kb_algs.empty(), "--nonce NONCE --verifier NAME", options.nonce.has_value()},
       {"--kb-max-age", options.kb_max_age.has_value(), "--nonce NONCE --verifier NAME", options.nonce.has_value()}}));
  const Keys keys = TRY(public_keys(checking.key));
  const auto claims = sdjwt::verify(checking.token, keys, policy, checking.now);
  if (claims) return accepted_token(*claims, checking, console, binding_of(options));
  const Error error = claims.error();
  if (std::string_view(error.at).starts_with("kb_jwt")) return unbound(error, options, checking.token);
  if (error == Error{Err::wrong_kind, "SD-JWT"})
    return refused(error, "an SD-JWT: a JWS, then a ~ behind it and behind each disclosure", described(checking.token),
                   hint_about(error, checking.token));
  const std::string_view jwt = std::string_view(checking.token).substr(0, checking.token.find('~'));
  const Trace trace = sdjwt::trace(checking.token, keys, policy, checking.now, Values::shown);
  return refused_token(error, jwt, failed_step(trace), options.policy);
}

Run declare_verify(Args& args) {
  auto options = std::make_shared<VerifyOptions>();
  args.positional("TOKEN", options->token, "a file, - for standard input, or the token itself");
  declare_policy(args, options->policy, {"kb"}, " (kb: anybody may show the token)");
  args.flag("--may-lack-exp", options->may_lack_exp, "take a token that does not say when it ends");
  args.heading("Key binding (said, or named by --unchecked kb)");
  args.option("--nonce", "NONCE", options->nonce, "what the holder was asked to sign");
  args.option("--verifier", "NAME", options->name, "whom the holder must have shown it to");
  args.option("--kb-alg", "ALG", options->kb_algs,
              "an algorithm that the holder may have signed with; may repeat (default: what their key can serve)")
      .choices(signing_algs());
  args.option("--kb-max-age", "DURATION", options->kb_max_age, "the longest time since they signed (default: 5m)");
  args.example(
      "tessera sdjwt verify shown.txt --key issuer.jwks --iss https://id.example.com --alg ES256 --typ dc+sd-jwt "
      "--unchecked aud --nonce n-0S6 --verifier https://shop.example.com");
  return [options](Console& console) { return verify(*options, console); };
}

}  // namespace

extern const Command kSdjwtIssue, kSdjwtPresent, kSdjwtVerify;
const Command kSdjwtIssue{"sdjwt issue", "Tokens", "Make an SD-JWT, whose claims can be withheld", declare_issue};
const Command kSdjwtPresent{"sdjwt present", "Tokens", "Show some claims of an SD-JWT, as its holder", declare_present};
const Command kSdjwtVerify{"sdjwt verify", "Tokens", "Check an SD-JWT and print what it shows", declare_verify};

}  // namespace tessera::cli
