// The schema, numbered from its first version on.
#pragma once

#include <span>
#include <string_view>

#include "store/sql.hpp"

namespace tessera::store {

// Statements of one version, good for both engines: columns are TEXT or BIGINT.
struct Migration {
  int version;
  std::span<const char* const> statements;
};
std::span<const Migration> migrations();

struct NewerSchema {
  int found;
};
// Brings the schema to the newest version, in one transaction under a lock, so that of two nodes that start at once one
// migrates and the other finds it done. Throws SqlError, NewerSchema.
void migrate(Connection& connection);

}  // namespace tessera::store
