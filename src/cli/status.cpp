// tessera status issue, show, check: which of many tokens still stand (Token Status List).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>

#include "cli/io.hpp"
#include "cli/keyfile.hpp"
#include "cli/message.hpp"
#include "cli/public_keys.hpp"
#include "cli/times.hpp"
#include "tessera/status_list.hpp"

namespace tessera::cli {

namespace {

using status_list::Bits;
using status_list::List;

constexpr std::size_t kMaxShown = 100;
constexpr std::array<std::string_view, 3> kStatusNames = {"valid", "invalid", "suspended"};

template <class Number>
std::optional<Number> number(std::string_view digits) {
  Number value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// What a claim of a token says that nobody has verified; "" where it says nothing.
std::string claim_text(std::string_view token, std::string_view name) {
  const auto peeked = peek_unverified(token);
  json::Document document;
  const auto claims = document.parse_object(peeked ? peeked->payload : "");
  const auto claim = claims ? claims->find(name) : std::nullopt;
  if (!claim) return "";
  const auto text = claim->string();
  return text ? std::string(*text) : claim->text();
}

std::string shown_status(std::uint8_t status) {
  return status < kStatusNames.size() ? std::string(kStatusNames[status]) : std::to_string(status);
}

Outcome<std::uint64_t> parse_index(std::string_view flag, std::string_view text) {
  if (const auto index = number<std::uint64_t>(text)) return *index;
  return misuse("this is not an index",
                {std::string(flag), "a whole number from 0", std::string(text), "it is the token's idx"});
}

// ── issue ───────────────────────────────────────────────────────────────────────────────────────────────────────────

struct IssueOptions {
  std::optional<std::string> earlier, entries, bits, list_key;
  std::string uri;
  std::vector<std::string> set;
  std::optional<std::string> iss, expires_in, ttl, now;
  PrivateKeyOptions signer;
};

Outcome<Bits> parse_bits(const std::optional<std::string>& text) {
  if (!text) return Bits::one;
  for (const Bits bits : {Bits::one, Bits::two, Bits::four, Bits::eight})
    if (*text == std::to_string(static_cast<unsigned>(bits))) return bits;
  return misuse("an entry does not have so many bits",
                {"--bits", "1, 2, 4 or 8", *text, "1 tells valid from invalid; 2 tell suspended too"});
}

// Why a token is no list that could be read, or not the one of `uri`.
std::unexpected<Failure> refused_list(Error error, const std::string& source, std::string_view token,
                                      const std::string& uri = {}) {
  const std::string list = "the token of a status list, of typ statuslist+jwt";
  const std::string hint = "fetch the list that the token names: status.status_list.uri";
  return refused(error,
                 {{.error = {Err::claim_mismatch, "sub"},
                   .expected = "a list whose sub is " + uri,
                   .actual = fmt::format("{}: sub {}", shown_source(source), claim_text(token, "sub")),
                   .hint = "take the list of this URI, or say the URI of this list with --uri"},
                  {.error = {Err::typ_mismatch, "typ"}, .expected = list, .hint = hint},
                  {.error = {Err::claim_missing, "status_list"}, .expected = list, .hint = hint}},
                 fmt::format("{}: {}", shown_source(source), described(token)), hint_about(error, token));
}

// An earlier list of one's own: whoever signs it anew vouches for every entry, so it is verified first.
struct Earlier {
  List list;
  std::size_t entries = 0;  // that were asked for: a list of octets may have room for more
  std::string issuer{};
  std::optional<seconds> ttl{};
};

// The keys that may have signed the earlier list: --list-key, else the one that signs the new one.
Outcome<Keys> earlier_keys(const IssueOptions& options, const PrivateKey& key) {
  if (options.list_key)
    return read_public_keys({.key = options.list_key, .secret = {}, .algs = {}, .unchecked = {}}, {});
  KeyInfo info = key.info();
  info.kid.clear();  // --kid may have renamed it since
  return Keys::of({ACCEPT("--key", key.public_key().with(std::move(info)))});
}

// The time of its own iat: a list is changed after it has expired too.
sys_seconds issued_at(std::string_view token, sys_seconds otherwise) {
  const auto iat = number<std::int64_t>(claim_text(token, "iat"));
  return iat ? sys_seconds(seconds(*iat)) : otherwise;
}

Outcome<Earlier> read_earlier(const IssueOptions& options, const PrivateKey& key, sys_seconds now) {
  const std::string token = TRY(read_token(*options.earlier));
  const Keys keys = TRY(earlier_keys(options, key));
  const status_list::Policy policy{.issuer = Unchecked("the key says whose the list is"),
                                   .algs = Unchecked("the key says which algorithm it serves"),
                                   .may_lack_exp = Unchecked("a list is changed at any time"),
                                   .max_octets = status_list::kMaxOctets};
  auto verified = status_list::verify(token, keys, policy, options.uri, issued_at(token, now));
  if (verified) {
    const std::size_t entries = verified->list.size();
    return Earlier{std::move(verified->list), entries, std::string(verified->claims.issuer()), verified->ttl};
  }
  const Error error = verified.error();
  if (error.code == Err::bad_signature || error.code == Err::key_not_found || error.code == Err::alg_key_mismatch)
    return refused(error, options.list_key ? "a list that --list-key verifies" : "a list that was signed with --key",
                   fmt::format("{}: {}", shown_source(*options.earlier), described(token)),
                   "of a list that another key has signed, name that key with --list-key");
  return refused_list(error, *options.earlier, token, options.uri);
}

Outcome<Earlier> list_of(const IssueOptions& options, const PrivateKey& key, sys_seconds now) {
  if (options.earlier.has_value() == options.entries.has_value()) {
    return misuse("a list is new, or made from an earlier one",
                  {"--entries", "--entries COUNT or an earlier LIST", options.earlier ? "both" : "neither",
                   "say --entries 100000, for example"});
  }
  if (options.earlier) {
    if (options.bits)
      return misuse("an earlier list has its bits", {"--bits", "no --bits beside LIST", "both", "leave --bits out"});
    return read_earlier(options, key, now);
  }
  if (options.list_key)
    return misuse("a new list was signed by nobody yet",
                  {"--list-key", "an earlier LIST beside it", "--entries", "leave --list-key out"});
  const auto entries = number<std::size_t>(*options.entries);
  if (!entries || *entries == 0)
    return misuse("this is not a number of entries",
                  {"--entries", "a whole number from 1", *options.entries, "one a token"});
  const Bits bits = TRY(parse_bits(options.bits));
  return Earlier{.list = ACCEPT("--entries " + *options.entries, List::of_size(*entries, bits)), .entries = *entries};
}

std::string shown_bits(unsigned bits) { return bits == 1 ? "1 bit" : fmt::format("{} bits", bits); }

unsigned bits_for(std::uint8_t status) { return status > 15 ? 8 : status > 3 ? 4 : status > 1 ? 2 : 1; }

// INDEX=STATUS, as a name or a number.
Outcome<void> set_status(List& list, std::size_t entries, const std::string& text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string_view said = std::string_view(text).substr(std::min(equals + 1, text.size()));
  const std::uint64_t index = TRY(parse_index("--set", text.substr(0, equals)));
  auto status = number<std::uint8_t>(said);
  for (std::uint8_t i = 0; i < kStatusNames.size(); ++i)
    if (said == kStatusNames[i]) status = i;
  if (!status) {
    return misuse("this is not a status", {"--set", "INDEX=STATUS: valid, invalid, suspended or a number to 255", text,
                                           "write --set 42=invalid, for example"});
  }
  if (index >= entries)
    return misuse("the list has no such entry", {"--set", fmt::format("an index from 0 to {}", entries - 1), text,
                                                 "compare the token's idx; for more entries, make another list"});
  const auto set = list.set(index, *status);
  if (set) return {};
  const unsigned bits = static_cast<unsigned>(list.bits());
  return refused(
      set.error(),
      {{.error = {Err::malformed, "status"},
        .at = "--set",
        .expected = fmt::format("a status from 0 to {}, which {} can say", (1u << bits) - 1, shown_bits(bits)),
        .hint = fmt::format("make a list of --bits {}: an earlier one keeps its bits", bits_for(*status))}},
      text);
}

Outcome<Reply> issue(const IssueOptions& options) {
  const PrivateKey key = TRY(read_private_key(options.signer));
  if (options.uri.empty())
    return misuse("a list has an address", {"--uri", "the URI at which the tokens find it", "an empty text",
                                            "say --uri https://id.example.com/status/1, for example"});
  const sys_seconds now = TRY(now_or(options.now));
  const seconds lifetime = TRY(parse_lifetime("--expires-in", options.expires_in.value_or("1d")));
  const auto ttl = options.ttl ? std::optional(TRY(parse_lifetime("--ttl", *options.ttl))) : std::nullopt;
  auto [list, entries, issuer, earlier_ttl] = TRY(list_of(options, key, now));
  for (const std::string& one : options.set) TRY_VOID(set_status(list, entries, one));
  const status_list::Draft draft{.uri = options.uri,
                                 .issued_at = now,
                                 .expires_at = now + lifetime,
                                 .ttl = ttl ? ttl : earlier_ttl,
                                 .issuer = options.iss.value_or(issuer)};
  const auto made = status_list::issue(list, draft, key);
  if (!made)
    return refused(made.error(),
                   {{.error = {Err::too_large, "token"},
                     .expected = "a token of at most 1 MiB",
                     .hint = "divide the entries among several lists, or use fewer bits"},
                    {.error = {Err::bad_json, "claims"},
                     .at = "--uri",
                     .expected = "--uri and --iss in UTF-8",
                     .actual = options.uri,
                     .hint = "check the encoding"}},
                   fmt::format("a list of {} entries", list.size()));
  const std::string& token = *made;
  json::Writer w;
  w.begin_object().member("token", token).member("entries", list.size()).end_object();
  return Reply{.text = token + "\n", .json = w.take()};
}

Run declare_issue(Args& args) {
  auto options = std::make_shared<IssueOptions>();
  args.positional("LIST", options->earlier, "an earlier list token, to change: a file, - or the token itself");
  args.heading("List");
  args.option("--entries", "COUNT", options->entries,
              "a new list of so many entries, all valid; its last octet is filled up with more");
  args.option("--bits", "BITS", options->bits, "of each entry: 1, 2, 4 or 8 (default: 1)")
      .choices({"1", "2", "4", "8"});
  args.option("--set", "INDEX=STATUS", options->set, "valid, invalid, suspended or a number; may repeat");
  args.option("--list-key", "KEY", options->list_key, "what verifies LIST, where another key than --key signed it");
  args.heading("Token");
  args.option("--uri", "URI", options->uri, "where the list is published, as the tokens name it");
  args.option("--iss", "ISSUER", options->iss, "who issues it (default: as LIST says)");
  args.option("--expires-in", "DURATION", options->expires_in, "how long it is good: 300, 5m, 2h, 1d (default: 1d)");
  args.option("--ttl", "DURATION", options->ttl, "after which a copy should be fetched anew (default: as LIST says)");
  args.option("--now", "TIME", options->now, "when it is issued: Unix seconds or 2026-01-31T12:00:00Z (default: now)");
  declare_private_key(args, options->signer, "the issuer's private key (JWK, PEM or DER); - for standard input");
  args.example(
      "tessera status issue --entries 100000 --uri https://id.example.com/status/1 --iss https://id.example.com "
      "--key key.jwk > list.txt");
  args.example(
      "tessera status issue list.txt --set 42=invalid --uri https://id.example.com/status/1 "
      "--iss https://id.example.com --key key.jwk > changed.txt");
  return [options](Console&) { return issue(*options); };
}

// ── show ────────────────────────────────────────────────────────────────────────────────────────────────────────────

Outcome<Reply> show(const std::string& argument, Console& console) {
  const std::string token = TRY(read_token(argument));
  const auto peeked = status_list::peek_unverified(token, status_list::kMaxOctets);
  if (!peeked) return refused_list(peeked.error(), argument, token);
  const List& list = *peeked;
  std::map<std::uint8_t, std::size_t> counts;
  std::vector<std::pair<std::uint64_t, std::uint8_t>> ended;
  for (std::uint64_t i = 0; i < list.size(); ++i) {
    const std::uint8_t status = ACCEPT("the list", list.get(i));
    ++counts[status];
    if (status != status_list::kValid && ended.size() < kMaxShown) ended.emplace_back(i, status);
  }
  json::Writer w;
  w.begin_object().member("verified", false).member("bits", static_cast<unsigned>(list.bits()));
  w.member("entries", list.size()).key("counts").begin_object();
  std::string text = painted(console.out, Hue::warn, "not verified") +
                     fmt::format("\n{} entries of {}\n", list.size(), shown_bits(static_cast<unsigned>(list.bits())));
  for (const auto& [status, count] : counts) {
    w.member(shown_status(status), count);
    text += fmt::format("{} {}\n", count, shown_status(status));
  }
  w.end_object().key("not_valid").begin_array();
  for (const auto& [index, status] : ended) {
    w.begin_object().member("index", index).member("status", shown_status(status)).end_object();
    text += fmt::format("{}={}\n", index, shown_status(status));
  }
  if (ended.size() == kMaxShown) text += fmt::format("the first {} are shown\n", kMaxShown);
  return Reply{.text = text, .json = w.end_array().end_object().take()};
}

Run declare_show(Args& args) {
  auto list = std::make_shared<std::string>();
  args.positional("LIST", *list, "a list token: a file, - for standard input, or the token itself");
  args.example("tessera status show list.txt");
  return [list](Console& console) { return show(*list, console); };
}

// ── check ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const std::vector<std::string> kCheckable{"iss", "alg", "exp"};

struct CheckOptions {
  std::string list, uri, index;
  VerifierOptions verifier;
  std::optional<std::string> iss, leeway, now;
};

Outcome<Reply> check(const CheckOptions& options, Console& console) {
  const auto unchecked = TRY(parse_unchecked(options.verifier.unchecked, kCheckable));
  const Needed needed[] = {{"iss", "--iss ISSUER", options.iss ? 1u : 0u},
                           {"alg", "--alg ALG", options.verifier.algs.size()}};
  TRY_VOID(check_needed(needed, unchecked));
  const std::uint64_t index = TRY(parse_index("--index", options.index));
  const std::vector<Alg> algs = TRY(parse_algs(options.verifier));
  status_list::Policy policy{.issuer = unless_unchecked<Expected>(options.iss),
                             .algs = unless_unchecked<AllowedAlgs>(algs)};
  if (options.leeway) policy.leeway = TRY(parse_duration("--leeway", *options.leeway));
  if (std::ranges::find(unchecked, "exp") != unchecked.end())
    policy.may_lack_exp = Unchecked("--unchecked exp on the command line");
  const Keys keys = TRY(read_public_keys(options.verifier, algs));
  const std::string token = TRY(read_token(options.list));
  const sys_seconds now = TRY(now_or(options.now));  // once it is there: a pipe may have to wait for its signing
  const auto verified = status_list::verify(token, keys, policy, options.uri, now);
  if (!verified) return refused_list(verified.error(), options.list, token, options.uri);
  const std::uint8_t status =
      ACCEPT(fmt::format("index {} of {} entries", index, verified->list.size()), verified->list.get(index));
  if (const auto stands = verified->list.check(index); !stands)
    return refused(stands.error(), "valid", shown_status(status));
  json::Writer w;
  w.begin_object().member("valid", true).member("index", index).member("status", status);
  unchecked_member(w, unchecked);
  return Reply{.text = painted(console.out, Hue::good, "valid") + "\n" + unchecked_line(unchecked, console.out),
               .json = w.end_object().take(),
               .note = skipped_note(VerifierKey(keys), console.err)};
}

Run declare_check(Args& args) {
  auto options = std::make_shared<CheckOptions>();
  args.positional("LIST", options->list, "a list token: a file, - for standard input, or the token itself");
  args.heading("What the token in question says of its status");
  args.option("--uri", "URI", options->uri, "where its list is: the list must say the same");
  args.option("--index", "INDEX", options->index, "its place, idx");
  declare_public_verifier(args, options->verifier,
                          "what is deliberately not checked: any of iss,alg,exp (exp: it may be absent)", kCheckable);
  args.heading("Policy (iss and alg: each is said, or named by --unchecked)");
  args.option("--iss", "ISSUER", options->iss, "who must have issued the list");
  args.option("--leeway", "DURATION", options->leeway, "tolerance for clocks, at most 10m (default: 0)");
  args.option("--now", "TIME", options->now,
              "the time to check at: Unix seconds or 2026-01-31T12:00:00Z (default: now)");
  args.example(
      "tessera status check list.txt --uri https://id.example.com/status/1 --index 42 --key issuer.jwks --alg ES256 "
      "--iss https://id.example.com");
  return [options](Console& console) { return check(*options, console); };
}

}  // namespace

extern const Command kStatusIssue, kStatusShow, kStatusCheck;
const Command kStatusIssue{"status issue", "Tokens", "Make a status list, or change one", declare_issue};
const Command kStatusShow{"status show", "Tokens", "Show what a status list says, without verifying it", declare_show};
const Command kStatusCheck{"status check", "Tokens", "Look up in a status list whether a token stands", declare_check};

}  // namespace tessera::cli
