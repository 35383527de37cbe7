// Between HTTP and the engine: a request becomes an issuer::Request, a Reply becomes a response. It decides nothing
// about tokens. No URL is ever made from the Host field: everything starts with the configured base URL.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/networks.hpp"
#include "http/server.hpp"
#include "issuer/reply.hpp"
#include "issuer/request.hpp"
#include "issuer/routes.hpp"
#include "issuer/snapshot.hpp"

namespace tessera::server {

// A path taken apart: "/r/NAME/token" is the realm NAME and "/token". RFC 8414 section 3.1 puts the well-known part
// first; "/.well-known/oauth-authorization-server/r/NAME" is the same as
// "/r/NAME/.well-known/oauth-authorization-server".
struct Place {
  std::string realm, path;
};
std::optional<issuer::Method> method_of(std::string_view name);  // nothing when no route takes it
Place place_of(std::string_view path);
std::string base_path_of(std::string_view realm);  // "" or "/r/NAME"

// One snapshot and what the adapter needs of it.
struct Live {
  std::shared_ptr<const issuer::Snapshot> snapshot;
  std::set<std::string, std::less<>> origins;  // of every client's redirect URIs
};
std::shared_ptr<const Live> live(std::shared_ptr<const issuer::Snapshot> snapshot);

// Networks whose X-Forwarded-For is believed.
class Proxies {
 public:
  bool add(std::string_view cidr) { return networks_.add(cidr); }  // false when it is no network
  bool trusts(std::string_view address) const { return networks_.contain(address); }
  // The rightmost address that no trusted proxy has, or the socket's.
  std::string client_of(const http::Request& request) const;

 private:
  Networks networks_;
};

// Why a request never reaches its endpoint.
struct Refused {
  int status;  // 400, 404, 405, 413, 415
  issuer::Refusal refusal;
};
// A request for `route`. Errors: an unknown content type, a form that cannot be read, a body that is too large.
std::variant<issuer::Request, Refused> to_engine(const http::Request& request, const issuer::Route& route,
                                                 const issuer::Snapshot& snapshot, std::string address, std::string id);

// What the answer needs to know of the request. `headers` views the http::Request's.
struct Asked {
  const issuer::Route* route = nullptr;  // nullptr: no such path
  const Live* live = nullptr;
  std::string_view realm;
  std::string_view id;                     // request id
  std::string_view origin;                 // as sent, "" without
  const issuer::Client* caller = nullptr;  // as the request names it, unproven: only for CORS
};
http::Response to_http(const issuer::Reply& reply, std::span<const std::string> signed_tokens, const Asked& asked);
// A preflight (RFC: the Fetch standard's CORS protocol), or 405.
http::Response to_preflight(const Asked& asked);
http::Response to_refusal(const Refused& refused, const issuer::Request& request, const Asked& asked);
// Adds what every response carries: request id, security headers.
void finish(http::Response& response, std::string_view id, bool https);

std::string calling_client(const issuer::Request& request);
std::string allow_header(const issuer::Route& route);

}  // namespace tessera::server
