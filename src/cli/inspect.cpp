// tessera inspect: what a token says, believed by nobody.
#include <fmt/format.h>

#include <array>
#include <memory>

#include "base/base64url.hpp"
#include "base/utf8.hpp"
#include "cli/command.hpp"
#include "cli/io.hpp"
#include "cli/times.hpp"
#include "json/tokens.hpp"
#include "tessera/jwt.hpp"

namespace tessera::cli {

namespace {

struct Options {
  std::string token;
  std::optional<std::string> now;
};

struct Time {
  std::string name;
  std::int64_t unix_seconds;
  std::string iso, relative;
};

struct Token {
  Peeked peeked;
  bool payload_is_object = false;
  std::vector<Time> times;
  std::size_t signature_octets = 0;
};

std::vector<Time> times_of(const json::Object& claims, sys_seconds now) {
  static constexpr std::array kNames{"iat", "nbf", "exp", "auth_time", "updated_at"};
  std::vector<Time> times;
  for (const char* name : kNames) {
    const auto value = claims.find(name);
    const auto at = value ? value->integer() : std::nullopt;
    if (!at) continue;
    if (const auto text = iso(*at)) times.push_back({name, *at, *text, relative(*at, now)});
  }
  return times;
}

Outcome<Token> look(std::string_view text, sys_seconds now) {
  auto peeked = peek_unverified(text);
  if (!peeked) {
    return refused(peeked.error(), "three parts (a JWS) or five (a JWE), each base64url, with dots between",
                   fmt::format("{} octets of text", text.size()));
  }
  Token token{.peeked = *std::move(peeked), .payload_is_object = false, .times = {}, .signature_octets = 0};
  if (token.peeked.parts != 3) return token;
  token.signature_octets = base64url::decoded_size(text.size() - text.rfind('.') - 1);
  json::Document document;
  if (const auto claims = document.parse_object(token.peeked.payload)) {
    token.payload_is_object = true;
    token.times = times_of(*claims, now);
  }
  return token;
}

std::string json_of(const Token& token) {
  json::Writer w;
  w.begin_object().member("verified", false).member("kind", token.peeked.parts == 3 ? "JWS" : "JWE");
  w.key("header").raw(json::compact(token.peeked.header));
  if (token.peeked.parts != 3) return w.end_object().take();
  if (token.payload_is_object) {
    w.key("payload").raw(json::compact(token.peeked.payload));
  } else if (valid_utf8(token.peeked.payload)) {
    w.member("payload", token.peeked.payload);
  } else {
    w.member("payload_base64url", base64url::encode(token.peeked.payload));
  }
  w.key("times").begin_object();
  for (const Time& t : token.times) {
    w.key(t.name).begin_object().member("unix", t.unix_seconds).member("iso", t.iso).member("relative", t.relative);
    w.end_object();
  }
  w.end_object().key("signature").begin_object().member("octets", token.signature_octets).member("verified", false);
  return w.end_object().end_object().take();
}

std::string payload_text(const Token& token, Paint paint) {
  if (token.payload_is_object) return indented_json(token.peeked.payload, paint);
  if (valid_utf8(token.peeked.payload)) return printable_lines(token.peeked.payload);
  return fmt::format("({} octets, no text)", token.peeked.payload.size());
}

// `told_from` says whose clock the times are told by.
std::string text_of(const Token& token, std::string_view told_from, Paint paint) {
  const auto title = [&](std::string_view text) { return "\n" + painted(paint, Hue::strong, text) + "\n"; };
  std::string out = painted(paint, Hue::warn, "NOT VERIFIED") +
                    ": this only shows what the text says. Anyone can write such a text;\n"
                    "to check it: tessera jwt verify, or tessera jws verify.\n";
  out += title("Header") + indented_json(token.peeked.header, paint) + "\n";
  if (token.peeked.parts != 3) return out + "\nThe payload is encrypted (a JWE of five parts): it cannot be shown.\n";
  out += title("Payload") + payload_text(token, paint) + "\n";
  if (!token.times.empty()) out += title(told_from);
  for (const Time& t : token.times) out += fmt::format("{:<10}  {}  {}\n", t.name, t.iso, t.relative);
  if (token.signature_octets == 0) return out + title("Signature") + "none: nothing protects this token\n";
  return out + title("Signature") + fmt::format("{} octets, not checked\n", token.signature_octets);
}

Outcome<Reply> inspect(const Options& options, Console& console) {
  const sys_seconds now = TRY(now_or(options.now));
  const std::string text = TRY(read_token(options.token));
  const Token token = TRY(look(text, now));
  const std::string told_from = options.now ? "Times, seen from " + iso(now.time_since_epoch().count()).value_or("")
                                            : "Times, by this machine's clock";
  return Reply{.text = text_of(token, told_from, console.out), .json = json_of(token)};
}

Run declare(Args& args) {
  auto options = std::make_shared<Options>();
  args.positional("TOKEN", options->token, "a file, - for standard input, or the token itself");
  args.heading("Options");
  args.option("--now", "TIME", options->now, "the time to tell \"in 5 minutes\" from (default: now)");
  args.example("tessera inspect token.txt");
  args.example("tessera inspect - --json < token.txt");
  return [options](Console& console) { return inspect(*options, console); };
}

}  // namespace

extern const Command kInspect;
const Command kInspect{"inspect", "Tokens", "Show what a token says, without verifying anything", declare};

}  // namespace tessera::cli
