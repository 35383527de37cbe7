#include "server/pool.hpp"

#include <gtest/gtest.h>
#include <sched.h>

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

}  // namespace
}  // namespace tessera::server
