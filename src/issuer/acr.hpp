// How a person has logged in, as an ID token tells it (OpenID Connect Core section 2; RFC 8176).
#pragma once

#include <string_view>

namespace tessera::issuer {

// A password over TLS, which is the only way here. The name is SAML's, which applications know.
inline constexpr std::string_view kAcr = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
inline constexpr std::string_view kAmr = "pwd";

}  // namespace tessera::issuer
