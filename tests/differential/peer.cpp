// Tessera as a peer of tests/differential/run: a request a line, an answer a line (README.md says what stands in them).
// usage: differential_peer KEYS_FILE
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "json/json.hpp"
#include "tessera/tessera.hpp"

namespace tessera {
namespace {

// A request, or what the file of keys says of one key: members that are texts, lists of texts, numbers.
class Members {
 public:
  explicit Members(json::Object object) : object_(object) {}

  bool has(std::string_view name) const { return object_.find(name).has_value(); }
  std::string text(std::string_view name) const {
    const auto value = object_.find(name);
    return std::string(value ? value->string().value_or("") : "");
  }
  std::int64_t integer(std::string_view name) const {
    const auto value = object_.find(name);
    return value ? value->integer().value_or(0) : 0;
  }
  std::string octets(std::string_view name) const {
    const auto decoded = base64url::decode(text(name));
    INVARIANT(decoded, "octets come as base64url");
    return std::string(text_of(*decoded));
  }
  template <class T>
  std::vector<T> list(std::string_view name, std::optional<T> (*from_name)(std::string_view)) const {
    std::vector<T> out;
    const auto value = object_.find(name);
    const auto array = value ? value->array() : std::nullopt;
    if (!array) return out;
    for (const auto item : *array)
      if (const auto known = from_name(item.string().value_or(""))) out.push_back(*known);
    return out;
  }

