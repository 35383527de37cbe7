#include "tessera/result.hpp"

namespace tessera {

namespace {
struct Row {
  std::string_view name, text, hint;
};
constexpr Row kRows[] = {
#define TESSERA_X(code, text, hint) {#code, text, hint},
    TESSERA_ERRORS(TESSERA_X)
#undef TESSERA_X
};
}  // namespace

std::string_view error_name(Err code) { return kRows[static_cast<std::size_t>(code)].name; }
std::string_view error_text(Err code) { return kRows[static_cast<std::size_t>(code)].text; }
std::string_view error_hint(Err code) { return kRows[static_cast<std::size_t>(code)].hint; }

}  // namespace tessera
