// Opening a store: the schema, and one sentence for each way in which it cannot be done.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "store/schema.hpp"
#include "unit/store/houses.hpp"

namespace tessera::store::test {
namespace {

std::string refusal(const std::string& url) {
  auto opened = open({.url = url});
  return opened ? "opened" : opened.error();
}

testing::AssertionResult says(const std::string& text, std::initializer_list<std::string_view> parts) {
  for (const auto part : parts)
    if (text.find(part) == std::string::npos)
      return testing::AssertionFailure() << "\"" << text << "\" lacks \"" << part << "\"";
  if (text.find('\n') != std::string::npos) return testing::AssertionFailure() << "more than a line: " << text;
  return testing::AssertionSuccess();
}

struct OpenSqlite : testing::Test {
  Folder folder;
  std::string file = folder.file("t.db");
  std::string url = "sqlite://" + file;
  void spoil(std::streamoff at, std::size_t size) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(at);
    out << std::string(size, '\x5a');
  }
  void make() { ASSERT_TRUE(open({.url = url})); }
};

TEST_F(OpenSqlite, a_new_file_is_ours_alone) {
  const auto mask = umask(0);
  auto opened = open({.url = url});
  umask(mask);
  ASSERT_TRUE(opened) << opened.error();
  for (const char* name : {"t.db", "t.db-wal", "t.db-shm"}) {
    struct stat status{};
    ASSERT_EQ(stat(folder.file(name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << name;
  }
}

TEST_F(OpenSqlite, it_opens_again_with_what_was_in_it) {
  {
    auto first = open({.url = url});
    ASSERT_TRUE(first);
    EXPECT_OK((*first)->write_now([](Tx& tx) {
      EXPECT_OK(tx.put_setting("x", "1"));
      return Outcome::commit;
    }));
  }
  auto second = open({.url = url});
  ASSERT_TRUE(second) << second.error();
  EXPECT_OK((*second)->read_now([](Tx& tx) {
    EXPECT_EQ(*tx.setting("x"), "1");
    return Outcome::commit;
  }));
}

TEST_F(OpenSqlite, a_write_ahead_log_with_full_synchronisation) {
  make();
  Connection connection(Engine::sqlite, file);
  EXPECT_EQ(connection.rows("PRAGMA journal_mode").front().text(0), "wal");
  EXPECT_EQ(connection.rows("PRAGMA synchronous").front().text(0), "2");
  EXPECT_EQ(connection.rows("PRAGMA busy_timeout").front().text(0), "5000");
  EXPECT_EQ(connection.rows("PRAGMA foreign_keys").front().text(0), "0");
}

TEST_F(OpenSqlite, a_missing_folder) {
  EXPECT_TRUE(says(refusal("sqlite://" + folder.file("none/t.db")),
                   {"cannot open the database", "none/t.db", "No such file or directory", "name a file in a folder"}));
}

TEST_F(OpenSqlite, a_folder_that_cannot_be_written) {
  chmod(folder.path().c_str(), 0555);
  const pid_t child = fork();
  if (child == 0) {  // root may write everywhere
    if (getuid() == 0 && setuid(65534) != 0) _exit(2);
    _exit(says(refusal(url), {"cannot open the database", "t.db", "Permission denied", "may write"}) ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  chmod(folder.path().c_str(), 0755);
  EXPECT_EQ(status, 0);
}

TEST_F(OpenSqlite, a_file_that_is_no_database) {
  for (const char* text : {"hello", "SQLite format 4 and much more", "{\"json\": true}"}) {
    std::ofstream(file) << text;
    EXPECT_TRUE(says(refusal(url), {"is damaged or is no database", "t.db", "restore a backup"})) << text;
    std::stringstream now;
    now << std::ifstream(file).rdbuf();
    EXPECT_EQ(now.str(), text);  // and is left as it was
  }
}

TEST_F(OpenSqlite, a_damaged_header) {
  make();
  spoil(16, 84);
  EXPECT_TRUE(says(refusal(url), {"is damaged or is no database", "restore a backup"}));
}

TEST_F(OpenSqlite, a_damaged_page) {
  make();
  spoil(4096, 64);
  EXPECT_TRUE(says(refusal(url), {"is damaged or is no database", "restore a backup"}));
}

TEST_F(OpenSqlite, a_file_cut_short) {
  make();
  std::filesystem::resize_file(file, 8192);
  EXPECT_TRUE(says(refusal(url), {"is damaged or is no database", "restore a backup"}));
}

TEST_F(OpenSqlite, another_programs_database_is_left_alone) {
  Connection(Engine::sqlite, file).plain("CREATE TABLE bookmarks (x TEXT)");
  EXPECT_TRUE(says(refusal(url), {"is another program's", "bookmarks", "name another file"}));
  EXPECT_EQ(Connection(Engine::sqlite, file).rows("SELECT name FROM sqlite_master").size(), 1u);
}

TEST_F(OpenSqlite, a_newer_schema_is_not_touched) {
  make();
  Connection(Engine::sqlite, file).plain("INSERT INTO schema_version (version) VALUES (99)");
  EXPECT_TRUE(says(refusal(url), {"made by a newer Tessera: schema 99, this one knows", "start that version"}));
}

TEST_F(OpenSqlite, one_that_another_program_holds) {
  make();
  Connection other(Engine::sqlite, file);
  other.plain("BEGIN EXCLUSIVE");
  EXPECT_TRUE(says(refusal(url), {"cannot use the database", "locked", "no other program holds it"}));
}

TEST_F(OpenSqlite, many_that_start_at_once_migrate_once) {
  for (int round = 0; round < 10; ++round) {
    const auto fresh = folder.file("r" + std::to_string(round) + ".db");
    at_once(4, [&](int) { EXPECT_EQ(refusal("sqlite://" + fresh), "opened"); });
    EXPECT_EQ(Connection(Engine::sqlite, fresh).rows("SELECT version FROM schema_version").size(), migrations().size());
  }
}

TEST(Open, an_address_that_names_no_store_is_not_repeated) {
  for (const char* url : {"", "mysql://root:s3cret@host/db", "sqlite://", "/tmp/x.db"}) {
    EXPECT_TRUE(says(refusal(url), {"the store must be"})) << url;
    EXPECT_EQ(refusal(url).find("s3cret"), std::string::npos);
  }
}

TEST(Open, a_postgresql_address_that_cannot_be_read_is_not_repeated) {
  for (const char* url : {"postgresql://u:s3%zzcret@h/db", "postgresql://u:s3cret@h/db?x=1", "host='s3cret"}) {
    EXPECT_TRUE(says(refusal(url), {"cannot read the address of the PostgreSQL server"}));
    EXPECT_EQ(refusal(url).find("s3"), std::string::npos);
  }
}

TEST(Open, a_postgresql_server_that_does_not_answer) {
  Folder folder;
  for (const auto& url : {std::string("postgresql://u:s3cret@127.0.0.1:1/db"), "host=" + folder.path() + " dbname=x"}) {
    EXPECT_TRUE(says(refusal(url), {"no PostgreSQL server answers", "check the address"}));
    EXPECT_EQ(refusal(url).find("s3cret"), std::string::npos);
  }
}

struct OpenPostgresql : testing::Test {
  void SetUp() override {
    if (schema.url().empty()) GTEST_SKIP() << "no PostgreSQL";
  }
  PostgresSchema schema;
};

TEST_F(OpenPostgresql, a_server_that_refuses_the_user_or_has_no_such_database) {
  EXPECT_TRUE(says(refusal(schema.url() + "&user=nobody&password=s3cret"),
                   {"the PostgreSQL server refused", "nobody", "check the user"}));
  EXPECT_EQ(refusal(schema.url() + "&user=nobody&password=s3cret").find("s3cret"), std::string::npos);
  EXPECT_TRUE(says(refusal(schema.url() + "&dbname=nowhere"), {"the PostgreSQL server refused", "nowhere"}));
}

TEST_F(OpenPostgresql, a_newer_schema_is_not_touched) {
  EXPECT_EQ(refusal(schema.url()), "opened");
  Connection(Engine::postgresql, schema.url()).plain("INSERT INTO schema_version (version) VALUES (99)");
  EXPECT_TRUE(says(refusal(schema.url()), {"made by a newer Tessera: schema 99, this one knows"}));
}

TEST_F(OpenPostgresql, many_nodes_that_start_at_once_migrate_once) {
  for (int round = 0; round < 3; ++round) {
    PostgresSchema fresh;
    at_once(4, [&](int) { EXPECT_EQ(refusal(fresh.url()), "opened"); });
    EXPECT_EQ(Connection(Engine::postgresql, fresh.url()).rows("SELECT version FROM schema_version").size(),
              migrations().size());
  }
}

TEST_F(OpenPostgresql, too_many_connections_end_in_a_sentence) {
  auto opened = open({.url = schema.url(), .threads = 500});
  ASSERT_FALSE(opened);
  EXPECT_TRUE(says(opened.error(), {"cannot use the PostgreSQL database"}));
}

// ── the schema ──

std::string schema_text() {
  std::string out;
  for (const auto& migration : migrations()) {
    out += "-- version " + std::to_string(migration.version) + "\n";
    for (const char* statement : migration.statements) (out += statement) += ";\n";
  }
  return out;
}

std::filesystem::path project() {
  if (const char* source = std::getenv("TESSERA_SOURCE")) return source;
  auto folder = std::filesystem::current_path();
  while (!exists(folder / "CMakePresets.json") && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

TEST(Schema, is_as_its_golden_file_says) {
  const auto golden = project() / "tests/golden/schema.sql";
  if (std::getenv("TESSERA_UPDATE_GOLDEN")) {
    std::filesystem::create_directories(golden.parent_path());
    std::ofstream(golden) << schema_text();
  }
  std::stringstream wanted;
  wanted << std::ifstream(golden).rdbuf();
  EXPECT_EQ(schema_text(), wanted.str()) << "a version that was released is never changed: add one";
}

TEST(Schema, versions_rise_one_by_one) {
  int expected = 0;
  for (const auto& migration : migrations()) EXPECT_EQ(migration.version, ++expected);
  EXPECT_EQ(schema_version(), expected);
}

// Version 2: the scope "profile" releases more than the name, which is all that whoever allowed it had read.
TEST(Schema, a_consent_from_before_does_not_hold_for_the_whole_profile) {
  PostgresSchema schema;
  Folder folder;
  const auto after = [](Connection connection) {
    for (const char* statement : migrations()[0].statements) connection.plain(statement);
    connection.plain("CREATE TABLE schema_version (version BIGINT NOT NULL)");
    connection.plain("INSERT INTO schema_version (version) VALUES (1)");
    for (const std::string scope : {"openid profile email", "profile", "openid profiles", "openid profile"})
      connection.run("INSERT INTO consents (realm, user_id, client_id, scope, given) VALUES ('', 'u', :a, :b, 0)",
                     {scope, scope});
    migrate(connection);
    std::vector<std::string> scopes;
    for (const auto& row : connection.rows("SELECT scope FROM consents ORDER BY scope")) scopes.push_back(row.text(0));
    return scopes;
  };
  const std::vector<std::string> wanted{"", "openid", "openid email", "openid profiles"};
  EXPECT_EQ(after(Connection(Engine::sqlite, folder.file("t.db"))), wanted);
  if (schema.url().empty()) GTEST_SKIP() << "no PostgreSQL";
  EXPECT_EQ(after(Connection(Engine::postgresql, schema.url())), wanted);
}

TEST(Schema, columns_are_text_or_bigint_and_the_same_in_both_engines) {
  PostgresSchema schema;
  if (schema.url().empty()) GTEST_SKIP() << "no PostgreSQL";
  Folder folder;
  ASSERT_EQ(refusal(schema.url()), "opened");
  ASSERT_EQ(refusal("sqlite://" + folder.file("t.db")), "opened");
  const auto columns = [](Connection connection, const std::string& sql) {
    std::vector<std::string> out;
    for (const auto& row : connection.rows(sql)) out.push_back(row.text(0));
    return out;
  };
  const auto sqlite = columns(
      Connection(Engine::sqlite, folder.file("t.db")),
      "SELECT m.name || '.' || p.name || ' ' || lower(p.type) AS c FROM sqlite_master m, pragma_table_info(m.name) p "
      "WHERE m.type = 'table' ORDER BY m.name, p.cid");
  const auto postgresql =
      columns(Connection(Engine::postgresql, schema.url()),
              "SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns WHERE "
              "table_schema = current_schema() ORDER BY table_name COLLATE \"C\", ordinal_position");
  EXPECT_EQ(sqlite, postgresql);
  EXPECT_GT(sqlite.size(), 50u);
  for (const auto& column : sqlite) EXPECT_TRUE(column.ends_with(" text") || column.ends_with(" bigint")) << column;
}

}  // namespace
}  // namespace tessera::store::test
