// Where a browser may be sent: registered addresses, octet by octet.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "issuer/model/realm.hpp"

namespace tessera::issuer {

// Whether a redirect URI may be registered at all: https; http on this machine's own names; or, for a native app, a
// scheme of its own with a dot in it (RFC 8252 section 7.1). No user, no fragment, no dot segment, nothing
// percent-encoded in the path or twice in the query, no parameter of our answers in its query; scheme and host in lower
// case. At most 512 octets.
bool registrable_redirect_uri(std::string_view uri, ClientAuth auth);

// Whether `uri` is one of `registered`, and may be: what should not have been registered is refused here too. Only a
// native client (ClientAuth::none) may choose the port of http://127.0.0.1 and http://[::1] (RFC 8252 section 7.3);
// everything else is equal octet by octet.
bool is_registered(const std::vector<std::string>& registered, std::string_view uri, ClientAuth auth);
inline bool redirect_registered(const Client& client, std::string_view uri) {
  return is_registered(client.redirect_uris, uri, client.auth);
}

// Why it is not one of them, for the operator: "received …, registered …, …".
std::string received_and_registered(std::string_view uri, const std::vector<std::string>& registered);

// As browsers write it, without a scheme's own port: "https://app.example.com:8443" of
// "https://app.example.com:8443/cb?x=1"; "com.example.app:" of a native app's; "" of what is no URI.
std::string origin_of(std::string_view uri);

// Its host, as it is written; "" when it has none.
std::string host_of(std::string_view uri);

// origin_of as a source of the Content-Security-Policy, whose grammar has no IPv6 address: there it is the scheme.
std::string form_source_of(std::string_view uri);

// `uri` with the parameters appended to its query, or as its fragment; those without a value are left out.
std::string with_params(std::string_view uri, const std::vector<std::pair<std::string, std::string>>& params);
std::string with_fragment(std::string_view uri, const std::vector<std::pair<std::string, std::string>>& params);

}  // namespace tessera::issuer
