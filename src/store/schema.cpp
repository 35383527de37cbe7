#include "store/schema.hpp"

#include "store/open.hpp"

namespace tessera::store {

namespace {

// Bytes are base64url, times microseconds since 1970, lists JSON, scopes words with spaces between them.
constexpr const char* kVersion1[] = {
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)",

    "CREATE TABLE realm_state (realm TEXT PRIMARY KEY, config_version BIGINT NOT NULL, fact_number BIGINT NOT NULL)",

    "CREATE TABLE config (realm TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, "
    "declared BIGINT NOT NULL, PRIMARY KEY (realm, kind, id))",

    "CREATE TABLE users (realm TEXT NOT NULL, id TEXT NOT NULL, username TEXT NOT NULL, password_hash TEXT NOT NULL, "
    "enabled BIGINT NOT NULL, name TEXT NOT NULL, given_name TEXT NOT NULL, family_name TEXT NOT NULL, "
    "email TEXT NOT NULL, email_verified BIGINT NOT NULL, roles TEXT NOT NULL, groups TEXT NOT NULL, "
    "failures BIGINT NOT NULL, updated BIGINT NOT NULL, PRIMARY KEY (realm, id))",
    "CREATE UNIQUE INDEX users_by_username ON users (realm, username)",

    "CREATE TABLE sessions (realm TEXT NOT NULL, id TEXT NOT NULL, cookie_digest TEXT NOT NULL, user_id TEXT NOT NULL, "
    "created BIGINT NOT NULL, authenticated BIGINT NOT NULL, seen BIGINT NOT NULL, rev BIGINT NOT NULL, "
    "ended BIGINT NOT NULL, PRIMARY KEY (realm, id))",
    "CREATE UNIQUE INDEX sessions_by_cookie ON sessions (realm, cookie_digest)",
    "CREATE INDEX sessions_by_age ON sessions (realm, seen)",

    "CREATE TABLE grants (realm TEXT NOT NULL, id TEXT NOT NULL, session_id TEXT NOT NULL, user_id TEXT NOT NULL, "
    "client_id TEXT NOT NULL, scope TEXT NOT NULL, audience TEXT NOT NULL, nonce TEXT NOT NULL, "
    "authenticated BIGINT NOT NULL, created BIGINT NOT NULL, used BIGINT NOT NULL, generation BIGINT NOT NULL, "
    "refreshed TEXT NOT NULL, rev BIGINT NOT NULL, offline BIGINT NOT NULL, ended BIGINT NOT NULL, PRIMARY KEY (realm, "
    "id))",
    "CREATE INDEX grants_by_session ON grants (realm, session_id, client_id)",
    "CREATE INDEX grants_by_age ON grants (realm, used)",

    "CREATE TABLE consents (realm TEXT NOT NULL, user_id TEXT NOT NULL, client_id TEXT NOT NULL, scope TEXT NOT NULL, "
    "given BIGINT NOT NULL, PRIMARY KEY (realm, user_id, client_id))",

    "CREATE TABLE facts (realm TEXT NOT NULL, number BIGINT NOT NULL, kind BIGINT NOT NULL, value TEXT NOT NULL, "
    "expires BIGINT NOT NULL, PRIMARY KEY (realm, number))",

