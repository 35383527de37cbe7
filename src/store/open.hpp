// Opens a store: SQLite in a file or in memory, or PostgreSQL.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "issuer/store.hpp"

namespace tessera::store {

struct Options {
  // "sqlite:///path/file.db", "sqlite::memory:", or "postgresql://…" or libpq's keywords ("host=… dbname=…").
  std::string url;
  unsigned threads = 2;      // that read (SQLite; one more writes), or that hold a connection (PostgreSQL)
  std::size_t queue = 1024;  // waiting transactions; beyond, Err::unavailable at once
  // What the database said when something failed: one line, without statements and values. Called on any thread.
  std::function<void(std::string_view)> log{};
};

// Makes or migrates the schema. A new file gets mode 0600. The error is one sentence: what, what the database said,
// what to do; it tells apart a folder that cannot be written, a file that is damaged, is no database or is another
// program's, a schema newer than this binary, a server that does not answer, and one that refuses. It holds no
// password.
std::expected<std::unique_ptr<issuer::Store>, std::string> open(Options options);

// Whether several nodes may use it at once: PostgreSQL.
bool is_shared(std::string_view url);

// The newest schema that this binary knows.
int schema_version();

}  // namespace tessera::store
