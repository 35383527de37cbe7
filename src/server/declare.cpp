#include "server/declare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "issuer/contains.hpp"
#include "issuer/ctx.hpp"
#include "issuer/logouts.hpp"
#include "issuer/model/codec.hpp"
#include "issuer/narrowed.hpp"
#include "issuer/subject.hpp"
#include "json/json.hpp"
#include "server/keys.hpp"
#include "server/narrowing.hpp"

namespace tessera::server {

namespace {

using issuer::Client;
using issuer::ClientAuth;
using issuer::ConfigKind;
using issuer::ConfigRow;
using issuer::RealmId;
using issuer::Tx;
using issuer::User;

constexpr std::string_view kDigestSetting = "declaration";

std::string_view kind_name(ConfigKind kind) {
  switch (kind) {
    case ConfigKind::realm: return "realm";
    case ConfigKind::resource_server: return "resource server";
    case ConfigKind::role: return "role";
    case ConfigKind::group: return "group";
    case ConfigKind::client: return "client";
    case ConfigKind::trusted_issuer: return "trusted issuer";
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
  if (user.profile != issuer::Profile{}) w.key("profile").raw(issuer::print(user.profile));
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
  for (const auto& one : realm.trusted_issuers)
    rows.push_back({ConfigKind::trusted_issuer, one.issuer, issuer::print(one), true});
  return rows;
}

std::string secret_digest(const Secret& secret) {
  return base64url::encode(crypto::sha256(secret.expose("stored as its digest")));
}

// What was declared, is no longer, and is still there.
struct Gone {
  enum class Kind : std::uint8_t { realm, row, user } kind{};
  RealmId realm;
  ConfigRow row{};  // of a realm or a row
  User user{};
  std::string text() const {
    if (kind == Kind::realm) return described("realm", realm.text, RealmId(""));
    return kind == Kind::row ? described(kind_name(row.kind), row.id, realm) : described("user", user.username, realm);
  }
};

Result<void> gone_of(Tx& tx, const DeclaredRealm& realm, std::vector<Gone>& list) {
  const auto& id = realm.realm.id;
  std::set<std::pair<ConfigKind, std::string>> declared;
  for (const auto& row : rows_of(realm)) declared.emplace(row.kind, row.id);
  for (const auto& client : realm.clients) declared.emplace(ConfigKind::client, client.client.id.text);
  const auto rows = TRY(tx.config(id));
  for (const auto& row : rows)
    if (row.declared && !declared.contains({row.kind, row.id})) list.push_back({Gone::Kind::row, id, row});
  const auto names = parse_names(TRY(tx.setting(users_setting(id))).value_or("[]"));
  for (const auto& name : names) {
    if (issuer::contains(realm.users, name, [](const auto& one) { return one.user.username; })) continue;
    auto user = TRY(tx.user_by_name(id, name));
    if (user && user->enabled) list.push_back({Gone::Kind::user, id, {}, std::move(*user)});
  }
  return {};
}

Result<std::vector<Gone>> gone_of(Tx& tx, const Declaration& declaration) {
  std::vector<Gone> list;
  std::set<std::string> declared;
  for (const auto& realm : declaration.realms) {
    declared.insert(realm.realm.id.text);
    TRY_VOID(gone_of(tx, realm, list));
  }
  const auto realms = TRY(tx.realms());
  for (const auto& id : realms) {
    if (declared.contains(id.text)) continue;
    const auto rows = TRY(tx.config(id));
    for (const auto& row : rows)
      if (row.kind == ConfigKind::realm && row.declared) list.push_back({Gone::Kind::realm, id, row});
  }
  return list;
}

using Key = std::pair<std::string, std::string>;  // realm, user name

// Writes one declaration; the hashes of passwords that are to be set are at hand.
class Writing {
 public:
  Writing(Tx& tx, const DeclareOptions& options, const std::map<Key, std::string>& hashes, Declared& report)
      : tx_(tx), options_(options), hashes_(hashes), report_(report) {}

  Result<void> all(const Declaration& declaration) {
    for (const auto& realm : declaration.realms) TRY_VOID(one(realm));
    const auto gone = TRY(gone_of(tx_, declaration));
    std::map<std::string, std::vector<std::string>> users;  // still ours to report
    for (const auto& realm : declaration.realms)
      for (const auto& declared : realm.users) users[realm.realm.id.text].push_back(declared.user.username);
    for (const auto& one : gone) {
      if (options_.vanished == Vanished::prune)
        TRY_VOID(remove(one));
      else if (one.kind == Gone::Kind::user)
        users[one.realm.text].push_back(one.user.username);
      (options_.vanished == Vanished::prune ? report_.pruned : report_.kept).push_back(one.text());
    }
    for (const auto& realm : declaration.realms)
      TRY_VOID(tx_.put_setting(users_setting(realm.realm.id), print_names(users[realm.realm.id.text])));
    return end_tokens();
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
      if (found != there.end()) note(id, TRY(endings(*found->second, &row)));
      TRY_VOID(tx_.put_config(id, row));
    }
    for (const auto& declared : realm.users) TRY_VOID(user(id, declared.user));
    return tx_.bump_config_version(id);
  }

  // The secret of a client that is there stays: the file sets the first value only.
  Result<ConfigRow> client_row(const RealmId& realm, const DeclaredClient& declared, const ConfigRow* before) {
    Client client = declared.client, was;
    if (client.name.empty()) client.name = client.id.text;
    if (before) was = TRY(issuer::parse_client(before->body));
    switch (client.auth) {
      case ClientAuth::none:
      case ClientAuth::private_key_jwt: break;
      case ClientAuth::client_secret_basic:
      case ClientAuth::client_secret_post:
        client.secret_digests = was.secret_digests;
        if (client.secret_digests.empty()) client.secret_digests = {secret_digest(declared.secret)};
        break;
      case ClientAuth::client_secret_jwt:
        client.sealed_secret = was.sealed_secret;
        if (client.sealed_secret.empty()) client.sealed_secret = sealed_secret(realm, declared.secret);
        break;
    }
    return ConfigRow{ConfigKind::client, client.id.text, issuer::print(client), true};
  }

  std::string sealed_secret(const RealmId& realm, const Secret& secret) const {
    return issuer::SealKeys(realm, options_.masters)
        .seal(issuer::SealKind::client_secret, secret.expose_text("sealed before it is stored"));
  }

  Result<void> user(const RealmId& realm, User declared) {
    declared.updated = options_.now;
    const auto hash = hashes_.find({realm.text, declared.username});
    const auto there = TRY(tx_.user_by_name(realm, declared.username));
    if (!there) {
      std::array<std::byte, 16> octets;
      options_.random(octets);
      declared.id = issuer::UserId("usr_" + base64url::encode(octets));
      if (hash != hashes_.end()) declared.password_hash = hash->second;
      ENSURE(TRY(tx_.insert_user(realm, declared)), retry, "user");
      return {};
    }
    declared.id = there->id;
    if (hash != hashes_.end() && there->password_hash.empty())
      TRY_VOID(tx_.replace_password(realm, declared.id, "", hash->second));
    if (print(*there) == print(declared)) return {};
    TRY_VOID(tx_.update_user(realm, declared));
    return narrowed(*there, declared) ? end_subject(realm, declared.id) : Result<void>{};
  }

  Result<void> remove(const Gone& gone) {
    if (gone.kind == Gone::Kind::user) return disable(gone.realm, gone.user);
    if (gone.kind == Gone::Kind::realm) return remove_realm(gone.realm);
    return remove_row(gone.realm, gone.row);
  }

  Result<void> remove_row(const RealmId& realm, const ConfigRow& row) {
    note(realm, TRY(endings(row, nullptr)));
    TRY_VOID(tx_.remove_config(realm, row.kind, row.id));
    return row.kind == ConfigKind::client ? tx_.remove_consents(realm, issuer::ClientId(row.id)) : Result<void>{};
  }

  Result<void> disable(const RealmId& realm, User user) {
    user.enabled = false;
    user.updated = options_.now;
    TRY_VOID(tx_.update_user(realm, user));
    return end_subject(realm, user.id);
  }

  // After the person was changed: see every_subject_of.
  Result<void> end_subject(const RealmId& realm, const issuer::UserId& user) {
    std::map<issuer::ClientId, Client> clients;
    for (const auto& row : TRY(tx_.config(realm)))
      if (row.kind == ConfigKind::client) clients.emplace(row.id, TRY(issuer::parse_client(row.body)));
    const auto salt = TRY(salt_of(tx_, realm, issuer::SealKeys(realm, options_.masters)));
    for (const auto& subject : TRY(issuer::every_subject_of(tx_, realm, user, clients, salt.get())))
      note(realm, {{FactKind::subject, subject}});
    // The fact has ended the sessions, too: their clients are told, as of every session that ends.
    for (const auto& session : TRY(tx_.sessions_of(realm, user)))
      if (TRY(tx_.end_session(realm, session.id)))
        TRY_VOID(issuer::enqueue_logouts(tx_, realm, session.id, clients, options_.now));
    return {};
  }

  // Its people and keys stay: neither ids nor numbers may be given again if it is declared once more.
  Result<void> remove_realm(const RealmId& realm) {
    const auto rows = TRY(tx_.config(realm));
    for (const auto& row : rows) TRY_VOID(remove_row(realm, row));
    const auto users = TRY(tx_.users(realm));
    for (const auto& user : users)
      if (user.enabled) TRY_VOID(disable(realm, user));
    note(realm, {{FactKind::realm, ""}});
    return tx_.bump_config_version(realm);
  }

  void note(const RealmId& realm, const std::vector<Ending>& list) {
    for (const auto& ending : list) ended_.emplace(realm, ending);
  }

  Result<void> end_tokens() {
    for (const auto& [realm, ending] : ended_)
      TRY_VOID(tx_.append_fact(realm, issuer::new_fact(ending.first, ending.second, options_.now)));
    return {};
  }

  Tx& tx_;
  const DeclareOptions& options_;
  const std::map<Key, std::string>& hashes_;
  Declared& report_;
  std::set<std::pair<RealmId, Ending>> ended_;
};

// Declared users that have a password, and none in the store.
Result<std::vector<std::pair<Key, const Secret*>>> without_hash(Tx& tx, const Declaration& declaration) {
  std::vector<std::pair<Key, const Secret*>> list;
  for (const auto& realm : declaration.realms)
    for (const auto& user : realm.users) {
      if (user.password.empty()) continue;
      const auto there = TRY(tx.user_by_name(realm.realm.id, user.user.username));
      if (!there || there->password_hash.empty())
        list.emplace_back(Key(realm.realm.id.text, user.user.username), &user.password);
    }
  return list;
}

struct Before {
  Declared report{};
  bool to_write = false;
  std::vector<std::pair<Key, const Secret*>> to_hash{};
};

Result<Before> look(Tx& tx, const Declaration& declaration, const std::string& digest, const DeclareOptions& options) {
  Before before;
  const auto applied = TRY(tx.setting(kDigestSetting));
  if (applied && *applied != digest && options.apply == Apply::first) {
    before.report.outcome = Declared::Outcome::differs;
  } else if (applied == digest && options.vanished == Vanished::keep) {
    const auto gone = TRY(gone_of(tx, declaration));
    for (const auto& one : gone) before.report.kept.push_back(one.text());
  } else {
    before.to_write = true;
    before.to_hash = TRY(without_hash(tx, declaration));
  }
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
    before = look(tx, declaration, digest, options);
    return issuer::Outcome::roll_back;
  });
  if (!looked) return store_failed("compared with", looked.error());
  if (!before) return store_failed("compared with", before.error());
  if (!before->to_write) return before->report;
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
    report = Declared{.outcome = Declared::Outcome::written};
    written = Writing(tx, options, hashes, report).all(declaration);
    if (written) written = tx.put_setting(kDigestSetting, digest);
    return written ? issuer::Outcome::commit : issuer::Outcome::roll_back;
  });
  if (!wrote) return store_failed("written to", wrote.error());
  if (!written) return store_failed("written to", written.error());
  return report;
}

}  // namespace tessera::server
