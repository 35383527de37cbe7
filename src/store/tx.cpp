#include "store/tx.hpp"

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "issuer/model/codec.hpp"
#include "json/json.hpp"

namespace tessera::store {

using namespace issuer;

namespace {

std::int64_t us(Instant t) { return t.time_since_epoch().count(); }
Instant instant(std::int64_t t) { return Instant(microseconds(t)); }
std::int64_t flag(bool value) { return value ? 1 : 0; }
std::string text(std::string_view view) { return std::string(view); }

std::string list_text(const std::vector<std::string>& list) {
  json::Writer out;
  out.begin_array();
  for (const auto& item : list) out.string(item);
  out.end_array();
  return out.take();
}

std::vector<std::string> list_of(const std::string& text) {
  std::vector<std::string> out;
  json::Document document;
  const auto value = document.parse(text);
  const auto array = value ? value->array() : std::nullopt;
  if (array)
    for (const json::Value item : *array) out.emplace_back(item.string().value_or(""));
  return out;
}

std::string words_text(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) (out += out.empty() ? "" : " ") += word;
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = text.find(' ');
    out.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
  return out;
}

// A later version's text, that this one cannot read, is as good as none.
Profile profile_of(std::string_view text) { return issuer::parse_profile(text).value_or(Profile{}); }

constexpr const char* kUserColumns =
    "id, username, password_hash, enabled, name, given_name, family_name, email, email_verified, roles, groups, "
    "failures, updated, profile";

User user_of(const Row& row) {
  User user;
  user.id = UserId(row.text(0));
  user.username = row.text(1);
  user.password_hash = row.text(2);
  user.enabled = row.flag(3);
  user.name = row.text(4);
  user.given_name = row.text(5);
  user.family_name = row.text(6);
  user.email = row.text(7);
  user.email_verified = row.flag(8);
  user.roles = list_of(row.text(9));
  user.groups = list_of(row.text(10));
  user.failures = row.number(11);
  user.updated = instant(row.number(12));
  user.profile = profile_of(row.text(13));
  return user;
}

constexpr const char* kSessionColumns = "id, cookie_digest, user_id, created, authenticated, seen, rev, ended";

Session session_of(const Row& row) {
  Session session;
  session.id = SessionId(row.text(0));
  session.cookie_digest = row.text(1);
  session.user = UserId(row.text(2));
  session.created = instant(row.number(3));
  session.authenticated = instant(row.number(4));
  session.seen = instant(row.number(5));
  session.rev = row.number(6);
  session.ended = row.flag(7);
  return session;
}

constexpr const char* kGrantColumns =
    "id, session_id, user_id, client_id, scope, audience, nonce, authenticated, created, used, generation, refreshed, "
    "rev, offline, ended, id_token_claims, userinfo_claims, jkt";

Grant grant_of(const Row& row) {
  Grant grant;
  grant.id = GrantId(row.text(0));
  grant.session = SessionId(row.text(1));
  grant.user = UserId(row.text(2));
  grant.client = ClientId(row.text(3));
  grant.scope = words_of(row.text(4));
  grant.audience = row.text(5);
  grant.nonce = row.text(6);
  grant.authenticated = instant(row.number(7));
  grant.created = instant(row.number(8));
  grant.used = instant(row.number(9));
  grant.generation = row.number(10);
  grant.refreshed = words_of(row.text(11));
  grant.rev = row.number(12);
  grant.offline = row.flag(13);
  grant.ended = row.flag(14);
  grant.claims.id_token = words_of(row.text(15));
  grant.claims.userinfo = words_of(row.text(16));
  grant.jkt = row.text(17);
  return grant;
}

constexpr std::string_view kDeviceStates[] = {"pending", "allowed", "denied", "redeemed"};
std::string state_text(DeviceState state) { return text(kDeviceStates[static_cast<std::size_t>(state)]); }

DeviceState device_state_of(const std::string& name) {
  for (std::size_t i = 0; i < std::size(kDeviceStates); ++i)
    if (kDeviceStates[i] == name) return static_cast<DeviceState>(i);
  return DeviceState::denied;
}

constexpr const char* kDeviceCodeColumns =
    "digest, user_code_digest, client_id, scope, audience, expires, state, session_id, user_id, authenticated";

DeviceCode device_code_of(const Row& row) {
  DeviceCode code;
  code.digest = row.text(0);
  code.user_code_digest = row.text(1);
  code.client = ClientId(row.text(2));
  code.scope = words_of(row.text(3));
  code.audience = row.text(4);
  code.expires = instant(row.number(5));
  code.state = device_state_of(row.text(6));
  code.session = SessionId(row.text(7));
  code.user = UserId(row.text(8));
  code.authenticated = instant(row.number(9));
  return code;
}

template <class T>
std::vector<T> ids_of(const std::vector<Row>& rows) {
  std::vector<T> ids;
  for (const auto& row : rows) ids.emplace_back(row.text(0));
  return ids;
}

template <class T, class Make>
std::optional<T> first(const std::vector<Row>& rows, Make make) {
  if (rows.empty()) return std::nullopt;
  return make(rows.front());
}

constexpr const char* kRegisteredColumns = "body, metadata, token_digest, created";

Result<std::optional<RegisteredClient>> registered_of(const std::vector<Row>& rows) {
  if (rows.empty()) return std::optional<RegisteredClient>();
  const Row& row = rows.front();
  auto client = TRY(parse_client(row.text(0)));
  return std::optional(RegisteredClient{std::move(client), row.text(1), row.text(2), instant(row.number(3))});
}

constexpr std::string_view kKinds[] = {"realm", "resource_server", "role", "group", "client", "trusted_issuer"};
std::string kind_text(ConfigKind kind) { return text(kKinds[static_cast<std::size_t>(kind)]); }

std::optional<ConfigKind> kind_of(const std::string& name) {
  for (std::size_t i = 0; i < std::size(kKinds); ++i)
    if (kKinds[i] == name) return static_cast<ConfigKind>(i);
  return std::nullopt;
}

constexpr std::string_view kStates[] = {"next", "active", "retired"};
std::string state_text(KeyState state) { return text(kStates[static_cast<std::size_t>(state)]); }

KeyState state_of(const std::string& name) {
  for (std::size_t i = 0; i < std::size(kStates); ++i)
    if (kStates[i] == name) return static_cast<KeyState>(i);
  return KeyState::retired;
}

}  // namespace

