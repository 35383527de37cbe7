#include "issuer/request.hpp"

#include <set>

namespace tessera::issuer {

std::optional<std::string_view> Params::find(std::string_view name) const {
  for (const auto& param : list_)
    if (param.name == name) return param.value.empty() ? std::nullopt : std::optional<std::string_view>(param.value);
  return std::nullopt;
}

std::vector<std::string_view> Params::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& param : list_)
    if (param.name == name && !param.value.empty()) values.push_back(param.value);
  return values;
}

std::string_view Params::duplicate() const {
  std::set<std::string_view> seen;
  for (const auto& param : list_) {
    if (param.name == "resource" || param.name == "audience") continue;
    if (!seen.insert(param.name).second) return param.name;
  }
  return {};
}

std::string_view RequestHeaders::cookie(std::string_view name) const {
  std::string_view found;
  std::size_t count = 0;
  for (const auto& cookie : cookies)
    if (cookie.name == name) {
      found = cookie.value;
      ++count;
    }
  return count == 1 ? found : std::string_view{};
}

}  // namespace tessera::issuer
