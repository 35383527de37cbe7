#include "issuer/steps/resource.hpp"

#include <algorithm>
#include <iterator>

#include "issuer/contains.hpp"

namespace tessera::issuer {

namespace {
bool may_use(const Client& client, const Snapshot& snapshot, std::string_view audience) {
  return snapshot.resource_server(audience) && contains(client.access, audience, &ClientAccess::audience);
}
std::string expected_one_of(const Client& client, std::string_view received) {
  std::string text = "expected";
  for (const auto& access : client.access) text += ' ' + access.audience;
  return text + ", received " + std::string(received);
}
}  // namespace

Step<std::string> check_resource(const Params& params, const Client& client, const Snapshot& snapshot) {
  const auto asked = params.all("resource");
  REQUIRE(asked.size() <= 1, invalid_target, "resource", "a token is for one resource server");
  if (asked.empty() && client.access.empty()) return snapshot.issuer;
  const std::string audience(asked.empty() ? client.access.front().audience : asked.front());
  //= RFC8707#2
  // The requested resource is invalid, missing, unknown, or malformed.
  REQUIRE(may_use(client, snapshot, audience), invalid_target, "resource", expected_one_of(client, audience));
  return audience;
}

Step<std::string> check_exchange_target(const Params& params, const Client& client, const Snapshot& snapshot) {
  auto asked = params.all("resource");
  std::ranges::copy(params.all("audience"), std::back_inserter(asked));
  if (asked.empty() && !client.access.empty()) asked.emplace_back(client.access.front().audience);
  REQUIRE(!asked.empty(), invalid_target, "resource", "the client has no resource server");
  for (const auto one : asked) {
    REQUIRE(one == asked.front(), invalid_target, "resource", "a token is for one resource server");
    REQUIRE(may_use(client, snapshot, one), invalid_target, "resource", expected_one_of(client, one));
  }
  return std::string(asked.front());
}

Step<void> check_same_resource(const Params& params, const Client& client, const Snapshot& snapshot,
                               std::string_view audience) {
  for (const auto asked : params.all("resource"))
    REQUIRE(asked == audience, invalid_target, "resource",
            "expected " + std::string(audience) + ", received " + std::string(asked));
  REQUIRE(audience == snapshot.issuer || may_use(client, snapshot, audience), invalid_target, "resource",
          "no longer the client's: " + std::string(audience));
  return {};
}

}  // namespace tessera::issuer
