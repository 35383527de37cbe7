// What is configured: a realm and what it declares. Plain values; a Snapshot (issuer/snapshot.hpp) makes them findable.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "issuer/model/ids.hpp"
#include "tessera/keys.hpp"

namespace tessera::issuer {

// The most that a realm may set: what outlives a realm's configuration counts by these, never by today's lifetimes.
inline constexpr seconds kMaxTokenLife = std::chrono::days(1);      // an access or ID token
inline constexpr seconds kMaxSessionLife = std::chrono::days(400);  // a session, and what refresh tokens prolong

struct Lifetimes {
  seconds code{60};
  seconds access_token{std::chrono::minutes(5)};
  seconds id_token{std::chrono::minutes(5)};
  seconds interaction{std::chrono::minutes(30)};
  seconds session_idle{std::chrono::hours(12)};
  seconds session_max{std::chrono::days(30)};
  seconds refresh_idle{std::chrono::days(14)};
  seconds refresh_max{std::chrono::days(90)};
  friend bool operator==(const Lifetimes&, const Lifetimes&) = default;
};

enum class DpopNonce { required, off };
enum class Registration { off, token, open };  // token: for whoever has an initial access token (RFC 7591 section 3)

// A realm is an issuer of its own: the same id in two realms means two things.
struct Realm {
  RealmId id;
  std::string name;  // shown on pages
  Lifetimes lifetimes;
  bool strict_assertion_audience = false;      // a client assertion names the issuer, never the token endpoint
  DpopNonce dpop_nonce = DpopNonce::required;  // whether a DPoP proof holds a nonce of ours (RFC 9449 section 8)
  bool require_pushed_authorization_requests = false;     // of every client (RFC 9126 section 5)
  bool require_signed_request_object = false;             // of every client (RFC 9101 section 10.5)
  Registration registration = Registration::off;          // of clients by themselves
  std::vector<std::string> registration_token_digests{};  // of initial access tokens, base64url of SHA-256
  std::vector<std::string> registration_scopes{"openid", "profile", "email", "address", "phone", "offline_access"};
  bool registration_require_pkce = true;  // of those that prove themselves; the others always use it
  friend bool operator==(const Realm&, const Realm&) = default;
};

// Something that receives access tokens: its audience, the permissions that exist there, and which of them each scope
// covers. A scope name belongs to one resource server (or is one of OpenID's).
struct ResourceServer {
  std::string audience;  // an absolute URI, the token's `aud`
  std::string name;
  std::vector<std::string> permissions;
  std::map<std::string, std::vector<std::string>> scopes;  // scope → permissions that it covers
  friend bool operator==(const ResourceServer&, const ResourceServer&) = default;
};

struct Role {
  std::string name;
  std::map<std::string, std::vector<std::string>> permissions;  // audience → permissions there
  friend bool operator==(const Role&, const Role&) = default;
};

struct Group {
  std::string name;
  std::vector<std::string> roles;
  friend bool operator==(const Group&, const Group&) = default;
};

enum class ClientAuth { none, client_secret_basic, client_secret_post, private_key_jwt, client_secret_jwt };
enum class GrantType { authorization_code, refresh_token, client_credentials, token_exchange, jwt_bearer, device_code };
enum class Party { first, third };             // a third party's client asks for consent
enum class SubjectType { public_, pairwise };  // pairwise: a `sub` of its sector's own (OpenID Connect Core section 8)
enum class ScopeNeed { scope, none };  // none: a first-party client gets what its user holds there without a scope

// What a client may use at one resource server. "*" stands for every permission there.
struct ClientAccess {
  std::string audience;
  std::vector<std::string> permissions;
  friend bool operator==(const ClientAccess&, const ClientAccess&) = default;
};

struct Client {
  ClientId id;
  std::string name;
  bool enabled = true;
  ClientAuth auth = ClientAuth::client_secret_basic;
  std::vector<std::string> secret_digests;  // base64url of SHA-256; two while a secret is changed
  std::string sealed_secret;                // of client_secret_jwt, whose HMAC needs the secret itself
  std::string jwks;                         // its public keys, a JWK Set; "" for none
  std::string jwks_uri;                     // where they are instead; "" for nowhere
  std::vector<GrantType> grant_types{GrantType::authorization_code, GrantType::refresh_token};
  std::vector<std::string> redirect_uris;
  std::vector<std::string> post_logout_redirect_uris;
  std::string backchannel_logout_uri{};   // is sent a token when a session with a grant of its ends; "" for none
  std::string frontchannel_logout_uri{};  // is shown in a frame when somebody logs out of such a session; "" for none
  std::vector<std::string> scopes{"openid"};  // that it may ask for
  std::vector<ClientAccess> access;           // the first is its resource server when a request names none
  std::vector<std::string> roles;             // that it holds itself, for client credentials
  std::vector<std::string> acts_as;           // audiences whose tokens are meant for it: it is that resource server
  Party party = Party::first;
  ScopeNeed scope_need = ScopeNeed::scope;
  bool require_pkce = true;  // false only for a confidential client
  Alg id_token_alg = Alg::RS256;
  SubjectType subject_type = SubjectType::public_;
  std::string sector_identifier_uri;      // whose host is its sector; "": that of its redirect URIs
  std::optional<Alg> userinfo_alg{};      // signed userinfo; JSON without
  bool dpop_bound_access_tokens = false;  // each of its token requests brings a DPoP proof (RFC 9449 section 5.2)
  bool require_pushed_authorization_requests = false;
  bool require_signed_request_object = false;
  std::optional<Alg> token_endpoint_auth_signing_alg{};  // the only one that its assertions are signed with
  std::optional<Alg> request_object_signing_alg{};       // the only one that its request objects are signed with
  std::string logo{};                                    // the digest of its logo, which the store has; "" for none
  std::string client_uri, policy_uri, tos_uri;           // shown to who is asked for consent
  std::optional<seconds> default_max_age{};              // where a request names none
  std::vector<std::string> request_uris;  // where its request objects may stand, for a request to refer to
  // Somebody answers for it and for where it sends people: who declared it, or gave it an initial access token.
  bool vouched_for = true;
  friend bool operator==(const Client&, const Client&) = default;
};

// A client that registered itself (RFC 7591). Its id begins with "reg_", and no declared one's does.
inline constexpr std::string_view kRegisteredPrefix = "reg_";
inline constexpr std::size_t kMaxClientId = 128;
struct RegisteredClient {
  Client client;
  std::string metadata;      // what it registered and was given, a JSON object in the RFC's own names
  std::string token_digest;  // of its registration access token, base64url of SHA-256
  Instant created{};
  friend bool operator==(const RegisteredClient&, const RegisteredClient&) = default;
};

// A picture to show for a client.
struct Logo {
  std::string type;  // "image/png" or "image/jpeg"
  std::string octets;
  friend bool operator==(const Logo&, const Logo&) = default;
};

// Somebody else whose signed word for a person is taken (RFC 7523 section 2.1).
enum class UserBy { username, id };  // what the claim that names the person holds
struct TrustedIssuer {
  std::string issuer;  // the assertion's `iss`
  std::string jwks;    // its public keys, a JWK Set
  std::string user_claim = "sub";
  UserBy user_by = UserBy::username;
  std::vector<std::string> clients;  // that may present its assertions
  friend bool operator==(const TrustedIssuer&, const TrustedIssuer&) = default;
};

enum class KeyState { next, active, retired };

// A signing key as the store holds it: the private JWK is sealed under the master key.
struct SigningKey {
  std::string kid;
  Alg alg = Alg::ES256;
  KeyState state = KeyState::next;
  std::string sealed_jwk;
  Instant created{};
  Instant changed{};  // when it reached its state
};

}  // namespace tessera::issuer
