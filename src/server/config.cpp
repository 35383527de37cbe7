#include "server/config.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "issuer/model/codec.hpp"
#include "issuer/steps/redirect_uri.hpp"
#include "issuer/steps/username.hpp"
#include "issuer/user_claims.hpp"
#include "server/config_keys.hpp"

namespace tessera::server {

// ── what takes more than a line ─────────────────────────────────────────────────────────────────────────────────────

namespace {

bool is_address(const std::string& text, int family) {
  unsigned char octets[16];
  return inet_pton(family, text.c_str(), octets) == 1;
}

void read_listen(const Value& v, Settings& s) {
  std::string text;
  v.text(text);
  const auto colon = std::min(text.rfind(':'), text.size());
  const std::string host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  s.address = bracketed ? host.substr(1, host.size() - 2) : host;
  const std::string_view port = std::string_view(text).substr(std::min(colon + 1, text.size()));
  const auto [end, error] = std::from_chars(port.begin(), port.end(), s.port);
  if (!is_address(s.address, bracketed ? AF_INET6 : AF_INET) || error != std::errc() || end != port.end())
    v.wrong("ADDRESS:PORT, such as \"127.0.0.1:8080\" or \"[::1]:8080\"");
}

// What is sent to a wrong place may hold a password: of a URL only the scheme is repeated.
std::string scheme_of(std::string_view url) {
  const auto scheme = url.substr(0, std::min(url.find("://"), url.size()));
  const bool plain =
      scheme.size() < url.size() && scheme.size() <= 16 &&
      std::ranges::all_of(scheme, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  return plain ? fmt::format("one of the scheme {}", in_quotes(scheme)) : "another text";
}

// Pages, cookies and links compare with it octet by octet: it stands as a browser writes an origin.
void read_issuer(const Value& v, Settings& s) {
  v.text(s.issuer);
  while (s.issuer.ends_with('/')) s.issuer.pop_back();
  if (issuer::registrable_redirect_uri(s.issuer, issuer::ClientAuth::client_secret_basic) &&
      issuer::origin_of(s.issuer) == s.issuer)
    return;
  const std::string expected =
      "an https URL of scheme, host in small letters and port alone (http only on this machine), without the scheme's "
      "own port, such as \"https://id.example.com\"";
  if (s.issuer.find('@') == std::string::npos) return v.wrong(expected);
  v.hidden(expected, "a URL with a user");
}

void read_store(const Value& v, Settings& s) {
  v.text(s.store);
  if (s.store.starts_with("sqlite:") && s.store.size() > 7) {
    const std::string file = s.store.substr(s.store.starts_with("sqlite://") ? 9 : 7);
    if (file != ":memory:") s.store = "sqlite://" + v.absolute(file);
  } else if (!s.store.starts_with("postgresql://") && !s.store.starts_with("postgres://")) {
    v.hidden("\"sqlite:FILE\" or \"postgresql://USER@HOST/DATABASE\"", scheme_of(s.store));
  }
}

// Networks, or what takes them as these do.
template <class T>
void read_networks(const Value& v, T& into) {
  Texts networks;
  v.texts(networks);
  for (const auto& network : networks)
    if (!into.add(network)) v.hidden("networks such as \"10.0.0.0/8\"", in_quotes(network));
}

constexpr std::size_t kMinSecret = 32;
constexpr auto kDay = seconds(24 * 3600);

using issuer::Lifetimes;
using InServer = In<issuer::ResourceServer>;
using InRole = In<issuer::Role>;
using InGroup = In<issuer::Group>;
using InClient = In<DeclaredClient>;
using InUser = In<DeclaredUser>;
using InTrusted = In<issuer::TrustedIssuer>;

template <class T>
void read_realm_of(const Value& v, In<T>& in) {
  v.text(in.realm);
}
template <class T>
constexpr Key<In<T>> realm_key() {
  return {"realm", "id", "\"\"", "The realm that it belongs to; `\"\"` is the default realm.", read_realm_of<T>};
}

void read_access(const Value& v, InClient& c) {
  const auto* list = v.node().as_array();
  if (!list) return v.wrong("a list of { audience = \"…\", permissions = [\"…\"] }");
  for (const auto& item : *list) {
    const auto* table = item.as_table();
    const auto* audience = table ? table->get("audience") : nullptr;
    const auto* permissions = table ? table->get("permissions") : nullptr;
    if (!audience || !permissions || table->size() != 2)
      return v.wrong("a list of { audience = \"…\", permissions = [\"…\"] }", item);
    issuer::ClientAccess access;
    Value(v.reading(), *audience, v.key() + ".audience").token(access.audience, 256);
    Value(v.reading(), *permissions, v.key() + ".permissions").tokens(access.permissions);
    c.thing.client.access.push_back(std::move(access));
  }
}

void read_grant_types(const Value& v, InClient& c) {
  Texts names;
  v.texts(names);
  c.thing.client.grant_types.clear();
  for (const auto& name : names) {
    const auto type = issuer::grant_type_from(name);
    if (!type)
      return v.wrong(
          "a list of \"authorization_code\", \"refresh_token\", \"client_credentials\", "
          "\"urn:ietf:params:oauth:grant-type:token-exchange\", "
          "\"urn:ietf:params:oauth:grant-type:jwt-bearer\", "
          "\"urn:ietf:params:oauth:grant-type:device_code\"");
    c.thing.client.grant_types.push_back(*type);
  }
}

template <class T>
std::vector<std::pair<std::string_view, T>> signing_algs() {
  return {{"RS256", Alg::RS256},
          {"PS256", Alg::PS256},
          {"ES256", Alg::ES256},
          {"EdDSA", Alg::EdDSA},
          {"Ed25519", Alg::Ed25519}};
}

void read_jwks(const Value& v, InTrusted& t) {
  v.text(t.thing.jwks);
  const auto keys = Keys::parse(t.thing.jwks);
  // A private key that stands here by mistake is not repeated.
  if (!keys || keys->empty())
    v.hidden("a JWK Set with a public key that can be used",
             std::string(keys ? "none" : error_text(keys.error().code)));
}

}  // namespace

// ── the tables ──────────────────────────────────────────────────────────────────────────────────────────────────────

const std::vector<Key<Settings>> kTop{
    {"issuer", "URL", "",
     "The base URL that people and applications see. Tokens name it, every link starts with it; the request's own host "
     "name never matters. https, but on this machine.",
     read_issuer},
    {"listen", "ADDRESS:PORT", "\"127.0.0.1:8080\"", "Where this node accepts connections.", read_listen},
    {"store", "URL", "\"sqlite:tessera.db\"", "`sqlite:FILE` or `postgresql://USER@HOST/DATABASE`.", read_store},
    {"master_key", "file", "\"master.key\"",
     "The key that seals signing keys and everything that browsers carry. Made at the first start, for its owner "
     "alone; "
     "the environment variable `TESSERA_MASTER_KEY` (32 octets as base64url) takes its place.",
     [](const Value& v, Settings& s) { v.path(s.master_key); }},
    {"previous_master_key", "file", "\"\"",
     "The master key before this one: with it a start changes the store to the new key, and what was sealed or issued "
     "before is still read. The environment variable `TESSERA_PREVIOUS_MASTER_KEY` takes its place.",
     [](const Value& v, Settings& s) { v.path(s.previous_master_key); }},
    {"control_socket", "file", "\"tessera.sock\"",
     "The socket by which `tessera explain` asks this node why it refused something. For the owner of the file alone; "
     "`\"\"` is none.",
     [](const Value& v, Settings& s) { v.path(s.control_socket); }},
    {"trusted_proxies", "list of networks", "[]",
     "Proxies whose `X-Forwarded-For` is believed, such as `[\"10.0.0.0/8\"]`. Nobody else's is.",
     [](const Value& v, Settings& s) { read_networks(v, s.trusted_proxies); }},
};

const std::vector<Key<Settings>> kPassword{
    {"memory_kib", "number", "19456",
     "Memory of one Argon2id hash. A hash made with other settings is renewed at login.",
     [](const Value& v, Settings& s) { v.integer(s.password_cost.memory_kib, 8192, 1 << 20); }},
    {"passes", "number", "2", "Passes of one Argon2id hash.",
     [](const Value& v, Settings& s) { v.integer(s.password_cost.passes, 1, 20); }},
};

const std::vector<Key<Settings>> kTls{
    {"certificate", "file", "\"\"", "PEM file with this server's certificate and those up to the root.",
     [](const Value& v, Settings& s) { v.path(s.tls_certificate); }},
    {"key", "file", "\"\"", "PEM file with its private key.", [](const Value& v, Settings& s) { v.path(s.tls_key); }},
};

const std::vector<Key<Settings>> kOutbound{
    {"reachable", "list of networks", "[]",
     "Networks that clients' URLs may reach though they are not public, such as `[\"10.1.0.0/16\"]`.",
     [](const Value& v, Settings& s) { read_networks(v, s.outbound.reachable); }},
    {"ca_file", "file", "\"\"", "PEM file with certificates to trust beside the system's.",
     [](const Value& v, Settings& s) { v.path(s.outbound.ca_file); }},
};

const std::vector<Key<Settings>> kLog{
    {"level", "name", "\"info\"", "`debug`, `info` (every request), `warn`, `error` or `off`.",
     [](const Value& v, Settings& s) {
       v.choice<LogLevel>(s.log_level, {{"debug", LogLevel::debug},
                                        {"info", LogLevel::info},
                                        {"warn", LogLevel::warn},
                                        {"error", LogLevel::error},
                                        {"off", LogLevel::off}});
     }},
};

const std::vector<Key<Lifetimes>> kLifetimes{
    {"code", "duration", "\"60s\"", "An authorization code.",
     [](const Value& v, Lifetimes& l) { v.duration(l.code, seconds(5), seconds(600)); }},
    {"access_token", "duration", "\"5m\"", "An access token.",
     [](const Value& v, Lifetimes& l) { v.duration(l.access_token, seconds(5), issuer::kMaxTokenLife); }},
    {"id_token", "duration", "\"5m\"", "An ID token.",
     [](const Value& v, Lifetimes& l) { v.duration(l.id_token, seconds(5), issuer::kMaxTokenLife); }},
    {"interaction", "duration", "\"30m\"", "A login or consent page, from its first display.",
     [](const Value& v, Lifetimes& l) { v.duration(l.interaction, seconds(30), kDay); }},
    {"session_idle", "duration", "\"12h\"", "A session that nobody uses.",
     [](const Value& v, Lifetimes& l) { v.duration(l.session_idle, seconds(60), issuer::kMaxSessionLife); }},
    {"session_max", "duration", "\"30d\"", "A session, used or not.",
     [](const Value& v, Lifetimes& l) { v.duration(l.session_max, seconds(60), issuer::kMaxSessionLife); }},
    {"refresh_idle", "duration", "\"14d\"", "A refresh token that nobody uses.",
     [](const Value& v, Lifetimes& l) { v.duration(l.refresh_idle, seconds(60), issuer::kMaxSessionLife); }},
    {"refresh_max", "duration", "\"90d\"", "What refresh tokens prolong, from the code on.",
     [](const Value& v, Lifetimes& l) { v.duration(l.refresh_max, seconds(60), issuer::kMaxSessionLife); }},
};

const std::vector<Key<issuer::Realm>> kRealm{
    {"id", "name", "\"\"",
     "Letters, digits and hyphens. The realm's URL ends in `/r/ID`; `\"\"` is the default realm, at the base URL.",
     [](const Value& v, issuer::Realm& r) {
       v.text(r.id.text);
       const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
       bool good = r.id.text.size() <= 63;
       for (const char c : r.id.text) good = good && plain(c);
       if (!good) v.wrong("at most 63 small letters, digits and hyphens");
     }},
    {"name", "text", "\"Tessera\"", "Shown on the pages.",
     [](const Value& v, issuer::Realm& r) { v.name(r.name, 100); }},
    {"strict_assertion_audience", "flag", "false",
     "Whether a client assertion must name the issuer in `aud`, as FAPI 2.0 wants; else the URL of the token endpoint "
     "is "
     "accepted too.",
     [](const Value& v, issuer::Realm& r) { v.flag(r.strict_assertion_audience); }},
    {"dpop_nonce", "name", "\"required\"",
     "`required`: a DPoP proof holds a nonce that this server gave out in the last five minutes, so that nobody makes "
     "proofs for later. `off`: for clients that do not know nonces (RFC 9449 section 8).",
     [](const Value& v, issuer::Realm& r) {
       using issuer::DpopNonce;
       v.choice<DpopNonce>(r.dpop_nonce, {{"required", DpopNonce::required}, {"off", DpopNonce::off}});
     }},
    {"registration", "name", "\"off\"",
     "Whether clients may register themselves at `/register` (RFC 7591): `off`, `token` (with one of "
     "`registration_tokens`) or `open`. They are third parties' clients and ask for consent. With `off` those that "
     "have "
     "registered before go on; `tessera client remove` ends one.",
     [](const Value& v, issuer::Realm& r) {
       using issuer::Registration;
       v.choice<Registration>(
           r.registration, {{"off", Registration::off}, {"token", Registration::token}, {"open", Registration::open}});
     }},
    {"registration_tokens", "list of secrets", "[]",
     "Initial access tokens, of at least 32 characters: each as text, `{ file = \"…\" }` or `{ env = \"…\" }`.",
     [](const Value& v, issuer::Realm& r) { v.digests(r.registration_token_digests, kMinSecret); }, Sensitive::yes},
    {"registration_scopes", "list of scopes",
     "[\"openid\", \"profile\", \"email\", \"address\", \"phone\", \"offline_access\"]",
     "What a client that registers itself may ask for.",
     [](const Value& v, issuer::Realm& r) { v.tokens(r.registration_scopes); }},
    {"registration_require_pkce", "flag", "true",
     "`false` lets registered clients that prove themselves go without PKCE.",
     [](const Value& v, issuer::Realm& r) { v.flag(r.registration_require_pkce); }},
    {"require_pushed_authorization_requests", "flag", "false",
     "Whether every client must push its authorize requests to `/par` first (RFC 9126).",
     [](const Value& v, issuer::Realm& r) { v.flag(r.require_pushed_authorization_requests); }},
    {"require_signed_request_object", "flag", "false",
     "Whether every client must sign its authorize requests (RFC 9101), with `nbf` and `exp`.",
     [](const Value& v, issuer::Realm& r) { v.flag(r.require_signed_request_object); }},
};

const std::vector<Key<InServer>> kResourceServer{
    realm_key<issuer::ResourceServer>(),
    {"audience", "URI", "", "What access tokens for it name in `aud`.",
     [](const Value& v, InServer& s) {
       v.token(s.thing.audience, 256);
       if (s.thing.audience.find(':') == std::string::npos || s.thing.audience.find('#') != std::string::npos)
         v.wrong("an absolute URI without a fragment, such as \"https://api.example.com\"");
     }},
    {"name", "text", "\"\"", "Shown to people.", [](const Value& v, InServer& s) { v.text(s.thing.name); }},
    {"permissions", "list of names", "[]", "What one may be allowed to do there.",
     [](const Value& v, InServer& s) { v.tokens(s.thing.permissions); }},
    {"scopes", "table of lists", "{}",
     "Each scope and the permissions that it covers: `{ \"orders:read\" = [\"orders:read\"] }`.",
     [](const Value& v, InServer& s) { v.table(s.thing.scopes); }},
};

const std::vector<Key<InRole>> kRole{
    realm_key<issuer::Role>(),
    {"name", "name", "", "As tokens say it.", [](const Value& v, InRole& r) { v.token(r.thing.name, 128); }},
    {"permissions", "table of lists", "{}",
     "What it allows, by audience: `{ \"https://api.example.com\" = [\"orders:read\"] }`.",
     [](const Value& v, InRole& r) { v.table(r.thing.permissions); }},
};

const std::vector<Key<InGroup>> kGroup{
    realm_key<issuer::Group>(),
    {"name", "name", "", "", [](const Value& v, InGroup& g) { v.token(g.thing.name, 128); }},
    {"roles", "list of names", "[]", "What its members hold.",
     [](const Value& v, InGroup& g) { v.texts(g.thing.roles); }},
};

const std::vector<Key<InClient>> kClient{
    realm_key<DeclaredClient>(),
    {"id", "name", "",
     "The `client_id`. Never starts with `usr_` or `reg_`, which is how ids of people and of clients that registered "
     "themselves start.",
     [](const Value& v, InClient& c) {
       v.token(c.thing.client.id.text, 128);
       if (c.thing.client.id.text.starts_with("usr_") || c.thing.client.id.text.starts_with(issuer::kRegisteredPrefix))
         v.wrong("an id that starts neither with \"usr_\" nor with \"reg_\"");
     }},
    {"name", "text", "\"\"", "Shown on the pages; the id when empty.",
     [](const Value& v, InClient& c) { v.text(c.thing.client.name); }},
    {"enabled", "flag", "true", "", [](const Value& v, InClient& c) { v.flag(c.thing.client.enabled); }},
    {"auth", "name", "\"client_secret_basic\"",
     "How it proves who it is: `none` (a public client), `client_secret_basic`, `client_secret_post`, "
     "`client_secret_jwt` or `private_key_jwt`.",
     [](const Value& v, InClient& c) {
       using issuer::ClientAuth;
       v.choice<ClientAuth>(c.thing.client.auth, {{"none", ClientAuth::none},
                                                  {"client_secret_basic", ClientAuth::client_secret_basic},
                                                  {"client_secret_post", ClientAuth::client_secret_post},
                                                  {"client_secret_jwt", ClientAuth::client_secret_jwt},
                                                  {"private_key_jwt", ClientAuth::private_key_jwt}});
     }},
    {"secret", "secret", "\"\"",
     "Of at least 32 characters: a text, `{ file = \"…\" }` or `{ env = \"…\" }`. It sets the first value only.",
     [](const Value& v, InClient& c) {
       const auto* text = v.node().as_string();
       if (!text || !text->get().empty()) v.secret(c.thing.secret, kMinSecret);
     },
     Sensitive::yes},
    {"jwks", "JWK Set", "\"\"",
     "Its public keys: the JSON text, `{ file = \"…\" }` or `{ env = \"…\" }`. For `private_key_jwt` and "
     "request objects.",
     [](const Value& v, InClient& c) { v.jwks(c.thing.client.jwks); }},
    {"jwks_uri", "URL", "\"\"",
     "Where its public keys are instead: https. They are fetched when they are needed, kept for ten minutes, and "
     "fetched "
     "again when an assertion names a key that is not among them.",
     [](const Value& v, InClient& c) { v.https(c.thing.client.jwks_uri); }},
    {"grant_types", "list of names", "[\"authorization_code\", \"refresh_token\"]",
     "`authorization_code`, `refresh_token`, `client_credentials`, "
     "`urn:ietf:params:oauth:grant-type:token-exchange`, `urn:ietf:params:oauth:grant-type:jwt-bearer`, "
     "`urn:ietf:params:oauth:grant-type:device_code`.",
     read_grant_types},
    {"redirect_uris", "list of URLs", "[]",
     "Where a login may end: compared octet by octet. https, or http on this machine.",
     [](const Value& v, InClient& c) { v.texts(c.thing.client.redirect_uris); }},
    {"post_logout_redirect_uris", "list of URLs", "[]", "Where a logout may end.",
     [](const Value& v, InClient& c) { v.texts(c.thing.client.post_logout_redirect_uris); }},
    {"backchannel_logout_uri", "URL", "\"\"",
     "Is sent a logout token when a session that it was logged in by ends (OpenID Connect Back-Channel Logout): https, "
     "or http on this machine. The token names person and session (`sub` and `sid`), always.",
     [](const Value& v, InClient& c) { v.text(c.thing.client.backchannel_logout_uri); }},
    {"frontchannel_logout_uri", "URL", "\"\"",
     "Is shown in a frame, with `iss` and `sid`, when somebody logs out (OpenID Connect Front-Channel Logout): of the "
     "origin of one of the `redirect_uris`.",
     [](const Value& v, InClient& c) { v.text(c.thing.client.frontchannel_logout_uri); }},
    {"scopes", "list of names", "[\"openid\"]", "What it may ask for.",
     [](const Value& v, InClient& c) { v.tokens(c.thing.client.scopes); }},
    {"access", "list of tables", "[]",
     "What it may use, by resource server: `[{ audience = \"https://api.example.com\", permissions = [\"*\"] }]`. The "
     "first is its resource server when a request names none. A token exchange ends at one of these, too, and gives no "
     "permission there that the client of the exchanged token may not use.",
     read_access},
    {"roles", "list of names", "[]", "That it holds itself, for `client_credentials`.",
     [](const Value& v, InClient& c) { v.texts(c.thing.client.roles); }},
    {"acts_as", "list of URIs", "[]",
     "It is the resource server of these audiences: their tokens are meant for it, to introspect and to exchange.",
     [](const Value& v, InClient& c) { v.texts(c.thing.client.acts_as); }},
    {"party", "name", "\"first\"", "`first`: your own. `third`: somebody else's, which asks people for consent.",
     [](const Value& v, InClient& c) {
       v.choice<issuer::Party>(c.thing.client.party,
                               {{"first", issuer::Party::first}, {"third", issuer::Party::third}});
     }},
    {"scope_need", "name", "\"scope\"",
     "`scope`: permissions need a scope that covers them. `none`: a first party's client gets what its user holds.",
     [](const Value& v, InClient& c) {
       v.choice<issuer::ScopeNeed>(c.thing.client.scope_need,
                                   {{"scope", issuer::ScopeNeed::scope}, {"none", issuer::ScopeNeed::none}});
     }},
    {"require_pkce", "flag", "true", "`false` only for a confidential client that cannot.",
     [](const Value& v, InClient& c) { v.flag(c.thing.client.require_pkce); }},
    {"subject_type", "name", "\"public\"",
     "`public`: it knows a person by the id that every client sees. `pairwise`: by one that only clients of its sector "
     "see.",
     [](const Value& v, InClient& c) {
       v.choice<issuer::SubjectType>(c.thing.client.subject_type, {{"public", issuer::SubjectType::public_},
                                                                   {"pairwise", issuer::SubjectType::pairwise}});
     }},
    {"sector_identifier_uri", "URL", "\"\"",
     "https; its host is the client's sector, else the host of its redirect URIs. What you declare is not looked up "
     "there.",
     [](const Value& v, InClient& c) { v.https(c.thing.client.sector_identifier_uri); }},
    {"id_token_alg", "name", "\"RS256\"",
     "The algorithm of its ID tokens: `RS256`, `PS256`, `ES256`, `EdDSA`, or `Ed25519`, which is the same by its new "
     "name.",
     [](const Value& v, InClient& c) { v.choice<Alg>(c.thing.client.id_token_alg, signing_algs<Alg>()); }},
    {"userinfo_alg", "name", "\"\"",
     "Its userinfo is a JWT signed with this algorithm, one of the same; with none it is JSON.",
     [](const Value& v, InClient& c) {
       auto names = signing_algs<std::optional<Alg>>();
       names.emplace_back("", std::nullopt);
       v.choice<std::optional<Alg>>(c.thing.client.userinfo_alg, names);
     }},
    {"dpop_bound_access_tokens", "flag", "false",
     "Whether each of its token requests must bring a DPoP proof, which binds the tokens to a key that it holds. "
     "Without, a proof is welcome.",
     [](const Value& v, InClient& c) { v.flag(c.thing.client.dpop_bound_access_tokens); }},
    {"require_pushed_authorization_requests", "flag", "false",
     "Whether it must push its authorize requests to `/par` first (RFC 9126).",
     [](const Value& v, InClient& c) { v.flag(c.thing.client.require_pushed_authorization_requests); }},
    {"require_signed_request_object", "flag", "false",
     "Whether it must sign its authorize requests (RFC 9101), with `nbf` and `exp`.",
     [](const Value& v, InClient& c) { v.flag(c.thing.client.require_signed_request_object); }},
    {"request_object_signing_alg", "name", "\"\"",
     "The only algorithm that its request objects are signed with, one of the same; with none any of them.",
     [](const Value& v, InClient& c) {
       auto names = signing_algs<std::optional<Alg>>();
       names.emplace_back("", std::nullopt);
       v.choice<std::optional<Alg>>(c.thing.client.request_object_signing_alg, names);
     }},
    {"client_uri", "URL", "\"\"", "https; its home page, shown to who is asked for consent.",
     [](const Value& v, InClient& c) { v.https(c.thing.client.client_uri); }},
    {"policy_uri", "URL", "\"\"", "https; what it does with what it is told, shown likewise.",
     [](const Value& v, InClient& c) { v.https(c.thing.client.policy_uri); }},
    {"tos_uri", "URL", "\"\"", "https; its terms of service, shown likewise.",
     [](const Value& v, InClient& c) { v.https(c.thing.client.tos_uri); }},
    {"request_uris", "list of URLs", "[]",
     "https URLs of its request objects: a `request_uri` names one of them, and no other is fetched.",
     [](const Value& v, InClient& c) { v.texts(c.thing.client.request_uris); }},
};

const std::vector<Key<InUser>> kUser{
    realm_key<DeclaredUser>(),
    {"username", "name", "",
     "To log in with. The case of A to Z does not matter; any other letter is compared as it is written.",
     [](const Value& v, InUser& u) {
       v.text(u.thing.user.username);
       const auto canonical = issuer::canonical_username(u.thing.user.username);
       if (canonical)
         u.thing.user.username = *canonical;
       else
         v.wrong(fmt::format("a name of 1 to {} octets without blanks at its ends", issuer::kMaxUsername));
     }},
    {"password", "secret", "\"\"",
     "Of at least 8 characters: a text, `{ file = \"…\" }` or `{ env = \"…\" }`. It sets the first value only.",
     [](const Value& v, InUser& u) {
       const auto* text = v.node().as_string();
       if (!text || !text->get().empty()) v.secret(u.thing.password, issuer::kMinPassword);
     },
     Sensitive::yes},
    {"enabled", "flag", "true", "", [](const Value& v, InUser& u) { v.flag(u.thing.user.enabled); }},
    {"name", "text", "\"\"", "", [](const Value& v, InUser& u) { v.text(u.thing.user.name); }},
    {"given_name", "text", "\"\"", "", [](const Value& v, InUser& u) { v.text(u.thing.user.given_name); }},
    {"family_name", "text", "\"\"", "", [](const Value& v, InUser& u) { v.text(u.thing.user.family_name); }},
    {"email", "text", "\"\"", "", [](const Value& v, InUser& u) { v.text(u.thing.user.email); }},
    {"email_verified", "flag", "false", "", [](const Value& v, InUser& u) { v.flag(u.thing.user.email_verified); }},
    {"profile", "table of texts", "{}",
     "Other claims of OpenID Connect Core section 5.1: `middle_name`, `nickname`, `profile`, `picture`, `website`, "
     "`gender`, `birthdate`, `zoneinfo`, `locale`, `phone_number`.",
     [](const Value& v, InUser& u) { v.texts_by_name(u.thing.user.profile.texts, issuer::profile_texts()); }},
    {"phone_number_verified", "flag", "false", "",
     [](const Value& v, InUser& u) { v.flag(u.thing.user.profile.phone_number_verified); }},
    {"address", "table of texts", "{}",
     "`formatted`, `street_address`, `locality`, `region`, `postal_code`, `country` (section 5.1.1).",
     [](const Value& v, InUser& u) { v.texts_by_name(u.thing.user.profile.address, issuer::address_members()); }},
    {"roles", "list of names", "[]", "", [](const Value& v, InUser& u) { v.texts(u.thing.user.roles); }},
    {"groups", "list of names", "[]", "", [](const Value& v, InUser& u) { v.texts(u.thing.user.groups); }},
};

const std::vector<Key<InTrusted>> kTrustedIssuer{
    realm_key<issuer::TrustedIssuer>(),
    {"issuer", "URL", "", "The `iss` of its assertions, compared octet by octet.",
     [](const Value& v, InTrusted& t) { v.token(t.thing.issuer, 256); }},
    {"jwks", "JWK Set", "",
     "Its public keys, as JSON text (RFC 7517). Of RS256, PS256, ES256 and EdDSA each signs with its own.", read_jwks},
    {"user_claim", "name", "\"sub\"",
     "The claim that names the person: one that its issuer "
     "never gives to somebody else, and that nobody can choose, such as an email address that is not verified.",
     [](const Value& v, InTrusted& t) { v.token(t.thing.user_claim, 128); }},
    {"user_by", "name", "\"username\"", "What that claim holds: the person's `username`, or the `id` (our `sub`).",
     [](const Value& v, InTrusted& t) {
       v.choice<issuer::UserBy>(t.thing.user_by, {{"username", issuer::UserBy::username}, {"id", issuer::UserBy::id}});
     }},
    {"clients", "list of ids", "", "The clients that may present its assertions.",
     [](const Value& v, InTrusted& t) { v.tokens(t.thing.clients); }},
};

// ── the reference ───────────────────────────────────────────────────────────────────────────────────────────────────

namespace {

template <class S>
void describe(std::string& out, std::string_view title, std::string_view intro, const std::vector<Key<S>>& keys) {
  out += fmt::format("\n## {}\n\n{}\n\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n", title, intro);
  for (const auto& key : keys)
    out += fmt::format("| `{}` | {}{} | {} | {} |\n", key.name, key.type,
                       key.sensitive == Sensitive::yes ? " (never printed)" : "",
                       key.fallback.empty() ? "*required*" : fmt::format("`{}`", key.fallback), key.meaning);
}

}  // namespace

std::string configuration_reference() {
  std::string out =
      "# The configuration file\n\n"
      "<!-- Made by `tessera config reference` from the table in src/server/config.cpp; a test holds it to that. "
      "-->\n\n"
      "`tessera serve --config tessera.toml` reads one TOML file. Relative paths start at its folder. A mistake names "
      "its\n"
      "line, the key, what was expected and what was found, and nothing starts.\n\n"
      "Settings are this node's. Everything in a `[[…]]` section is a *declaration*: it is written to the store when "
      "the\n"
      "file's declarations have changed since they were applied last, and what is declared is owned by the file. A "
      "declared\n"
      "password or secret sets the first value only. What is no longer declared is reported, and removed by `--prune`\n"
      "alone (people are disabled, not removed). On PostgreSQL, which several nodes share, changed declarations are "
      "applied\n"
      "only by a start with `--declare`.\n";
  describe(out, "Settings", "At the top of the file.", kTop);
  describe(out, "`[password]`", "How passwords are hashed.", kPassword);
  describe(out, "`[tls]`", "TLS on this node; without it a proxy in front must do it.", kTls);
  describe(
      out, "`[outbound]`",
      "Requests to URLs that come with clients (`jwks_uri`, `backchannel_logout_uri`): https, to public addresses, "
      "of the ports below 1024 to 443 alone; five seconds, 64 KiB, no redirect, no proxy.",
      kOutbound);
  describe(out, "`[log]`", "One JSON object a line, on standard error.", kLog);
  describe(out, "`[[realm]]`", "A realm is an issuer of its own. The default realm is there without being declared.",
           kRealm);
  describe(out, "`[realm.lifetimes]`",
           "Under its `[[realm]]`. A duration is `\"90s\"`, `\"5m\"`, `\"12h\"` or `\"30d\"`.", kLifetimes);
  describe(out, "`[[resource_server]]`", "Something that receives access tokens: an API.", kResourceServer);
  describe(out, "`[[role]]`", "Permissions under one name.", kRole);
  describe(out, "`[[group]]`", "Roles for several people.", kGroup);
  describe(out, "`[[client]]`", "An application.", kClient);
  describe(out, "`[[user]]`", "A person.", kUser);
  describe(out, "`[[trusted_issuer]]`",
           "Somebody else whose signed word for a person is taken: the grant type "
           "`urn:ietf:params:oauth:grant-type:jwt-bearer` gives a token for whom its assertion names. The assertion "
           "says `iss`, `aud` (this realm's issuer or token endpoint, nobody else), `exp` (at most an hour ahead), "
           "`jti` (it serves once) and who the person is.",
           kTrustedIssuer);
  return out;
}

}  // namespace tessera::server
