// issuer::Tx in SQL that both engines understand.
#pragma once

#include <optional>

#include "issuer/store.hpp"
#include "store/sql.hpp"

namespace tessera::store {

class SqlTx final : public issuer::Tx {
 public:
  using RealmId = issuer::RealmId;
  using UserId = issuer::UserId;
  using SessionId = issuer::SessionId;
  using GrantId = issuer::GrantId;
  using ClientId = issuer::ClientId;

  explicit SqlTx(Connection& connection, issuer::Access access) : sql_(connection), access_(access) {}

  // The first failure of a statement. After it no statement runs: the transaction can only be rolled back, and where it
  // has ended by itself a statement would be a transaction of its own.
  const std::optional<SqlError>& failure() const { return failure_; }

  Result<std::optional<issuer::User>> user_by_name(const RealmId&, std::string_view) override;
  Result<std::optional<issuer::User>> user(const RealmId&, const UserId&) override;
  Result<std::optional<issuer::User>> hold_user(const RealmId&, const UserId&) override;
  Result<std::vector<issuer::User>> users(const RealmId&) override;
  Result<bool> insert_user(const RealmId&, const issuer::User&) override;
  Result<bool> update_user(const RealmId&, const issuer::User&) override;
  Result<bool> replace_password(const RealmId&, const UserId&, std::string_view, std::string_view) override;
  Result<void> count_login_failure(const RealmId&, const UserId&) override;
  Result<void> clear_login_failures(const RealmId&, const UserId&) override;

  Result<void> insert_session(const RealmId&, const issuer::Session&) override;
  Result<std::optional<issuer::Session>> session_by_cookie(const RealmId&, std::string_view) override;
  Result<std::optional<issuer::Session>> session(const RealmId&, const SessionId&) override;
  Result<std::optional<issuer::Session>> hold_session(const RealmId&, const SessionId&) override;
  Result<void> touch_session(const RealmId&, const SessionId&, Instant) override;
  Result<bool> renew_session(const RealmId&, const SessionId&, std::string_view, std::string_view, Instant) override;
  Result<bool> end_session(const RealmId&, const SessionId&) override;
  Result<std::vector<issuer::Session>> sessions_of(const RealmId&, const UserId&) override;

  Result<std::vector<ClientId>> clients_of(const RealmId&, const SessionId&) override;
  Result<void> insert_logout(const RealmId&, const SessionId&, const ClientId&, Instant) override;
  Result<std::vector<issuer::PendingLogout>> due_logouts(const RealmId&, Instant, std::int64_t, std::int64_t) override;
  Result<bool> begin_logout(const RealmId&, const issuer::PendingLogout&, Instant) override;
  Result<bool> remove_logout(const RealmId&, const SessionId&, const ClientId&) override;

  Result<issuer::Redeemed> redeem_code(const RealmId&, const issuer::Grant&, std::vector<GrantId>&) override;
  Result<std::optional<issuer::Grant>> grant(const RealmId&, const GrantId&) override;
  Result<issuer::Rotation> rotate_refresh(const RealmId&, const GrantId&, const RefreshUse&) override;
  Result<std::vector<ClientId>> clients_with_grants(const RealmId&, const UserId&) override;
  Result<bool> end_grant(const RealmId&, const GrantId&) override;
  Result<std::vector<issuer::Grant>> grants_of(const RealmId&, const UserId&) override;

  Result<bool> insert_device_code(const RealmId&, const issuer::DeviceCode&) override;
  Result<std::optional<issuer::DeviceCode>> device_code(const RealmId&, std::string_view) override;
  Result<std::optional<issuer::DeviceCode>> device_code_by_user_code(const RealmId&, std::string_view) override;
  Result<bool> decide_device_code(const RealmId&, const issuer::DeviceCode&, Instant) override;
  Result<bool> poll_device_code(const RealmId&, std::string_view, Instant) override;
  Result<bool> redeem_device_code(const RealmId&, std::string_view) override;

  Result<std::optional<issuer::Consent>> consent(const RealmId&, const UserId&, const ClientId&) override;
  Result<void> put_consent(const RealmId&, const issuer::Consent&) override;
  Result<void> remove_consents(const RealmId&, const ClientId&) override;
  Result<std::vector<issuer::Consent>> consents_of(const RealmId&, const UserId&) override;
  Result<TakenBack> take_back(const RealmId&, const UserId&, const ClientId&) override;

  Result<bool> insert_registered(const RealmId&, const issuer::RegisteredClient&, std::int64_t) override;
  Result<std::optional<issuer::RegisteredClient>> registered(const RealmId&, const ClientId&) override;
  Result<std::optional<issuer::RegisteredClient>> hold_registered(const RealmId&, const ClientId&) override;
  Result<bool> has_registered(const RealmId&) override;
  Result<std::vector<ClientId>> unused_registered(const RealmId&, Instant, std::int64_t) override;
  Result<std::vector<RegisteredId>> every_registered() override;
  Result<bool> replace_registered(const RealmId&, const issuer::RegisteredClient&) override;
  Result<bool> remove_registered(const RealmId&, const ClientId&) override;
  Result<void> put_logo(const RealmId&, const ClientId&, const std::optional<issuer::Logo>&) override;
  Result<std::optional<issuer::Logo>> logo(const RealmId&, const ClientId&) override;

  Result<bool> use_once(const RealmId&, std::string_view, Instant, Instant) override;
  Result<bool> was_used(const RealmId&, std::string_view, Instant) override;

  Result<std::int64_t> append_fact(const RealmId&, const Fact&) override;
  Result<std::vector<Fact>> facts_after(const RealmId&, std::int64_t) override;

  Result<std::vector<issuer::ConfigRow>> config(const RealmId&) override;
  Result<std::vector<RealmId>> realms() override;
  Result<void> put_config(const RealmId&, const issuer::ConfigRow&) override;
  Result<bool> remove_config(const RealmId&, issuer::ConfigKind, std::string_view) override;
  Result<std::int64_t> config_version(const RealmId&) override;
  Result<void> bump_config_version(const RealmId&) override;
  Result<std::optional<std::string>> setting(std::string_view) override;
  Result<void> put_setting(std::string_view, std::string_view) override;
  Result<bool> insert_setting(std::string_view, std::string_view) override;

  Result<std::vector<issuer::SigningKey>> signing_keys(const RealmId&) override;
  Result<bool> insert_signing_key(const RealmId&, const issuer::SigningKey&) override;
  Result<bool> move_signing_key(const RealmId&, std::string_view, issuer::KeyState, issuer::KeyState, Instant) override;
  Result<std::vector<std::pair<RealmId, issuer::SigningKey>>> every_signing_key() override;
  Result<void> reseal_signing_key(const RealmId&, std::string_view, std::string_view) override;

  Result<std::int64_t> sweep(const RealmId&, const Sweep&, std::int64_t) override;

 private:
  Result<std::vector<Row>> read(std::string_view sql, const Args& args);
  Result<std::vector<Row>> write_returning(std::string_view sql, const Args& args);
  Result<std::int64_t> write(std::string_view sql, const Args& args);
  std::unexpected<Error> failed(const SqlError& error);

  Connection& sql_;
  issuer::Access access_;
  std::optional<SqlError> failure_;
};

// What came of a work. An exception that it let through is a failure like any other.
struct Ran {
  issuer::Outcome outcome = issuer::Outcome::roll_back;
  std::optional<SqlError> failure;
  bool commits() const { return !failure && outcome == issuer::Outcome::commit; }
};
Ran run_work(Connection& connection, issuer::Access access, issuer::Store::Work& work);

}  // namespace tessera::store