Ran run_work(Connection& connection, Access access, Store::Work& work) {
  SqlTx tx(connection, access);
  try {
    const Outcome outcome = work(tx);
    return {outcome, tx.failure()};
  } catch (const SqlError& error) {
    return {Outcome::roll_back, error};
  } catch (const std::exception&) {  // its text may hold anything
    return {Outcome::roll_back, SqlError("the work of a transaction threw an exception", "")};
  }
}

std::unexpected<Error> SqlTx::failed(const SqlError& error) {
  if (!failure_) failure_ = error;
  return fail(error.may_run_again() ? Err::retry : Err::unavailable, "store");
}

Result<std::vector<Row>> SqlTx::read(std::string_view sql, const Args& args) {
  if (failure_) return fail(Err::unavailable, "store");
  try {
    return sql_.rows(sql, args);
  } catch (const SqlError& error) {
    return failed(error);
  }
}

Result<std::vector<Row>> SqlTx::write_returning(std::string_view sql, const Args& args) {
  INVARIANT(access_ == Access::write, "a write in a transaction that reads");
  return read(sql, args);
}

Result<std::int64_t> SqlTx::write(std::string_view sql, const Args& args) {
  INVARIANT(access_ == Access::write, "a write in a transaction that reads");
  if (failure_) return fail(Err::unavailable, "store");
  try {
    return sql_.run(sql, args);
  } catch (const SqlError& error) {
    return failed(error);
  }
}

// ── people ──

Result<std::optional<User>> SqlTx::user_by_name(const RealmId& realm, std::string_view canonical) {
  static const auto kSql = std::string("SELECT ") + kUserColumns + " FROM users WHERE realm = :a AND username = :b";
  return first<User>(TRY(read(kSql, {realm.text, text(canonical)})), user_of);
}

Result<std::optional<User>> SqlTx::user(const RealmId& realm, const UserId& id) {
  static const auto kSql = std::string("SELECT ") + kUserColumns + " FROM users WHERE realm = :a AND id = :b";
  return first<User>(TRY(read(kSql, {realm.text, id.text})), user_of);
}

Result<std::optional<User>> SqlTx::hold_user(const RealmId& realm, const UserId& id) {
  if (sql_.engine() == Engine::sqlite) return user(realm, id);  // has one writer
  static const auto kSql =
      std::string("SELECT ") + kUserColumns + " FROM users WHERE realm = :a AND id = :b FOR UPDATE";
  return first<User>(TRY(read(kSql, {realm.text, id.text})), user_of);
}

Result<std::vector<User>> SqlTx::users(const RealmId& realm) {
  static const auto kSql = std::string("SELECT ") + kUserColumns + " FROM users WHERE realm = :a ORDER BY username";
  std::vector<User> out;
  for (const auto& row : TRY(read(kSql, {realm.text}))) out.push_back(user_of(row));
  return out;
}

Result<bool> SqlTx::insert_user(const RealmId& realm, const User& user) {
  return TRY(write(
             "INSERT INTO users (realm, id, username, password_hash, enabled, name, given_name, family_name, email, "
             "email_verified, roles, groups, failures, updated, profile) VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, "
             ":j, :k, :l, 0, :m, :n) ON CONFLICT DO NOTHING",
             {realm.text, user.id.text, user.username, user.password_hash, flag(user.enabled), user.name,
              user.given_name, user.family_name, user.email, flag(user.email_verified), list_text(user.roles),
              list_text(user.groups), us(user.updated), print(user.profile)})) == 1;
}

