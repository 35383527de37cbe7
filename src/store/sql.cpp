#include "store/sql.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

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

constexpr std::string_view kBusy = "5";  // SQLITE_BUSY

// The first line and no more: PostgreSQL's DETAIL quotes values, and so does what SOCI adds to what().
std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  return text;
}

// Without the name of the function of SOCI that met it.
std::string sayable(const soci::sqlite3_soci_error& error) {
  auto text = first_line(error.get_error_message());
  if (const auto end = text.find(": "); text.starts_with("sqlite3_") && end != std::string::npos)
    text.erase(0, end + 2);
  return text;
}

// Class 22 (data exceptions) quotes the value in its first line.
std::string sayable(const soci::postgresql_soci_error& error) {
  if (error.sqlstate().starts_with("22")) return "a value was refused (SQLSTATE " + error.sqlstate() + ")";
  return first_line(error.get_error_message());
}

template <class Run>
auto translated(Run run) {
  try {
    return run();
  } catch (const soci::postgresql_soci_error& error) {
    throw SqlError(sayable(error), error.sqlstate());
  } catch (const soci::sqlite3_soci_error& error) {
    throw SqlError(sayable(error), std::to_string(error.result() & 0xff));
  } catch (const soci::soci_error& error) {
    throw SqlError(first_line(error.get_error_message()), "");
  } catch (const SqlError&) {
    throw;
  } catch (const std::exception& error) {
    throw SqlError(error.what(), "");
  }
}

}  // namespace

// A kept statement and the places that it binds to.
struct Connection::Prepared {
  Prepared(soci::session& session, std::string_view sql, const Args& args, bool rows)
      : with_rows(rows), statement(session) {
    for (const auto& arg : args)
      if (std::holds_alternative<std::string>(arg))
        places.emplace_back(std::string());
      else
        places.emplace_back(0LL);
    bind();
    statement.alloc();
    statement.prepare(std::string(sql));
    statement.define_and_bind();
  }

  void set(const Args& args) {
    for (std::size_t i = 0; i < args.size(); ++i) {
      if (const auto* text = std::get_if<std::string>(&args[i])) {
        if (text->find('\0') != std::string::npos) throw SqlError("a text with a NUL", "");
        std::get<std::string>(places[i]) = *text;
      } else {
        std::get<long long>(places[i]) = std::get<std::int64_t>(args[i]);
      }
    }
  }

  // SOCI leaks what it had bound when an execution fails, unless it is bound anew.
  template <class Run>
  auto guarded(Run run) {
    try {
      return run();
    } catch (...) {
      statement.bind_clean_up();
      bind();
      statement.define_and_bind();
      throw;
    }
  }

  void bind() {
    for (auto& place : places) std::visit([&](auto& value) { statement.exchange(soci::use(value)); }, place);
    if (with_rows) statement.exchange(soci::into(row));
  }

  std::vector<std::variant<std::string, long long>> places;
  bool with_rows;
  soci::row row;
  soci::statement statement;
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
  impl_ = std::make_unique<Impl>();
  if (engine_ == Engine::sqlite) {
    translated([&] { impl_->session.open(soci::sqlite3, "db=\"" + target_ + "\" timeout=5"); });
    tune_sqlite();
  } else {
    open_postgresql();
    tune_postgresql();
  }
}

void Connection::open_postgresql() {
  translated([&] {
    try {
      impl_->session.open(soci::postgresql, target_);
    } catch (const soci::soci_error& error) {
      // SOCI's sentence is the first line, libpq's the second.
      const auto text = error.get_error_message();
      const auto end = text.find('\n');
      throw SqlError(first_line(end == std::string::npos ? text : text.substr(end + 1)), "");
    }
  });
}

void Connection::tune_sqlite() {
  enter_wal();
  plain("PRAGMA synchronous=FULL");
  plain("PRAGMA foreign_keys=OFF");
}

// Two who change a new file's journal at once do not wait for each other, whatever busy_timeout says.
void Connection::enter_wal() {
  constexpr auto kPause = std::chrono::milliseconds(10);
  for (int tries = 0;; ++tries) {
    try {
      plain("PRAGMA journal_mode=WAL");
      return;
    } catch (const SqlError& error) {
      if (error.state != kBusy || tries == 100) throw;
    }
    std::this_thread::sleep_for(kPause);
  }
}

void Connection::tune_postgresql() {
  plain("SET client_min_messages = error");
  plain("SET lock_timeout = '5s'");
  plain("SET statement_timeout = '30s'");
  plain("SET idle_in_transaction_session_timeout = '30s'");
  // Acknowledged means on disk. A server that promises more (remote_apply) keeps its promise.
  const auto commits = rows("SELECT setting FROM pg_settings WHERE name = 'synchronous_commit'");
  if (commits.empty() || commits.front().text(0) == "off") plain("SET synchronous_commit = on");
}

void Connection::plain(const std::string& sql) {
  translated([&] { impl_->session << sql; });
}

Connection::Prepared& Connection::prepared(std::string_view sql, const Args& args, bool with_rows) {
  auto found = impl_->statements.find(sql);
  if (found == impl_->statements.end())
    found =
        impl_->statements.emplace(std::string(sql), std::make_unique<Prepared>(impl_->session, sql, args, with_rows))
            .first;
  found->second->set(args);
  return *found->second;
}

std::int64_t Connection::run(std::string_view sql, const Args& args) {
  return translated([&] {
    auto& kept = prepared(sql, args, false);
    return kept.guarded([&] {
      kept.statement.execute(true);
      return static_cast<std::int64_t>(kept.statement.get_affected_rows());
    });
  });
}

std::vector<Row> Connection::rows(std::string_view sql, const Args& args) {
  return translated([&] {
    auto& kept = prepared(sql, args, true);
    return kept.guarded([&] {
      std::vector<Row> out;
      kept.statement.execute();
      while (kept.statement.fetch()) {
        std::vector<std::string> cells;
        for (std::size_t i = 0; i < kept.row.size(); ++i) cells.push_back(cell(kept.row, i));
        out.emplace_back(std::move(cells));
      }
      return out;
    });
  });
}

bool Connection::in_transaction() const {
  auto* backend = static_cast<soci::sqlite3_session_backend*>(impl_->session.get_backend());
  return sqlite_api::sqlite3_get_autocommit(backend->conn_) == 0;
}

}  // namespace tessera::store
