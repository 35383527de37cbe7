// Where a browser may be sent back to: a registered redirect URI, compared octet by octet.
#pragma once

#include <string_view>

#include "issuer/model/realm.hpp"

namespace tessera::issuer {

// Whether `uri` is one of the client's, octet by octet; only the port of http://127.0.0.1 and http://[::1] is free.
bool redirect_registered(const Client& client, std::string_view uri);

}  // namespace tessera::issuer
