// The configuration file (TOML): this node's settings, and what is declared in the store.
//
// One table in config.cpp describes every key: its section, name, type, default and meaning. By it config_read.cpp
// reads the file and fills in defaults, and docs/configuration.md is written, so that the three cannot disagree.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/crypto.hpp"
#include "issuer/model/realm.hpp"
#include "issuer/model/user.hpp"
#include "server/adapter.hpp"
#include "server/fetcher.hpp"
#include "tessera/secret.hpp"

namespace tessera::server {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };

struct Settings {
  std::string issuer;   // base URL, without a path
  std::string address;  // to listen on
  std::uint16_t port = 0;
  std::string store;                // "sqlite:FILE" or "postgresql://…"
  std::string master_key;           // file
  std::string previous_master_key;  // file, or ""
  std::string control_socket;       // file, or ""
  Proxies trusted_proxies;
  Outbound outbound;
  crypto::PasswordCost password_cost;
  std::string tls_certificate, tls_key;  // PEM files; both or neither
  LogLevel log_level = LogLevel::info;
};

struct DeclaredClient {
  issuer::Client client;
  Secret secret{};  // the first value; empty for a public client
};
struct DeclaredUser {
  issuer::User user;  // without id
  Secret password{};  // the first value; empty: cannot log in until one is set
};
struct DeclaredRealm {
  issuer::Realm realm;
  std::vector<issuer::ResourceServer> resource_servers{};
  std::vector<issuer::Role> roles{};
  std::vector<issuer::Group> groups{};
  std::vector<DeclaredClient> clients{};
  std::vector<DeclaredUser> users{};
  std::vector<issuer::TrustedIssuer> trusted_issuers{};
};
struct Declaration {
  std::vector<DeclaredRealm> realms{};  // the default realm is always there, first
};

struct Config {
  Settings settings;
  Declaration declaration;
};

// Where a configuration is wrong. `line` is 0 where it came from no file; `found` never holds a secret.
struct ConfigError {
  std::string file{};
  int line = 0;
  std::string key;  // "client.redirect_uris"
  std::string expected, found;
  std::string text() const;  // "tessera.toml:12: client.redirect_uris: expected …, found …"
};
template <class T>
struct [[nodiscard]] Configured : std::expected<T, ConfigError> {
  using std::expected<T, ConfigError>::expected;
};

// Relative paths in it start at the file's folder. References to files and to the environment are resolved here.
Configured<Config> read_config(const std::string& path);
Configured<Config> parse_config(std::string_view toml, const std::string& path);

// What holds between declared things: names that exist, no name twice, addresses that may be registered. `where` gives
// the line of a key of the n-th (from 0) thing of a kind in a realm: where("client", realm, 3, "redirect_uris").
using Where =
    std::function<int(std::string_view kind, std::string_view realm, std::size_t index, std::string_view key)>;
Configured<void> check_declaration(const Declaration& declaration, const Where& where);

// docs/configuration.md
std::string configuration_reference();

}  // namespace tessera::server
