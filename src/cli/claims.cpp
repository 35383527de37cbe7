#include "cli/claims.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/time.hpp"
#include "base/utf8.hpp"
#include "cli/io.hpp"
#include "cli/keyfile.hpp"
#include "cli/times.hpp"
#include "json/tokens.hpp"

namespace tessera::cli {

namespace {

constexpr seconds kLifetime{300};

// The claims as they are gathered: registered ones into the draft's fields, each name once.
class Gathering {
 public:
  Gathering(std::string typ, sys_seconds now) : draft_{.typ = std::move(typ), .issued_at = now, .expires_at = now} {}

  // `exact` is the value's text as it was written, which a number needs.
  Outcome<void> add(const std::string& name, const json::Value& value, std::string exact) {
    TRY_VOID(add_name(name));
    if (name == "iss") return take_text(name, value, draft_.issuer);
    if (name == "sub") return take_text(name, value, draft_.subject);
    if (name == "jti") return take_text(name, value, draft_.id);
    if (name == "aud") return take_audience(value);
    if (name == "iat") return take_time(name, value, [&](sys_seconds t) { draft_.issued_at = t; });
    if (name == "exp") return take_time(name, value, [&](sys_seconds t) { draft_.expires_at = t; });
    if (name == "nbf") return take_time(name, value, [&](sys_seconds t) { draft_.not_before = t; });
    if (const auto text = value.string()) {
      draft_.claims.push_back({name, ClaimValue(*text)});
    } else {
      draft_.claims.push_back({name, ClaimValue(JsonText{std::move(exact)})});
    }
    return {};
  }

  Outcome<void> add_text(const std::string& name, std::string text) {
    json::Writer w;
    if (!valid_utf8(text)) return misuse("a claim is not UTF-8", {name, "UTF-8 text", text, "check the encoding"});
    w.begin_object().member("value", text).end_object();
    return add_json(name, w.text(), "");
  }

  // `document` is an object with the one member "value". `shown` is what the user wrote.
  Outcome<void> add_json(const std::string& name, std::string_view document, std::string_view shown) {
    json::Document parsed;
    const auto object = parsed.parse_object(document);
    const auto value = object ? object->find("value") : std::nullopt;
    if (!value || object->size() != 1) {
      return misuse("a claim's value is not JSON",
                    {name, "JSON after :=", std::string(shown), fmt::format("write {}=text for a text", name)});
    }
    return add(name, *value, json::member_texts(document).front());
  }

  Outcome<void> add_name(const std::string& name) {
    if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
      return misuse("a claim is given twice",
                    {name, "each claim once, in the file or as an argument", name + " twice", "leave one of them out"});
    }
    names_.push_back(name);
    return {};
  }

  bool has(std::string_view name) const { return std::find(names_.begin(), names_.end(), name) != names_.end(); }
  Draft& draft() { return draft_; }

 private:
  static std::unexpected<Failure> wrong_type(const char* at, std::string_view expected, const json::Value& value) {
    return refused(Error{Err::claim_type, at}, std::string(expected), value.text(), "write it as RFC 7519 says");
  }

  static Outcome<void> take_text(std::string_view name, const json::Value& value, std::string& into) {
    const auto text = value.string();
    if (!text) return wrong_type(name == "iss" ? "iss" : name == "sub" ? "sub" : "jti", "a text", value);
    into = *text;
    return {};
  }

  Outcome<void> take_audience(const json::Value& value) {
    if (const auto text = value.string()) {
      draft_.audience.emplace_back(*text);
      return {};
    }
    const auto list = value.array();
    if (!list || list->size() == 0) return wrong_type("aud", "a text, or an array of texts", value);
    for (const json::Value item : *list) {
      const auto text = item.string();
      if (!text) return wrong_type("aud", "a text, or an array of texts", value);
      draft_.audience.emplace_back(*text);
    }
    return {};
  }

  template <class Set>
  static Outcome<void> take_time(std::string_view name, const json::Value& value, Set set) {
    const auto count = value.integer();
    if (!count || *count < 0 || *count > kLastSecond) {
      return wrong_type(name == "exp" ? "exp" : name == "nbf" ? "nbf" : "iat", "whole Unix seconds", value);
    }
    set(sys_seconds{seconds{*count}});
    return {};
  }

