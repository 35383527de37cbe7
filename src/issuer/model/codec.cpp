#include "issuer/model/codec.hpp"

#include <array>

#include "base/try.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

namespace {

template <class E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

constexpr Names<ClientAuth, 5> kAuths{{{ClientAuth::none, "none"},
                                       {ClientAuth::client_secret_basic, "client_secret_basic"},
                                       {ClientAuth::client_secret_post, "client_secret_post"},
                                       {ClientAuth::private_key_jwt, "private_key_jwt"},
                                       {ClientAuth::client_secret_jwt, "client_secret_jwt"}}};
constexpr Names<GrantType, 6> kGrants{{{GrantType::authorization_code, "authorization_code"},
                                       {GrantType::refresh_token, "refresh_token"},
                                       {GrantType::client_credentials, "client_credentials"},
                                       {GrantType::token_exchange, "urn:ietf:params:oauth:grant-type:token-exchange"},
                                       {GrantType::jwt_bearer, "urn:ietf:params:oauth:grant-type:jwt-bearer"},
                                       {GrantType::device_code, "urn:ietf:params:oauth:grant-type:device_code"}}};
constexpr Names<Party, 2> kParties{{{Party::first, "first"}, {Party::third, "third"}}};
constexpr Names<UserBy, 2> kUserBys{{{UserBy::username, "username"}, {UserBy::id, "id"}}};
constexpr Names<SubjectType, 2> kSubjectTypes{{{SubjectType::public_, "public"}, {SubjectType::pairwise, "pairwise"}}};
constexpr Names<Registration, 3> kRegistrations{
    {{Registration::off, "off"}, {Registration::token, "token"}, {Registration::open, "open"}}};
constexpr Names<DpopNonce, 2> kDpopNonces{{{DpopNonce::required, "required"}, {DpopNonce::off, "off"}}};
constexpr Names<ScopeNeed, 2> kNeeds{{{ScopeNeed::scope, "scope"}, {ScopeNeed::none, "none"}}};

template <class E, std::size_t N>
std::string_view spelled(const Names<E, N>& names, E value) {
  for (const auto& [one, name] : names)
    if (one == value) return name;
  return {};
}

template <class E, std::size_t N>
std::optional<E> read(const Names<E, N>& names, std::string_view text) {
  for (const auto& [one, name] : names)
    if (name == text) return one;
  return std::nullopt;
}

// The members of each thing, once: a Printer and a Reader visit the same list.
void members(auto& visit, auto& life, const Lifetimes*) {
  visit("code", life.code);
  visit("access_token", life.access_token);
  visit("id_token", life.id_token);
  visit("interaction", life.interaction);
  visit("session_idle", life.session_idle);
  visit("session_max", life.session_max);
  visit("refresh_idle", life.refresh_idle);
  visit("refresh_max", life.refresh_max);
}
void members(auto& visit, auto& realm, const Realm*) {
  visit("id", realm.id.text);
  visit("name", realm.name);
  visit("lifetimes", realm.lifetimes);
  visit("strict_assertion_audience", realm.strict_assertion_audience);
  visit("dpop_nonce", realm.dpop_nonce);
  visit("registration", realm.registration);
  visit("registration_token_digests", realm.registration_token_digests);
  visit("registration_scopes", realm.registration_scopes);
  visit("registration_require_pkce", realm.registration_require_pkce);
  visit("require_pushed_authorization_requests", realm.require_pushed_authorization_requests);
  visit("require_signed_request_object", realm.require_signed_request_object);
}
void members(auto& visit, auto& server, const ResourceServer*) {
  visit("audience", server.audience);
  visit("name", server.name);
  visit("permissions", server.permissions);
  visit("scopes", server.scopes);
}
void members(auto& visit, auto& role, const Role*) {
  visit("name", role.name);
  visit("permissions", role.permissions);
}
void members(auto& visit, auto& group, const Group*) {
  visit("name", group.name);
  visit("roles", group.roles);
}
void members(auto& visit, auto& access, const ClientAccess*) {
  visit("audience", access.audience);
  visit("permissions", access.permissions);
}
void members(auto& visit, auto& client, const Client*) {
  visit("id", client.id.text);
  visit("name", client.name);
  visit("enabled", client.enabled);
  visit("auth", client.auth);
  visit("secret_digests", client.secret_digests);
  visit("sealed_secret", client.sealed_secret);
  visit("jwks", client.jwks);
  visit("jwks_uri", client.jwks_uri);
  visit("grant_types", client.grant_types);
  visit("redirect_uris", client.redirect_uris);
  visit("post_logout_redirect_uris", client.post_logout_redirect_uris);
  visit("backchannel_logout_uri", client.backchannel_logout_uri);
  visit("frontchannel_logout_uri", client.frontchannel_logout_uri);
  visit("scopes", client.scopes);
  visit("access", client.access);
  visit("roles", client.roles);
  visit("acts_as", client.acts_as);
  visit("party", client.party);
  visit("scope_need", client.scope_need);
  visit("require_pkce", client.require_pkce);
  visit("id_token_alg", client.id_token_alg);
  visit("subject_type", client.subject_type);
  visit("sector_identifier_uri", client.sector_identifier_uri);
  visit("userinfo_alg", client.userinfo_alg);
  visit("dpop_bound_access_tokens", client.dpop_bound_access_tokens);
  visit("require_pushed_authorization_requests", client.require_pushed_authorization_requests);
  visit("require_signed_request_object", client.require_signed_request_object);
  visit("token_endpoint_auth_signing_alg", client.token_endpoint_auth_signing_alg);
  visit("request_object_signing_alg", client.request_object_signing_alg);
  visit("request_uris", client.request_uris);
  visit("logo", client.logo);
  visit("client_uri", client.client_uri);
  visit("policy_uri", client.policy_uri);
  visit("tos_uri", client.tos_uri);
  visit("default_max_age", client.default_max_age);
  visit("vouched_for", client.vouched_for);
}
void members(auto& visit, auto& trusted, const TrustedIssuer*) {
  visit("issuer", trusted.issuer);
  visit("jwks", trusted.jwks);
  visit("user_claim", trusted.user_claim);
  visit("user_by", trusted.user_by);
  visit("clients", trusted.clients);
}

void members(auto& visit, auto& profile, const Profile*) {
  visit("texts", profile.texts);
  visit("address", profile.address);
  visit("phone_number_verified", profile.phone_number_verified);
}

using Texts = std::vector<std::string>;

class Printer {
 public:
  template <class T>
  void operator()(const char* name, const T& value) {
    w_.key(name);
    put(value);
  }
  template <class T>
  void object(const T& value) {
    w_.begin_object();
    members(*this, value, static_cast<const T*>(nullptr));
    w_.end_object();
  }
  std::string take() { return w_.take(); }

