// tessera jwt verify: a token against keys and a policy that leaves nothing unsaid.
#include <fmt/format.h>

#include <memory>

#include "cli/io.hpp"
#include "cli/times.hpp"
#include "cli/verifying.hpp"
#include "json/tokens.hpp"
#include "tessera/jwt.hpp"

namespace tessera::cli {

namespace {

const std::vector<std::string> kCheckable{"iss", "aud", "alg", "typ"};

struct Options {
  std::string token;
  VerifierOptions verifier;
  std::optional<std::string> iss, typ, leeway, max_age, now;
  std::vector<std::string> aud, require;
};

template <class T, class U>
T unless_unchecked(const U& values) {
  if (values.empty()) return T(Unchecked("--unchecked on the command line"));
  return T(values);
}

std::vector<std::string> listed(const std::optional<std::string>& value) {
  return value ? std::vector{*value} : std::vector<std::string>{};
}

Outcome<Policy> policy_of(const Options& options, std::vector<Alg> algs) {
  Policy policy{.issuer = unless_unchecked<Expected>(listed(options.iss)),
                .audience = unless_unchecked<Expected>(options.aud),
                .typ = unless_unchecked<Expected>(listed(options.typ)),
                .algs = unless_unchecked<AllowedAlgs>(algs)};
  if (options.leeway) policy.leeway = TRY(parse_duration("--leeway", *options.leeway));
  if (options.max_age) policy.max_age = TRY(parse_duration("--max-age", *options.max_age));
  policy.require = options.require;
  if (!policy.check()) {
    return misuse("the leeway is too long", {"--leeway", "at most 10m", options.leeway.value_or(""),
                                             "set the clocks right instead of allowing more"});
  }
  return policy;
}

std::string json_of(const Claims& claims, std::string_view header, const std::vector<std::string>& unchecked,
                    const VerifierKey& key) {
  json::Writer w;
  w.begin_object().member("valid", true).member("alg", alg_name(claims.alg()));
  if (!claims.kid().empty()) w.member("kid", claims.kid());
  if (!claims.typ().empty()) w.member("typ", claims.typ());
  w.key("header").raw(json::compact(header));
  w.key("claims").raw(json::compact(claims.json()));
  if (!unchecked.empty()) w.member("unchecked", unchecked);
  skipped_member(w, key);
  return w.end_object().take();
}

std::string text_of(const Claims& claims, const std::vector<std::string>& unchecked, sys_seconds now, Paint paint) {
  const std::int64_t exp = claims.expires_at().time_since_epoch().count();
  std::string out = painted(paint, Hue::good, "valid") + fmt::format(": signed with {}", alg_name(claims.alg()));
  if (!claims.kid().empty()) out += ", kid " + printable(claims.kid());
  const bool over = claims.expires_at() <= now;  // which the leeway allowed
  if (const auto when = iso(exp)) {
    out += fmt::format("\n{} {}, {}", over ? "expired" : "expires", *when, relative(exp, now));
  }
  if (!unchecked.empty()) {
    out += "\n" + painted(paint, Hue::warn, fmt::format("not checked: {}", fmt::join(unchecked, ", ")));
  }
  return out + "\n\n" + indented_json(claims.json(), paint) + "\n";
}

Outcome<Reply> verify(const Options& options, Console& console) {
  const auto unchecked = TRY(parse_unchecked(options.verifier.unchecked, kCheckable));
  const Needed needed[] = {{"iss", "--iss ISSUER", options.iss ? 1u : 0u},
                           {"aud", "--aud AUDIENCE", options.aud.size()},
                           {"alg", "--alg ALG", options.verifier.algs.size()},
                           {"typ", "--typ TYP", options.typ ? 1u : 0u}};
  TRY_VOID(check_needed(needed, unchecked));
  const std::vector<Alg> algs = TRY(parse_algs(options.verifier));
  Policy policy = TRY(policy_of(options, algs));
  const VerifierKey key = TRY(read_verifier(options.verifier, algs));
  const std::string token = TRY(read_token(options.token));
  const sys_seconds now = TRY(now_or(options.now));  // once it is there: a pipe may have to wait for its signing

  const Verifier verifier = std::visit([&](const auto& k) { return Verifier(k, std::move(policy)); }, key);
  const auto claims = verifier.verify(token, now);
  if (!claims) {
    Explanation why = explain(claims.error(), token, verifier, now);
    if (why.actual.empty()) why.actual = fmt::format("a token of {} octets", token.size());
    if (claims.error().code == Err::bad_signature) why.hint = hint_about_secret(options.verifier, std::move(why.hint));
    return refused(claims.error(), std::move(why));
  }
  const auto peeked = ACCEPT("token", peek_unverified(token));  // verified above: this only reads the header again
  return Reply{.text = text_of(*claims, unchecked, now, console.out),
               .json = json_of(*claims, peeked.header, unchecked, key),
               .note = skipped_note(key, console.err)};
}

Run declare(Args& args) {
  auto options = std::make_shared<Options>();
  args.positional("TOKEN", options->token, "a file, - for standard input, or the token itself");
  declare_verifier(args, options->verifier, "what is deliberately not checked: any of iss,aud,alg,typ");
  args.heading("Policy (iss, aud, alg and typ: each is said, or named by --unchecked)");
  args.option("--iss", "ISSUER", options->iss, "who must have issued it");
  args.option("--aud", "AUDIENCE", options->aud, "whom it must be for; may repeat: one must match");
  args.option("--typ", "TYP", options->typ, "the header's typ: JWT, at+jwt ...");
  args.option("--require", "CLAIM", options->require, "a claim that must be there; may repeat");
  args.option("--leeway", "DURATION", options->leeway, "tolerance for clocks, at most 10m (default: 0)");
  args.option("--max-age", "DURATION", options->max_age, "the longest time since iat");
  args.option("--now", "TIME", options->now,
              "the time to check at: Unix seconds or 2026-01-31T12:00:00Z (default: now)");
  args.example(
      "tessera jwt verify token.txt --key public.jwk --iss https://id.example.com --aud https://api.example.com "
      "--alg ES256 --typ at+jwt");
  args.example("tessera jwt verify - --secret mac.key --alg HS256 --unchecked iss,aud,typ < token.txt");
  return [options](Console& console) { return verify(*options, console); };
}

}  // namespace

extern const Command kJwtVerify;
const Command kJwtVerify{"jwt verify", "Tokens", "Check a JWT against keys and a policy", declare};

}  // namespace tessera::cli
