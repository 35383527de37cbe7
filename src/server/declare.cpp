#include "server/declare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "issuer/model/codec.hpp"
#include "json/json.hpp"

namespace tessera::server {

namespace {

using issuer::Client;
using issuer::ConfigKind;
using issuer::ConfigRow;
using issuer::RealmId;
using issuer::Tx;
using issuer::User;

constexpr std::string_view kDigestSetting = "declaration";
constexpr auto kFactLife =
    std::chrono::days(1) + minutes(10);  // the longest token life that a realm may set, and leeway

std::string_view kind_name(ConfigKind kind) {
  switch (kind) {
    case ConfigKind::realm:
      return "realm";
    case ConfigKind::resource_server:
      return "resource server";
    case ConfigKind::role:
      return "role";
    case ConfigKind::group:
      return "group";
    case ConfigKind::client:
      return "client";
  }
  return "";
}

std::string described(std::string_view kind, std::string_view id, const RealmId& realm) {
  return realm.empty() ? fmt::format("{} \"{}\"", kind, id)
                       : fmt::format("{} \"{}\" of realm \"{}\"", kind, id, realm.text);
}

// Everything of a user that is declared, but the password.
std::string print(const User& user) {
  json::Writer w;
  w.begin_object().member("username", user.username).member("enabled", user.enabled).member("name", user.name);
  w.member("given_name", user.given_name).member("family_name", user.family_name).member("email", user.email);
  w.member("email_verified", user.email_verified).member("roles", user.roles).member("groups", user.groups);
  return w.end_object().take();
}

std::string users_setting(const RealmId& realm) { return "declared users " + realm.text; }

std::vector<std::string> parse_names(std::string_view json) {
  json::Document document;
  std::vector<std::string> names;
  const auto value = document.parse(json);
  const auto array = value ? value->array() : std::nullopt;
  if (array)
    for (const auto one : *array) names.emplace_back(one.string().value_or(""));
  return names;
}

std::string print_names(const std::vector<std::string>& names) {
  json::Writer w;
  w.begin_array();
  for (const auto& name : names) w.string(name);
  return w.end_array().take();
}

std::vector<ConfigRow> rows_of(const DeclaredRealm& realm) {
  std::vector<ConfigRow> rows;
  rows.push_back({ConfigKind::realm, realm.realm.id.text, issuer::print(realm.realm), true});
  for (const auto& one : realm.resource_servers)
    rows.push_back({ConfigKind::resource_server, one.audience, issuer::print(one), true});
  for (const auto& one : realm.roles) rows.push_back({ConfigKind::role, one.name, issuer::print(one), true});
  for (const auto& one : realm.groups) rows.push_back({ConfigKind::group, one.name, issuer::print(one), true});
  return rows;
}

std::string secret_digest(const Secret& secret) {
  return base64url::encode(crypto::sha256(secret.expose("stored as its digest")));
}

using Key = std::pair<std::string, std::string>;  // realm, user name

// Writes one declaration; the hashes of new users' passwords are at hand.
class Writing {
 public:
  Writing(Tx& tx, const DeclareOptions& options, const std::map<Key, std::string>& hashes, Declared& report)
      : tx_(tx), options_(options), hashes_(hashes), report_(report) {}

  Result<void> all(const Declaration& declaration) {
    std::set<std::string> declared;
    for (const auto& realm : declaration.realms) {
      declared.insert(realm.realm.id.text);
      TRY_VOID(one(realm));
    }
    const auto realms = TRY(tx_.realms());
    for (const auto& id : realms)
      if (!declared.contains(id.text)) report_.kept.push_back(described("realm", id.text, RealmId("")));
    return {};
  }

