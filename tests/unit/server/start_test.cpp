// Whatever keeps the server from starting is one sentence and exit 3: tried with the program itself.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "house.hpp"
#include "server/master_key.hpp"
#include "store/sql.hpp"

namespace tessera::server {
namespace {

struct Ended {
  int exit;
  std::string text;
};

Ended run(const std::string& arguments) {
  const std::string command = "timeout 20 " + std::string(TESSERA_BINARY) + " " + arguments + " 2>&1 >/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  char buffer[4096];
  for (std::size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, got);
  return {WEXITSTATUS(pclose(pipe)), text};
}

void write(const std::string& path, std::string_view text) { std::ofstream(path) << text; }

constexpr std::string_view kConfig = "issuer = \"http://localhost:1\"\nlisten = \"127.0.0.1:0\"\n";

// A server that was started and stopped, so that its store and key are there.
void start_once(const std::string& config) {
  int out[2];
  ASSERT_EQ(pipe(out), 0);
  const auto child = fork();
  if (child == 0) {
    dup2(out[1], 2);
    close(out[0]);
    execl(TESSERA_BINARY, "tessera", "serve", "--config", config.c_str(), nullptr);
    _exit(127);
  }
  close(out[1]);
  const auto key = config.substr(0, config.rfind('/')) + "/master.key";
  for (int i = 0; i < 200 && !std::filesystem::exists(key); ++i) usleep(20'000);
  usleep(300'000);
  kill(child, SIGTERM);
  int status = -1;
  waitpid(child, &status, 0);
  close(out[0]);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// A program that waits for its signals while `stop` is what the first one does; ended by `sent`, one after the other.
int exit_of(const std::function<void()>& stop, std::initializer_list<int> sent) {
  int ready[2];
  EXPECT_EQ(pipe(ready), 0);
  const auto child = fork();
  if (child == 0) {
    Signals signals;
    if (stop) signals.on_end(stop);
    if (::write(ready[1], "x", 1) == 1) sleep(20);
    _exit(7);
  }
  char octet;
  EXPECT_EQ(::read(ready[0], &octet, 1), 1);
  for (const int one : sent) {
    EXPECT_EQ(waitpid(child, nullptr, WNOHANG), 0);
    kill(child, one);
    usleep(100'000);
  }
  int status = -1;
  waitpid(child, &status, 0);
  close(ready[0]);
  close(ready[1]);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(signals, before_there_is_something_to_stop_the_program_ends_at_once) {
  EXPECT_EQ(exit_of({}, {SIGTERM}), 0);
  EXPECT_EQ(exit_of({}, {SIGINT}), 0);
}

TEST(signals, the_first_stops_and_a_second_ends_at_once) {
  EXPECT_EQ(exit_of([] {}, {SIGTERM, SIGTERM}), 0);
  EXPECT_EQ(exit_of([] {}, {SIGINT, SIGTERM}), 0);
  EXPECT_EQ(exit_of([] { _exit(5); }, {SIGTERM}), 5);
}

TEST(signals, others_from_outside_change_nothing) {
  EXPECT_EQ(exit_of([] { _exit(5); }, {SIGUSR1, SIGHUP, SIGPIPE, SIGUSR1, SIGTERM}), 5);
}

TEST(signals, are_as_before_when_nobody_waits_for_them_any_more) {
  {
    Signals signals;
  }
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  EXPECT_EQ(sigismember(&blocked, SIGTERM), 0);
}

void expect_refusal(Ended ended, std::string_view says) {
  EXPECT_EQ(ended.exit, 3) << ended.text;
  for (auto at = ended.text.find("\n  "); at != std::string::npos; at = ended.text.find("\n  "))
    ended.text.replace(at, 3, " ");  // a line that was wrapped
  EXPECT_NE(ended.text.find(says), std::string::npos) << ended.text;
}

TEST(start, a_broken_config_file) {
  const test::Folder folder;
  write(folder / "t.toml", std::string(kConfig) + "\ncolour = 1\n");
  expect_refusal(run("serve --config " + (folder / "t.toml")), "t.toml:4: colour");
  expect_refusal(run("serve --config " + (folder / "none.toml")), "none.toml");
}

TEST(start, a_port_that_is_taken) {
  const int taken = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size);
  const auto port = std::to_string(ntohs(address.sin_port));
  if (ntohs(address.sin_port) <= 65530) expect_refusal(run("dev --port " + port), port);
  close(taken);
}

TEST(start, a_data_folder_that_cannot_be_written) {
  expect_refusal(run("dev --port 0 --data /proc/tessera"), "/proc/tessera");
  const test::Folder folder;
  write(folder / "t.toml", std::string(kConfig) + "store = \"sqlite:/proc/no/t.db\"\n");
  expect_refusal(run("serve --config " + (folder / "t.toml")), "/proc/no/t.db");
}

TEST(start, a_damaged_database) {
  const test::Folder folder;
  write(folder / "t.toml", kConfig);
  write(folder / "tessera.db", std::string(8192, 'x'));
  expect_refusal(run("serve --config " + (folder / "t.toml")), "tessera.db");
}

TEST(start, a_master_key_that_is_missing_open_wrong_or_no_key) {
  const test::Folder folder;
  write(folder / "t.toml", kConfig);
  start_once(folder / "t.toml");
  const auto key = folder / "master.key";
  struct stat info{};
  ASSERT_EQ(stat(key.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  std::filesystem::remove(key);
  expect_refusal(run("serve --config " + (folder / "t.toml")), "is missing");
  EXPECT_FALSE(std::filesystem::exists(key));
  write(key, std::string(43, 'A') + "\n");
  // One sentence: the file, its mode, and what mends it.
  for (const mode_t mode : {0644, 0604, 0620, 0660}) {
    chmod(key.c_str(), mode);
    const auto said = "The master key " + std::string(key) + " has the mode 0" + std::to_string(mode >> 6) +
                      std::to_string(mode >> 3 & 7) + std::to_string(mode & 7) +
                      ", which lets others at it; run chmod 600 " + std::string(key) + ".";
    expect_refusal(run("serve --config " + (folder / "t.toml")), said);
  }
  for (const mode_t mode : {0600, 0640, 0400}) {
    chmod(key.c_str(), mode);
    expect_refusal(run("serve --config " + (folder / "t.toml")), "not the one");
  }
  chmod(key.c_str(), 0600);
  write(key, "short\n");
  expect_refusal(run("serve --config " + (folder / "t.toml")), "holds no master key");
}

TEST(start, a_private_file_is_its_owners_and_replaces_nothing) {
  const test::Folder folder;
  const auto path = folder / "x";
  umask(0);
  EXPECT_TRUE(write_private_file(path, "one"));
  EXPECT_FALSE(write_private_file(path, "two"));
  struct stat info{};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(start, a_private_file_that_cannot_be_written_whole_leaves_nothing) {
  const test::Folder folder;
  const auto path = folder / "x";
  const auto child = fork();
  if (child == 0) {  // its disk is full after ten octets
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10, 10};
    setrlimit(RLIMIT_FSIZE, &limit);
    _exit(write_private_file(path, "longer than ten octets") ? 1 : errno == EFBIG ? 0 : 2);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(std::filesystem::is_empty(std::filesystem::path(path).parent_path()));
}

TEST(start, a_database_of_a_newer_version) {
  const test::Folder folder;
  write(folder / "t.toml", kConfig);
  start_once(folder / "t.toml");
  store::Connection(store::Engine::sqlite, folder / "tessera.db")
      .run("INSERT INTO schema_version (version) VALUES (999)");
  expect_refusal(run("serve --config " + (folder / "t.toml")), "schema 999");
}

TEST(start, dev_keeps_its_secrets_in_its_folder) {
  const test::Folder folder;
  const auto data = folder / "data";
  const auto once = [&] {
    const std::string command =
        "timeout -s TERM 2 " + std::string(TESSERA_BINARY) + " dev --json --port 0 --data " + data;
    FILE* pipe = popen(command.c_str(), "r");
    char line[16384] = "";
    EXPECT_NE(fgets(line, sizeof line, pipe), nullptr);
    EXPECT_EQ(WEXITSTATUS(pclose(pipe)), 124);  // timeout's word for "it still ran"
    return std::string(line);
  };
  json::Document first, second;
  const auto one = once(), two = once();
  const auto a = first.parse_object(one), b = second.parse_object(two);
  ASSERT_TRUE(a && b) << one << two;
  EXPECT_EQ(a->find("users")->text(), b->find("users")->text());
  EXPECT_FALSE(b->find("token")->string().value_or("").empty());
  struct stat info{};
  ASSERT_EQ(stat((data + "/dev.json").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace tessera::server
