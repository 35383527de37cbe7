// One connection to a database, whichever it is. SOCI stands behind it, in sql.cpp alone.
#pragma once

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

class Row {
 public:
  explicit Row(std::vector<std::string> cells) : cells_(std::move(cells)) {}
  const std::string& text(std::size_t i) const { return cells_[i]; }
  std::int64_t number(std::size_t i) const { return std::stoll(cells_[i]); }
  bool flag(std::size_t i) const { return number(i) != 0; }

 private:
  std::vector<std::string> cells_;
};

// What the database said. `state` is PostgreSQL's SQLSTATE, or "".
struct SqlError : std::runtime_error {
  SqlError(const std::string& what, std::string s) : std::runtime_error(what), state(std::move(s)) {}
  std::string state;
};

// Used by one thread at a time. Statements are prepared once and kept. Everything throws SqlError.
class Connection {
 public:
  // `target`: a file, ":memory:", or libpq's connection text.
  Connection(Engine engine, const std::string& target);
  ~Connection();

  Engine engine() const { return engine_; }
  // Arguments bind to ":a", ":b", … in the order in which they stand, each name once.
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
  Prepared& prepared(std::string_view sql, const Args& args, bool with_rows);
  Engine engine_;
  std::string target_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tessera::store