Result<bool> SqlTx::update_user(const RealmId& realm, const User& user) {
  return TRY(write(
             "UPDATE users SET username = :a, enabled = :b, name = :c, given_name = :d, family_name = :e, email = :f, "
             "email_verified = :g, roles = :h, groups = :i, updated = :j, profile = :k WHERE realm = :l AND id = :m "
             "AND "
             "NOT EXISTS (SELECT 1 FROM users u WHERE u.realm = :n AND u.username = :o AND u.id <> :p)",
             {user.username, flag(user.enabled), user.name, user.given_name, user.family_name, user.email,
              flag(user.email_verified), list_text(user.roles), list_text(user.groups), us(user.updated),
              print(user.profile), realm.text, user.id.text, realm.text, user.username, user.id.text})) == 1;
}

Result<bool> SqlTx::replace_password(const RealmId& realm, const UserId& id, std::string_view old_hash,
                                     std::string_view new_hash) {
  return TRY(write("UPDATE users SET password_hash = :a WHERE realm = :b AND id = :c AND password_hash = :d",
                   {text(new_hash), realm.text, id.text, text(old_hash)})) == 1;
}

Result<void> SqlTx::count_login_failure(const RealmId& realm, const UserId& id) {
  TRY_VOID(write("UPDATE users SET failures = failures + 1 WHERE realm = :a AND id = :b", {realm.text, id.text}));
  return {};
}

Result<void> SqlTx::clear_login_failures(const RealmId& realm, const UserId& id) {
  TRY_VOID(write("UPDATE users SET failures = 0 WHERE realm = :a AND id = :b AND failures > 0", {realm.text, id.text}));
  return {};
}

// ── sessions ──

Result<void> SqlTx::insert_session(const RealmId& realm, const Session& s) {
  const auto inserted = TRY(write(
      "INSERT INTO sessions (realm, id, cookie_digest, user_id, created, authenticated, seen, rev, ended) VALUES (:a, "
      ":b, "
      ":c, :d, :e, :f, :g, :h, 0) ON CONFLICT DO NOTHING",
      {realm.text, s.id.text, s.cookie_digest, s.user.text, us(s.created), us(s.authenticated), us(s.seen), s.rev}));
  ENSURE(inserted == 1, conflict, "session");  // both are random: never, unless randomness is broken
  return {};
}

Result<std::optional<Session>> SqlTx::session_by_cookie(const RealmId& realm, std::string_view digest) {
  static const auto kSql =
      std::string("SELECT ") + kSessionColumns + " FROM sessions WHERE realm = :a AND cookie_digest = :b";
  return first<Session>(TRY(read(kSql, {realm.text, text(digest)})), session_of);
}

Result<std::optional<Session>> SqlTx::session(const RealmId& realm, const SessionId& id) {
  static const auto kSql = std::string("SELECT ") + kSessionColumns + " FROM sessions WHERE realm = :a AND id = :b";
  return first<Session>(TRY(read(kSql, {realm.text, id.text})), session_of);
}

Result<std::optional<Session>> SqlTx::hold_session(const RealmId& realm, const SessionId& id) {
  if (sql_.engine() == Engine::sqlite) return session(realm, id);  // has one writer
  static const auto kSql =
      std::string("SELECT ") + kSessionColumns + " FROM sessions WHERE realm = :a AND id = :b FOR UPDATE";
  return first<Session>(TRY(read(kSql, {realm.text, id.text})), session_of);
}

Result<void> SqlTx::touch_session(const RealmId& realm, const SessionId& id, Instant now) {
  TRY_VOID(write("UPDATE sessions SET seen = :a WHERE realm = :b AND id = :c AND seen <= :d AND ended = 0",
                 {us(now), realm.text, id.text, us(now - minutes(1))}));
  return {};
}

Result<bool> SqlTx::renew_session(const RealmId& realm, const SessionId& id, std::string_view old_digest,
                                  std::string_view new_digest, Instant authenticated) {
  return TRY(write(
             "UPDATE sessions SET cookie_digest = :a, authenticated = :b, seen = :c WHERE realm = :d AND id = :e AND "
             "cookie_digest = :f AND ended = 0",
             {text(new_digest), us(authenticated), us(authenticated), realm.text, id.text, text(old_digest)})) == 1;
}

Result<bool> SqlTx::end_session(const RealmId& realm, const SessionId& id) {
  return TRY(write("UPDATE sessions SET ended = 1 WHERE realm = :a AND id = :b AND ended = 0",
                   {realm.text, id.text})) == 1;
}

Result<std::vector<Session>> SqlTx::sessions_of(const RealmId& realm, const UserId& user) {
  static const auto kSql = std::string("SELECT ") + kSessionColumns +
                           " FROM sessions WHERE realm = :a AND user_id = :b AND ended = 0 ORDER BY seen DESC, id";
  std::vector<Session> out;
  for (const auto& row : TRY(read(kSql, {realm.text, user.text}))) out.push_back(session_of(row));
  return out;
}

// ── logouts that clients are yet to be told of ──

Result<std::vector<ClientId>> SqlTx::clients_of(const RealmId& realm, const SessionId& session) {
  std::vector<ClientId> out;
  for (const auto& row : TRY(read("SELECT DISTINCT client_id FROM grants WHERE realm = :a AND session_id = :b ORDER BY "
                                  "client_id",
                                  {realm.text, session.text})))
    out.emplace_back(row.text(0));
  return out;
}

