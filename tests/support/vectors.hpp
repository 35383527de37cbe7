// Where the published vectors are: $TESSERA_VECTORS, else ../shared/vectors beside the project.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace tests {

inline std::optional<std::filesystem::path> vectors() {
  namespace fs = std::filesystem;
  if (const char* folder = std::getenv("TESSERA_VECTORS")) {
    if (fs::is_directory(folder)) return folder;
    return std::nullopt;
  }
  for (fs::path at = fs::current_path(); at.has_relative_path(); at = at.parent_path())
    if (fs::is_directory(at / "../shared/vectors")) return at / "../shared/vectors";
  return std::nullopt;
}

// What docs/conformance.md says of a test that runs a whole set: how many cases, and how many of them deviate.
inline void record_cases(int cases, int deviations = 0) {
  testing::Test::RecordProperty("cases", cases);
  testing::Test::RecordProperty("deviations", deviations);
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace tests
