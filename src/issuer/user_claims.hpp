// What can be told of a person (OpenID Connect Core section 5.1): one table, from which userinfo, the ID token and the
// discovery document come.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "issuer/model/user.hpp"

namespace tessera::issuer {

struct UserClaim {
  std::string_view name, scope;                                  // the scope that asks for it: section 5.4
  std::string (*json)(const User& user, std::string_view name);  // "" where it is not known
};
std::span<const UserClaim> user_claims();
const UserClaim* find_user_claim(std::string_view name);

// The names in Profile::texts, and in Profile::address (section 5.1.1).
std::span<const std::string_view> profile_texts();
std::span<const std::string_view> address_members();

}  // namespace tessera::issuer
