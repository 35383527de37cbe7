// Whether a change takes something away: then the tokens that were made before it must end.
#pragma once

#include "issuer/model/realm.hpp"
#include "issuer/model/user.hpp"

namespace tessera::issuer {

bool narrowed(const ResourceServer& was, const ResourceServer& is);
bool narrowed(const Role& was, const Role& is);
bool narrowed(const Client& was, const Client& is);
bool narrowed(const User& was, const User& is);

}  // namespace tessera::issuer