Result<void> SqlTx::insert_logout(const RealmId& realm, const SessionId& session, const ClientId& client, Instant now) {
  TRY_VOID(
      write("INSERT INTO logouts (realm, session_id, client_id, user_id, attempts, due) SELECT realm, id, :a, user_id, "
            "0, :b FROM sessions WHERE realm = :c AND id = :d ON CONFLICT DO NOTHING",
            {client.text, us(now), realm.text, session.text}));
  return {};
}

Result<std::vector<PendingLogout>> SqlTx::due_logouts(const RealmId& realm, Instant now, std::int64_t most,
                                                      std::int64_t most_of_one) {
  std::vector<PendingLogout> out;
  for (const auto& row :
       TRY(read("SELECT session_id, client_id, user_id, attempts FROM (SELECT session_id, client_id, user_id, "
                "attempts, due, ROW_NUMBER() OVER (PARTITION BY client_id ORDER BY due, session_id) AS place FROM "
                "logouts WHERE realm = :a AND due <= :b) AS waiting WHERE place <= :c ORDER BY CASE WHEN attempts = 0 "
                "THEN 0 ELSE 1 END, "
                "place, due, session_id, "
                "client_id LIMIT :d",
                {realm.text, us(now), most_of_one, most})))
    out.push_back({SessionId(row.text(0)), ClientId(row.text(1)), UserId(row.text(2)), row.number(3)});
  return out;
}

Result<bool> SqlTx::begin_logout(const RealmId& realm, const PendingLogout& one, Instant next) {
  return TRY(write("UPDATE logouts SET attempts = attempts + 1, due = :a WHERE realm = :b AND session_id = :c AND "
                   "client_id = :d AND attempts = :e",
                   {us(next), realm.text, one.session.text, one.client.text, one.attempts})) == 1;
}

Result<bool> SqlTx::remove_logout(const RealmId& realm, const SessionId& session, const ClientId& client) {
  return TRY(write("DELETE FROM logouts WHERE realm = :a AND session_id = :b AND client_id = :c",
                   {realm.text, session.text, client.text})) == 1;
}

// ── grants ──

Result<Redeemed> SqlTx::redeem_code(const RealmId& realm, const Grant& g, std::vector<GrantId>& ended) {
  TRY_VOID(hold_session(realm, g.session));  // two of one session at once would each miss the other's when they count
  const auto inserted = TRY(write(
      "INSERT INTO grants (realm, id, session_id, user_id, client_id, scope, audience, nonce, authenticated, "
      "created, used, "
      "generation, refreshed, rev, offline, ended, id_token_claims, userinfo_claims, jkt) VALUES (:a, :b, :c, :d, "
      ":e, :f, :g, :h, :i, :j, :k, :l, '', :m, :n, 0, :o, :p, :q) ON CONFLICT DO NOTHING",
      {realm.text, g.id.text, g.session.text, g.user.text, g.client.text, words_text(g.scope), g.audience, g.nonce,
       us(g.authenticated), us(g.created), us(g.used), g.generation, g.rev, flag(g.offline),
       words_text(g.claims.id_token), words_text(g.claims.userinfo), g.jkt}));
  if (inserted == 0) return Redeemed::again;
  // The new one stays whatever the clocks of two nodes say.
  const auto surplus =
      TRY(read("SELECT id FROM grants WHERE realm = :a AND session_id = :b AND client_id = :c AND "
               "ended = 0 AND id <> :d ORDER BY created DESC, id LIMIT 1000 OFFSET 9",
               {realm.text, g.session.text, g.client.text, g.id.text}));
  for (const auto& row : surplus)
    if (TRY(end_grant(realm, GrantId(row.text(0))))) ended.emplace_back(row.text(0));
  return Redeemed::first;
}

Result<std::optional<Grant>> SqlTx::grant(const RealmId& realm, const GrantId& id) {
  static const auto kSql = std::string("SELECT ") + kGrantColumns + " FROM grants WHERE realm = :a AND id = :b";
  return first<Grant>(TRY(read(kSql, {realm.text, id.text})), grant_of);
}

Result<Rotation> SqlTx::rotate_refresh(const RealmId& realm, const GrantId& id, const RefreshUse& use) {
  const auto moved = TRY(
      write("UPDATE grants SET generation = generation + 1, used = :a, refreshed = :b, jkt = :c WHERE realm = :d AND "
            "id = :e AND generation = :f AND ended = 0",
            {us(use.now), words_text(use.scope), use.jkt, realm.text, id.text, use.presented}));
  if (moved == 1) return Rotation{Rotation::Kind::rotated, use.presented + 1};
  const auto found = TRY(grant(realm, id));
  if (!found || found->ended) return Rotation{Rotation::Kind::gone, 0};
  if (found->generation == use.presented + 1 && use.now <= found->used + use.grace)
    return Rotation{Rotation::Kind::retry, found->generation, found->refreshed, found->jkt};
  return Rotation{Rotation::Kind::reused, found->generation};
}

