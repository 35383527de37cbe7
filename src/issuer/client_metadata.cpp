#include "issuer/client_metadata.hpp"

#include <algorithm>

#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "issuer/contains.hpp"
#include "issuer/digest.hpp"
#include "issuer/logouts.hpp"
#include "issuer/model/codec.hpp"
#include "issuer/steps/client_auth.hpp"
#include "issuer/steps/logo.hpp"
#include "issuer/steps/redirect_uri.hpp"
#include "issuer/steps/scope.hpp"
#include "issuer/steps/sector_identifier.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {

using Texts = std::vector<std::string>;
constexpr std::size_t kMaxName = 100, kMaxUri = 2000, kMaxUris = 20, kMaxText = 256, kMaxJwks = 16 * 1024;

// What would be encrypted, or said by somebody else: a promise that is not kept here.
constexpr const char* kNotKept[] = {"software_statement",
                                    "id_token_encrypted_response_alg",
                                    "id_token_encrypted_response_enc",
                                    "userinfo_encrypted_response_alg",
                                    "userinfo_encrypted_response_enc",
                                    "request_object_encryption_alg",
                                    "request_object_encryption_enc",
                                    "introspection_encrypted_response_alg"};

// Kept and given back, and without any other effect.
constexpr const char* kTexts[] = {"software_id", "software_version"};
constexpr const char* kLinks[] = {"client_uri", "policy_uri", "tos_uri", "logo_uri", "initiate_login_uri"};

bool plain(std::string_view text) { return valid_utf8(text) && printable(text) == text; }

