#include "cli/keyfile.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "cli/io.hpp"

namespace tessera::cli {

namespace {

constexpr Source kKey{"key", kMaxKeyFile};
constexpr std::string_view kForms = "a JWK, a JWKS or PEM";

std::string_view without_leading_space(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

Outcome<KeyFile> parse_json(std::string_view text, std::string_view name) {
  json::Document document;
  const json::Object object = ACCEPT(name, document.parse_object(text));
  if (object.find("keys")) return KeyFile(ACCEPT(name, Keys::parse(text)));
  const auto kty = object.find("kty");
  if (!kty || !kty->string()) {
    return refused(Error{Err::malformed, "kty"}, "a JWK with \"kty\", or a JWKS with \"keys\"",
                   fmt::format("{}: a JSON object with neither", name));
  }
  if (kty->string() == "oct") return KeyFile(ACCEPT(name, SecretKey::parse(text)));
  if (object.find("d") || object.find("priv")) return KeyFile(ACCEPT(name, PrivateKey::parse(text)));
  return KeyFile(ACCEPT(name, PublicKey::parse(text)));
}

Outcome<KeyFile> parse_pem(std::string_view text, std::string_view name) {
  if (text.contains("BEGIN CERTIFICATE") || text.contains("BEGIN ENCRYPTED PRIVATE KEY")) {
    return refused(Error{Err::unsupported, "key"}, "PEM of a PUBLIC KEY or a PRIVATE KEY",
                   fmt::format("{}: {}", name, text.substr(0, std::min(text.find('\n'), std::size_t{40}))),
                   "take the bare key out first: openssl x509 -pubkey -noout, or openssl pkey");
  }
  if (text.contains("PRIVATE KEY-----")) return KeyFile(ACCEPT(name, PrivateKey::parse(text)));
  return KeyFile(ACCEPT(name, PublicKey::parse(text)));
}

}  // namespace

Outcome<KeyFile> parse_key_file(std::string_view text, std::string_view name) {
  const std::string_view start = without_leading_space(text);
  if (start.starts_with('{')) return parse_json(text, name);
  if (start.starts_with("-----BEGIN ")) return parse_pem(start, name);
  return refused(Error{Err::malformed, "key"}, std::string(kForms),
                 fmt::format("{}: {}", name, start.empty() ? "nothing" : "something else"),
                 "raw octets of a MAC key go with --secret FILE");
}

Outcome<KeyFile> read_key_file(std::string_view argument) {
  const Secret text = TRY(read_secret_text(argument, kKey));
  return parse_key_file(text.expose_text("a key file is parsed"), shown_source(argument));
}

std::string_view kind_of(const KeyFile& key) {
  if (std::holds_alternative<PublicKey>(key)) return "a public key";
  if (std::holds_alternative<PrivateKey>(key)) return "a private key";
  if (std::holds_alternative<SecretKey>(key)) return "a symmetric key";
  return "a key set";
}

std::string shown_source(std::string_view argument) {
  return argument == "-" ? "standard input" : std::string(argument);
}

Outcome<Alg> parse_alg(std::string_view name) {
  if (const auto alg = alg_from_name(name)) return *alg;
  return misuse("this algorithm is not known",
                {"--alg", "one of " + alg_names(), std::string(name), "spell it exactly so; none is not an algorithm"});
}

std::vector<std::string> signing_algs() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kAlgCount; ++i)
    if (const Alg alg = static_cast<Alg>(i); !is_ml_dsa(alg)) names.emplace_back(alg_name(alg));
  return names;
}

std::string alg_names() { return fmt::format("{}", fmt::join(signing_algs(), " ")); }

Outcome<void> check_kid(const std::optional<std::string>& kid) {
  if (!kid || (kid->size() <= 256 && valid_utf8(*kid))) return {};
  return misuse("this is not a kid", {"--kid", "at most 256 octets of UTF-8", *kid, "choose a shorter one"});
}

void key_members(json::Writer& writer, const KeyInfo& info, KeyType type) {
  writer.member("type", key_type_name(type));
  if (info.alg) writer.member("alg", alg_name(*info.alg));
  if (!info.kid.empty()) text_member(writer, "kid", info.kid);
}

}  // namespace tessera::cli
