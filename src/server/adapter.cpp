#include "server/adapter.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "base/base64url.hpp"
#include "base/form.hpp"
#include "http/response.hpp"
#include "issuer/refusal.hpp"
#include "issuer/steps/redirect_uri.hpp"
#include "json/json.hpp"
#include "server/pages.hpp"
#include "tessera/client_assertion.hpp"
#include "tessera/jwt.hpp"

namespace tessera::server {

namespace {

using issuer::Caching;
using issuer::Cors;
using issuer::OAuthErr;
using issuer::Refusal;
using issuer::Speaks;
using issuer::Takes;

constexpr std::string_view kWellKnown = "/.well-known/";

bool is_https(const issuer::Snapshot& snapshot) { return snapshot.issuer.starts_with("https://"); }

bool is_type(std::string_view content_type, std::string_view wanted) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ') || content_type.ends_with('\t')) content_type.remove_suffix(1);
  return std::ranges::equal(content_type, wanted, {}, [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// The engine knows its cookies as these, whatever realm and scheme add to their names.
constexpr std::string_view kCookies[] = {"session", "browser", "device"};

std::string_view engine_name(issuer::Cookie::Which which) { return kCookies[static_cast<std::size_t>(which)]; }

// Over https the prefix keeps a neighbouring host from planting one (RFC 6265bis section 4.1.3.2). Not every browser
// takes it over http, which is this machine alone.
std::string cookie_name(const issuer::Snapshot& snapshot, issuer::Cookie::Which which) {
  std::string name = is_https(snapshot) ? "__Host-tessera-" : "tessera-";
  name += engine_name(which);
  return snapshot.realm.id.empty() ? name : name + '-' + snapshot.realm.id.text;
}

std::vector<issuer::Param> cookies_of(const http::Request& request, const issuer::Snapshot& snapshot) {
  using Which = issuer::Cookie::Which;
  const std::string names[] = {cookie_name(snapshot, Which::session), cookie_name(snapshot, Which::browser),
                               cookie_name(snapshot, Which::device)};
  std::vector<issuer::Param> cookies;
  for (const auto& header : request.headers) {
    if (header.name != "cookie") continue;
    std::string_view rest = header.value;
    while (!rest.empty() && cookies.size() < 100) {
      const auto end = std::min(rest.find(';'), rest.size());
      const auto one = trimmed(rest.substr(0, end));
      const auto equals = one.find('=');
      for (const auto which : {Which::session, Which::browser, Which::device})
        if (one.substr(0, std::min(equals, one.size())) == names[static_cast<std::size_t>(which)] &&
            equals < one.size())
          cookies.push_back({std::string(engine_name(which)), std::string(one.substr(equals + 1))});
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return cookies;
}

Result<issuer::Params> params_of(std::string_view text) {
  auto pairs = TRY(form::parse(text));
  std::vector<issuer::Param> list;
  list.reserve(pairs.size());
  for (auto& [name, value] : pairs) list.push_back({std::move(name), std::move(value)});
  return issuer::Params(std::move(list));
}

Refused refused(int status, OAuthErr code, const char* at, std::string why) {
  return {status, Refusal{code, at, std::move(why)}};
}

// ── answers ──

void add(http::Response& response, std::string_view name, std::string_view value) {
  response.headers.push_back({std::string(name), std::string(value)});
}

std::string cookie_line(const issuer::Cookie& cookie, const Asked& asked) {
  const bool https = is_https(*asked.live->snapshot);
  std::string line = cookie_name(*asked.live->snapshot, cookie.which) + '=' + cookie.value;
  line += "; Path=/; HttpOnly; SameSite=Lax";
  if (https) line += "; Secure";
  if (cookie.value.empty() || cookie.max_age.count() > 0) line += "; Max-Age=" + std::to_string(cookie.max_age.count());
  return line;
}

std::string with_tokens(const issuer::Json& json, std::span<const std::string> tokens) {
  if (tokens.empty()) return json.body;
  std::string body = "{";
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    json::Writer name;
    body += (i ? "," : "") + name.string(json.tokens[i].member).take() + ":\"" + tokens[i] + '"';
  }
  if (json.body != "{}") body += ',';
  return body += std::string_view(json.body).substr(1);
}

// Only the calling client's own origins may read the answer.
bool may_read(const Asked& asked) {
  return !asked.origin.empty() && asked.caller &&
         std::ranges::any_of(asked.caller->redirect_uris,
                             [&](const auto& uri) { return issuer::origin_of(uri) == asked.origin; });
}

void add_cors(http::Response& response, const Asked& asked) {
  if (!asked.route || asked.route->cors == Cors::none) return;
  if (asked.route->cors == Cors::anyone) return add(response, "Access-Control-Allow-Origin", "*");
  add(response, "Vary", "Origin");
  if (!may_read(asked)) return;
  add(response, "Access-Control-Allow-Origin", asked.origin);
  add(response, "Access-Control-Expose-Headers", "DPoP-Nonce, WWW-Authenticate");
}

void add_caching(http::Response& response, const Asked& asked) {
  const bool cached = asked.route && asked.route->caching == Caching::public_5_minutes && response.status == 200;
  add(response, "Cache-Control", cached ? "public, max-age=300" : "no-store");
}

void fill(http::Response& response, const issuer::Json& json, std::span<const std::string> tokens, const Asked&) {
  response.status = json.status;
  response.body = with_tokens(json, tokens);
  add(response, "Content-Type", "application/json");
  if (!json.www_authenticate.empty()) add(response, "WWW-Authenticate", json.www_authenticate);
}
void fill(http::Response& response, const issuer::IntrospectionJwt&, std::span<const std::string> tokens,
          const Asked&) {
  response.body = tokens.front();
  add(response, "Content-Type", "application/token-introspection+jwt");
}
void fill(http::Response& response, const issuer::UserinfoJwt&, std::span<const std::string> tokens, const Asked&) {
  response.body = tokens.front();
  add(response, "Content-Type", "application/jwt");
}
void fill(http::Response& response, const issuer::Redirect& redirect, std::span<const std::string>, const Asked&) {
  response.status = 303;
  add(response, "Location", redirect.location);
}
void fill(http::Response& response, const issuer::Page& page, std::span<const std::string>, const Asked& asked) {
  auto made = render(page, *asked.live->snapshot, base_path_of(asked.realm), asked.id);
  response.status = made.status;
  response.body = std::move(made.html);
  add(response, "Content-Type", "text/html; charset=utf-8");
  add(response, "Content-Security-Policy", made.csp);
}
void fill(http::Response& response, const issuer::Logo& logo, std::span<const std::string>, const Asked&) {
  response.body = logo.octets;
  add(response, "Content-Type", logo.type);
  add(response, "Cross-Origin-Resource-Policy", "same-origin");
}
void fill(http::Response& response, const issuer::Empty& empty, std::span<const std::string>, const Asked&) {
  response.status = empty.status;
}

}  // namespace

std::optional<issuer::Method> method_of(std::string_view name) {
  if (name == "GET" || name == "HEAD") return issuer::Method::get;
  if (name == "POST") return issuer::Method::post;
  if (name == "PUT") return issuer::Method::put;
  if (name == "DELETE") return issuer::Method::delete_;
  return std::nullopt;
}

Place place_of(std::string_view path) {
  std::string_view tail;
  //= RFC8414#3
  // If the issuer identifier value contains a path component, any terminating "/" MUST be removed before inserting
  // "/.well-known/" and the well-known URI suffix between the host component and the path component.
  if (const auto realm = path.find("/r/"); path.starts_with(kWellKnown) && realm != path.npos) {
    tail = path.substr(0, realm);
    path.remove_prefix(realm);
  }
  if (!path.starts_with("/r/")) return {"", std::string(path)};
  path.remove_prefix(3);
  const auto end = std::min(path.find('/'), path.size());
  // An empty name is no realm: "/r//token" must not be another spelling of "/token".
  if (end == 0) return {"/", std::string(path)};
  return {std::string(path.substr(0, end)), tail.empty() ? std::string(path.substr(end)) : std::string(tail)};
}

std::string base_path_of(std::string_view realm) { return realm.empty() ? "" : "/r/" + std::string(realm); }

std::shared_ptr<const Live> live(std::shared_ptr<const issuer::Snapshot> snapshot) {
  auto made = std::make_shared<Live>();
  for (const auto& [id, client] : snapshot->clients)
    for (const auto& uri : client.redirect_uris)
      if (auto origin = issuer::origin_of(uri); origin.find("://") != std::string::npos)
        made->origins.insert(std::move(origin));
  made->snapshot = std::move(snapshot);
  return made;
}

namespace {
// `bits` of an IPv6 address: who holds one usually holds the 2^64 beside it, and who rents a line 2^16 times that.
std::string network_of(const std::string& address, std::size_t bits) {
  std::string octets = address_octets(address);
  if (octets.empty()) return address;
  char text[INET6_ADDRSTRLEN];
  const bool v4 = octets.size() == 4;
  if (!v4) octets.replace(bits / 8, std::string::npos, 16 - bits / 8, '\0');
  return inet_ntop(v4 ? AF_INET : AF_INET6, octets.data(), text, sizeof text) ? text : address;
}
}  // namespace

std::string Proxies::client_of(const http::Request& request) const {
  std::string address = request.peer;
  if (!trusts(address)) return address;
  // Several fields are one list; the last proxy wrote at the right end.
  for (auto header = request.headers.rbegin(); header != request.headers.rend(); ++header) {
    if (header->name != "x-forwarded-for") continue;
    std::string_view rest = header->value;
    while (!rest.empty()) {
      const auto comma = rest.rfind(',');
      const auto one = trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
      if (address_octets(one).empty()) return address;
      address = std::string(one);
      if (!trusts(address)) return address;
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
    }
  }
  return address;
}

std::variant<issuer::Request, Refused> to_engine(const http::Request& request, const issuer::Route& route,
                                                 const issuer::Snapshot& snapshot, std::string address,
                                                 std::string id) {
  issuer::Request out;
  out.method = method_of(request.method).value_or(issuer::Method::get);
  out.headers.accept = std::string(request.header("accept"));
  out.headers.authorization = std::string(request.header("authorization"));
  for (const auto& header : request.headers)
    if (header.name == "dpop") out.headers.dpop.push_back(header.value);
  out.headers.origin = std::string(request.header("origin"));
  out.headers.cookies = cookies_of(request, snapshot);
  out.address = std::move(address);
  out.network = network_of(out.address, 64);
  out.site = network_of(out.address, 48);
  out.id = std::move(id);
  auto query = params_of(request.query);
  if (!query) return refused(400, OAuthErr::invalid_request, "query", "not a form");
  out.query = std::move(*query);
  if (out.method == issuer::Method::get || out.method == issuer::Method::delete_) return out;
  if (request.body.size() > route.body_limit)
    return refused(413, OAuthErr::invalid_request, "body", "larger than the route takes");
  if (request.body.empty()) return out;
  if (route.body == issuer::BodyType::json) {
    if (!is_type(request.header("content-type"), "application/json"))
      return refused(415, OAuthErr::invalid_request, "content-type", "not application/json");
    out.json = request.body;
    return out;
  }
  if (!is_type(request.header("content-type"), "application/x-www-form-urlencoded"))
    return refused(415, OAuthErr::invalid_request, "content-type", "not application/x-www-form-urlencoded");
  auto form = params_of(request.body);
  if (!form) return refused(400, OAuthErr::invalid_request, "body", "not a form");
  out.form = std::move(*form);
  return out;
}

std::string allow_header(const issuer::Route& route) {
  std::string allow;
  for (const std::string_view name : {"GET", "HEAD", "POST", "PUT", "DELETE"})
    if (takes(route.takes, *method_of(name))) (allow += allow.empty() ? "" : ", ") += name;
  if (route.cors != Cors::none) allow += ", OPTIONS";
  return allow;
}

std::string calling_client(const issuer::Request& request) {
  const std::string_view authorization = request.headers.authorization;
  const auto blank = authorization.find(' ');
  if (blank != std::string_view::npos) {
    const std::string_view rest = trimmed(authorization.substr(blank + 1));
    if (const auto token = peek_unverified(rest)) {
      json::Document document;
      const auto claims = document.parse_object(token->payload);
      const auto id = claims ? claims->find("client_id") : std::nullopt;
      return id ? std::string(id->string().value_or("")) : "";
    }
    // Basic: standard base64 of "id:secret", both form-encoded (RFC 6749 section 2.3.1). Only the id is looked at.
    std::string text(rest);
    while (text.ends_with('=')) text.pop_back();
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    auto octets = base64url::decode(text);
    if (!octets) return "";
    const auto pair = text_of(*octets);
    auto id = form::decode(pair.substr(0, pair.find(':')));
    std::fill(octets->begin(), octets->end(), std::byte{});
    return id ? *id : "";
  }
  if (const auto assertion = request.form.find("client_assertion"))
    return client_assertion::peek_client_id(*assertion).value_or("");
  return std::string(request.params().get("client_id"));
}

http::Response to_http(const issuer::Reply& reply, std::span<const std::string> signed_tokens, const Asked& asked) {
  http::Response response;
  std::visit([&](const auto& body) { fill(response, body, signed_tokens, asked); }, reply.body);
  for (const auto& cookie : reply.cookies) add(response, "Set-Cookie", cookie_line(cookie, asked));
  add_caching(response, asked);
  add_cors(response, asked);
  return response;
}

http::Response to_preflight(const Asked& asked) {
  http::Response response;
  if (!asked.route || asked.route->cors == Cors::none) {
    response.status = 405;
    if (asked.route) add(response, "Allow", allow_header(*asked.route));
    return response;
  }
  response.status = 204;
  add(response, "Allow", allow_header(*asked.route));
  add(response, "Vary", "Origin");
  const bool anyone = asked.route->cors == Cors::anyone;
  // The origins of clients that registered themselves are not at hand: which may read the answer is decided with it.
  const bool registered = asked.live->snapshot->has_registered();
  if (!anyone && (asked.origin.empty() || (!registered && !asked.live->origins.contains(asked.origin))))
    return response;
  add(response, "Access-Control-Allow-Origin", anyone ? std::string_view("*") : asked.origin);
  add(response, "Access-Control-Allow-Methods",
      asked.route->takes == Takes::get    ? "GET"
      : asked.route->takes == Takes::post ? "POST"
                                          : "GET, POST");
  add(response, "Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP");
  add(response, "Access-Control-Max-Age", "600");
  return response;
}

http::Response to_refusal(const Refused& refused, const issuer::Request& request, const Asked& asked) {
  http::Response response;
  if (asked.route && asked.live) {
    const auto& snapshot = *asked.live->snapshot;
    response = to_http(issuer::reply_to(refused.refusal, *asked.route, request, snapshot), {}, asked);
    if (response.status < 300 || response.status >= 400) response.status = refused.status;
    if (refused.status == 405) add(response, "Allow", allow_header(*asked.route));
    return response;
  }
  const auto& row = issuer::error_row(refused.refusal.code);
  response.status = refused.status;
  json::Writer w;
  response.body =
      w.begin_object().member("error", row.wire).member("error_description", row.description).end_object().take();
  add(response, "Content-Type", "application/json");
  add(response, "Cache-Control", "no-store");
  return response;
}

void finish(http::Response& response, std::string_view id, bool https) {
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(response.headers, [&](const auto& header) { return header.name == name; });
  };
  std::erase_if(response.headers, [](const auto& header) { return !http::fits_field(header.value); });
  add(response, "X-Request-Id", id);
  add(response, "X-Content-Type-Options", "nosniff");
  add(response, "Referrer-Policy", "same-origin");
  add(response, "X-Frame-Options", "DENY");
  add(response, "Cross-Origin-Opener-Policy", "same-origin");
  if (!has("Content-Security-Policy"))
    add(response, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  if (https) add(response, "Strict-Transport-Security", "max-age=31536000");
}

}  // namespace tessera::server
