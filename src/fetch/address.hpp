// Which addresses may be connected to.
#pragma once

#include <sys/socket.h>

namespace tessera::fetch {

bool is_public(const sockaddr& address);
bool is_loopback(const sockaddr& address);

}  // namespace tessera::fetch
