#include "server/pool.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>

namespace tessera::server {
namespace {

TEST(Pool, CoresAreThoseThatTheProcessMayUse) {
  unsigned counted = 0;
  std::thread([&] {  // of a thread of its own, so that the other tests keep theirs
    cpu_set_t here;
    ASSERT_EQ(sched_getaffinity(0, sizeof here, &here), 0);
    EXPECT_EQ(usable_cores(), static_cast<unsigned>(CPU_COUNT(&here)));
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    counted = usable_cores();
  })
      .join();
  EXPECT_EQ(counted, 1U);
}

// Four threads and a queue of four; every task stays until it is let go.
struct Shares : testing::Test {
  bool run(const std::string& whose) {
    Pool::Task task = [this, whose] {
      ++begun[whose];
      go.acquire();
      ++ended;
    };
    return pool->try_run(task, whose);
  }
  bool begins(const std::string& whose, int count) {
    for (int i = 0; i < 2000 && begun[whose] < count; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return begun[whose] == count;
  }
  std::map<std::string, std::atomic<int>> begun = [] {
    std::map<std::string, std::atomic<int>> all;
    for (const char* whose : {"", "a", "b"}) all[whose] = 0;
    return all;
  }();
  std::atomic<int> ended = 0;
  std::counting_semaphore<> go{0};
  std::optional<Pool> pool{std::in_place, 4U, 4U};

  void TearDown() override {
    go.release(100);
    pool.reset();
  }
};

TEST_F(Shares, one_takes_half_of_the_threads_and_of_the_queue) {
  EXPECT_TRUE(run("a") && run("a") && begins("a", 2));
  EXPECT_TRUE(run("a") && run("a"));
  EXPECT_FALSE(run("a")) << "half of the queue is its own";
  EXPECT_TRUE(run("b") && run("b") && begins("b", 2)) << "whoever came later runs before those that wait for their own";
  EXPECT_EQ(begun["a"], 2);
  EXPECT_TRUE(run("b") && run("b"));
  EXPECT_FALSE(run("")) << "the queue is full";
  go.release(1);
  EXPECT_TRUE(begins("a", 3) || begins("b", 3));
}

TEST_F(Shares, whose_it_is_does_not_matter_where_nobody_is_named) {
  EXPECT_TRUE(run("") && run("") && run("") && run("") && begins("", 4));
  EXPECT_TRUE(run("") && run("") && run("") && run(""));
  EXPECT_FALSE(run(""));
}

TEST_F(Shares, all_that_is_queued_runs_before_the_end) {
  EXPECT_TRUE(run("a") && run("a") && begins("a", 2) && run("a") && run("a") && run("b"));
  go.release(100);
  pool.reset();
  EXPECT_EQ(ended, 5);
}

}  // namespace
}  // namespace tessera::server
