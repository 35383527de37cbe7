// One connection to a database, whichever it is. SOCI stands behind it, in sql.cpp alone.
#pragma once

#include <charconv>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tessera::store {

enum class Engine { sqlite, postgresql };

using Arg = std::variant<std::string, std::int64_t>;
using Args = std::vector<Arg>;

// What the database said, fit for a log: no statement, no bound value. `state` is PostgreSQL's SQLSTATE, SQLite's
// primary result code in decimal, or "".
struct SqlError : std::runtime_error {
  SqlError(const std::string& what, std::string s) : std::runtime_error(what), state(std::move(s)) {}
  std::string state;
  // Nothing was committed, and the same work may well succeed: a serialisation failure, a deadlock, or a unique value
  // that another transaction took after this one had looked (which it sees when it looks again).
  bool may_run_again() const { return state == "40001" || state == "40P01" || state == "23505"; }
};

class Row {
 public:
  explicit Row(std::vector<std::string> cells) : cells_(std::move(cells)) {}
  const std::string& text(std::size_t i) const { return cells_[i]; }
  std::int64_t number(std::size_t i) const {
    std::int64_t value = 0;
    const auto& cell = cells_[i];
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc() || end != cell.data() + cell.size()) throw SqlError("a number column holds no number", "");
    return value;
  }
  bool flag(std::size_t i) const { return number(i) != 0; }

 private:
  std::vector<std::string> cells_;
};

// Used by one thread at a time. Statements are prepared once and kept. Everything throws SqlError, and nothing else.
//
// SQLite: WAL, synchronous=FULL, waits 5 s for another process's lock. PostgreSQL: a commit is on disk when it is
// acknowledged, whatever the server's default; 5 s for a lock, 30 s for a statement, 30 s idle inside a transaction.
class Connection {
 public:
  // `target`: a file, ":memory:", or libpq's connection text.
  Connection(Engine engine, const std::string& target);
  ~Connection();

  Engine engine() const { return engine_; }
  // Arguments bind to ":a", ":b", … in the order in which they stand, each name once. A text with a NUL is refused:
  // PostgreSQL would cut it there, and mean another row.
  std::int64_t run(std::string_view sql, const Args& args = {});  // gives the rows changed
  std::vector<Row> rows(std::string_view sql, const Args& args = {});
  // Without preparing: BEGIN, PRAGMA, CREATE.
  void plain(const std::string& sql);
  // SQLite: whether a transaction is open; it ends by itself when the disk is full.
  bool in_transaction() const;
  void reconnect();

 private:
  struct Impl;
  struct Prepared;
  void open_postgresql();
  void tune_sqlite();
  void enter_wal();
  void tune_postgresql();
  Prepared& prepared(std::string_view sql, const Args& args, bool with_rows);
  Engine engine_;
  std::string target_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tessera::store
