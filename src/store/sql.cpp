#include "store/sql.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <map>

namespace tessera::store {

namespace {

std::string cell(const soci::row& row, std::size_t i) {
  if (row.get_indicator(i) == soci::i_null) return {};
  switch (row.get_properties(i).get_data_type()) {
    case soci::dt_string: return row.get<std::string>(i);
    case soci::dt_integer: return std::to_string(row.get<int>(i));
    case soci::dt_long_long: return std::to_string(row.get<long long>(i));
    case soci::dt_unsigned_long_long: return std::to_string(row.get<unsigned long long>(i));
    case soci::dt_double: return std::to_string(static_cast<long long>(row.get<double>(i)));
    default: return {};
  }
}

template <class Run>
auto translated(Run run) {
  try {
    return run();
  } catch (const soci::postgresql_soci_error& error) {
    throw SqlError(error.what(), error.sqlstate());
  } catch (const soci::soci_error& error) {
    throw SqlError(error.what(), "");
  }
}

}  // namespace

// A kept statement and the places that it binds to.
struct Connection::Prepared {
  std::vector<std::variant<std::string, long long>> places;
  soci::row row;
  std::unique_ptr<soci::statement> statement;
};

struct Connection::Impl {
  soci::session session;
  std::map<std::string, std::unique_ptr<Prepared>, std::less<>> statements;
};

Connection::Connection(Engine engine, const std::string& target)
    : engine_(engine), target_(target), impl_(std::make_unique<Impl>()) {
  reconnect();
}

Connection::~Connection() = default;

void Connection::reconnect() {
  translated([&] {
    impl_ = std::make_unique<Impl>();
    if (engine_ == Engine::sqlite)
      impl_->session.open(soci::sqlite3, "db=\"" + target_ + "\" timeout=5");
    else
      impl_->session.open(soci::postgresql, target_);
  });
  if (engine_ == Engine::sqlite) {
    plain("PRAGMA journal_mode=WAL");
    plain("PRAGMA synchronous=FULL");
    plain("PRAGMA busy_timeout=5000");
  }
}

void Connection::plain(const std::string& sql) {
  translated([&] { impl_->session << sql; });
}

Connection::Prepared& Connection::prepared(std::string_view sql, const Args& args, bool with_rows) {
  auto found = impl_->statements.find(sql);
  if (found == impl_->statements.end()) {
    auto made = std::make_unique<Prepared>();
    for (const auto& arg : args)
      if (std::holds_alternative<std::string>(arg))
        made->places.emplace_back(std::string());
      else
        made->places.emplace_back(0LL);
    made->statement = std::make_unique<soci::statement>(impl_->session);
    for (auto& place : made->places)
      std::visit([&](auto& value) { made->statement->exchange(soci::use(value)); }, place);
    if (with_rows) made->statement->exchange(soci::into(made->row));
    made->statement->alloc();
    made->statement->prepare(std::string(sql));
    made->statement->define_and_bind();
    found = impl_->statements.emplace(std::string(sql), std::move(made)).first;
  }
  Prepared& statement = *found->second;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (const auto* text = std::get_if<std::string>(&args[i]))
      std::get<std::string>(statement.places[i]) = *text;
    else
      std::get<long long>(statement.places[i]) = std::get<std::int64_t>(args[i]);
  }
  return statement;
}

std::int64_t Connection::run(std::string_view sql, const Args& args) {
  return translated([&] {
    auto& statement = prepared(sql, args, false);
    statement.statement->execute(true);
    return static_cast<std::int64_t>(statement.statement->get_affected_rows());
  });
}

std::vector<Row> Connection::rows(std::string_view sql, const Args& args) {
  return translated([&] {
    std::vector<Row> out;
    auto& statement = prepared(sql, args, true);
    statement.statement->execute();
    while (statement.statement->fetch()) {
      std::vector<std::string> cells;
      for (std::size_t i = 0; i < statement.row.size(); ++i) cells.push_back(cell(statement.row, i));
      out.emplace_back(std::move(cells));
    }
    return out;
  });
}

bool Connection::in_transaction() const {
  auto* backend = static_cast<soci::sqlite3_session_backend*>(impl_->session.get_backend());
  return sqlite_api::sqlite3_get_autocommit(backend->conn_) == 0;
}

}  // namespace tessera::store