 private:
  json::Object object_;
};

// ── keys ────────────────────────────────────────────────────────────────────────────────────────────────────────────

struct KeyTexts {
  std::string pem, jwk, private_pem, private_jwk, octets;
};
std::map<std::string, KeyTexts> keys;  // by name

void read_keys(const char* path) {
  std::ifstream file(path);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  json::Document document;
  const auto all = document.parse_object(text);
  INVARIANT(all, "the file of keys is an object");
  for (const auto [name, value] : *all) {
    const Members key(*value.object());
    keys[std::string(name)] = {key.text("pem"), key.text("jwk"), key.text("private_pem"), key.text("private_jwk"),
                               key.octets("octets")};
  }
}

// A secret is a JWK, and where that is refused because it is short, octets with a reason: as somebody would who must
// read what an old issuer signs.
Result<SecretKey> secret_key(const KeyTexts& key, Alg alg) {
  const auto parsed = SecretKey::parse(key.private_jwk);
  if (parsed || parsed.error().code != Err::weak_key) return parsed;
  return SecretKey::from_short_octets(bytes_of(key.octets), alg,
                                      "what other libraries sign with short secrets is read");
}

Result<PublicKey> public_key(const KeyTexts& key, std::string_view form) {
  return PublicKey::parse(form == "jwk" ? key.jwk : key.pem);
}

const KeyTexts& named(const Members& request) { return keys.at(request.text("key")); }

std::optional<std::string> any_name(std::string_view name) { return std::string(name); }
std::vector<std::string> names(const Members& request, std::string_view list) {
  return request.list<std::string>(list, any_name);
}

// ── signatures ──────────────────────────────────────────────────────────────────────────────────────────────────────

// Calls `use` with the key that the request names.
template <class Use>
auto with_verifying_key(const Members& request, std::span<const Alg> algs, Use use)
    -> decltype(use(std::declval<PublicKey>())) {
  const auto& key = named(request);
  if (!key.octets.empty()) return use(TRY(secret_key(key, algs.empty() ? Alg::HS256 : algs.front())));
  return use(TRY(public_key(key, request.text("form"))));
}

// A compact text, or what `rule` says of a JSON one; the payload beside it where the request has a `content`.
Result<std::string> verify_text(const Members& request, std::optional<Rule> rule) {
  const auto algs = request.list<Alg>("algs", alg_from_name);
  const auto token = request.octets("token"), content = request.octets("content");
  std::optional<jws::Detached> detached;
  if (request.has("content")) detached = jws::Detached{bytes_of(content)};
  return with_verifying_key(request, algs, [&](const auto& key) -> Result<std::string> {
    const auto verified = TRY(rule ? jws::verify_json(token, key, *rule, {.algs = algs}, detached)
                                   : jws::verify(token, key, {.algs = algs}, detached));
    return std::string(text_of(verified.payload()));
  });
}

Result<std::string> verify_jws(const Members& request) { return verify_text(request, {}); }
Result<std::string> verify_any(const Members& request) { return verify_text(request, Rule::ANY); }
Result<std::string> verify_all(const Members& request) { return verify_text(request, Rule::ALL); }

Result<std::string> verify_jwt(const Members& request) {
  const auto algs = request.list<Alg>("algs", alg_from_name);
  const auto token = request.octets("token");
  const Unchecked any_typ("only one of the peers looks at typ; a group of cases of its own does");
  const Policy policy{.issuer = request.text("iss"),
                      .audience = request.text("aud"),
                      .typ = request.has("typ") ? Expected(request.text("typ")) : Expected(any_typ),
                      .algs = algs};
  return with_verifying_key(request, algs, [&](const auto& key) -> Result<std::string> {
    const Verifier verifier(key, policy);
    const auto claims = TRY(verifier.verify(token, sys_seconds(seconds(request.integer("now")))));
    return std::string(claims.json());
  });
}

// Under the header that `typ` and `kid` describe.
Result<jws::Signer> signer(const Members& request, const std::string& name, const std::string& alg_name) {
  const auto& key = keys.at(name);
  const auto alg = *alg_from_name(alg_name);
  const KeyInfo info{.kid = request.text("kid")};
  const jws::Header header{.typ = request.text("typ")};
  if (key.octets.empty()) return jws::Signer(TRY(PrivateKey::parse(key.private_jwk, info)), alg, header);
  return jws::Signer(TRY(TRY(secret_key(key, alg)).with(info)), alg, header);
}

jws::Payload how(const Members& request) {
  static const std::map<std::string, jws::Payload, std::less<>> ways{{"", jws::Payload::base64url},
                                                                     {"detached", jws::Payload::base64url_detached},
                                                                     {"plain", jws::Payload::plain},
                                                                     {"plain_detached", jws::Payload::plain_detached}};
  return ways.at(request.text("how"));
}

// Any payload.
Result<std::string> sign_jws(const Members& request) {
  const auto payload = request.octets("payload");
  const auto by = TRY(signer(request, request.text("key"), request.text("alg")));
  return jws::sign(bytes_of(payload), by, how(request));
}

Result<std::string> sign_flattened(const Members& request) {
  const auto payload = request.octets("payload");
  const auto by = TRY(signer(request, request.text("key"), request.text("alg")));
  return jws::sign_flattened(bytes_of(payload), by, how(request));
}

Result<std::string> sign_general(const Members& request) {
  const auto payload = request.octets("payload");
  const auto by = names(request, "keys"), algs = names(request, "algs");
  std::vector<jws::Signer> signers;
  for (std::size_t i = 0; i < by.size(); ++i) signers.push_back(TRY(signer(request, by[i], algs[i])));
  return jws::sign_general(bytes_of(payload), signers, how(request));
}

// Claims whose times are whole seconds, as a Draft has them; the text of everything else as it came.
Result<std::string> sign_jwt(const Members& request) {
  const auto& key = named(request);
  const auto alg = *alg_from_name(request.text("alg"));
  const auto text = request.octets("payload");
  json::Document document;
  const auto object = TRY(document.parse_object(text));
  const Members claims(object);
  const auto time = [&](std::string_view name) { return sys_seconds(seconds(claims.integer(name))); };
  Draft draft{.typ = request.text("typ"), .issued_at = time("iat"), .expires_at = time("exp")};
  for (const auto [name, value] : object) {
    if (name == "iss")
      draft.issuer = value.string().value_or("");
    else if (name == "sub")
      draft.subject = value.string().value_or("");
    else if (name == "jti")
      draft.id = value.string().value_or("");
    else if (name == "nbf")
      draft.not_before = time("nbf");
    else if (name == "aud" && value.is(json::Kind::string))
      draft.audience = {claims.text("aud")};
    else if (name == "aud")
      draft.audience = names(claims, "aud");
    else if (name != "iat" && name != "exp")
      draft.claims.push_back({std::string(name), JsonText{value.text()}});
  }
  const KeyInfo info{.kid = request.text("kid"), .alg = alg};
  if (!key.octets.empty()) return sign(draft, TRY(TRY(secret_key(key, alg)).with(info)));
  return sign(draft, TRY(PrivateKey::parse(key.private_jwk, info)));
}

// ── encryption ──────────────────────────────────────────────────────────────────────────────────────────────────────

// A secret of JWE is told its one algorithm; `dir` its one content encryption.
Result<SecretKey> wrapping_key(const KeyTexts& key, KeyAlg alg, std::optional<Enc> enc, const KeyInfo& info = {}) {
  if (alg == KeyAlg::dir && enc) return SecretKey::from_octets(bytes_of(key.octets), *enc, info);
  return SecretKey::from_octets(bytes_of(key.octets), alg, info);
}

Result<jwe::Recipient> recipient(const Members& request, const std::string& name, const std::string& alg_name) {
  const auto& key = keys.at(name);
  const auto alg = *key_alg_from_name(alg_name);
  const KeyInfo info{.kid = request.text("kid")};
  if (key.octets.empty()) return jwe::Recipient(TRY(PublicKey::parse(key.jwk, info)), alg);
  return jwe::Recipient(TRY(wrapping_key(key, alg, enc_from_name(request.text("enc")), info)), alg);
}

struct Sealing {
  std::string payload, typ, cty, apu, apv, aad;
  Enc enc;
  jwe::Zip zip;

