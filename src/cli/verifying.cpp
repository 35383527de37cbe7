#include "cli/verifying.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64url.hpp"
#include "base/wipe.hpp"
#include "cli/discovery.hpp"
#include "cli/io.hpp"
#include "cli/keyfile.hpp"

namespace tessera::cli {

namespace {

bool contains(std::span<const std::string> list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::string joined(std::span<const std::string> parts, std::string_view between) {
  return fmt::format("{}", fmt::join(parts, between));
}

// Raw octets serve the algorithm that is named; with several, or none, a JWK without "alg" says just that.
Outcome<VerifierKey> from_secret(const VerifierOptions& options, std::span<const Alg> algs) {
  for (const Alg alg : algs) {
    if (!is_mac(alg)) {
      return misuse("a raw secret is a MAC key", {"--alg", "HS256, HS384 or HS512 with --secret",
                                                  std::string(alg_name(alg)), "give a public key with --key"});
    }
  }
  const Secret secret = TRY(read_mac_key(*options.secret));
  const BytesView octets = secret.expose("a MAC key is made");
  if (algs.size() == 1) return VerifierKey(ACCEPT(octets_of(secret), SecretKey::from_octets(octets, algs[0])));
  WipedString jwk;
  jwk.text().reserve(base64url::encoded_size(octets.size()) + 32);
  jwk.text() += R"({"kty":"oct","k":")";
  base64url::append(jwk.text(), octets);
  jwk.text() += R"("})";
  return VerifierKey(ACCEPT(octets_of(secret), SecretKey::parse(jwk.text())));
}

Outcome<VerifierKey> from_key_file(std::string_view argument) {
  KeyFile key = TRY(read_key_file(argument));
  if (auto* own = std::get_if<PublicKey>(&key)) return VerifierKey(std::move(*own));
  if (auto* own = std::get_if<SecretKey>(&key)) return VerifierKey(std::move(*own));
  if (auto* own = std::get_if<Keys>(&key)) return VerifierKey(std::move(*own));
  return refused(Error{Err::wrong_kind, "key"}, "a public key, a key set or a symmetric JWK",
                 fmt::format("{}: a private key", shown_source(argument)),
                 "verify with the public half: tessera key public FILE");
}

std::span<const Keys::Skipped> skipped(const VerifierKey& key) {
  const auto* keys = std::get_if<Keys>(&key);
  return keys == nullptr ? std::span<const Keys::Skipped>() : keys->skipped();
}

}  // namespace

void declare_verifier(Args& args, VerifierOptions& options, std::string_view unchecked_help,
                      std::vector<std::string> checkable) {
  args.heading("Key (either --key or --secret)");
  args.option("--key", "KEY", options.key, kVerifierKeyHelp);
  args.option("--secret", "FILE", options.secret,
              "a raw MAC key, octet for octet: a file, - or env:NAME (a variable of the environment)");
  args.option("--alg", "ALG", options.algs, "an algorithm that may have signed; may repeat").choices(signing_algs());
  args.option("--unchecked", "NAMES", options.unchecked, unchecked_help).choices(std::move(checkable));
}

std::string unchecked_line(std::span<const std::string> unchecked, Paint paint) {
  if (unchecked.empty()) return {};
  return painted(paint, Hue::warn, fmt::format("not checked: {}", fmt::join(unchecked, ", "))) + "\n";
}

void unchecked_member(json::Writer& writer, const std::vector<std::string>& unchecked) {
  if (!unchecked.empty()) writer.member("unchecked", unchecked);
}

Outcome<std::vector<std::string>> parse_unchecked(std::span<const std::string> given,
                                                  std::span<const std::string> allowed) {
  std::vector<std::string> names;
  for (std::string_view list : given) {
    while (true) {
      const std::size_t comma = std::min(list.find(','), list.size());
      const std::string name(list.substr(0, comma));
      if (!contains(allowed, name)) {
        return misuse("this cannot be left unchecked",
                      {"--unchecked", "any of " + joined(allowed, ", "), name, "the rest is always checked"});
      }
      names.push_back(name);
      if (comma == list.size()) break;
      list.remove_prefix(comma + 1);
    }
  }
  return names;
}

Outcome<void> check_needed(std::span<const Needed> needed, std::span<const std::string> unchecked) {
  std::vector<std::string> names, flags;
  for (const Needed& n : needed) {
    const bool left_out = contains(unchecked, n.name);
    if (n.given > 0 && left_out) {
      return misuse(fmt::format("{} is both checked and unchecked", n.name),
                    {n.name, fmt::format("{} or --unchecked {}", n.flag, n.name), "both", "leave one of them out"});
    }
    if (n.given > 0 || left_out) continue;
    names.push_back(n.name);
    flags.push_back(n.flag);
  }
  if (names.empty()) return {};
  return misuse(fmt::format("nothing says what to expect of {}", joined(names, ", ")),
                {joined(names, ","), joined(flags, " "), "nothing",
                 fmt::format("add {}; or, if that is really not to be checked, --unchecked {}", joined(flags, " "),
                             joined(names, ","))});
}

Outcome<std::vector<Alg>> parse_algs(const VerifierOptions& options) {
  std::vector<Alg> algs;
  for (const std::string& name : options.algs) algs.push_back(TRY(parse_alg(name)));
  return algs;
}

Outcome<VerifierKey> read_verifier(const VerifierOptions& options, std::span<const Alg> algs) {
  if (options.key.has_value() == options.secret.has_value()) {
    return misuse(
        "exactly one source of keys is needed",
        {"--key", "--key KEY or --secret FILE", options.key ? "both" : "neither", "give --key keys.json, for example"});
  }
  if (options.secret) return from_secret(options, algs);
  if (looks_like_url(*options.key)) return VerifierKey(TRY(fetch_issuer_keys(*options.key)));
  return from_key_file(*options.key);
}

std::string skipped_note(const VerifierKey& key, Paint paint) {
  std::string note;
  for (const Keys::Skipped& s : skipped(key)) {
    note += fmt::format("{}: key {} of the set{} was left out: {} ({})\n", painted(paint, Hue::warn, "note"), s.index,
                        s.kid.empty() ? "" : " (" + printable(s.kid) + ")", error_text(s.error.code),
                        error_name(s.error.code));
  }
  return note;
}

std::string skipped_json(const VerifierKey& key) {
  if (skipped(key).empty()) return {};
  json::Writer w;
  w.begin_array();
  for (const Keys::Skipped& s : skipped(key)) {
    w.begin_object().member("index", s.index);
    text_member(w, "kid", s.kid);
    w.member("code", error_name(s.error.code)).end_object();
  }
  return w.end_array().take();
}

void skipped_member(json::Writer& writer, const VerifierKey& key) {
  if (const std::string json = skipped_json(key); !json.empty()) writer.key("skipped_keys").raw(json);
}

std::string hint_about_secret(const VerifierOptions& options, std::string hint) {
  if (!options.secret) return hint;
  return hint + "; every octet of --secret counts, a line end too (write it with printf %s)";
}

}  // namespace tessera::cli