 private:
  void put(const std::string& text) { w_.string(text); }
  void put(bool value) { w_.boolean(value); }
  void put(seconds span) { w_.integer(span.count()); }
  void put(ClientAuth auth) { w_.string(name_of(auth)); }
  void put(GrantType type) { w_.string(name_of(type)); }
  void put(Party party) { w_.string(name_of(party)); }
  void put(SubjectType type) { w_.string(name_of(type)); }
  void put(ScopeNeed need) { w_.string(name_of(need)); }
  void put(DpopNonce nonce) { w_.string(spelled(kDpopNonces, nonce)); }
  void put(Registration who) { w_.string(spelled(kRegistrations, who)); }
  void put(std::optional<seconds> span) { w_.integer(span ? span->count() : -1); }
  void put(UserBy by) { w_.string(spelled(kUserBys, by)); }
  void put(Alg alg) { w_.string(alg_name(alg)); }
  void put(std::optional<Alg> alg) { w_.string(alg ? alg_name(*alg) : ""); }
  void put(const Lifetimes& life) { object(life); }
  void put(const ClientAccess& access) { object(access); }
  template <class T>
  void put(const std::vector<T>& list) {
    w_.begin_array();
    for (const auto& one : list) put(one);
    w_.end_array();
  }
  template <class T>
  void put(const std::map<std::string, T>& table) {
    w_.begin_object();
    for (const auto& [name, list] : table) {
      w_.key(name);
      put(list);
    }
    w_.end_object();
  }
  json::Writer w_;
};

// Remembers the first member that did not fit.
class Reader {
 public:
  explicit Reader(json::Object object) : object_(object) {}

  template <class T>
  void operator()(const char* name, T& into) {
    const auto value = object_.find(name);
    if (value && !take(*value, into) && !wrong_) wrong_ = name;
  }
  const char* wrong() const { return wrong_; }

