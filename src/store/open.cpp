#include "store/open.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "store/engines.hpp"
#include "store/schema.hpp"

namespace tessera::store {

namespace {

using Opened = std::expected<std::unique_ptr<issuer::Store>, std::string>;

// A new file must be ours alone before SQLite writes into it.
std::string make_file(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return "cannot open the database " + file + ": " + std::strerror(errno) +
           "; give a file in a folder that this user may write";
  ::close(descriptor);
  return {};
}

std::string newer(const std::string& what, int found) {
  return what + " was made by a newer Tessera: its schema is " + std::to_string(found) + ", this one knows " +
         std::to_string(schema_version()) + "; start that version, or restore a backup";
}

Opened open_sqlite(const Options& options, const std::string& file) {
  const bool memory = file == ":memory:";
  if (!memory) {
    if (auto error = make_file(file); !error.empty()) return std::unexpected(error);
    try {
      Connection connection(Engine::sqlite, file);
      migrate(connection);
    } catch (const NewerSchema& error) {
      return std::unexpected(newer("the database " + file, error.found));
    } catch (const SqlError& error) {
      return std::unexpected("the database " + file + " cannot be used: " + error.what() +
                             "; if it is damaged, restore a backup");
    }
  }
  try {
    auto store = make_sqlite(options, file);
    return store;
  } catch (const SqlError& error) {
    return std::unexpected("the database " + file + " cannot be used: " + error.what());
  }
}

Opened open_postgresql(const Options& options) {
  try {
    Connection connection(Engine::postgresql, options.url);
    migrate(connection);
  } catch (const NewerSchema& error) {
    return std::unexpected(newer("the PostgreSQL database", error.found));
  } catch (const SqlError& error) {
    std::string said = error.what();
    while (!said.empty() && said.back() == '\n') said.pop_back();
    return std::unexpected("cannot use the PostgreSQL database: " + said +
                           "; check the address, the user and that the database exists");
  }
  try {
    return make_postgresql(options);
  } catch (const SqlError& error) {
    return std::unexpected(std::string("cannot use the PostgreSQL database: ") + error.what());
  }
}

}  // namespace

Opened open(Options options) {
  constexpr std::string_view kFile = "sqlite://", kMemory = "sqlite::memory:";
  if (options.url == kMemory) return open_sqlite(options, ":memory:");
  if (options.url.starts_with(kFile)) return open_sqlite(options, options.url.substr(kFile.size()));
  if (options.url.starts_with("postgresql://") || options.url.starts_with("postgres://")) return open_postgresql(options);
  return std::unexpected("the store must be \"sqlite:///path/file.db\", \"sqlite::memory:\" or \"postgresql://…\", not \"" +
                         options.url.substr(0, options.url.find(':')) + "…\"");
}

}  // namespace tessera::store