Result<std::vector<ClientId>> SqlTx::clients_with_grants(const RealmId& realm, const UserId& user) {
  std::vector<ClientId> out;
  for (const auto& row : TRY(read("SELECT DISTINCT client_id FROM grants WHERE realm = :a AND user_id = :b AND "
                                  "ended = 0 ORDER BY client_id",
                                  {realm.text, user.text})))
    out.emplace_back(row.text(0));
  return out;
}

Result<bool> SqlTx::end_grant(const RealmId& realm, const GrantId& id) {
  return TRY(write("UPDATE grants SET ended = 1 WHERE realm = :a AND id = :b AND ended = 0", {realm.text, id.text})) ==
         1;
}

Result<std::vector<Grant>> SqlTx::grants_of(const RealmId& realm, const UserId& user) {
  static const auto kSql = std::string("SELECT ") + kGrantColumns +
                           " FROM grants WHERE realm = :a AND user_id = :b AND ended = 0 ORDER BY created DESC, id";
  std::vector<Grant> out;
  for (const auto& row : TRY(read(kSql, {realm.text, user.text}))) out.push_back(grant_of(row));
  return out;
}

// ── device codes ──

namespace {
constexpr microseconds kPollInterval = seconds(5);  // at first, and what each poll that comes too soon adds
}

Result<bool> SqlTx::insert_device_code(const RealmId& realm, const DeviceCode& c) {
  return TRY(write(
             "INSERT INTO device_codes (realm, digest, user_code_digest, client_id, scope, audience, expires, state, "
             "session_id, user_id, authenticated, poll_interval, next_poll) VALUES (:a, :b, :c, :d, :e, :f, :g, :h, "
             "'', '', 0, :i, 0) ON CONFLICT DO NOTHING",
             {realm.text, c.digest, c.user_code_digest, c.client.text, words_text(c.scope), c.audience, us(c.expires),
              state_text(DeviceState::pending), kPollInterval.count()})) == 1;
}

Result<std::optional<DeviceCode>> SqlTx::device_code(const RealmId& realm, std::string_view digest) {
  static const auto kSql =
      std::string("SELECT ") + kDeviceCodeColumns + " FROM device_codes WHERE realm = :a AND digest = :b";
  return first<DeviceCode>(TRY(read(kSql, {realm.text, text(digest)})), device_code_of);
}

Result<std::optional<DeviceCode>> SqlTx::device_code_by_user_code(const RealmId& realm, std::string_view digest) {
  static const auto kSql =
      std::string("SELECT ") + kDeviceCodeColumns + " FROM device_codes WHERE realm = :a AND user_code_digest = :b";
  return first<DeviceCode>(TRY(read(kSql, {realm.text, text(digest)})), device_code_of);
}

Result<bool> SqlTx::decide_device_code(const RealmId& realm, const DeviceCode& c, Instant now) {
  return TRY(write(
             "UPDATE device_codes SET state = :a, session_id = :b, user_id = :c, authenticated = :d WHERE realm = :e "
             "AND digest = :f AND state = 'pending' AND expires > :g",
             {state_text(c.state), c.session.text, c.user.text, us(c.authenticated), realm.text, c.digest, us(now)})) ==
         1;
}

Result<bool> SqlTx::poll_device_code(const RealmId& realm, std::string_view digest, Instant now) {
  if (TRY(write("UPDATE device_codes SET next_poll = :a + poll_interval WHERE realm = :b AND digest = :c AND "
                "next_poll <= :d",
                {us(now), realm.text, text(digest), us(now)})) == 1)
    return true;
  TRY_VOID(write(
      "UPDATE device_codes SET poll_interval = poll_interval + :a, next_poll = :b + poll_interval WHERE realm = :c "
      "AND digest = :d",
      {kPollInterval.count(), us(now + kPollInterval), realm.text, text(digest)}));
  return false;
}

Result<bool> SqlTx::redeem_device_code(const RealmId& realm, std::string_view digest) {
  return TRY(write("UPDATE device_codes SET state = 'redeemed' WHERE realm = :a AND digest = :b AND state = 'allowed'",
                   {realm.text, text(digest)})) == 1;
}

// ── consents ──

Result<std::optional<Consent>> SqlTx::consent(const RealmId& realm, const UserId& user, const ClientId& client) {
  return first<Consent>(
      TRY(read("SELECT scope, given FROM consents WHERE realm = :a AND user_id = :b AND client_id = :c",
               {realm.text, user.text, client.text})),
      [&](const Row& row) { return Consent{user, client, words_of(row.text(0)), instant(row.number(1))}; });
}

Result<void> SqlTx::put_consent(const RealmId& realm, const Consent& c) {
  TRY_VOID(
      write("INSERT INTO consents (realm, user_id, client_id, scope, given) VALUES (:a, :b, :c, :d, :e) ON CONFLICT "
            "(realm, user_id, client_id) DO UPDATE SET scope = excluded.scope, given = excluded.given",
            {realm.text, c.user.text, c.client.text, words_text(c.scope), us(c.given)}));
  return {};
}