 private:
  template <class T>
  static bool assign(std::optional<T> value, auto& into) {
    if (value) into = T(*value);
    return value.has_value();
  }
  static bool take(json::Value value, std::string& into) { return assign(value.string(), into); }
  static bool take(json::Value value, bool& into) { return assign(value.boolean(), into); }
  static bool take(json::Value value, seconds& into) {
    const auto count = value.integer();
    if (count) into = seconds(*count);
    return count.has_value();
  }
  static bool take(json::Value value, ClientAuth& into) {
    return assign(client_auth_from(value.string().value_or("")), into);
  }
  static bool take(json::Value value, GrantType& into) {
    return assign(grant_type_from(value.string().value_or("")), into);
  }
  static bool take(json::Value value, Party& into) { return assign(read(kParties, value.string().value_or("")), into); }
  static bool take(json::Value value, SubjectType& into) {
    return assign(read(kSubjectTypes, value.string().value_or("")), into);
  }
  static bool take(json::Value value, ScopeNeed& into) {
    return assign(read(kNeeds, value.string().value_or("")), into);
  }
  static bool take(json::Value value, DpopNonce& into) {
    return assign(read(kDpopNonces, value.string().value_or("")), into);
  }
  static bool take(json::Value value, Registration& into) {
    return assign(read(kRegistrations, value.string().value_or("")), into);
  }
  static bool take(json::Value value, std::optional<seconds>& into) {
    const auto count = value.integer();
    into = count && *count >= 0 ? std::optional(seconds(*count)) : std::nullopt;
    return count.has_value();
  }
  static bool take(json::Value value, UserBy& into) {
    return assign(read(kUserBys, value.string().value_or("")), into);
  }
  static bool take(json::Value value, std::optional<Alg>& into) {
    into = alg_from_name(value.string().value_or("-"));
    return into || value.string().value_or("-").empty();
  }
  static bool take(json::Value value, Alg& into) { return assign(alg_from_name(value.string().value_or("")), into); }
  template <class T>
    requires(std::same_as<T, Lifetimes> || std::same_as<T, ClientAccess>)
  static bool take(json::Value value, T& into) {
    const auto object = value.object();
    if (!object) return false;
    Reader inner(*object);
    members(inner, into, static_cast<const T*>(nullptr));
    return inner.wrong() == nullptr;
  }
  template <class T>
  static bool take(json::Value value, std::vector<T>& into) {
    const auto array = value.array();
    if (!array) return false;
    into.clear();
    for (const auto item : *array) {
      T one{};
      if (!take(item, one)) return false;
      into.push_back(std::move(one));
    }
    return true;
  }
  template <class T>
  static bool take(json::Value value, std::map<std::string, T>& into) {
    const auto object = value.object();
    if (!object) return false;
    into.clear();
    for (const auto [name, list] : *object)
      if (!take(list, into[std::string(name)])) return false;
    return true;
  }

  json::Object object_;
  const char* wrong_ = nullptr;
};

template <class T>
std::string printed(const T& value) {
  Printer printer;
  printer.object(value);
  return printer.take();
}

template <class T>
Result<T> parsed(std::string_view text) {
  json::Document document;
  Reader reader(TRY(document.parse_object(text)));
  T value{};
  members(reader, value, static_cast<const T*>(nullptr));
  ENSURE(reader.wrong() == nullptr, malformed, reader.wrong());
  return value;
}

}  // namespace

std::string print(const Realm& realm) { return printed(realm); }
std::string print(const ResourceServer& server) { return printed(server); }
std::string print(const Role& role) { return printed(role); }
std::string print(const Group& group) { return printed(group); }
std::string print(const Client& client) { return printed(client); }
std::string print(const Profile& profile) { return printed(profile); }
std::string print(const TrustedIssuer& trusted) { return printed(trusted); }

Result<Realm> parse_realm(std::string_view json) { return parsed<Realm>(json); }
Result<ResourceServer> parse_resource_server(std::string_view json) { return parsed<ResourceServer>(json); }
Result<Role> parse_role(std::string_view json) { return parsed<Role>(json); }
Result<Group> parse_group(std::string_view json) { return parsed<Group>(json); }
Result<Client> parse_client(std::string_view json) { return parsed<Client>(json); }
Result<Profile> parse_profile(std::string_view json) { return parsed<Profile>(json); }
Result<TrustedIssuer> parse_trusted_issuer(std::string_view json) { return parsed<TrustedIssuer>(json); }

std::string_view name_of(ClientAuth auth) { return spelled(kAuths, auth); }
std::string_view name_of(GrantType type) { return spelled(kGrants, type); }
std::string_view name_of(Party party) { return spelled(kParties, party); }
std::string_view name_of(SubjectType type) { return spelled(kSubjectTypes, type); }
std::string_view name_of(ScopeNeed need) { return spelled(kNeeds, need); }
std::optional<ClientAuth> client_auth_from(std::string_view name) { return read(kAuths, name); }
std::optional<GrantType> grant_type_from(std::string_view name) { return read(kGrants, name); }

}  // namespace tessera::issuer
