// Which tokens a change of configuration ends: those that might say more than is true after it. What only widens ends
// none, and neither does what every use asks for again (redirect URIs, grant types, secrets).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "issuer/model/user.hpp"
#include "issuer/store.hpp"

namespace tessera::server {

using Ending = std::pair<FactKind, std::string>;  // a fact to be written: its kind and value

// `after` is nullptr when the row goes. Errors: those of issuer/model/codec.hpp.
Result<std::vector<Ending>> endings(const issuer::ConfigRow& before, const issuer::ConfigRow* after);

}  // namespace tessera::server
