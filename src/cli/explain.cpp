// tessera explain: what a verification does with a token, check by check, for a ticket; and why a running server has
// refused a request.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "base/base64url.hpp"
#include "cli/message.hpp"
#include "cli/policy.hpp"
#include "cli/public_keys.hpp"
#include "server/control.hpp"
#include "tessera/sdjwt.hpp"

namespace tessera::cli {

namespace {

struct Options {
  std::string token;
  PolicyOptions policy;
  bool show = false, may_lack_exp = false;
  std::optional<std::string> socket;
};

constexpr std::size_t kName = 13, kText = 26;  // columns: of a check's name, of what is said of it

Hue hue_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return Hue::good;
    case Verdict::failed: return Hue::bad;
    case Verdict::not_reached: return Hue::faint;
    case Verdict::unchecked: return Hue::warn;
  }
  return Hue::faint;
}

std::string words_of(Verdict verdict) {
  return verdict == Verdict::not_reached ? "not reached" : std::string(verdict_name(verdict));
}

// "passed       size         expected  at most 16384 octets", and a line for each other thing that is known.
std::string step_text(const Step& step, Paint paint) {
  std::string out = painted(paint, hue_of(step.verdict), fmt::format("{:<{}}", words_of(step.verdict), kName)) +
                    fmt::format("{:<{}}", step.check, kText - kName);
  bool first = true;
  const std::pair<const char*, const std::string*> said[] = {
      {"expected", &step.expected}, {"actual", &step.actual}, {"hint", &step.hint}};
  for (const auto& [label, text] : said) {
    if (text->empty()) continue;
    if (!first) out += "\n" + std::string(kText, ' ');
    out += painted(paint, Hue::faint, fmt::format("{:<10}", label)) + wrapped(printable(*text), kText + 10);
    first = false;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out + "\n";
}

std::string text_of(const Trace& trace, Paint paint) {
  std::string out;
  for (const Step& step : trace.steps) out += step_text(step, paint);
  if (trace.claims.empty()) return out;
  out += "\n" + painted(paint, Hue::strong, trace.refusal ? "Claims, as the token says" : "Claims, verified") + "\n";
  for (const auto& [name, value] : trace.claims)
    out += fmt::format("  {:<{}} {}\n", printable(name), kName - 3, wrapped(printable(value), kName));
  return out;
}

std::string checks_json(const Trace& trace) {
  json::Writer w;
  w.begin_array();
  for (const Step& step : trace.steps) {
    w.begin_object().member("check", step.check).member("at", step.at).member("result", verdict_name(step.verdict));
    w.member("expected", step.expected).member("actual", step.actual).member("hint", step.hint).end_object();
  }
  return w.end_array().take();
}

std::string claims_json(const Trace& trace) {
  json::Writer w;
  w.begin_array();
  for (const auto& [name, value] : trace.claims) {
    w.begin_object();
    text_member(w, "name", name);
    text_member(w, "value", value);
    w.end_object();
  }
  return w.end_array().take();
}

bool is_sd_jwt(const Checking& checking) { return checking.token.contains('~'); }

// Key binding is for who asked for the presentation.
std::vector<std::string> unchecked_of(const Checking& checking) {
  std::vector<std::string> names = checking.unchecked;
  if (is_sd_jwt(checking)) names.emplace_back("kb");
  return names;
}

std::string unchecked_json(const std::vector<std::string>& names) {
  json::Writer w;
  w.begin_array();
  for (const std::string& name : names) w.string(name);
  return w.end_array().take();
}

Report report_of(const Trace& trace, const Checking& checking, Paint paint) {
  Report report{.text = text_of(trace, paint) + skipped_note(checking.key, paint),
                .members = {{"checks", checks_json(trace)}, {"claims", claims_json(trace)}}};
  if (std::string skipped = skipped_json(checking.key); !skipped.empty())
    report.members.emplace_back("skipped_keys", std::move(skipped));
  if (const auto names = unchecked_of(checking); !names.empty())
    report.members.emplace_back("unchecked", unchecked_json(names));
  return report;
}

// What the issuer of an SD-JWT signed, which stands before its disclosures.
std::string_view jwt_of(std::string_view token) { return token.substr(0, token.find('~')); }

// A presentation may be larger than a JWT; what it is bound to, only its verifier knows.
Outcome<Trace> trace_sd_jwt(const Checking& checking, const Options& options, Values values) {
  const Keys keys = TRY(public_keys(checking.key));
  sdjwt::Policy policy{.issuer_signed = checking.verifier.policy(),
                       .key_binding = Unchecked("tessera explain is not told what was asked for")};
  policy.issuer_signed.max_bytes = sdjwt::kMaxBytes;
  if (options.may_lack_exp) policy.may_lack_exp = Unchecked("--may-lack-exp on the command line");
  Trace trace = sdjwt::trace(checking.token, keys, policy, checking.now, values);
  for (Step& step : trace.steps)
    if (step.check == "key_binding" && step.verdict == Verdict::unchecked)
      step.hint = "tessera sdjwt verify checks it, with --nonce and --verifier";
  return trace;
}

Outcome<Trace> trace_of(const Checking& checking, const Options& options, Values values) {
  if (is_sd_jwt(checking)) return trace_sd_jwt(checking, options, values);
  TRY_VOID(check_useful({{"--may-lack-exp", options.may_lack_exp, "an SD-JWT", false}}));
  return tessera::trace(checking.token, checking.verifier, checking.now, values);
}

Outcome<Reply> explain_token(const Options& options, Console& console) {
  const Checking checking = TRY(read_checking(options.policy, options.token));
  const Trace trace = TRY(trace_of(checking, options, options.show ? Values::shown : Values::redacted));
  Report report = report_of(trace, checking, console.out);
  if (trace.refusal) {
    auto failure = refused_token(*trace.refusal, jwt_of(checking.token), failed_step(trace), options.policy);
    report.text += "\n";
    failure.error().report = std::move(report);
    return failure;
  }
  json::Writer w;
  w.begin_object().member("valid", true);
  for (const auto& [name, json] : report.members) w.key(name).raw(json);
  return Reply{.text = painted(console.out, Hue::good, "valid") + "\n" +
                       unchecked_line(unchecked_of(checking), console.out) + "\n" + report.text,
               .json = w.end_object().take()};
}

// As an error page and X-Request-Id show it: 12 octets. No token is so short.
bool is_request_id(const std::string& text) {
  const auto octets = base64url::decode(text);
  return octets && octets->size() == 12 && !std::filesystem::exists(text);
}

std::string line_of(std::string_view label, std::string_view text, Paint paint) {
  return painted(paint, Hue::faint, fmt::format("{:<10}", label)) + wrapped(printable(text), 10) + "\n";
}

// The server keeps its youngest refusals in memory.
Outcome<Reply> explain_request(const Options& options, const Console& console) {
  const std::string socket = options.socket.value_or("tessera.sock");
  const auto answer = server::ask_control(socket, options.token);
  if (!answer)
    return environment(Err::unavailable, "--socket", "the control socket of a running server", answer.error());
  json::Document document;
  const auto told = document.parse_object(*answer);
  if (!told || told->find("unknown"))
    return std::unexpected(
        Failure{.code = "unknown_request",
                .summary = "the server knows no refusal of this request",
                .at = "REQUEST-ID",
                .expected = "the number on an error page, or of X-Request-Id, of this node since its start",
                .actual = options.token,
                .hint = "it keeps the youngest 10,000; its log has all"});
  const auto text = [&](const char* name) {
    const auto value = told->find(name);
    return std::string(value ? value->string().value_or("") : "");
  };
  std::string out =
      line_of("refused", text("error") + (text("at").empty() ? "" : " (" + text("at") + ")"), console.out);
  out += line_of("why", text("why").empty() ? "no more is known" : text("why"), console.out);
  if (!text("client").empty()) out += line_of("client", text("client"), console.out);
  const auto status = told->find("status");
  out += line_of(
      "request",
      fmt::format("{} {}, answered {}", text("method"), text("path"), status ? status->integer().value_or(0) : 0),
      console.out);
  if (!text("realm").empty()) out += line_of("realm", text("realm"), console.out);
  return Reply{.text = out + line_of("time", text("time"), console.out), .json = *answer};
}

Outcome<Reply> explain(const Options& options, Console& console) {
  return is_request_id(options.token) ? explain_request(options, console) : explain_token(options, console);
}

Run declare(Args& args) {
  auto options = std::make_shared<Options>();
  args.positional(
      "TOKEN|REQUEST-ID", options->token,
      "a JWT or SD-JWT: a file, - for standard input, or its text; or the number of a request that a server "
      "on this machine refused, from an error page or X-Request-Id");
  args.heading("Options");
  args.option("--socket", "FILE", options->socket, "the server's control_socket (default: tessera.sock)");
  args.flag("--show", options->show,
            "show every value of the token (default: claims that may be personal or secret as kind and length)");
  declare_policy(args, options->policy);
  args.flag("--may-lack-exp", options->may_lack_exp, "take an SD-JWT that does not say when it ends");
  args.example(
      "tessera explain token.txt --key https://id.example.com --iss https://id.example.com "
      "--aud https://api.example.com --alg ES256 --typ at+jwt");
  args.example("tessera explain - --key public.jwk --unchecked iss,aud,alg,typ --show < token.txt");
  args.example("tessera explain 2uLbDkzXbVJBGtbv --socket /var/lib/tessera/tessera.sock");
  return [options](Console& console) { return explain(*options, console); };
}

}  // namespace

extern const Command kExplain;
const Command kExplain{"explain", "Tokens", "Tell of each check of a token, or why a server refused a request",
                       declare};

}  // namespace tessera::cli
