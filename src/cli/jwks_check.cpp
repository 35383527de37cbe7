// tessera jwks check: a doctor for a published key set.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/wipe.hpp"
#include "cli/command.hpp"
#include "cli/discovery.hpp"
#include "cli/io.hpp"
#include "cli/keyfile.hpp"
#include "cli/times.hpp"
#include "cli/unknown.hpp"
#include "tessera/certificate.hpp"

namespace tessera::cli {

namespace {

struct Options {
  std::string source;
  std::optional<std::string> within, now;
};

// A note says what could be better; the others are faults.
enum class Severity { note, warning, error };

std::string_view severity_name(Severity severity) {
  constexpr std::string_view kNames[] = {"note", "warning", "error"};
  return kNames[static_cast<std::size_t>(severity)];
}

struct Finding {
  Severity severity{};
  std::string code;                    // stable: a name of Err, or one of this file's
  std::optional<std::size_t> index{};  // in "keys", from 0; none: of the whole set
  std::string kid{};
  std::string what{};  // without a full stop
  std::string hint{};  // what to do
};

// A key of the set, as far as it could be read.
struct Entry {
  std::size_t index = 0;
  std::string kid{};
  bool has_kid = false;   // that a token can name
  bool says_kid = false;  // be it a good one or not
  bool has_alg = false, has_use = false;
  std::optional<PublicKey> key{};
};

class Doctor {
 public:
  Doctor(seconds within, sys_seconds now) : within_(within), now_(now) {}

  void examine(const json::Array& keys) {
    std::size_t index = 0;
    for (const json::Value item : keys) examine(item, index++);
    if (index == 0)
      found_.push_back({.severity = Severity::error,
                        .code = std::string(error_name(Err::no_keys)),
                        .what = "the set is empty: no token of this issuer can be verified",
                        .hint = "publish the key that signs: tessera jwks FILE"});
    check_uses();
    for (std::size_t i = 0; i < entries_.size(); ++i)
      for (std::size_t earlier = 0; earlier < i; ++earlier) compare(entries_[earlier], entries_[i]);
    std::ranges::stable_sort(found_, {}, &Finding::index);  // key by key
  }

  const std::vector<Finding>& found() const { return found_; }

 private:
  void add(const Entry& entry, Severity severity, std::string_view code, std::string what, std::string_view hint) {
    found_.push_back({severity, std::string(code), entry.index, entry.kid, std::move(what), std::string(hint)});
  }
  void add(const Entry& entry, Severity severity, Err code, std::string what, std::string_view hint) {
    add(entry, severity, error_name(code), std::move(what), hint);
  }

  void examine(const json::Value& item, std::size_t index) {
    Entry entry{.index = index};
    const auto jwk = item.object();
    if (!jwk)
      return add(entry, Severity::error, Err::malformed, "this is no JSON object: verifiers leave it out",
                 "take it out");
    const auto kid = jwk->find("kid");
    entry.kid = std::string(kid ? kid->string().value_or("") : "");
    entry.has_kid = !entry.kid.empty();
    entry.says_kid = kid && kid->string() != "";
    entry.has_alg = jwk->find("alg").has_value();
    entry.has_use = jwk->find("use") || jwk->find("key_ops");
    const auto kty = jwk->find("kty");
    if (kty && kty->string() == "oct") return add_symmetric(entry);
    const WipedString text(item.text());  // it may be a private key
    read(entry, text.text());
    check_members(entry);
    if (entry.key) check_certificates(entry);
    entries_.push_back(std::move(entry));
  }

  void add_symmetric(const Entry& entry) {
    add(entry, Severity::error, "symmetric_key", "a secret is published: whoever reads the set can make tokens with it",
        "replace it wherever it is used, take it out, and give it to nobody else");
  }

  // The key, or its public half where more than that is published.
  void read(Entry& entry, std::string_view text) {
    auto key = PublicKey::parse(text);
    if (key) {
      entry.key = *std::move(key);
      return;
    }
    if (key.error().code != Err::wrong_kind) return add_unreadable(entry, key.error(), text);
    add(entry, Severity::error, Err::private_key_in_set,
        "private members are published: whoever reads the set can use this key, and verifiers refuse the whole set",
        "make a new key, take this one out, and publish public halves only: tessera jwks FILE");
    const auto own = PrivateKey::parse(text);
    if (own)
      entry.key = own->public_key();
    else
      add_unreadable(entry, own.error(), text);
  }

  static std::string_view hint_about_key(Error error) {
    const std::string_view at = error.at;
    if (at.starts_with("x5c"))
      return "x5c holds base64 (not base64url) of DER, and the certificate of this very key first; mend it, or take it "
             "out";
    if (error.code == Err::unsupported) return "if others use it, leave it: it does no harm";
    if (error.code == Err::malformed) return "check the member against RFC 7517";
    return error_hint(error.code);
  }

