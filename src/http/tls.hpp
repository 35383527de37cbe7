// The server's side of TLS, from files. For server.cpp alone.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <expected>
#include <memory>
#include <string>

#include "http/server.hpp"

namespace tessera::http {

// TLS 1.2 or later. The error is one sentence that names the file at fault.
std::expected<std::unique_ptr<boost::asio::ssl::context>, std::string> tls_context(const Tls& files);

}  // namespace tessera::http
