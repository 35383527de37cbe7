#include "server/dev_house.hpp"

#include <fmt/format.h>

#include "base/base64url.hpp"
#include "json/json.hpp"

namespace tessera::server {

namespace {

using issuer::Client;
using issuer::ClientId;
using issuer::GrantType;

// Reads better than base64url when a person types it.
std::string readable(std::span<const std::byte> octets) {
  constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz23456789x";
  std::string text;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i && i % 4 == 0) text += '-';
    text += kLetters[std::to_integer<unsigned>(octets[i]) % kLetters.size()];
  }
  return text;
}

class Builder {
 public:
  Builder(std::uint16_t port, DevSecrets& secrets, const std::function<void(std::span<std::byte>)>& random)
      : port_(port), secrets_(secrets), random_(random) {}

  DevHouse build() {
    house_.audience = fmt::format("http://api.localhost:{}", port_ + 3);
    settings();
    realm_.realm.name = "Tessera (development)";
    realm_.resource_servers.push_back(
        {house_.audience,
         "Orders API",
         {"orders:read", "orders:write", "reports:read"},
         {{"orders:read", {"orders:read"}}, {"orders:write", {"orders:write"}}, {"reports:read", {"reports:read"}}}});
    role("manager", {"orders:read", "orders:write", "reports:read"});
    role("viewer", {"orders:read"});
    role("service", {"orders:read", "reports:read"});
    person("alice", "Alice", "Adler", "manager");
    person("bob", "Bob", "Brandt", "viewer");
    web_client("orders", "Orders", 1);
    web_client("reports", "Reports", 2);
    service();
    partner();
    house_.config.declaration.realms.push_back(std::move(realm_));
    return std::move(house_);
  }

 private:
  void settings() {
    auto& settings = house_.config.settings;
    settings.issuer = fmt::format("http://localhost:{}", port_);
    settings.address = "127.0.0.1";
    settings.port = port_;
    settings.log_level = LogLevel::warn;
    for (const char* loopback : {"127.0.0.0/8", "::1"}) settings.outbound.reachable.add(loopback);
  }

  std::string secret(const std::string& of) {
    auto& kept = secrets_[of];
    if (kept.empty()) {
      std::array<std::byte, 32> octets;
      random_(octets);
      kept = base64url::encode(octets);
    }
    return kept;
  }
  std::string password(const std::string& of) {
    auto& kept = secrets_[of];
    if (kept.empty()) {
      std::array<std::byte, 12> octets;
      random_(octets);
      kept = readable(octets);
    }
    return kept;
  }

  void role(const std::string& name, std::vector<std::string> permissions) {
    realm_.roles.push_back({name, {{house_.audience, std::move(permissions)}}});
  }

  void person(const std::string& username, const std::string& given, const std::string& family,
              const std::string& role) {
    DeclaredUser one;
    one.user.username = username;
    one.user.name = given + " " + family;
    one.user.given_name = given;
    one.user.family_name = family;
    one.user.email = username + "@example.com";
    one.user.email_verified = true;
    one.user.roles = {role};
    house_.people.push_back({username, password(username), "role " + role});
    one.password = Secret(house_.people.back().password);
    realm_.users.push_back(std::move(one));
  }

  void add(Client client, std::string about) {
    house_.apps.push_back({client.id.text, secret(client.id.text), std::move(about), client.redirect_uris});
    realm_.clients.push_back({std::move(client), Secret(house_.apps.back().secret)});
  }

  Client web(const std::string& id, const std::string& name, int offset) const {
    const auto site = fmt::format("http://{}.localhost:{}", id, port_ + offset);
    Client client;
    client.id = ClientId(id);
    client.name = name;
    client.redirect_uris = {site + "/callback"};
    client.post_logout_redirect_uris = {site + "/"};
    return client;
  }

  void web_client(const std::string& id, const std::string& name, int offset) {
    Client client = web(id, name, offset);
    client.scopes = {"openid",         "profile",     "email",        "roles",
                     "offline_access", "orders:read", "orders:write", "reports:read"};
    client.access = {{house_.audience, {"*"}}};
    client.scope_need = issuer::ScopeNeed::none;
    add(std::move(client), "a web application of ours");
  }

  void service() {
    Client client;
    client.id = ClientId("service");
    client.name = "Service";
    client.grant_types = {GrantType::client_credentials};
    client.scopes = {"orders:read", "orders:write", "reports:read"};
    client.access = {{house_.audience, {"*"}}};
    client.roles = {"service"};
    client.acts_as = {house_.audience};
    add(std::move(client), "a service: client credentials, and introspection for the API");
  }

  void partner() {
    Client client = web("partner", "Partner", 4);
    client.scopes = {"openid", "profile", "email", "offline_access", "orders:read"};
    client.access = {{house_.audience, {"orders:read"}}};
    client.party = issuer::Party::third;
    add(std::move(client), "somebody else's web application: asks for consent");
  }

  std::uint16_t port_;
  DevSecrets& secrets_;
  const std::function<void(std::span<std::byte>)>& random_;
  DevHouse house_;
  DeclaredRealm realm_;
};

}  // namespace

DevHouse dev_house(std::uint16_t port, DevSecrets& secrets, const std::function<void(std::span<std::byte>)>& random) {
  return Builder(port, secrets, random).build();
}

std::string print(const DevSecrets& secrets) {
  json::Writer w;
  w.begin_object();
  for (const auto& [name, secret] : secrets) w.member(name, secret);
  return w.end_object().take() + "\n";
}

std::optional<DevSecrets> parse_dev_secrets(std::string_view text) {
  json::Document document;
  const auto object = document.parse_object(text);
  if (!object) return {};
  DevSecrets secrets;
  for (const auto [name, value] : *object) {
    const auto secret = value.string();
    if (!secret || secret->empty()) return {};
    secrets.emplace(name, *secret);
  }
  return secrets;
}

}  // namespace tessera::server