  void add_unreadable(const Entry& entry, Error error, std::string_view text) {
    // What is unknown here others may know.
    const bool unknown = error.code == Err::unsupported || error.code == Err::unknown_alg;
    const std::string name = unknown_in(error, text);
    const std::string at = !name.empty()       ? fmt::format(" ({})", name)
                           : *error.at == '\0' ? ""
                                               : fmt::format(" (at {})", error.at);
    add(entry, unknown ? Severity::warning : Severity::error, error.code,
        fmt::format("{}{}: verifiers leave this key out", error_text(error.code), at),
        hint_or(hint_about_unknown(error, text), hint_about_key(error)));
  }

  void check_members(const Entry& entry) {
    if (!entry.says_kid)
      add(entry, Severity::warning, "missing_kid", "no kid: no token can name this key, which the next one will need",
          "give it a name of its own, such as its thumbprint: tessera jwks FILE");
    if (entry.has_alg) return;
    const std::string served = entry.key ? admitted_algs(*entry.key) : "";
    add(entry, Severity::warning, "missing_alg",
        served.empty()         ? "no alg: nothing says what this key is for"
        : served.contains(' ') ? fmt::format("no alg: it may be used with each of {}", served)
                               : fmt::format("no alg: only its curve says that it is for {}", served),
        "name the one algorithm that it serves: tessera key convert FILE --to jwk --alg ALG");
  }

  void check_certificates(const Entry& entry) {
    const auto chain = entry.key->certificates();
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const Certificate& one = chain[i];
      const auto shown = [&](sys_seconds when) {
        const std::int64_t at = when.time_since_epoch().count();
        return fmt::format("certificate {} of x5c: {} ({})", i, iso(at).value_or("another age"), relative(at, now_));
      };
      if (now_ < one.not_before())
        add(entry, Severity::error, Err::certificate_time, "not valid before " + shown(one.not_before()),
            "check the clocks, or publish the certificate later");
      else if (one.not_after() <= now_)
        add(entry, Severity::error, Err::certificate_time, "expired, " + shown(one.not_after()),
            "renew the certificate, or leave x5c out");
      else if (one.not_after() - now_ <= within_)
        add(entry, Severity::warning, "certificate_expires", "expires soon, " + shown(one.not_after()),
            "renew the certificate before that");
    }
  }

  //= OIDC-Discovery#3
  // When both signing and encryption keys are made available, a use (Key Use) parameter value is REQUIRED for all keys
  // in the referenced JWK Set to indicate each key's intended usage.
  void check_uses() {
    const auto encrypts = [](const Entry& e) {
      if (!e.key) return false;
      const bool agrees = e.key->type() == KeyType::X25519 || e.key->type() == KeyType::X448;
      return agrees || e.key->info().use == KeyUse::enc || e.key->info().key_alg.has_value();
    };
    const auto signs = [&](const Entry& e) { return e.key && !encrypts(e); };
    const bool mixed = std::ranges::any_of(entries_, encrypts) && std::ranges::any_of(entries_, signs);
    for (const Entry& entry : entries_) {
      if (entry.has_use) continue;
      const bool unclear = mixed || !entry.has_alg;
      add(entry, unclear ? Severity::warning : Severity::note, "missing_use",
          unclear ? "no use: nothing says whether it signs or encrypts" : "no use: only its alg says what it is for",
          "write \"use\":\"sig\" or \"use\":\"enc\" into the JWK");
    }
  }

  void compare(const Entry& earlier, const Entry& later) {
    const bool same_key = earlier.key && later.key && earlier.key->thumbprint() == later.key->thumbprint();
    if (same_key)
      add(later, Severity::warning, "duplicate_key", fmt::format("the same key as key {}", earlier.index),
          "take one of them out; a key serves one algorithm under one name");
    if (!earlier.has_kid || earlier.kid != later.kid) return;
    //= RFC7517#4.5
    // (One example in which different keys might use the same "kid" value is if they have different "kty" values but
    // are considered to be equivalent alternatives by the application using them.)
    const bool equivalent = earlier.key && later.key && earlier.key->type() != later.key->type();
    add(later, equivalent ? Severity::warning : Severity::error, "duplicate_kid",
        fmt::format("the same kid as key {}: a token that names it names neither", earlier.index),
        "give each key a kid of its own");
  }

