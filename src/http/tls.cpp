#include "http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/ssl.hpp>
#include <cstring>

namespace tessera::http {

namespace {

namespace ssl = boost::asio::ssl;

// The first error of the queue is the cause; those after it say who passed it on.
std::string why() {
  const unsigned long code = ERR_peek_error();
  const char* text = ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);
  std::string out = text == nullptr ? "it cannot be read" : text;
  ERR_clear_error();
  return out;
}

}  // namespace

std::expected<std::unique_ptr<ssl::context>, std::string> tls_context(const Tls& files) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  SSL_CTX* handle = context->native_handle();
  SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
  // An encrypted key is refused: a server has nobody to ask for the password.
  SSL_CTX_set_default_passwd_cb(handle, [](char*, int, int, void*) { return -1; });
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(handle, files.certificate_file.c_str()) != 1)
    return std::unexpected("cannot use the TLS certificate " + files.certificate_file + ": " + why() +
                           "; give a PEM file with the certificate and its chain");
  if (SSL_CTX_use_PrivateKey_file(handle, files.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(handle) != 1)
    return std::unexpected("cannot use the TLS key " + files.key_file + ": " + why() +
                           "; give the unencrypted PEM key of the certificate " + files.certificate_file);
  return context;
}

}  // namespace tessera::http
