// Forms: what parses prints to what parses to the same.
#include "base/form.hpp"
#include "base/utf8.hpp"
#include "fuzz.hpp"

using namespace tessera;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto text = as_text(data, size);
  if (const auto pairs = form::parse(text)) {
    HOLDS(pairs->size() <= form::kMaxPairs);
    for (const auto& [name, value] : *pairs) HOLDS(valid_utf8(name) && valid_utf8(value));
    const auto again = form::parse(form::print(*pairs));
    HOLDS(again && *again == *pairs);
  }
  if (const auto decoded = form::decode(text)) HOLDS(form::decode(form::encode(*decoded)) == *decoded);
  return 0;
}
