// Which addresses may be connected to.
#pragma once

#include <sys/socket.h>

#include <string>

namespace tessera::fetch {

bool is_public(const sockaddr& address);
bool is_loopback(const sockaddr& address);
std::string printed(const sockaddr& address);  // as inet_ntop does; "" for another family

}  // namespace tessera::fetch