  Draft draft_;
  std::vector<std::string> names_;
};

Outcome<void> add_file(Gathering& gathering, std::string_view text, std::string_view name) {
  json::Document document;
  const json::Object object = ACCEPT(name, document.parse_object(text));
  std::vector<std::string> exact = json::member_texts(text);
  std::size_t index = 0;
  for (const json::Member member : object)
    TRY_VOID(gathering.add(std::string(member.name), member.value, std::move(exact[index++])));
  return {};
}

// name=value is a text, name:=json any JSON.
Outcome<void> add_argument(Gathering& gathering, std::string_view claim) {
  const std::size_t equals = claim.find('=');
  const bool is_json = equals != std::string_view::npos && equals > 0 && claim[equals - 1] == ':';
  const std::string name(claim.substr(0, is_json ? equals - 1 : std::min(equals, claim.size())));
  if (equals == std::string_view::npos || name.empty() || !valid_utf8(name)) {
    return misuse("this is not a claim", {"--claim", "name=text or name:=json", std::string(claim),
                                          "write --claim role=admin, or --claim 'roles:=[\"admin\"]'"});
  }
  const std::string value(claim.substr(equals + 1));
  if (!is_json) return gathering.add_text(name, value);
  return gathering.add_json(name, "{\"value\":" + value + "}", value);
}

Outcome<void> add_flags(Gathering& gathering, const ClaimOptions& options) {
  if (options.iss) TRY_VOID(gathering.add_text("iss", *options.iss));
  if (options.sub) TRY_VOID(gathering.add_text("sub", *options.sub));
  if (options.id) TRY_VOID(gathering.add_text("jti", *options.id));
  if (!options.aud.empty()) {
    TRY_VOID(gathering.add_name("aud"));
    for (const std::string& aud : options.aud) {
      if (!valid_utf8(aud)) return misuse("a claim is not UTF-8", {"--aud", "UTF-8 text", aud, "check the encoding"});
    }
    gathering.draft().audience = options.aud;
  }
  if (options.not_before) {
    TRY_VOID(gathering.add_name("nbf"));
    gathering.draft().not_before = TRY(parse_instant("--not-before", *options.not_before));
  }
  if (options.expires_in) {
    const seconds lifetime = TRY(parse_duration("--expires-in", *options.expires_in));
    TRY_VOID(gathering.add_name("exp"));
    gathering.draft().expires_at = gathering.draft().issued_at.value + lifetime;
  } else if (!gathering.has("exp")) {
    gathering.draft().expires_at = gathering.draft().issued_at.value + kLifetime;
  }
  return {};
}

}  // namespace

void declare_claims(Args& args, ClaimOptions& options) {
  args.positional("CLAIMS", options.claims_file, "a JSON object: a file, or - for standard input");
  args.heading("Claims");
  args.option("--iss", "ISSUER", options.iss, "who issues it");
  args.option("--sub", "SUBJECT", options.sub, "whom it is about");
  args.option("--aud", "AUDIENCE", options.aud, "whom it is for; may repeat");
  args.option("--expires-in", "DURATION", options.expires_in, "how long it is good: 300, 5m, 2h, 1d (default: 5m)");
  args.option("--not-before", "TIME", options.not_before, "when it begins: Unix seconds or 2026-01-31T12:00:00Z");
  args.option("--id", "ID", options.id, "its name, the claim jti");
  args.option("--claim", "NAME=TEXT", options.claims, "another claim; NAME:=JSON for a number, a list ...; may repeat");
  args.option("--now", "TIME", options.now, "when it is issued: a TIME as above (default: now)");
  args.heading("Header");
  args.option("--typ", "TYP", options.typ, "the token's type, '' for none (default: JWT)");
}

Outcome<Draft> read_draft(const ClaimOptions& options) {
  const std::string typ = options.typ.value_or("JWT");
  if (!valid_utf8(typ)) return misuse("this is not UTF-8", {"--typ", "UTF-8 text", typ, "check the encoding"});
  Gathering gathering(typ, TRY(now_or(options.now)));
  if (options.claims_file) {
    const std::string text = TRY(read_text(*options.claims_file, {"claims", kMaxClaimsFile}));
    TRY_VOID(add_file(gathering, text, shown_source(*options.claims_file)));
  }
  for (const std::string& claim : options.claims) TRY_VOID(add_argument(gathering, claim));
  TRY_VOID(add_flags(gathering, options));
  Draft draft = std::move(gathering.draft());
  if (draft.expires_at.value <= draft.issued_at.value) {
    return misuse("the token would be expired when it is made",
                  {"exp", "a time after iat", "exp is not after iat", "say --expires-in 5m, for example"});
  }
  if (draft.not_before && draft.expires_at.value <= *draft.not_before) {
    return misuse("the token would be expired before it begins",
                  {"nbf", "a time before exp", "nbf is not before exp", "say a longer --expires-in"});
  }
  if (draft.expires_at.value.time_since_epoch().count() > kLastSecond) {
    return misuse("the token would live too long",
                  {"exp", "a time before the year 10000", "a later one", "say a shorter --expires-in"});
  }
  return draft;
}

std::unexpected<Failure> unsigned_draft(Error error) {
  const bool large = error.code == Err::too_large;
  return refused(error, large ? "a token of at most 16384 octets" : "", "the claims",
                 large ? "a token travels with every request: leave out what can be looked up" : "");
}

}  // namespace tessera::cli
