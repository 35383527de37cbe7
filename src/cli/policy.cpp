#include "cli/policy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/io.hpp"
#include "cli/message.hpp"
#include "cli/times.hpp"
#include "json/tokens.hpp"

namespace tessera::cli {

namespace {

Outcome<Policy> policy_of(const PolicyOptions& options, const std::vector<Alg>& algs) {
  Policy policy{.issuer = unless_unchecked<Expected>(options.iss),
                .audience = unless_unchecked<Expected>(options.aud),
                .typ = unless_unchecked<Expected>(options.typ),
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

std::string json_of(const Claims& claims, const Checking& checking, const Report& beside) {
  json::Writer w;
  w.begin_object().member("valid", true).member("alg", alg_name(claims.alg()));
  if (!claims.kid().empty()) w.member("kid", claims.kid());
  if (!claims.typ().empty()) w.member("typ", claims.typ());
  w.key("header").raw(json::compact(claims.header()));
  w.key("claims").raw(json::compact(claims.json()));
  for (const auto& [name, json] : beside.members) w.key(name).raw(json);
  unchecked_member(w, checking.unchecked);
  skipped_member(w, checking.key);
  return w.end_object().take();
}

std::string text_of(const Claims& claims, const Checking& checking, const Report& beside, Paint paint) {
  const std::int64_t exp = claims.expires_at().time_since_epoch().count();
  std::string out = painted(paint, Hue::good, "valid") + fmt::format(": signed with {}", alg_name(claims.alg()));
  if (!claims.kid().empty()) out += ", kid " + printable(claims.kid());
  const bool over = claims.expires_at() <= checking.now;  // which the leeway allowed
  if (const auto when = claims.has("exp") ? iso(exp) : std::nullopt) {
    out += fmt::format("\n{} {}, {}", over ? "expired" : "expires", *when, relative(exp, checking.now));
  }
  out += "\n" + beside.text + unchecked_line(checking.unchecked, paint);
  return out + "\n" + indented_json(claims.json(), paint) + "\n";
}

}  // namespace

void declare_policy(Args& args, PolicyOptions& options, std::vector<std::string> more_checkable,
                    std::string_view remark) {
  std::vector<std::string> checkable{"iss", "aud", "alg", "typ"};
  checkable.insert(checkable.end(), more_checkable.begin(), more_checkable.end());
  const std::string help =
      fmt::format("what is deliberately not checked: any of {}{}", fmt::join(checkable, ","), remark);
  declare_verifier(args, options.verifier, help, std::move(checkable));
  args.heading("Policy (iss, aud, alg and typ: each is said, or named by --unchecked)");
  args.option("--iss", "ISSUER", options.iss, "who must have issued it");
  args.option("--aud", "AUDIENCE", options.aud, "whom it must be for; may repeat: one must match");
  args.option("--typ", "TYP", options.typ, "the header's typ: JWT, at+jwt ...");
  args.option("--require", "CLAIM", options.require, "a claim that must be there; may repeat");
  args.option("--leeway", "DURATION", options.leeway, "tolerance for clocks, at most 10m (default: 0)");
  args.option("--max-age", "DURATION", options.max_age, "the longest time since iat");
  args.option("--now", "TIME", options.now,
              "the time to check at: Unix seconds or 2026-01-31T12:00:00Z (default: now)");
}

Outcome<Checking> read_checking(const PolicyOptions& options, std::string_view token,
                                std::span<const Needed> more_needed) {
  std::vector<Needed> needed{{"iss", "--iss ISSUER", options.iss ? 1u : 0u},
                             {"aud", "--aud AUDIENCE", options.aud.size()},
                             {"alg", "--alg ALG", options.verifier.algs.size()},
                             {"typ", "--typ TYP", options.typ ? 1u : 0u}};
  needed.insert(needed.end(), more_needed.begin(), more_needed.end());
  std::vector<std::string> checkable;
  for (const Needed& one : needed) checkable.push_back(one.name);
  auto unchecked = TRY(parse_unchecked(options.verifier.unchecked, checkable));
  TRY_VOID(check_needed(needed, unchecked));
  const std::vector<Alg> algs = TRY(parse_algs(options.verifier));
  Policy policy = TRY(policy_of(options, algs));
  VerifierKey key = TRY(read_verifier(options.verifier, algs));
  std::string text = TRY(read_token(token));
  const sys_seconds now = TRY(now_or(options.now));  // once it is there: a pipe may have to wait for its signing
  Verifier verifier = std::visit([&](const auto& k) { return Verifier(k, std::move(policy)); }, key);
  return Checking{std::move(verifier), std::move(key), std::move(unchecked), std::move(text), now};
}

Explanation failed_step(const Trace& trace) {
  const auto step = std::ranges::find(trace.steps, Verdict::failed, &Step::verdict);
  if (step == trace.steps.end()) return {};
  return {step->code, step->at, step->expected, step->actual, step->hint};
}

std::unexpected<Failure> refused_token(Error error, std::string_view token, Explanation why,
                                       const PolicyOptions& options) {
  if (why.actual.empty()) why.actual = described(token);
  if (std::string hint = hint_about(error, token); !hint.empty() && why.hint == error_hint(error.code))
    why.hint = std::move(hint);
  if (error.code == Err::bad_signature) why.hint = hint_about_secret(options.verifier, std::move(why.hint));
  return refused(error, std::move(why));
}

Reply accepted_token(const Claims& claims, const Checking& checking, Console& console, Report beside) {
  return Reply{.text = text_of(claims, checking, beside, console.out),
               .json = json_of(claims, checking, beside),
               .note = skipped_note(checking.key, console.err)};
}

}  // namespace tessera::cli
