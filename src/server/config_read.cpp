// Reads a configuration file by the tables of keys.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/try.hpp"
#include "server/config_keys.hpp"

namespace tessera::server {

namespace {

constexpr std::size_t kMaxConfigFile = 4 << 20;

template <class S>
void read_key(Reading& reading, const Key<S>& key, const toml::table& table, const std::string& section, S& into) {
  const std::string path = section.empty() ? std::string(key.name) : section + "." + std::string(key.name);
  if (const auto* node = table.get(key.name)) return key.read(Value(reading, *node, path), into);
  if (key.fallback.empty()) return reading.fail(line_of(table.source()), path, std::string(key.type), "nothing");
  const toml::table fallback = toml::parse("x = " + std::string(key.fallback));  // a test reads every default
  key.read(Value(reading, *fallback.get("x"), path), into);
}

template <class S>
void read_keys(Reading& reading, const std::vector<Key<S>>& keys, const toml::table& table, const std::string& section,
               S& into) {
  for (const auto& key : keys) read_key(reading, key, table, section, into);
}

// The names that a table may hold: its keys, and `more`.
template <class S>
void refuse_others(Reading& reading, const std::vector<Key<S>>& keys, const toml::table& table,
                   const std::string& section, const std::vector<std::string_view>& more = {}) {
  std::set<std::string_view> known(more.begin(), more.end());
  for (const auto& key : keys) known.insert(key.name);
  for (const auto& [name, node] : table) {
    if (known.contains(name.str())) continue;
    std::string list;
    for (const auto one : known) list += (list.empty() ? "" : ", ") + std::string(one);
    const std::string path = (section.empty() ? "" : section + ".") + std::string(name.str());
    reading.fail(line_of(name.source()), path, "one of the keys " + list, "a key that is not known");
  }
}

const toml::table& table_at(Reading& reading, const toml::table& root, const char* name) {
  static const toml::table kEmpty;
  const auto* node = root.get(name);
  if (!node) return kEmpty;
  if (const auto* table = node->as_table()) return *table;
  reading.fail(line_of(node->source()), name, fmt::format("a section [{}]", name), shown(*node));
  return kEmpty;
}

std::vector<const toml::table*> tables_at(Reading& reading, const toml::table& root, const char* name) {
  std::vector<const toml::table*> list;
  const auto* node = root.get(name);
  if (!node) return list;
  const auto* array = node->as_array();
  if (!array || (!array->empty() && !array->is_homogeneous<toml::table>())) {
    reading.fail(line_of(node->source()), name, fmt::format("sections [[{}]]", name), shown(*node));
    return list;
  }
  for (const auto& item : *array) list.push_back(item.as_table());
  return list;
}

void read_settings(Reading& reading, const toml::table& root, Settings& into) {
  refuse_others(reading, kTop, root, "",
                {"password", "tls", "outbound", "log", "realm", "resource_server", "role", "group", "client", "user",
                 "trusted_issuer"});
  read_keys(reading, kTop, root, "", into);
  const auto section = [&](const char* name, const std::vector<Key<Settings>>& keys) {
    const auto& table = table_at(reading, root, name);
    refuse_others(reading, keys, table, name);
    read_keys(reading, keys, table, name, into);
  };
  section("password", kPassword);
  section("tls", kTls);
  section("outbound", kOutbound);
  section("log", kLog);
  if (into.tls_certificate.empty() != into.tls_key.empty())
    reading.fail(line_of(table_at(reading, root, "tls").source()), "tls", "both certificate and key, or neither",
                 "one");
}

// The declared things with the tables that they came from, for line numbers.
using Places = std::map<std::pair<std::string, std::string>, std::vector<const toml::table*>>;

struct Declaring {
  Reading& reading;
  const toml::table& root;
  Declaration& into;
  Places& places;

  DeclaredRealm* realm_named(const std::string& id) {
    for (auto& realm : into.realms)
      if (realm.realm.id.text == id) return &realm;
    return nullptr;
  }