Result<void> SqlTx::remove_consents(const RealmId& realm, const ClientId& client) {
  TRY_VOID(write("DELETE FROM consents WHERE realm = :a AND client_id = :b", {realm.text, client.text}));
  return {};
}

Result<std::vector<Consent>> SqlTx::consents_of(const RealmId& realm, const UserId& user) {
  std::vector<Consent> out;
  for (const auto& row : TRY(read("SELECT client_id, scope, given FROM consents WHERE realm = :a AND user_id = :b "
                                  "ORDER BY client_id",
                                  {realm.text, user.text})))
    out.push_back({user, ClientId(row.text(0)), words_of(row.text(1)), instant(row.number(2))});
  return out;
}

Result<Tx::TakenBack> SqlTx::take_back(const RealmId& realm, const UserId& user, const ClientId& client) {
  TRY_VOID(hold_user(realm, user));
  TakenBack taken;
  taken.consent = TRY(write("DELETE FROM consents WHERE realm = :a AND user_id = :b AND client_id = :c",
                            {realm.text, user.text, client.text})) == 1;
  TRY_VOID(
      write("UPDATE device_codes SET state = 'denied' WHERE realm = :a AND user_id = :b AND client_id = :c AND "
            "state = 'allowed'",
            {realm.text, user.text, client.text}));
  taken.grants = ids_of<GrantId>(
      TRY(write_returning("UPDATE grants SET ended = 1 WHERE realm = :a AND user_id = :b AND client_id = :c AND "
                          "ended = 0 RETURNING id",
                          {realm.text, user.text, client.text})));
  return taken;
}

// ── clients that registered themselves ──

Result<bool> SqlTx::insert_registered(const RealmId& realm, const RegisteredClient& one, std::int64_t most) {
  return TRY(write(
             "INSERT INTO registered_clients (realm, id, body, metadata, token_digest, created, vouched_for) "
             "SELECT :a, :b, :c, :d, :e, :f, :g WHERE (SELECT COUNT(*) FROM registered_clients WHERE realm = :h) < :i",
             {realm.text, one.client.id.text, print(one.client), one.metadata, one.token_digest, us(one.created),
              one.client.vouched_for ? 1 : 0, realm.text, most})) == 1;
}

Result<std::optional<RegisteredClient>> SqlTx::registered(const RealmId& realm, const ClientId& id) {
  static const auto kSql =
      std::string("SELECT ") + kRegisteredColumns + " FROM registered_clients WHERE realm = :a AND id = :b";
  return registered_of(TRY(read(kSql, {realm.text, id.text})));
}

Result<std::optional<RegisteredClient>> SqlTx::hold_registered(const RealmId& realm, const ClientId& id) {
  if (sql_.engine() == Engine::sqlite) return registered(realm, id);  // has one writer
  static const auto kSql =
      std::string("SELECT ") + kRegisteredColumns + " FROM registered_clients WHERE realm = :a AND id = :b FOR UPDATE";
  return registered_of(TRY(read(kSql, {realm.text, id.text})));
}

Result<bool> SqlTx::has_registered(const RealmId& realm) {
  return !TRY(read("SELECT id FROM registered_clients WHERE realm = :a LIMIT 1", {realm.text})).empty();
}

Result<std::vector<ClientId>> SqlTx::unused_registered(const RealmId& realm, Instant before, std::int64_t most) {
  return ids_of<ClientId>(TRY(read(
      "SELECT id FROM registered_clients r WHERE realm = :a AND created < :b AND vouched_for = 0 AND NOT "
      "EXISTS (SELECT 1 FROM consents c WHERE c.realm = r.realm AND c.client_id = r.id) ORDER BY created, id LIMIT :c",
      {realm.text, us(before), most})));
}

Result<std::vector<Tx::RegisteredId>> SqlTx::every_registered() {
  std::vector<RegisteredId> out;
  for (const auto& row :
       TRY(read("SELECT realm, id, (SELECT COUNT(*) FROM consents c WHERE c.realm = r.realm AND c.client_id = r.id) "
                "FROM registered_clients r ORDER BY realm, created, id",
                {})))
    out.push_back({RealmId(row.text(0)), ClientId(row.text(1)), row.number(2)});
  return out;
}

Result<bool> SqlTx::replace_registered(const RealmId& realm, const RegisteredClient& one) {
  return TRY(write(
             "UPDATE registered_clients SET body = :a, metadata = :b, token_digest = :c WHERE realm = :d AND id = :e",
             {print(one.client), one.metadata, one.token_digest, realm.text, one.client.id.text})) == 1;
}

Result<void> SqlTx::put_logo(const RealmId& realm, const ClientId& id, const std::optional<Logo>& logo) {
  if (!logo) {
    TRY_VOID(write("DELETE FROM logos WHERE realm = :a AND client_id = :b", {realm.text, id.text}));
    return {};
  }
  TRY_VOID(
      write("INSERT INTO logos (realm, client_id, type, octets) VALUES (:a, :b, :c, :d) ON CONFLICT (realm, "
            "client_id) DO UPDATE SET type = excluded.type, octets = excluded.octets",
            {realm.text, id.text, logo->type, base64url::encode(logo->octets)}));
  return {};
}