  jwe::JsonOptions options() const {
    return {.header = {.typ = typ, .cty = cty, .zip = zip, .apu = bytes_of(apu), .apv = bytes_of(apv), .p2c = 1'000},
            .aad = bytes_of(aad)};
  }
};

Sealing sealing(const Members& request) {
  return {.payload = request.octets("payload"),
          .typ = request.text("typ"),
          .cty = request.text("cty"),
          .apu = request.octets("apu"),
          .apv = request.octets("apv"),
          .aad = request.octets("aad"),
          .enc = *enc_from_name(request.text("enc")),
          .zip = request.has("zip") ? jwe::Zip::DEF : jwe::Zip::none};
}

Result<std::string> encrypt(const Members& request) {
  const auto what = sealing(request);
  const auto to = TRY(recipient(request, request.text("key"), request.text("alg")));
  return jwe::encrypt(bytes_of(what.payload), to, what.enc, what.options().header);
}

Result<std::string> encrypt_flattened(const Members& request) {
  const auto what = sealing(request);
  const auto to = TRY(recipient(request, request.text("key"), request.text("alg")));
  return jwe::encrypt_flattened(bytes_of(what.payload), to, what.enc, what.options());
}

Result<std::string> encrypt_general(const Members& request) {
  const auto what = sealing(request);
  const auto to = names(request, "keys"), algs = names(request, "algs");
  std::vector<jwe::Recipient> recipients;
  for (std::size_t i = 0; i < to.size(); ++i) recipients.push_back(TRY(recipient(request, to[i], algs[i])));
  return jwe::encrypt_general(bytes_of(what.payload), recipients, what.enc, what.options());
}

Result<jwe::Keyring> keyring(const Members& request, std::span<const KeyAlg> algs, std::span<const Enc> encs) {
  const auto& key = named(request);
  if (key.octets.empty()) return jwe::Keyring(TRY(PrivateKey::parse(key.private_jwk)));
  const auto enc = encs.empty() ? std::nullopt : std::optional(encs.front());
  return jwe::Keyring(TRY(wrapping_key(key, algs.empty() ? KeyAlg::dir : algs.front(), enc)));
}

Result<std::string> decrypt_text(const Members& request, std::optional<Rule> rule) {
  const auto algs = request.list<KeyAlg>("algs", key_alg_from_name);
  const auto encs = request.list<Enc>("encs", enc_from_name);
  const auto token = request.octets("token");
  const jwe::Policy policy{.algs = algs,
                           .encs = encs,
                           .passwords = jwe::PasswordRounds{.max = 100'000},
                           .max_inflated = request.has("zip") ? 250'000U : 0U};
  const auto with = TRY(keyring(request, algs, encs));
  const auto opened = TRY(rule ? jwe::decrypt_json(token, with, *rule, policy) : jwe::decrypt(token, with, policy));
  return std::string(opened.text());
}

Result<std::string> decrypt(const Members& request) { return decrypt_text(request, {}); }
Result<std::string> decrypt_any(const Members& request) { return decrypt_text(request, Rule::ANY); }

// ── answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

using Answer = Result<std::string> (*)(const Members&);
const std::map<std::string, Answer, std::less<>> operations{
    {"verify_jws", verify_jws},
    {"verify_jwt", verify_jwt},
    {"verify_detached", verify_jws},
    {"verify_plain", verify_jws},
    {"verify_flattened", verify_any},
    {"verify_any", verify_any},
    {"verify_all", verify_all},
    {"sign_jws", sign_jws},
    {"sign_jwt", sign_jwt},
    {"sign_flattened", sign_flattened},
    {"sign_general", sign_general},
    {"decrypt", decrypt},
    {"decrypt_flattened", decrypt_any},
    {"decrypt_general", decrypt_any},
    {"encrypt", encrypt},
    {"encrypt_flattened", encrypt_flattened},
    {"encrypt_general", encrypt_general},
};

std::string answer(const Members& request) {
  const auto result = operations.at(request.text("op"))(request);
  json::Writer out;
  out.begin_object().member("ok", result.has_value());
  if (result)
    out.member("octets", base64url::encode(*result));
  else
    out.member("why", std::string(error_name(result.error().code)) + " " + result.error().at);
  return std::move(out.end_object()).take();
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  tessera::read_keys(argv[1]);
  tessera::json::Document document;
  for (std::string line; std::getline(std::cin, line);) {
    const auto request = document.parse_object(line);
    if (!request) return 3;
    std::cout << tessera::answer(tessera::Members(*request)) << std::endl;  // what came before a crash must have left
  }
  return 0;
}
