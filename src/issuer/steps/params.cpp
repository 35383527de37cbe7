#include "issuer/steps/params.hpp"

namespace tessera::issuer {

Step<void> check_no_duplicates(const Params& params) {
  const auto name = params.duplicate();
  REQUIRE(name.empty(), invalid_request, "parameters", "twice: " + std::string(name));
  return {};
}

Step<std::string_view> require_param(const Params& params, const char* name) {
  const auto value = params.find(name);
  REQUIRE(value, invalid_request, name, "missing");
  return *value;
}

Step<std::string> check_state(const Params& params) {
  constexpr std::size_t kMaxState = 1024;
  const auto state = params.get("state");
  REQUIRE(state.size() <= kMaxState, invalid_request, "state", "longer than 1024 octets");
  return std::string(state);
}

}  // namespace tessera::issuer