  void realms() {
    std::vector<std::pair<DeclaredRealm, const toml::table*>> read;
    for (const auto* table : tables_at(reading, root, "realm")) {
      DeclaredRealm one;
      refuse_others(reading, kRealm, *table, "realm", {"lifetimes"});
      read_keys(reading, kRealm, *table, "realm", one.realm);
      const auto& lifetimes = table_at(reading, *table, "lifetimes");
      refuse_others(reading, kLifetimes, lifetimes, "realm.lifetimes");
      read_keys(reading, kLifetimes, lifetimes, "realm.lifetimes", one.realm.lifetimes);
      read.emplace_back(std::move(one), table);
    }
    DeclaredRealm unnamed;
    read_keys(reading, kRealm, toml::table{}, "realm", unnamed.realm);
    read_keys(reading, kLifetimes, toml::table{}, "realm.lifetimes", unnamed.realm.lifetimes);
    into.realms.push_back(std::move(unnamed));
    bool default_seen = false;
    for (auto& [one, table] : read) {
      const std::string id = one.realm.id.text;
      const bool is_default = id.empty();
      if (is_default ? default_seen : realm_named(id) != nullptr)
        reading.fail(line_of(table->source()), "realm.id", "an id that no other realm has", in_quotes(id));
      if (is_default) {
        into.realms.front() = std::move(one);
        default_seen = true;
      } else {
        into.realms.push_back(std::move(one));
      }
    }
  }

  template <class T>
  void things(const char* kind, const std::vector<Key<In<T>>>& keys, std::vector<T> DeclaredRealm::* list) {
    for (const auto* table : tables_at(reading, root, kind)) {
      In<T> one;
      refuse_others(reading, keys, *table, kind);
      read_keys(reading, keys, *table, kind, one);
      auto* realm = realm_named(one.realm);
      if (!realm) {
        const auto* node = table->get("realm");
        return reading.fail(line_of(node ? node->source() : table->source()), std::string(kind) + ".realm",
                            "the id of a declared realm", in_quotes(one.realm));
      }
      places[{kind, one.realm}].push_back(table);
      (realm->*list).push_back(std::move(one.thing));
    }
  }

  void all() {
    realms();
    things("resource_server", kResourceServer, &DeclaredRealm::resource_servers);
    things("role", kRole, &DeclaredRealm::roles);
    things("group", kGroup, &DeclaredRealm::groups);
    things("client", kClient, &DeclaredRealm::clients);
    things("user", kUser, &DeclaredRealm::users);
    things("trusted_issuer", kTrustedIssuer, &DeclaredRealm::trusted_issuers);
  }
};

int line_in(const Places& places, std::string_view kind, std::string_view realm, std::size_t index,
            std::string_view key) {
  const auto it = places.find({std::string(kind), std::string(realm)});
  if (it == places.end() || index >= it->second.size()) return 0;
  const auto* table = it->second[index];
  const auto* node = table->get(key);
  return line_of(node ? node->source() : table->source());
}

std::string without_lines(std::string_view text) {
  std::string line(text);
  for (auto& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  return line;
}

Configured<toml::table> parse_toml(std::string_view text, const std::string& path) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    return std::unexpected(
        ConfigError{path, line_of(error.source()), "the file", "TOML", without_lines(error.description())});
  }
}

}  // namespace

std::string ConfigError::text() const {
  const std::string place = line ? fmt::format("{}:{}: ", file, line) : file.empty() ? "" : file + ": ";
  return fmt::format("{}{}: expected {}, found {}", place, key, expected, found);
}

Configured<Config> parse_config(std::string_view toml_text, const std::string& path) {
  Reading reading{path, std::filesystem::absolute(path).parent_path()};
  const toml::table root = TRY(parse_toml(toml_text, path));
  Config config;
  Places places;
  read_settings(reading, root, config.settings);
  Declaring{reading, root, config.declaration, places}.all();
  if (reading.error) return std::unexpected(std::move(*reading.error));
  auto checked = check_declaration(config.declaration, [&](auto kind, auto realm, auto index, auto key) {
    return line_in(places, kind, realm, index, key);
  });
  if (!checked) {
    checked.error().file = path;
    return std::unexpected(std::move(checked.error()));
  }
  return config;
}

Configured<Config> read_config(const std::string& path) {
  std::error_code gone;
  const auto size = std::filesystem::file_size(path, gone);
  std::ifstream in(path, std::ios::binary);
  if (gone || !in) return std::unexpected(ConfigError{path, 0, "the file", "a readable file", "none"});
  if (size > kMaxConfigFile)
    return std::unexpected(ConfigError{path, 0, "the file", "at most 4 MiB", fmt::format("{} octets", size)});
  std::ostringstream text;
  text << in.rdbuf();
  return parse_config(text.str(), path);
}

}  // namespace tessera::server