 private:
  Result<void> one(const DeclaredRealm& realm) {
    const auto& id = realm.realm.id;
    const auto rows = TRY(tx_.config(id));
    std::map<std::pair<ConfigKind, std::string>, const ConfigRow*> there;
    for (const auto& row : rows) there.emplace(std::pair(row.kind, row.id), &row);
    auto wanted = rows_of(realm);
    for (const auto& client : realm.clients) {
      const auto found = there.find({ConfigKind::client, client.client.id.text});
      wanted.push_back(TRY(client_row(id, client, found == there.end() ? nullptr : found->second)));
    }
    for (const auto& row : wanted) {
      const auto found = there.find({row.kind, row.id});
      const ConfigRow* before = found == there.end() ? nullptr : found->second;
      if (before) TRY_VOID(end_narrowed(id, *before, row));
      TRY_VOID(tx_.put_config(id, row));
      there.erase({row.kind, row.id});
    }
    for (const auto& [key, row] : there)
      if (row->declared) TRY_VOID(vanished(id, *row));
    TRY_VOID(users(realm));
    return tx_.bump_config_version(id);
  }

  // The secret of a client that is there stays: the file sets the first value only.
  Result<ConfigRow> client_row(const RealmId&, const DeclaredClient& declared, const ConfigRow* before) {
    Client client = declared.client;
    if (client.name.empty()) client.name = client.id.text;
    if (client.auth != issuer::ClientAuth::none) {
      if (before) client.secret_digests = TRY(issuer::parse_client(before->body)).secret_digests;
      if (client.secret_digests.empty()) client.secret_digests = {secret_digest(declared.secret)};
    }
    return ConfigRow{ConfigKind::client, client.id.text, issuer::print(client), true};
  }

  Result<void> fact(const RealmId& realm, FactKind kind, std::string_view value) {
    TRY_VOID(tx_.append_fact(realm, Fact{0, kind, std::string(value), options_.now + kFactLife}));
    return {};
  }

  // What a role allowed or a disabled client held must not live on in tokens.
  Result<void> end_narrowed(const RealmId& realm, const ConfigRow& before, const ConfigRow& after) {
    if (before.body == after.body) return {};
    if (after.kind == ConfigKind::role) return fact(realm, FactKind::role, after.id);
    if (after.kind != ConfigKind::client) return {};
    const auto was = TRY(issuer::parse_client(before.body)), is = TRY(issuer::parse_client(after.body));
    return was.enabled && !is.enabled ? fact(realm, FactKind::client, after.id) : Result<void>{};
  }

  Result<void> vanished(const RealmId& realm, const ConfigRow& row) {
    const auto text = described(kind_name(row.kind), row.id, realm);
    if (options_.vanished == Vanished::keep) {
      report_.kept.push_back(text);
      return {};
    }
    TRY_VOID(tx_.remove_config(realm, row.kind, row.id));
    report_.pruned.push_back(text);
    if (row.kind == ConfigKind::client) return fact(realm, FactKind::client, row.id);
    if (row.kind == ConfigKind::role) return fact(realm, FactKind::role, row.id);
    if (row.kind == ConfigKind::resource_server) return fact(realm, FactKind::audience, row.id);
    return {};
  }

  Result<void> users(const DeclaredRealm& realm) {
    const auto& id = realm.realm.id;
    std::vector<std::string> names;
    for (const auto& declared : realm.users) {
      names.push_back(declared.user.username);
      TRY_VOID(user(id, declared.user));
    }
    const auto before = parse_names(TRY(tx_.setting(users_setting(id))).value_or("[]"));
    for (const auto& name : before) {
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      if (TRY(vanished_user(id, name))) names.push_back(name);  // still ours to report
    }
    return tx_.put_setting(users_setting(id), print_names(names));
  }

  Result<void> user(const RealmId& realm, User declared) {
    declared.updated = options_.now;
    const auto there = TRY(tx_.user_by_name(realm, declared.username));
    if (!there) {
      std::array<std::byte, 16> octets;
      options_.random(octets);
      declared.id = issuer::UserId("usr_" + base64url::encode(octets));
      const auto hash = hashes_.find({realm.text, declared.username});
      if (hash != hashes_.end()) declared.password_hash = hash->second;
      ENSURE(TRY(tx_.insert_user(realm, declared)), retry, "user");
      return {};
    }
    if (print(*there) == print(declared)) return {};
    declared.id = there->id;
    TRY_VOID(tx_.update_user(realm, declared));
    return there->enabled && !declared.enabled ? fact(realm, FactKind::subject, declared.id.text) : Result<void>{};
  }