Result<std::optional<Logo>> SqlTx::logo(const RealmId& realm, const ClientId& id) {
  const auto rows =
      TRY(read("SELECT type, octets FROM logos WHERE realm = :a AND client_id = :b", {realm.text, id.text}));
  if (rows.empty()) return std::optional<Logo>();
  const Bytes octets = TRY(base64url::decode(rows.front().text(1)));
  return std::optional(Logo{rows.front().text(0), std::string(text_of(octets))});
}

Result<bool> SqlTx::remove_registered(const RealmId& realm, const ClientId& id) {
  if (TRY(write("DELETE FROM registered_clients WHERE realm = :a AND id = :b", {realm.text, id.text})) == 0)
    return false;
  TRY_VOID(put_logo(realm, id, std::nullopt));
  return true;
}

// ── what serves once ──

Result<bool> SqlTx::use_once(const RealmId& realm, std::string_view id, Instant until, Instant now) {
  return TRY(write(
             "INSERT INTO used_ids (realm, id, expires) VALUES (:a, :b, :c) ON CONFLICT (realm, id) DO UPDATE SET "
             "expires = excluded.expires WHERE used_ids.expires <= :d",
             {realm.text, text(id), us(until), us(now)})) == 1;
}

Result<bool> SqlTx::was_used(const RealmId& realm, std::string_view id, Instant now) {
  const auto rows = TRY(read("SELECT expires FROM used_ids WHERE realm = :a AND id = :b AND expires > :c",
                             {realm.text, text(id), us(now)}));
  return !rows.empty();
}

// ── facts ──

Result<std::int64_t> SqlTx::append_fact(const RealmId& realm, const Fact& fact) {
  // The row is locked until the commit, so that no later number becomes visible before this one.
  const auto rows =
      TRY(write_returning("INSERT INTO realm_state (realm, config_version, fact_number) VALUES (:a, 0, 1) ON CONFLICT "
                          "(realm) DO UPDATE SET fact_number = realm_state.fact_number + 1 RETURNING fact_number",
                          {realm.text}));
  ENSURE(!rows.empty(), unavailable, "store");
  const auto number = rows.front().number(0);
  TRY_VOID(write("INSERT INTO facts (realm, number, kind, value, expires) VALUES (:a, :b, :c, :d, :e)",
                 {realm.text, number, static_cast<std::int64_t>(fact.kind), fact.value, us(fact.expires)}));
  return number;
}

Result<std::vector<Fact>> SqlTx::facts_after(const RealmId& realm, std::int64_t number) {
  std::vector<Fact> out;
  for (const auto& row : TRY(read("SELECT number, kind, value, expires FROM facts WHERE realm = :a AND number > :b "
                                  "ORDER BY number",
                                  {realm.text, number})))
    out.push_back({row.number(0), static_cast<FactKind>(row.number(1)), row.text(2), instant(row.number(3))});
  return out;
}

// ── configuration ──

Result<std::vector<ConfigRow>> SqlTx::config(const RealmId& realm) {
  std::vector<ConfigRow> out;
  for (const auto& row :
       TRY(read("SELECT kind, id, body, declared FROM config WHERE realm = :a ORDER BY kind, id", {realm.text})))
    if (const auto kind = kind_of(row.text(0)))  // else of a newer binary
      out.push_back({*kind, row.text(1), row.text(2), row.flag(3)});
  return out;
}

Result<std::vector<RealmId>> SqlTx::realms() {
  std::vector<RealmId> out;
  for (const auto& row : TRY(read("SELECT realm FROM config WHERE kind = 'realm' ORDER BY realm", {})))
    out.emplace_back(row.text(0));
  return out;
}

Result<void> SqlTx::put_config(const RealmId& realm, const ConfigRow& row) {
  TRY_VOID(
      write("INSERT INTO config (realm, kind, id, body, declared) VALUES (:a, :b, :c, :d, :e) ON CONFLICT (realm, "
            "kind, id) DO UPDATE SET body = excluded.body, declared = excluded.declared",
            {realm.text, kind_text(row.kind), row.id, row.body, flag(row.declared)}));
  return {};
}

Result<bool> SqlTx::remove_config(const RealmId& realm, ConfigKind kind, std::string_view id) {
  return TRY(write("DELETE FROM config WHERE realm = :a AND kind = :b AND id = :c",
                   {realm.text, kind_text(kind), text(id)})) == 1;
}

Result<std::int64_t> SqlTx::config_version(const RealmId& realm) {
  const auto rows = TRY(read("SELECT config_version FROM realm_state WHERE realm = :a", {realm.text}));
  return rows.empty() ? 0 : rows.front().number(0);
}

Result<void> SqlTx::bump_config_version(const RealmId& realm) {
  TRY_VOID(
      write("INSERT INTO realm_state (realm, config_version, fact_number) VALUES (:a, 1, 0) ON CONFLICT (realm) DO "
            "UPDATE SET config_version = realm_state.config_version + 1",
            {realm.text}));
  return {};
}