  seconds within_;
  sys_seconds now_;
  std::vector<Entry> entries_;
  std::vector<Finding> found_;
};

std::string place_of(const Finding& finding) {
  if (!finding.index) return "the set";
  return fmt::format("key {}{}", *finding.index, finding.kid.empty() ? "" : " (" + printable(finding.kid) + ")");
}

std::string text_of(const std::vector<Finding>& findings, Paint paint) {
  std::string out;
  for (const Finding& finding : findings) {
    const Hue hue = finding.severity == Severity::error ? Hue::bad : Hue::warn;
    out += painted(paint, hue, severity_name(finding.severity)) + ": " +
           wrapped(fmt::format("{}: {} ({})", place_of(finding), printable(finding.what), finding.code), 2, 76) +
           "\n  " + painted(paint, Hue::faint, "hint      ") + wrapped(printable(finding.hint), 12) + "\n";
  }
  return out;
}

std::string json_of(const std::vector<Finding>& findings) {
  json::Writer w;
  w.begin_array();
  for (const Finding& finding : findings) {
    w.begin_object().member("severity", severity_name(finding.severity)).member("code", finding.code);
    if (finding.index) w.member("index", *finding.index);
    if (!finding.kid.empty()) text_member(w, "kid", finding.kid);
    text_member(w, "what", finding.what);
    text_member(w, "hint", finding.hint);
    w.end_object();
  }
  return w.end_array().take();
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

Outcome<Reply> verdict(const std::vector<Finding>& findings, std::size_t keys, const Console& console) {
  const auto count = [&](Severity severity) {
    return static_cast<std::size_t>(std::ranges::count(findings, severity, &Finding::severity));
  };
  const std::size_t errors = count(Severity::error), warnings = count(Severity::warning);
  Report report{.text = text_of(findings, console.out),
                .members = {{"keys", std::to_string(keys)}, {"findings", json_of(findings)}}};
  if (errors + warnings > 0) {
    // Of errors the worst is a secret that was published: that cannot be undone.
    const auto weight = [](const Finding& f) {
      const bool leaked = f.code == "symmetric_key" || f.code == error_name(Err::private_key_in_set);
      return std::pair(f.severity, leaked);
    };
    const Finding& worst = *std::ranges::max_element(findings, {}, weight);
    return std::unexpected(Failure{.exit = Exit::refused,
                                   .code = worst.code,
                                   .summary = "the key set has faults",
                                   .at = place_of(worst),
                                   .expected = "no error and no warning",
                                   .actual = fmt::format("{} and {} in {}", counted(errors, "error"),
                                                         counted(warnings, "warning"), counted(keys, "key")),
                                   .hint = worst.hint,
                                   .report = std::move(report)});
  }
  json::Writer w;
  w.begin_object().member("valid", true);
  for (const auto& [name, json] : report.members) w.key(name).raw(json);
  return Reply{.text = report.text + painted(console.out, Hue::good, "good") + ": " + counted(keys, "key") + "\n",
               .json = w.end_object().take()};
}

// What was read, and what it is called in errors.
struct Read {
  std::string name;
  Secret text;  // a set that should be public may turn out not to be
};

Outcome<Read> read_set(const std::string& source) {
  if (!looks_like_url(source)) {
    auto text = TRY(read_secret_text(source, {"key set", kMaxKeyFile}));
    return Read{shown_source(source), std::move(text)};
  }
  FetchedSet set = TRY(fetch_set(source));
  Secret text{std::string_view(set.text)};
  wipe(set.text);
  return Read{std::move(set.url), std::move(text)};
}

Outcome<Reply> check(const Options& options, const Console& console) {
  const seconds within = options.within ? TRY(parse_duration("--within", *options.within)) : std::chrono::days(30);
  const sys_seconds now = TRY(now_or(options.now));
  const Read read = TRY(read_set(options.source));
  const std::string_view text = read.text.expose_text("a key set is examined");
  // Its limits and its shape; a private key in it is a finding like others.
  const auto set = Keys::parse(text);
  if (!set && set.error().code != Err::private_key_in_set) {
    const bool no_set = set.error() == Error{Err::malformed, "keys"};
    return refused(set.error(), no_set ? "a JWKS: an object with \"keys\"" : "", read.name,
                   no_set ? "of keys in other forms, tessera jwks FILE makes one" : "");
  }
  json::Document document;
  const json::Object object = ACCEPT(read.name, document.parse_object(text));
  const json::Array keys = *object.find("keys")->array();
  Doctor doctor(within, now);
  doctor.examine(keys);
  return verdict(doctor.found(), keys.size(), console);
}

Run declare(Args& args) {
  auto options = std::make_shared<Options>();
  args.positional("SET", options->source,
                  "a JWKS: a file, - for standard input, its URL, or the URL of an issuer that publishes it");
  args.heading("Options");
  args.option("--within", "DURATION", options->within, "warn of certificates that expire so soon (default: 30d)");
  args.option("--now", "TIME", options->now,
              "the time to check at: Unix seconds or 2026-01-31T12:00:00Z (default: now)");
  args.example("tessera jwks check jwks.json");
  args.example("tessera jwks check https://id.example.com --json");
  return [options](Console& console) { return check(*options, console); };
}

}  // namespace

extern const Command kJwksCheck;
const Command kJwksCheck{"jwks check", "Keys", "Look for faults in a published key set", declare};

}  // namespace tessera::cli
