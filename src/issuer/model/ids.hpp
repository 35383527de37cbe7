// Names of things, each a type of its own, so that a client's id never stands where a user's is meant.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace tessera::issuer {

template <class Tag>
struct Id {
  std::string text;
  Id() = default;
  explicit Id(std::string_view t) : text(t) {}
  bool empty() const { return text.empty(); }
  auto operator<=>(const Id&) const = default;
};

using RealmId = Id<struct RealmTag>;  // "" is the default realm, at the base URL
using ClientId = Id<struct ClientTag>;
using UserId =
    Id<struct UserTag>;  // the `sub`; never equal to a client id: users' begin with "usr_", clients' never do
using SessionId = Id<struct SessionTag>;  // the `sid`
using GrantId = Id<struct GrantTag>;

}  // namespace tessera::issuer

template <class Tag>
struct std::hash<tessera::issuer::Id<Tag>> {
  std::size_t operator()(const tessera::issuer::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.text);
  }
};