Result<std::optional<std::string>> SqlTx::setting(std::string_view name) {
  return first<std::string>(TRY(read("SELECT value FROM setting WHERE name = :a", {text(name)})),
                            [](const Row& row) { return row.text(0); });
}

Result<void> SqlTx::put_setting(std::string_view name, std::string_view value) {
  TRY_VOID(
      write("INSERT INTO setting (name, value) VALUES (:a, :b) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            {text(name), text(value)}));
  return {};
}

Result<bool> SqlTx::insert_setting(std::string_view name, std::string_view value) {
  return TRY(write("INSERT INTO setting (name, value) VALUES (:a, :b) ON CONFLICT DO NOTHING",
                   {text(name), text(value)})) == 1;
}

// ── signing keys ──

Result<std::vector<SigningKey>> SqlTx::signing_keys(const RealmId& realm) {
  std::vector<SigningKey> out;
  for (const auto& row :
       TRY(read("SELECT kid, alg, state, sealed_jwk, created, changed FROM signing_keys WHERE realm = :a "
                "ORDER BY created, kid",
                {realm.text}))) {
    const auto alg = alg_from_name(row.text(1));
    if (!alg) continue;  // of a newer binary
    out.push_back(
        {row.text(0), *alg, state_of(row.text(2)), row.text(3), instant(row.number(4)), instant(row.number(5))});
  }
  return out;
}

Result<bool> SqlTx::insert_signing_key(const RealmId& realm, const SigningKey& key) {
  return TRY(write(
             "INSERT INTO signing_keys (realm, kid, alg, state, sealed_jwk, created, changed) VALUES (:a, :b, :c, :d, "
             ":e, :f, :g) ON CONFLICT DO NOTHING",
             {realm.text, key.kid, text(alg_name(key.alg)), state_text(key.state), key.sealed_jwk, us(key.created),
              us(key.changed)})) == 1;
}

Result<bool> SqlTx::move_signing_key(const RealmId& realm, std::string_view kid, KeyState from, KeyState to,
                                     Instant now) {
  return TRY(write("UPDATE signing_keys SET state = :a, changed = :b WHERE realm = :c AND kid = :d AND state = :e",
                   {state_text(to), us(now), realm.text, text(kid), state_text(from)})) == 1;
}

Result<std::vector<std::pair<RealmId, SigningKey>>> SqlTx::every_signing_key() {
  std::vector<std::pair<RealmId, SigningKey>> out;
  for (const auto& row : TRY(read("SELECT DISTINCT realm FROM signing_keys ORDER BY realm", {}))) {
    const RealmId realm(row.text(0));
    for (auto& key : TRY(signing_keys(realm))) out.emplace_back(realm, std::move(key));
  }
  return out;
}

Result<void> SqlTx::reseal_signing_key(const RealmId& realm, std::string_view kid, std::string_view sealed_jwk) {
  TRY_VOID(write("UPDATE signing_keys SET sealed_jwk = :a WHERE realm = :b AND kid = :c",
                 {text(sealed_jwk), realm.text, text(kid)}));
  return {};
}

// ── ageing ──

Result<std::int64_t> SqlTx::sweep(const RealmId& realm, const Sweep& sweep, std::int64_t most) {
  const auto& life = sweep.lifetimes;
  // An hour more than needed: what is younger may still explain why something is refused.
  const Instant now = sweep.now - std::chrono::hours(1);
  // A row was last used at or after its creation: one that was not used for its whole life is past it. A grant is kept
  // as long as its session may live and its last token, which may have to be revoked, and never goes before its code
  // has expired: redeemed again, that would be a first time.
  const auto sessions = now - life.session_max;
  const auto grants = now - std::max({life.refresh_idle, life.session_max, issuer::kMaxTokenLife}) - life.code;
  std::int64_t gone =
      TRY(write("DELETE FROM sessions WHERE realm = :a AND id IN (SELECT id FROM sessions WHERE realm = :b "
                "AND seen < :c ORDER BY seen LIMIT :d)",
                {realm.text, realm.text, us(sessions), most}));
  gone +=
      TRY(write("DELETE FROM grants WHERE realm = :a AND id IN (SELECT id FROM grants WHERE realm = :b AND used < :c "
                "ORDER BY used LIMIT :d)",
                {realm.text, realm.text, us(grants), most - gone}));
  gone +=
      TRY(write("DELETE FROM facts WHERE realm = :a AND number IN (SELECT number FROM facts WHERE realm = :b AND "
                "expires < :c ORDER BY number LIMIT :d)",
                {realm.text, realm.text, us(sweep.now), most - gone}));
  gone +=
      TRY(write("DELETE FROM used_ids WHERE realm = :a AND id IN (SELECT id FROM used_ids WHERE realm = :b AND "
                "expires < :c ORDER BY expires LIMIT :d)",
                {realm.text, realm.text, us(now), most - gone}));
  gone +=
      TRY(write("DELETE FROM device_codes WHERE realm = :a AND digest IN (SELECT digest FROM device_codes WHERE realm "
                "= :b AND expires < :c ORDER BY expires LIMIT :d)",
                {realm.text, realm.text, us(now), most - gone}));
  return gone;
}

}  // namespace tessera::store
