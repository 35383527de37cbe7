// Acknowledged means on disk.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <latch>
#include <set>

#include "unit/store/faulty_disk.hpp"
#include "unit/store/houses.hpp"

namespace tessera::store::test {
namespace {

constexpr int kCrashed = 42, kThreads = 4;

struct Durability : testing::Test {
  Folder folder;
  std::string url = "sqlite://" + folder.file("t.db");
};

// In a child process: threads append facts, and say on `answers` which were acknowledged, until the disk crashes.
[[noreturn]] void append_until_crash(const std::string& url, int nth, FaultyDisk::Survives survives, int answers) {
  FaultyDisk disk;
  auto store = open({.url = url});
  if (!store) _exit(1);
  disk.crash_at_sync(nth, survives, kCrashed);
  at_once(kThreads, [&](int thread) {
    for (std::int32_t i = 0; i < 2000; ++i) {
      const std::int32_t mark = i * kThreads + thread;
      auto done = std::make_shared<std::promise<void>>();
      auto acknowledged = done->get_future();
      (*store)->write(
          [mark](Tx& tx) {
            return tx.append_fact(kRealm, {0, FactKind::jti, std::to_string(mark), kNow}) ? Outcome::commit
                                                                                          : Outcome::roll_back;
          },
          [mark, done, answers](Result<void> result) {
            if (result && write(answers, &mark, sizeof mark) != sizeof mark) _exit(2);
            done->set_value();
          });
      acknowledged.wait();
    }
  });
  _exit(3);  // it never crashed
}

std::set<std::string> acknowledged_before_crash(const std::string& url, int nth, FaultyDisk::Survives survives) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    append_until_crash(url, nth, survives, ends[1]);
  }
  close(ends[1]);
  std::set<std::string> marks;
  for (std::int32_t mark = 0; read(ends[0], &mark, sizeof mark) == sizeof mark;) marks.insert(std::to_string(mark));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == kCrashed) << status;
  return marks;
}

// The marks of the facts that are there, which are numbered without holes.
std::set<std::string> marks_on_disk(const std::string& url) {
  std::set<std::string> marks;
  auto store = open({.url = url});
  EXPECT_TRUE(store) << store.error();
  if (!store) return marks;
  EXPECT_OK((*store)->read_now([&](Tx& tx) {
    std::int64_t number = 0;
    const auto facts = tx.facts_after(kRealm, 0);
    for (const auto& fact : *facts) {
      EXPECT_EQ(fact.number, ++number);
      marks.insert(fact.value);
    }
    return Outcome::commit;
  }));
  return marks;
}

TEST_F(Durability, what_was_acknowledged_before_a_power_cut_is_there_afterwards) {
  using Survives = FaultyDisk::Survives;
  for (const auto survives : {Survives::none, Survives::every_second, Survives::all})
    for (const int nth : {1, 2, 3, 7, 20, 60}) {
      Folder own;
      const auto database = "sqlite://" + own.file("t.db");
      {
        ASSERT_TRUE(open({.url = database}));
      }
      const auto acknowledged = acknowledged_before_crash(database, nth, survives);
      const auto on_disk = marks_on_disk(database);
      EXPECT_TRUE(std::ranges::includes(on_disk, acknowledged)) << nth;
      // One sync a commit, but two for the first of a new log.
      EXPECT_GE(static_cast<int>(acknowledged.size()), nth - 2) << nth;
      // Of those without an answer some may have made it, but no more than were under way.
      EXPECT_LE(on_disk.size(), acknowledged.size() + kThreads) << nth;
      if (survives == Survives::none) {
        EXPECT_EQ(on_disk, acknowledged) << nth;
      }
    }
}

TEST_F(Durability, crash_after_crash_loses_nothing_that_was_acknowledged) {
  {
    ASSERT_TRUE(open({.url = url}));
  }
  std::set<std::string> all;
  for (int i = 0; i < 5; ++i) {
    const auto marks = acknowledged_before_crash(url, 10 + i, FaultyDisk::Survives::every_second);
    all.insert(marks.begin(), marks.end());
    EXPECT_TRUE(std::ranges::includes(marks_on_disk(url), all));
  }
}

TEST_F(Durability, each_commit_syncs_before_it_is_acknowledged_and_many_share_one) {
  FaultyDisk disk;
  auto store = open({.url = url});
  ASSERT_TRUE(store);
  int value = 0;  // each its own: the same again is no write
  const auto put = [&](Tx& tx) {
    return tx.put_setting("x", std::to_string(++value)) ? Outcome::commit : Outcome::roll_back;
  };
  for (int i = 0; i < 5; ++i) {
    const int before = disk.syncs();
    EXPECT_OK((*store)->write_now(put));
    EXPECT_GT(disk.syncs(), before);
  }
  std::latch begin(1), done(33);
  const int before = disk.syncs();
  const auto answer = [&](Result<void> result) {
    EXPECT_OK(result);
    EXPECT_GT(disk.syncs(), before);
    done.count_down();
  };
  (*store)->write(
      [&](Tx&) {
        begin.wait();
        return Outcome::roll_back;
      },
      [&](Result<void>) { done.count_down(); });
  for (int i = 0; i < 32; ++i) (*store)->write(put, answer);
  begin.count_down();
  done.wait();
  EXPECT_LE(disk.syncs(), before + 2);
  store->reset();
}

