// Runs every file of a corpus through a fuzz target's function: one case a file.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

int main() {
  std::size_t cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CORPUS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input(std::istreambuf_iterator<char>(file), {});
    // A failure aborts, and leaves this name as the last line.
    std::printf("# %s\n", entry.path().filename().c_str());
    std::fflush(stdout);
    LLVMFuzzerTestOneInput(reinterpret_cast<const unsigned char*>(input.data()), input.size());
    std::printf("ok %s/%s\n", NAME, entry.path().filename().c_str());
    ++cases;
  }
  std::printf("%zu passed, 0 failed, 0 skipped\n", cases);
  return cases == 0 ? 1 : 0;
}