    "CREATE TABLE signing_keys (realm TEXT NOT NULL, kid TEXT NOT NULL, alg TEXT NOT NULL, state TEXT NOT NULL, "
    "sealed_jwk TEXT NOT NULL, created BIGINT NOT NULL, changed BIGINT NOT NULL, PRIMARY KEY (realm, kid))",
};

constexpr const char* kVersion2[] = {
    "ALTER TABLE users ADD COLUMN profile TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE grants ADD COLUMN id_token_claims TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE grants ADD COLUMN userinfo_claims TEXT NOT NULL DEFAULT ''",
    // The scope releases more than the name now, which is all that was allowed.
    "UPDATE consents SET scope = TRIM(REPLACE(' ' || scope || ' ', ' profile ', ' '))",
    "CREATE TABLE used_ids (realm TEXT NOT NULL, id TEXT NOT NULL, expires BIGINT NOT NULL, PRIMARY KEY (realm, id))",
    "CREATE INDEX used_ids_by_age ON used_ids (realm, expires)",
    "CREATE TABLE logos (realm TEXT NOT NULL, client_id TEXT NOT NULL, type TEXT NOT NULL, octets TEXT NOT NULL, "
    "PRIMARY KEY (realm, client_id))",
    "CREATE TABLE registered_clients (realm TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, metadata TEXT NOT "
    "NULL, token_digest TEXT NOT NULL, created BIGINT NOT NULL, PRIMARY KEY (realm, id))",
    "CREATE INDEX grants_by_user ON grants (realm, user_id)",
    "ALTER TABLE grants ADD COLUMN jkt TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX sessions_by_user ON sessions (realm, user_id)",
    "CREATE TABLE device_codes (realm TEXT NOT NULL, digest TEXT NOT NULL, user_code_digest TEXT NOT NULL, "
    "client_id TEXT NOT NULL, scope TEXT NOT NULL, audience TEXT NOT NULL, expires BIGINT NOT NULL, "
    "state TEXT NOT NULL, session_id TEXT NOT NULL, user_id TEXT NOT NULL, authenticated BIGINT NOT NULL, "
    "poll_interval BIGINT NOT NULL, next_poll BIGINT NOT NULL, PRIMARY KEY (realm, digest))",
    "CREATE UNIQUE INDEX device_codes_by_user_code ON device_codes (realm, user_code_digest)",
    "CREATE INDEX device_codes_by_user ON device_codes (realm, user_id)",
    "CREATE INDEX device_codes_by_age ON device_codes (realm, expires)",
    "CREATE TABLE logouts (realm TEXT NOT NULL, session_id TEXT NOT NULL, client_id TEXT NOT NULL, "
    "user_id TEXT NOT NULL, attempts BIGINT NOT NULL, due BIGINT NOT NULL, PRIMARY KEY (realm, session_id, client_id))",
    "CREATE INDEX logouts_by_time ON logouts (realm, due)",
    "CREATE INDEX consents_by_client ON consents (realm, client_id)",
    "CREATE INDEX registered_clients_by_age ON registered_clients (realm, created, id)",
    "ALTER TABLE registered_clients ADD COLUMN vouched_for BIGINT NOT NULL DEFAULT 0",
};

constexpr Migration kMigrations[] = {{1, kVersion1}, {2, kVersion2}};

int current_version(Connection& connection) {
  connection.plain("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)");
  const auto rows = connection.rows("SELECT version FROM schema_version ORDER BY version DESC LIMIT 1");
  return rows.empty() ? 0 : static_cast<int>(rows.front().number(0));
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }
int schema_version() { return kMigrations[std::size(kMigrations) - 1].version; }

void migrate(Connection& connection) {
  const bool sqlite = connection.engine() == Engine::sqlite;
  connection.plain(sqlite ? "BEGIN IMMEDIATE" : "BEGIN");
  try {
    if (!sqlite) {
      // Another node may be migrating, for as long as that takes.
      connection.plain("SET LOCAL lock_timeout = 0");
      connection.plain("SET LOCAL statement_timeout = 0");
      connection.plain("SELECT pg_advisory_xact_lock(8364711946)");
    }
    const int found = current_version(connection);
    if (found > schema_version()) throw NewerSchema{found};
    for (const auto& migration : kMigrations) {
      if (migration.version <= found) continue;
      for (const char* statement : migration.statements) connection.plain(statement);
      connection.run("INSERT INTO schema_version (version) VALUES (:a)", {std::int64_t{migration.version}});
    }
    connection.plain("COMMIT");
  } catch (...) {
    try {
      connection.plain("ROLLBACK");
    } catch (const SqlError&) {
      // The first failure is the one to tell.
    }
    throw;
  }
}

}  // namespace tessera::store