// ── a full disk ──

struct FullDisk : Durability {
  struct Asked {
    std::string name;
    std::size_t size;
    int runs = 0;
    std::shared_ptr<std::promise<Result<void>>> promise = std::make_shared<std::promise<Result<void>>>();
    Result<void> answer() { return promise->get_future().get(); }
  };

  // All in one batch, behind one that waits until all are there.
  void ask(Store& store, std::vector<Asked>& all) {
    std::latch begin(1), running(1);
    store.write(
        [&](Tx&) {
          running.count_down();
          begin.wait();
          return Outcome::commit;
        },
        [](Result<void>) {});
    running.wait();
    for (auto& asked : all) {
      store.write(
          [&asked](Tx& tx) {
            ++asked.runs;
            // in pieces, so that it is under way when the disk is full
            for (std::size_t at = 0; at < asked.size; at += kPiece)
              if (!tx.put_setting(asked.name + " " + std::to_string(at), std::string(kPiece, 'x')))
                return Outcome::roll_back;
            return tx.put_setting(asked.name, "1") ? Outcome::commit : Outcome::roll_back;
          },
          [promise = asked.promise](Result<void> result) { promise->set_value(std::move(result)); });
    }
    begin.count_down();
  }
  std::vector<std::string> there() {
    auto store = open({.url = url});
    EXPECT_TRUE(store) << store.error();
    std::vector<std::string> out;
    for (const char* name : {"a", "b", "c"})
      EXPECT_OK((*store)->read_now([&](Tx& tx) {
        if (*tx.setting(name)) out.emplace_back(name);
        if (*tx.setting(std::string(name) + " 0")) out.emplace_back(std::string(name) + " 0");
        return Outcome::commit;
      }));
    return out;
  }
  static constexpr std::size_t kPiece = 100'000;
  FaultyDisk disk;
};

// The large one spills from SQLite's cache into the log while it runs: the disk is full inside its savepoint, and the
// whole transaction ends there.
TEST_F(FullDisk, inside_a_savepoint_fails_the_one_that_fills_it_alone) {
  std::string log;
  auto store = open({.url = url, .log = [&](std::string_view text) { (log += text) += "\n"; }});
  ASSERT_TRUE(store);
  std::vector<Asked> all{Asked{"a", 0}, Asked{"b", 20'000'000}, Asked{"c", 0}};
  disk.limit_log(1'000'000);
  ask(**store, all);
  EXPECT_OK(all[0].answer());
  EXPECT_CODE(all[1].answer(), unavailable);
  EXPECT_OK(all[2].answer());
  EXPECT_EQ(all[0].runs, 2);
  EXPECT_EQ(all[1].runs, 2);
  EXPECT_EQ(all[2].runs, 1);  // the batch had ended before its turn
  EXPECT_NE(log.find("full"), std::string::npos) << log;
  EXPECT_EQ(log.find("savepoint"), std::string::npos) << log;  // asked, not run into
  store->reset();
  EXPECT_EQ(there(), (std::vector<std::string>{"a", "c"}));
}

// Small enough for the cache: the disk is full at COMMIT.
TEST_F(FullDisk, at_commit_fails_the_one_that_fills_it_alone) {
  auto store = open({.url = url});
  ASSERT_TRUE(store);
  std::vector<Asked> all{Asked{"a", 0}, Asked{"b", 1'000'000}, Asked{"c", 0}};
  disk.limit_log(400'000);
  ask(**store, all);
  EXPECT_OK(all[0].answer());
  EXPECT_CODE(all[1].answer(), unavailable);
  EXPECT_OK(all[2].answer());
  for (const auto& asked : all) EXPECT_EQ(asked.runs, 2) << asked.name;
  store->reset();
  EXPECT_EQ(there(), (std::vector<std::string>{"a", "c"}));
}

TEST_F(FullDisk, with_no_room_at_all_none_is_acknowledged_and_reads_go_on_and_room_heals_it) {
  auto store = open({.url = url});
  ASSERT_TRUE(store);
  {
    std::vector<Asked> all{Asked{"a", 0}, Asked{"b", 0}, Asked{"c", 0}};
    disk.limit_log(0);
    ask(**store, all);
    for (auto& asked : all) EXPECT_CODE(asked.answer(), unavailable);
    EXPECT_OK((*store)->read_now([](Tx& tx) {
      EXPECT_EQ(*tx.setting("a"), std::nullopt);
      return Outcome::commit;
    }));
  }
  disk.limit_log(1 << 30);
  EXPECT_OK(
      (*store)->write_now([](Tx& tx) { return tx.put_setting("c", "1") ? Outcome::commit : Outcome::roll_back; }));
  store->reset();
  EXPECT_EQ(there(), std::vector<std::string>{"c"});
}

}  // namespace
}  // namespace tessera::store::test
