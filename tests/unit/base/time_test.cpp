#include "base/time.hpp"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(Time, iso_text) {
  EXPECT_EQ(iso_text(sys_seconds(seconds(0))), "1970-01-01T00:00:00Z");
  EXPECT_EQ(iso_text(sys_seconds(seconds(1709210096))), "2024-02-29T12:34:56Z");
  EXPECT_EQ(iso_text(sys_seconds(seconds(kLastSecond))), "9999-12-31T23:59:59Z");
  EXPECT_EQ(iso_text(sys_seconds(seconds(-62167219200))), "0000-01-01T00:00:00Z");
}

}  // namespace
}  // namespace tessera