  // True when it stays as it is.
  Result<bool> vanished_user(const RealmId& realm, const std::string& name) {
    auto there = TRY(tx_.user_by_name(realm, name));
    if (!there || !there->enabled) return false;
    const auto text = described("user", name, realm);
    if (options_.vanished == Vanished::keep) {
      report_.kept.push_back(text);
      return true;
    }
    there->enabled = false;
    there->updated = options_.now;
    TRY_VOID(tx_.update_user(realm, *there));
    TRY_VOID(fact(realm, FactKind::subject, there->id.text));
    report_.pruned.push_back(text);
    return false;
  }

  Tx& tx_;
  const DeclareOptions& options_;
  const std::map<Key, std::string>& hashes_;
  Declared& report_;
};

// Declared users that have a password and are not in the store.
Result<std::vector<std::pair<Key, const Secret*>>> without_hash(Tx& tx, const Declaration& declaration) {
  std::vector<std::pair<Key, const Secret*>> list;
  for (const auto& realm : declaration.realms)
    for (const auto& user : realm.users) {
      if (user.password.empty() || TRY(tx.user_by_name(realm.realm.id, user.user.username))) continue;
      list.emplace_back(Key(realm.realm.id.text, user.user.username), &user.password);
    }
  return list;
}

struct Before {
  bool same = false;
  std::vector<std::pair<Key, const Secret*>> to_hash{};
};

Result<Before> look(Tx& tx, const Declaration& declaration, const std::string& digest, Vanished vanished) {
  Before before;
  before.same = vanished == Vanished::keep && TRY(tx.setting(kDigestSetting)) == digest;
  if (!before.same) before.to_hash = TRY(without_hash(tx, declaration));
  return before;
}

std::unexpected<StartFailure> store_failed(const char* what, Error error) {
  return cannot_start(fmt::format("The declarations cannot be {} the store: {}.", what, error_text(error.code)));
}

}  // namespace

std::string digest_of(const Declaration& declaration) {
  std::string text;
  for (const auto& realm : declaration.realms) {
    for (const auto& row : rows_of(realm)) text += row.body + '\n';
    for (const auto& one : realm.clients) text += issuer::print(one.client) + (one.secret.empty() ? "-\n" : "+\n");
    for (const auto& one : realm.users) text += print(one.user) + (one.password.empty() ? "-\n" : "+\n");
  }
  return base64url::encode(crypto::sha256(bytes_of(text)));
}

Started<Declared> declare(issuer::Store& store, const Declaration& declaration, const DeclareOptions& options) {
  const std::string digest = digest_of(declaration);
  Result<Before> before;
  const auto looked = store.read_now([&](Tx& tx) {
    before = look(tx, declaration, digest, options.vanished);
    return issuer::Outcome::roll_back;
  });
  if (!looked) return store_failed("compared with", looked.error());
  if (!before) return store_failed("compared with", before.error());
  if (before->same) return Declared{};
  std::map<Key, std::string> hashes;
  for (const auto& [key, password] : before->to_hash) {
    auto hash = crypto::hash_password(*password, options.password_cost);
    if (!hash)
      return cannot_start("There is not enough memory to hash a declared password; see [password] memory_kib.");
    hashes.emplace(key, std::move(*hash));
  }
  Declared report;
  Result<void> written;
  const auto wrote = store.write_now([&](Tx& tx) {
    report = Declared{.changed = true};
    written = Writing(tx, options, hashes, report).all(declaration);
    if (written) written = tx.put_setting(kDigestSetting, digest);
    return written ? issuer::Outcome::commit : issuer::Outcome::roll_back;
  });
  if (!wrote) return store_failed("written to", wrote.error());
  if (!written) return store_failed("written to", written.error());
  return report;
}

}  // namespace tessera::server
