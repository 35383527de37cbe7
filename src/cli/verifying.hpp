// The keys that verify: --key, --secret, --alg, and what --unchecked leaves out. Shared by `jws verify`, `jwt verify`.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/command.hpp"
#include "tessera/keys.hpp"

namespace tessera::cli {

// A certificate is only a wrapping here: who is given its key trusts that key.
inline constexpr std::string_view kVerifierKeyHelp =
    "a JWK, JWKS, PEM, DER or certificate file (its bare key: no date is looked at), - for standard input, or an "
    "issuer's URL, whose keys are fetched";

struct VerifierOptions {
  std::optional<std::string> key, secret;
  std::vector<std::string> algs, unchecked;
};
// `checkable` are the names that --unchecked takes.
void declare_verifier(Args& args, VerifierOptions& options, std::string_view unchecked_help,
                      std::vector<std::string> checkable);

// The names in --unchecked, each of which must be in `allowed`.
Outcome<std::vector<std::string>> parse_unchecked(std::span<const std::string> given,
                                                  std::span<const std::string> allowed);

// What was left unchecked: as a line for people, and as the member "unchecked"; nothing where all was checked.
std::string unchecked_line(std::span<const std::string> unchecked, Paint paint);
void unchecked_member(json::Writer& writer, const std::vector<std::string>& unchecked);

// One of the things that must be said: --iss, or --unchecked iss.
struct Needed {
  std::string name;       // "iss"
  std::string flag;       // "--iss ISSUER"
  std::size_t given = 0;  // how often the flag is there
};
// A usage error that names each thing that is neither given nor unchecked, or is both, and shows what to add.
Outcome<void> check_needed(std::span<const Needed> needed, std::span<const std::string> unchecked);

Outcome<std::vector<Alg>> parse_algs(const VerifierOptions& options);

using VerifierKey = std::variant<PublicKey, SecretKey, Keys>;
// `algs` is what the policy lists; empty when alg is unchecked.
Outcome<VerifierKey> read_verifier(const VerifierOptions& options, std::span<const Alg> algs);

// The keys of a set that were left out: as a note for people, and as the member "skipped_keys"; "" where there is none.
std::string skipped_note(const VerifierKey& key, Paint paint);
std::string skipped_json(const VerifierKey& key);
void skipped_member(json::Writer& writer, const VerifierKey& key);

// A raw secret whose last octet is a line end is the usual reason why a signature does not verify.
std::string hint_about_secret(const VerifierOptions& options, std::string hint);

// What was given, or what --unchecked stands for.
template <class T, class U>
T unless_unchecked(const U& values) {
  if (values.empty()) return T(Unchecked("--unchecked on the command line"));
  return T(values);
}
template <class T>
T unless_unchecked(const std::optional<std::string>& value) {
  return unless_unchecked<T>(value ? std::vector{*value} : std::vector<std::string>{});
}

}  // namespace tessera::cli
