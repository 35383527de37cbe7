#include "store/open.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "store/conninfo.hpp"
#include "store/engines.hpp"
#include "store/schema.hpp"

namespace tessera::store {

namespace {

using Opened = std::expected<std::unique_ptr<issuer::Store>, std::string>;
using Checked = std::expected<void, std::string>;

constexpr std::string_view kHeader{"SQLite format 3\0", 16};
// Reading a file through takes a second or so a gigabyte, and a start must not: a larger one is checked where it is
// read.
constexpr std::uintmax_t kMostReadThrough = 64U << 20;

std::unexpected<std::string> newer(const std::string& what, int found) {
  return std::unexpected(what + " was made by a newer Tessera: schema " + std::to_string(found) + ", this one knows " +
                         std::to_string(schema_version()) + "; start that version, or restore a backup");
}

// ── SQLite ──

std::unexpected<std::string> damaged(const std::string& file, std::string said) {
  std::ranges::replace(said, '\n', ' ');
  return std::unexpected("the database " + file + " is damaged or is no database: " + said +
                         "; restore a backup, or name another file");
}

// A new file must be ours alone before SQLite writes into it, and SQLite keeps two more beside it.
Checked check_file(const std::string& file) {
  const auto cannot = [&](int error) {
    return std::unexpected("cannot open the database " + file + ": " + std::strerror(error) +
                           "; name a file in a folder that exists and that this user may write");
  };
  if (file.find('"') != std::string::npos)
    return std::unexpected("the name of the database file holds a quotation mark; name another file");
  auto folder = std::filesystem::path(file).parent_path();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0) return cannot(errno);
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot(errno);
  char head[kHeader.size()];
  const auto size = ::read(descriptor, head, sizeof head);
  const int error = errno;
  ::close(descriptor);
  if (size < 0) return cannot(error);
  if (size > 0 && std::string_view(head, static_cast<std::size_t>(size)) != kHeader)
    return damaged(file, "it does not begin as one");
  return {};
}

Checked check_contents(Connection& connection, const std::string& file) {
  std::error_code ignored;
  if (std::filesystem::file_size(file, ignored) <= kMostReadThrough) {
    const auto found = connection.rows("PRAGMA quick_check(1)");
    if (found.empty() || found.front().text(0) != "ok")
      return damaged(file, found.empty() ? "" : found.front().text(0));
  }
  const auto tables = connection.rows("SELECT name FROM sqlite_master WHERE type = 'table'");
  const auto ours = connection.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'");
  if (!tables.empty() && ours.empty())
    return std::unexpected("the database " + file + " is another program's: it has the table " +
                           tables.front().text(0) + " and no schema_version; name another file");
  return {};
}

Checked prepare_file(const std::string& file) {
  if (auto checked = check_file(file); !checked) return checked;
  try {
    Connection connection(Engine::sqlite, file);
    if (auto checked = check_contents(connection, file); !checked) return checked;
    migrate(connection);
    return {};
  } catch (const NewerSchema& error) {
    return newer("the database " + file, error.found);
  } catch (const SqlError& error) {
    if (error.state == "11" || error.state == "26") return damaged(file, error.what());  // CORRUPT, NOTADB
    return std::unexpected("cannot use the database " + file + ": " + error.what() +
                           "; check the disk, the permissions, and that no other program holds it");
  }
}

Opened open_sqlite(const Options& options, const std::string& file) {
  if (file != ":memory:")
    if (auto prepared = prepare_file(file); !prepared) return std::unexpected(prepared.error());
  try {
    return make_sqlite(options, file);
  } catch (const SqlError& error) {
    return std::unexpected("cannot use the database " + file + ": " + error.what() +
                           "; see what the system says of it");
  }
}

// ── PostgreSQL ──

std::string cannot_connect(const std::string& target, const SqlError& error) {
  switch (reach(target)) {
    case Reach::answers:
      return std::string("the PostgreSQL server refused: ") + error.what() +
             "; check the user, the password and that the database exists";
    case Reach::starting:
      return std::string("the PostgreSQL server is starting or stopping: ") + error.what() + "; try again in a moment";
    case Reach::silent: break;
  }
  return std::string("no PostgreSQL server answers: ") + error.what() + "; check the address and that the server runs";
}

Opened open_postgresql(const Options& options) {
  const auto target = conninfo(options.url);
  if (!target)
    return std::unexpected(
        "libpq cannot read the address of the PostgreSQL server; percent-encode what is special in its password and "
        "name "
        "only parameters that libpq knows");
  std::unique_ptr<Connection> connection;
  try {
    connection = std::make_unique<Connection>(Engine::postgresql, *target);
  } catch (const SqlError& error) {
    return std::unexpected(cannot_connect(*target, error));
  }
  try {
    migrate(*connection);
    return make_postgresql(options, *target);
  } catch (const NewerSchema& error) {
    return newer("the PostgreSQL database", error.found);
  } catch (const SqlError& error) {
    return std::unexpected(std::string("cannot use the PostgreSQL database: ") + error.what() +
                           "; check what its user may do there");
  }
}

}  // namespace

bool is_shared(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://") ||
         (url.find("://") == std::string_view::npos && url.find('=') != std::string_view::npos);
}

Opened open(Options options) {
  constexpr std::string_view kFile = "sqlite://", kMemory = "sqlite::memory:";
  if (options.url == kMemory) return open_sqlite(options, ":memory:");
  if (options.url.starts_with(kFile) && options.url.size() > kFile.size())
    return open_sqlite(options, options.url.substr(kFile.size()));
  if (is_shared(options.url)) return open_postgresql(options);
  return std::unexpected(
      "the store must be \"sqlite:///path/file.db\", \"sqlite::memory:\" or \"postgresql://…\", not \"" +
      options.url.substr(0, options.url.find(':')) + "…\"");
}

}  // namespace tessera::store