bool is_link(std::string_view text) {
  return text.size() <= kMaxUri && text.starts_with("https://") && !host_of(text).empty() &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

std::unexpected<Stop> wrong(const char* at, std::string why) {
  return refuse(OAuthErr::invalid_client_metadata, at, std::move(why));
}

// Reads the members one by one, and writes down what is kept.
class Reader {
 public:
  explicit Reader(const json::Object& given) : given_(given) { kept_.begin_object(); }
  json::Writer& kept() { return kept_; }
  std::string take() { return kept_.end_object().take(); }

  std::optional<json::Value> find(const char* name) const {
    const auto value = given_.find(name);
    return value && value->is(json::Kind::null) ? std::nullopt : value;
  }
  Step<std::string> text(const char* name, std::string otherwise = {}, std::size_t most = kMaxText) const {
    const auto value = find(name);
    if (!value) return otherwise;
    const auto text = value->string();
    if (!text || text->size() > most || !plain(*text)) return wrong(name, "expected a text");
    return std::string(*text);
  }
  Step<Texts> texts(const char* name, Texts otherwise = {}) const {
    const auto value = find(name);
    if (!value) return otherwise;
    const auto list = value->array();
    if (!list || list->size() > kMaxUris) return wrong(name, "expected a list of at most 20 texts");
    Texts texts;
    for (const json::Value item : *list) {
      const auto text = item.string();
      if (!text || text->size() > kMaxUri || !plain(*text)) return wrong(name, "expected a list of texts");
      texts.emplace_back(*text);
    }
    return texts;
  }
  Step<bool> flag(const char* name) const {
    const auto value = find(name);
    if (!value) return false;
    const auto flag = value->boolean();
    if (!flag) return wrong(name, "expected true or false");
    return *flag;
  }
  Step<std::string> link(const char* name) const {
    auto uri = TRY(text(name, {}, kMaxUri));
    if (!uri.empty() && !is_link(uri)) return wrong(name, "expected an https URL");
    return uri;
  }

 private:
  json::Object given_;
  json::Writer kept_;
};

Step<void> read_names(Reader& reader, Client& client) {
  client.name = TRY(reader.text("client_name", "", kMaxName));
  if (!client.name.empty()) reader.kept().member("client_name", client.name);
  for (const char* name : kTexts)
    if (const auto text = TRY(reader.text(name)); !text.empty()) reader.kept().member(name, text);
  if (const auto contacts = TRY(reader.texts("contacts")); !contacts.empty())
    reader.kept().member("contacts", contacts);
  for (const char* name : kLinks)
    if (const auto link = TRY(reader.link(name)); !link.empty()) reader.kept().member(name, link);
  client.client_uri = TRY(reader.link("client_uri"));
  client.policy_uri = TRY(reader.link("policy_uri"));
  client.tos_uri = TRY(reader.link("tos_uri"));
  return {};
}

Step<void> read_proof(Reader& reader, Client& client) {
  const auto method = TRY(reader.text("token_endpoint_auth_method", "client_secret_basic"));
  const auto auth = client_auth_from(method);
  if (!auth) return wrong("token_endpoint_auth_method", "not supported: " + method);
  client.auth = *auth;
  client.jwks_uri = TRY(reader.link("jwks_uri"));
  if (const auto keys = reader.find("jwks")) {
    if (!client.jwks_uri.empty()) return wrong("jwks", "beside jwks_uri");
    client.jwks = keys->text();
    if (client.jwks.size() > kMaxJwks || !Keys::parse(client.jwks)) return wrong("jwks", "expected public keys");
  }
  if (*auth == ClientAuth::private_key_jwt && client.jwks.empty() && client.jwks_uri.empty())
    return wrong("jwks", "private_key_jwt needs jwks or jwks_uri");
  const auto alg = TRY(reader.text("token_endpoint_auth_signing_alg"));
  const auto known = alg_from_name(alg);
  const auto fits = [&](Alg one) {
    const bool by_secret = one == kSecretAssertionAlg, by_key = contains(kKeyAssertionAlgs, one);
    if (*auth == ClientAuth::client_secret_jwt) return by_secret;
    return *auth == ClientAuth::private_key_jwt ? by_key : by_secret || by_key;
  };
  if (!alg.empty() && (!known || !fits(*known)))
    return wrong("token_endpoint_auth_signing_alg", "not for " + method + ": " + alg);
  if (!alg.empty()) client.token_endpoint_auth_signing_alg = *known;
  auto& kept = reader.kept();
  kept.member("token_endpoint_auth_method", method);
  if (!alg.empty()) kept.member("token_endpoint_auth_signing_alg", alg);
  if (!client.jwks_uri.empty()) kept.member("jwks_uri", client.jwks_uri);
  if (!client.jwks.empty()) kept.key("jwks").raw(client.jwks);
  return {};
}

Step<void> read_grants(Reader& reader, Client& client) {
  const auto grants = TRY(reader.texts("grant_types", {"authorization_code"}));
  client.grant_types.clear();
  for (const auto& name : grants) {
    const auto type = grant_type_from(name);
    // The others are for machines that somebody has vouched for.
    if (type != GrantType::authorization_code && type != GrantType::refresh_token)
      return wrong("grant_types", "not for a client that registers itself: " + name);
    if (!contains(client.grant_types, *type)) client.grant_types.push_back(*type);
  }
  const auto responses = TRY(reader.texts("response_types", {"code"}));
  for (const auto& one : responses)
    if (one != "code") return wrong("response_types", "only code: " + one);
  reader.kept().member("grant_types", grants).member("response_types", responses);
  return {};
}

Step<void> read_uris(Reader& reader, Client& client) {
  const auto type = TRY(reader.text("application_type", "web"));
  if (type != "web" && type != "native") return wrong("application_type", "web or native");
  client.redirect_uris = TRY(reader.texts("redirect_uris"));
  REQUIRE(!client.redirect_uris.empty() || !contains(client.grant_types, GrantType::authorization_code),
          invalid_redirect_uri, "redirect_uris", "at least one");
  for (const auto& uri : client.redirect_uris) {
    const bool good = registrable_redirect_uri(uri, client.auth) && (type == "native" || uri.starts_with("http"));
    REQUIRE(good, invalid_redirect_uri, "redirect_uris", uri);
  }
  client.post_logout_redirect_uris = TRY(reader.texts("post_logout_redirect_uris"));
  for (const auto& uri : client.post_logout_redirect_uris)
    REQUIRE(registrable_redirect_uri(uri, client.auth), invalid_redirect_uri, "post_logout_redirect_uris", uri);
  client.backchannel_logout_uri = TRY(reader.link("backchannel_logout_uri"));
  client.frontchannel_logout_uri = TRY(reader.link("frontchannel_logout_uri"));
  if (const char* at = wrong_logout_uri(client)) return wrong(at, "not a URL of the client's that may be registered");
  client.request_uris = TRY(reader.texts("request_uris"));
  for (const auto& uri : client.request_uris)
    if (!is_link(uri)) return wrong("request_uris", "expected https URLs");
  auto& kept = reader.kept();
  kept.member("application_type", type).member("redirect_uris", client.redirect_uris);
  if (!client.post_logout_redirect_uris.empty())
    kept.member("post_logout_redirect_uris", client.post_logout_redirect_uris);
  // Both always come with `sid`.
  for (const auto& [uri, needs_sid] : {std::pair{"backchannel_logout_uri", "backchannel_logout_session_required"},
                                       std::pair{"frontchannel_logout_uri", "frontchannel_logout_session_required"}}) {
    if (const auto link = TRY(reader.link(uri)); !link.empty()) kept.member(uri, link);
    if (TRY(reader.flag(needs_sid))) kept.member(needs_sid, true);
  }
  if (!client.request_uris.empty()) kept.member("request_uris", client.request_uris);
  return {};
}

Step<void> read_scope(Reader& reader, Client& client, const Realm& realm) {
  client.scopes = realm.registration_scopes;
  if (const auto text = TRY(reader.text("scope", {}, kMaxUri)); !text.empty()) {
    const auto names = parse_scope(text);
    if (!names) return wrong("scope", "expected names with one space between");
    for (const auto& name : *names)
      if (!contains(realm.registration_scopes, name))
        return wrong("scope", "not for a client that registers itself: " + name);
    client.scopes = *names;
  }
  reader.kept().member("scope", print_scope(client.scopes));
  return {};
}

Step<std::optional<Alg>> read_alg(Reader& reader, const char* name) {
  const auto text = TRY(reader.text(name));
  if (text.empty()) return std::optional<Alg>();
  const auto alg = alg_from_name(text);
  if (!alg || !contains(kKeyAssertionAlgs, *alg)) return wrong(name, "RS256, PS256, ES256 or EdDSA: " + text);
  reader.kept().member(name, text);
  return alg;
}

Step<void> read_tokens(Reader& reader, Client& client) {
  client.id_token_alg = TRY(read_alg(reader, "id_token_signed_response_alg")).value_or(Alg::RS256);
  client.userinfo_alg = TRY(read_alg(reader, "userinfo_signed_response_alg"));
  client.request_object_signing_alg = TRY(read_alg(reader, "request_object_signing_alg"));
  const auto subject = TRY(reader.text("subject_type", "public"));
  if (subject != "public" && subject != "pairwise") return wrong("subject_type", "public or pairwise");
  client.subject_type = subject == "public" ? SubjectType::public_ : SubjectType::pairwise;
  client.sector_identifier_uri = TRY(reader.link("sector_identifier_uri"));
  client.dpop_bound_access_tokens = TRY(reader.flag("dpop_bound_access_tokens"));
  client.require_pushed_authorization_requests = TRY(reader.flag("require_pushed_authorization_requests"));
  client.require_signed_request_object = TRY(reader.flag("require_signed_request_object"));
  auto& kept = reader.kept();
  kept.member("subject_type", subject);
  if (!client.sector_identifier_uri.empty()) kept.member("sector_identifier_uri", client.sector_identifier_uri);
  if (client.dpop_bound_access_tokens) kept.member("dpop_bound_access_tokens", true);
  if (client.require_pushed_authorization_requests) kept.member("require_pushed_authorization_requests", true);
  if (client.require_signed_request_object) kept.member("require_signed_request_object", true);
  return {};
}

Step<void> read_age(Reader& reader, Client& client) {
  const auto value = reader.find("default_max_age");
  if (!value) return {};
  const auto age = value->integer();
  if (!age || *age < 0 || *age > 1'000'000'000) return wrong("default_max_age", "expected a number of seconds");
  client.default_max_age = seconds(*age);
  reader.kept().member("default_max_age", *age);
  return {};
}

}  // namespace

Step<ClientMetadata> check_client_metadata(std::string_view json, Ctx& ctx) {
  const Realm& realm = ctx.snapshot().realm;
  json::Document document;
  const auto given = document.parse_object(json);
  REQUIRE(given, invalid_client_metadata, "body", "no JSON object: " + std::string(error_name(given.error().code)));
  Reader reader(*given);
  for (const char* name : kNotKept)
    if (reader.find(name)) return wrong(name, "not supported");
  Client client;
  client.party = Party::third;
  TRY_VOID(read_names(reader, client));
  TRY_VOID(read_proof(reader, client));
  TRY_VOID(read_grants(reader, client));
  TRY_VOID(read_uris(reader, client));
  TRY_VOID(read_scope(reader, client, realm));
  TRY_VOID(read_tokens(reader, client));
  TRY_VOID(read_age(reader, client));
  client.require_pkce = realm.registration_require_pkce || client.auth == ClientAuth::none;
  TRY_VOID(check_sector_identifier(client, ctx));
  std::optional<Logo> logo;
  if (const auto uri = TRY(reader.link("logo_uri")); !uri.empty()) logo = TRY(fetch_logo(uri, ctx));
  if (logo) client.logo = digest_of(logo->octets);
  return ClientMetadata{std::move(client), std::move(logo), reader.take()};
}

}  // namespace tessera::issuer
