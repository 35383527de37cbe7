// tessera inspect: what a token says, believed by nobody.
#include <fmt/format.h>

#include <array>
#include <memory>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "cli/command.hpp"
#include "cli/message.hpp"
#include "cli/times.hpp"
#include "json/tokens.hpp"
#include "tessera/jwt.hpp"

namespace tessera::cli {

namespace {

struct Options {
  std::string token;
  std::optional<std::string> now;
};

// ── what there is to see ────────────────────────────────────────────────────────────────────────────────────────────

struct Time {
  std::string name;
  std::int64_t unix_seconds;
  std::string iso, relative;
};

struct Payload {
  std::string octets{};
  bool is_object = false;
  std::vector<Time> times{};
};

// One who signed, or who may open; of a JSON serialization there may be several. The headers are JSON texts, "" where
// there is none.
struct Party {
  std::string header{}, unprotected{};
  std::size_t signature_octets = 0;
};

enum class Kind { jws, jwe, sd_jwt };

std::string_view kind_name(Kind kind) {
  constexpr std::string_view kNames[] = {"JWS", "JWE", "SD-JWT"};
  return kNames[static_cast<std::size_t>(kind)];
}

struct Token {
  Kind kind{};
  bool in_json = false;
  std::string header{}, unprotected{};  // of a JWE in JSON: those of all recipients
  std::vector<Party> parties{};
  std::optional<Payload> payload{};  // none where it is encrypted, or elsewhere
  std::vector<std::string> disclosures{};
  std::optional<Peeked> key_binding{};
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

Payload payload_of(std::string octets, sys_seconds now) {
  Payload payload{.octets = std::move(octets)};
  json::Document document;
  if (const auto claims = document.parse_object(payload.octets)) {
    payload.is_object = true;
    payload.times = times_of(*claims, now);
  }
  return payload;
}

// ── a compact text ──────────────────────────────────────────────────────────────────────────────────────────────────

// Each between two "~"; behind the last stands the holder's signature, if there is one.
void look_behind(std::string_view text, Token& token) {
  while (true) {
    const std::size_t end = text.find('~');
    if (end == std::string_view::npos) break;
    const auto octets = base64url::decode(text.substr(0, end));
    token.disclosures.push_back(octets ? std::string(text_of(*octets)) : std::string(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  if (auto peeked = peek_unverified(text)) token.key_binding = *std::move(peeked);
}

Result<Token> look_compact(std::string_view text, sys_seconds now) {
  const std::size_t end = std::min(text.find('~'), text.size());
  const std::string_view jws = text.substr(0, end);
  const Peeked peeked = TRY(peek_unverified(jws));
  const bool shown = end < text.size();
  ENSURE(!shown || peeked.parts == 3, wrong_kind, "parts");
  Token token{.kind = peeked.parts == 5 ? Kind::jwe : shown ? Kind::sd_jwt : Kind::jws, .header = peeked.header};
  if (token.kind == Kind::jwe) return token;
  token.parties.push_back({.signature_octets = base64url::decoded_size(jws.size() - jws.rfind('.') - 1)});
  token.payload = payload_of(peeked.payload, now);
  if (shown) look_behind(text.substr(end + 1), token);
  return token;
}

// ── a JSON serialization ────────────────────────────────────────────────────────────────────────────────────────────

Result<std::string> decoded(const json::Object& object, const char* name) {
  const auto member = object.find(name);
  if (!member) return std::string();
  const auto text = member->string();
  ENSURE(text, malformed, name);
  const auto octets = base64url::decode(*text);
  ENSURE(octets, bad_base64, name);
  return std::string(text_of(*octets));
}

Result<std::string> protected_header(const json::Object& object) {
  std::string header = TRY(decoded(object, "protected"));
  json::Document document;
  ENSURE(header.empty() || document.parse_object(header), bad_json, "protected");
  return header;
}

Result<std::string> header_beside(const json::Object& object, const char* name) {
  const auto member = object.find(name);
  if (!member) return std::string();
  ENSURE(member->object(), malformed, name);
  return json::compact(member->text());
}

// The entries of a list, or of the flattened serialization the object itself.
Result<std::vector<Party>> parties_of(const json::Object& object, const char* list_name,
                                      Result<Party> (*read)(const json::Object&)) {
  const auto member = object.find(list_name);
  std::vector<Party> parties;
  if (!member) {
    parties.push_back(TRY(read(object)));
    return parties;
  }
  const auto list = member->array();
  ENSURE(list, malformed, list_name);
  for (const json::Value entry : *list) {
    const auto party = entry.object();
    ENSURE(party, malformed, list_name);
    parties.push_back(TRY(read(*party)));
  }
  return parties;
}

Result<Party> recipient_of(const json::Object& object) {
  return Party{.unprotected = TRY(header_beside(object, "header"))};
}

Result<Party> signature_of(const json::Object& object) {
  auto header = TRY(protected_header(object));
  auto unprotected = TRY(header_beside(object, "header"));
  const auto signature = TRY(decoded(object, "signature"));
  return Party{
      .header = std::move(header), .unprotected = std::move(unprotected), .signature_octets = signature.size()};
}

// RFC 7797: such a payload stands as it is.
bool is_plain(const std::vector<Party>& parties) {
  if (parties.empty()) return false;
  json::Document document;
  const auto header = document.parse_object(parties.front().header);
  const auto b64 = header ? header->find("b64") : std::nullopt;
  return b64 && b64->boolean() == false;
}

Result<Token> look_json(std::string_view text, sys_seconds now) {
  json::Document document;
  const json::Object object = TRY(document.parse_object(text));
  const bool encrypted = object.find("ciphertext").has_value();
  Token token{.kind = encrypted ? Kind::jwe : Kind::jws, .in_json = true};
  ENSURE(encrypted || object.find("signatures") || object.find("signature"), malformed, "signatures");
  if (encrypted) {
    token.header = TRY(protected_header(object));
    token.unprotected = TRY(header_beside(object, "unprotected"));
    token.parties = TRY(parties_of(object, "recipients", recipient_of));
    return token;
  }
  token.parties = TRY(parties_of(object, "signatures", signature_of));
  const auto payload = object.find("payload");
  if (!payload) return token;
  const auto plain = payload->string();
  ENSURE(plain, malformed, "payload");
  token.payload = payload_of(is_plain(token.parties) ? std::string(*plain) : TRY(decoded(object, "payload")), now);
  return token;
}

Outcome<Token> look(std::string_view text, sys_seconds now) {
  auto token = looks_like_json(text) ? look_json(text, now) : look_compact(text, now);
  if (token) return *std::move(token);
  return refused(token.error(),
                 looks_like_json(text) ? "a JSON serialization: a JWS with signatures, or a JWE with a ciphertext"
                                       : "three parts (a JWS) or five (a JWE), each base64url, with dots between",
                 described(text));
}

// ── shown as JSON ───────────────────────────────────────────────────────────────────────────────────────────────────

void header_members(const Party& party, json::Writer& w) {
  if (!party.header.empty()) w.key("header").raw(json::compact(party.header));
  if (!party.unprotected.empty()) w.key("unprotected").raw(party.unprotected);
}

void payload_members(const Payload& payload, json::Writer& w) {
  if (payload.is_object)
    w.key("payload").raw(json::compact(payload.octets));
  else if (valid_utf8(payload.octets))
    w.member("payload", payload.octets);
  else
    w.member("payload_base64url", base64url::encode(payload.octets));
  w.key("times").begin_object();
  for (const Time& t : payload.times) {
    w.key(t.name).begin_object().member("unix", t.unix_seconds).member("iso", t.iso).member("relative", t.relative);
    w.end_object();
  }
  w.end_object();
}

void behind_members(const Token& token, json::Writer& w) {
  w.key("disclosures").begin_array();
  for (const std::string& one : token.disclosures) {
    json::Document document;
    if (document.parse(one))
      w.raw(json::compact(one));
    else
      w.begin_object().member("no_json", printable(one)).end_object();
  }
  w.end_array();
  if (!token.key_binding) return;
  w.key("key_binding").begin_object().key("header").raw(json::compact(token.key_binding->header));
  payload_members(payload_of(token.key_binding->payload, {}), w);
  w.member("verified", false).end_object();
}

std::string json_of(const Token& token) {
  json::Writer w;
  w.begin_object().member("verified", false).member("kind", kind_name(token.kind));
  header_members({.header = token.header, .unprotected = token.unprotected}, w);
  if (token.payload) payload_members(*token.payload, w);
  if (token.in_json) {
    w.key(token.kind == Kind::jwe ? "recipients" : "signatures").begin_array();
    for (const Party& party : token.parties) {
      w.begin_object();
      header_members(party, w);
      if (token.kind != Kind::jwe) w.member("octets", party.signature_octets).member("verified", false);
      w.end_object();
    }
    w.end_array();
  } else if (token.kind != Kind::jwe) {
    w.key("signature").begin_object().member("octets", token.parties.front().signature_octets);
    w.member("verified", false).end_object();
  }
  if (token.kind == Kind::sd_jwt) behind_members(token, w);
  return w.end_object().take();
}

// ── shown to people ─────────────────────────────────────────────────────────────────────────────────────────────────

std::string_view checked_by(Kind kind) {
  switch (kind) {
    case Kind::jws: return "to check it: tessera jwt verify, or tessera jws verify.";
    case Kind::jwe: return "to open it: tessera jwt decrypt, or tessera jwe decrypt.";
    case Kind::sd_jwt: return "to check it: tessera sdjwt verify.";
  }
  return "";
}

class Page {
 public:
  // `told_from` says whose clock the times are told by.
  Page(std::string_view told_from, Paint paint) : told_from_(told_from), paint_(paint) {}

  std::string of(const Token& token) {
    out_ = painted(paint_, Hue::warn, "NOT VERIFIED") +
           ": this only shows what the text says. Anyone can write such a text;\n" +
           std::string(checked_by(token.kind)) + "\n";
    header("Header", token.header);
    header("Unprotected header", token.unprotected);
    if (token.kind == Kind::jwe) return of_jwe(token);
    payload(token);
    if (token.in_json) return of_signatures(token);
    title("Signature");
    signature(token.parties.front());
    if (token.kind == Kind::sd_jwt) behind(token);
    return out_;
  }

 private:
  void title(std::string_view text) { out_ += "\n" + painted(paint_, Hue::strong, text) + "\n"; }
  void header(std::string_view name, std::string_view json) {
    if (json.empty()) return;
    title(name);
    out_ += indented_json(json, paint_) + "\n";
  }

  void signature(const Party& party) {
    out_ += party.signature_octets == 0 ? "none: nothing protects this token\n"
                                        : fmt::format("{} octets, not checked\n", party.signature_octets);
  }

  void payload(const Token& token) {
    title("Payload");
    if (!token.payload || token.payload->octets.empty()) {
      out_ += token.payload ? "(empty, or detached: jws verify takes it by --content FILE)\n"
                            : "(detached: jws verify takes it by --content FILE)\n";
      return;
    }
    text(*token.payload);
    if (!token.payload->times.empty()) title(told_from_);
    for (const Time& t : token.payload->times) out_ += fmt::format("{:<10}  {}  {}\n", t.name, t.iso, t.relative);
  }
  void text(const Payload& payload) {
    if (payload.is_object)
      out_ += indented_json(payload.octets, paint_) + "\n";
    else if (valid_utf8(payload.octets))
      out_ += printable_lines(payload.octets) + "\n";
    else
      out_ += fmt::format("({} octets, no text)\n", payload.octets.size());
  }

  std::string of_signatures(const Token& token) {
    for (std::size_t i = 0; i < token.parties.size(); ++i) {
      const Party& party = token.parties[i];
      header(fmt::format("Signature {}: header", i), party.header);
      header(fmt::format("Signature {}: unprotected header", i), party.unprotected);
      title(fmt::format("Signature {}", i));
      signature(party);
    }
    return out_;
  }

  std::string of_jwe(const Token& token) {
    for (std::size_t i = 0; i < token.parties.size(); ++i)
      header(fmt::format("Recipient {}: header", i), token.parties[i].unprotected);
    out_ += token.in_json ? "\nThe payload is encrypted (a JWE in JSON): it cannot be shown.\n"
                          : "\nThe payload is encrypted (a JWE of five parts): it cannot be shown.\n";
    return out_;
  }

  void behind(const Token& token) {
    title("Disclosures");
    for (const std::string& one : token.disclosures) out_ += printable(one) + "\n";
    if (token.disclosures.empty()) out_ += "none\n";
    if (!token.key_binding) return;
    header("Key binding: header", token.key_binding->header);
    title("Key binding: payload");
    text(payload_of(token.key_binding->payload, {}));
  }

  std::string_view told_from_;
  Paint paint_;
  std::string out_;
};

Outcome<Reply> inspect(const Options& options, Console& console) {
  const sys_seconds now = TRY(now_or(options.now));
  const std::string text = TRY(read_message_text(options.token));
  const Token token = TRY(look(text, now));
  const std::string told_from = options.now ? "Times, seen from " + iso(now.time_since_epoch().count()).value_or("")
                                            : "Times, by this machine's clock";
  return Reply{.text = Page(told_from, console.out).of(token), .json = json_of(token)};
}

Run declare(Args& args) {
  auto options = std::make_shared<Options>();
  args.positional("TOKEN", options->token, "a JWT, JWS, JWE or SD-JWT: a file, - for standard input, or its text");
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
