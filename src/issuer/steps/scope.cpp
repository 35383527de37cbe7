#include "issuer/steps/scope.hpp"

#include <algorithm>

#include "issuer/contains.hpp"

namespace tessera::issuer {

namespace {
bool scope_character(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u == 0x21 || (u >= 0x23 && u <= 0x5B) || (u >= 0x5D && u <= 0x7E);
}

bool known(std::string_view name, const Snapshot& snapshot) {
  return is_openid_scope(name) || std::ranges::any_of(snapshot.resource_servers, [&](const auto& entry) {
           return entry.second.scopes.contains(std::string(name));
         });
}
}  // namespace

bool is_openid_scope(std::string_view name) { return contains(kOpenIdScopes, name); }

bool holds_scope(const std::vector<std::string>& scope, std::string_view name) { return contains(scope, name); }

std::string print_scope(const std::vector<std::string>& scope) {
  std::string text;
  for (const auto& name : scope) (text += text.empty() ? "" : " ") += name;
  return text;
}

Step<std::vector<std::string>> parse_scope(std::string_view text) {
  std::vector<std::string> names;
  if (text.empty()) return names;
  for (std::size_t count = 0, from = 0; from <= text.size(); ++count) {
    REQUIRE(count < kMaxScopeNames, invalid_scope, "scope", "too many names");
    const auto to = std::min(text.find(' ', from), text.size());
    const auto name = text.substr(from, to - from);
    REQUIRE(!name.empty() && std::ranges::all_of(name, scope_character), invalid_scope, "scope", "not as RFC 6749 3.3");
    if (!holds_scope(names, name)) names.emplace_back(name);
    from = to + 1;
  }
  return names;
}

Step<std::vector<std::string>> check_scope(const Params& params, const Client& client, const Snapshot& snapshot) {
  auto names = TRY(parse_scope(params.get("scope")));
  for (const auto& name : names)
    REQUIRE(holds_scope(client.scopes, name) && known(name, snapshot), invalid_scope, "scope", name);
  return names;
}

Step<std::vector<std::string>> narrow_scope(const Params& params, const std::vector<std::string>& granted) {
  auto names = TRY(parse_scope(params.get("scope")));
  if (names.empty()) return granted;
  for (const auto& name : names) REQUIRE(holds_scope(granted, name), invalid_scope, "scope", name + " was not granted");
  return names;
}

std::vector<std::string> scopes_at(const Snapshot& snapshot, std::string_view audience,
                                   const std::vector<std::string>& names) {
  std::vector<std::string> there;
  if (const auto* server = snapshot.resource_server(audience))
    for (const auto& name : names)
      if (server->scopes.contains(name)) there.push_back(name);
  return there;
}

std::vector<std::string> still_allowed(const Client& client, const std::vector<std::string>& granted) {
  std::vector<std::string> names;
  for (const auto& name : granted)
    if (holds_scope(client.scopes, name)) names.push_back(name);
  return names;
}

bool is_all_allowed(const std::vector<std::string>& scope, const Client& client,
                    const std::vector<std::string>& granted) {
  return std::ranges::all_of(still_allowed(client, granted),
                             [&](const auto& name) { return holds_scope(scope, name); });
}

}  // namespace tessera::issuer
