#include "issuer/steps/redirect_uri.hpp"

#include <algorithm>

#include "base/form.hpp"
#include "issuer/contains.hpp"

namespace tessera::issuer {

namespace {

constexpr std::size_t kMaxUri = 512;

// A URI taken apart, without interpreting anything. `authority` is empty for a scheme of an app's own.
struct Parts {
  std::string_view scheme, host, port, path, query;
  bool has_authority = false;
};

// 1 to 65535, written in one way.
bool plain_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || text.front() == '0') return false;
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoi(std::string(text)) <= 65535;
}

bool take_apart(std::string_view uri, Parts& out) {
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos) return false;
  out.scheme = uri.substr(0, colon);
  auto rest = uri.substr(colon + 1);
  if (const auto question = rest.find('?'); question != std::string_view::npos) {
    out.query = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  if (!rest.starts_with("//")) {
    out.path = rest;
    return true;
  }
  out.has_authority = true;
  rest.remove_prefix(2);
  const auto slash = rest.find('/');
  const auto authority = rest.substr(0, slash);
  out.path = slash == std::string_view::npos ? "" : rest.substr(slash);
  const auto bracket = authority.find(']');
  const auto port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  out.host = authority.substr(0, port);
  if (port != std::string_view::npos) {
    out.port = authority.substr(port + 1);
    if (!plain_port(out.port)) return false;
  }
  return !out.host.empty();
}

bool plain_host(std::string_view host) {
  if (host == "[::1]") return true;
  return !host.starts_with('.') && !host.ends_with('.') && !host.starts_with('-') &&
         host.find("..") == std::string_view::npos && std::ranges::all_of(host, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

bool on_this_machine(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]";
}

bool plain_path(std::string_view path) {
  constexpr std::string_view kAllowed = "-._~!$&'()*+,=:@/";
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    // No '%', ';', '\' or '@': each has been read in two ways by somebody.
    if (!alphanumeric && (c == '@' || kAllowed.find(c) == std::string_view::npos)) return false;
  }
  for (std::string_view rest = path; !rest.empty();) {
    const auto slash = rest.find('/');
    const auto segment = rest.substr(0, slash);
    if (segment == "." || segment == "..") return false;
    rest = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  }
  return path.find("//") == std::string_view::npos;
}

// A parameter of our answers, also as receivers spell it that ignore case, or that make lists of `code[]`.
bool is_ours(std::string_view name) {
  constexpr std::string_view kOurs[] = {"code",         "state",     "iss",      "error",      "error_description",
                                        "error_uri",    "response",  "id_token", "expires_in", "session_state",
                                        "access_token", "token_type"};
  std::string plain(name.substr(0, name.find('[')));
  for (char& c : plain)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return contains(kOurs, plain);
}

// Decoded once: no control character, no step upwards, and nothing that would decode again.
bool plain_text(std::string_view text) {
  if (text.starts_with("../") || text.ends_with("/..") || text.find("/../") != std::string_view::npos) return false;
  return std::ranges::none_of(text, [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet == 0x7F || c == '%' || c == '\\';
  });
}

bool plain_query(std::string_view query) {
  constexpr std::string_view kAllowed = "-._~!$&'()*+,=:/?%";
  if (!std::ranges::all_of(query, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kAllowed.find(c) != std::string_view::npos;
      }))
    return false;
  const auto pairs = form::parse(query);
  if (!pairs) return false;
  return std::ranges::none_of(*pairs, [](const auto& pair) {
    return is_ours(pair.first) || !plain_text(pair.first) || !plain_text(pair.second);
  });
}

bool own_scheme(std::string_view scheme) {
  return scheme.find('.') != std::string_view::npos && scheme.find("..") == std::string_view::npos &&
         !scheme.ends_with('.') && scheme.front() >= 'a' && scheme.front() <= 'z' &&
         std::ranges::all_of(scheme, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
         });
}

// The URI without its port, when it is http on a loopback address; else nothing.
std::string without_loopback_port(std::string_view uri) {
  Parts parts;
  if (!take_apart(uri, parts) || parts.scheme != "http" || (parts.host != "127.0.0.1" && parts.host != "[::1]"))
    return {};
  std::string out = "http://" + std::string(parts.host) + std::string(parts.path);
  if (uri.find('?') != std::string_view::npos) out += '?' + std::string(parts.query);
  return out;
}

}  // namespace

bool registrable_redirect_uri(std::string_view uri, ClientAuth auth) {
  if (uri.empty() || uri.size() > kMaxUri) return false;
  Parts parts;
  if (!take_apart(uri, parts) || uri.find('#') != std::string_view::npos) return false;
  if (!plain_path(parts.path) || !plain_query(parts.query)) return false;
  if (parts.scheme == "https") return parts.has_authority && plain_host(parts.host);
  if (parts.scheme == "http") return parts.has_authority && plain_host(parts.host) && on_this_machine(parts.host);
  return auth == ClientAuth::none && own_scheme(parts.scheme) &&
         (parts.has_authority ? plain_host(parts.host) : parts.path.starts_with('/'));
}

bool is_registered(const std::vector<std::string>& registered, std::string_view uri, ClientAuth auth) {
  if (!registrable_redirect_uri(uri, auth)) return false;
  if (contains(registered, uri)) return true;
  if (auth != ClientAuth::none) return false;
  const auto wanted = without_loopback_port(uri);
  return !wanted.empty() &&
         std::ranges::any_of(registered, [&](const auto& one) { return without_loopback_port(one) == wanted; });
}

std::string received_and_registered(std::string_view uri, const std::vector<std::string>& registered) {
  std::string out = "received " + std::string(uri.substr(0, kMaxUri + 1)) + ", registered ";
  if (registered.empty()) return out += "none";
  for (std::string_view comma; const auto& one : registered) {
    (out += comma) += one;
    comma = ", ";
  }
  return out;
}

std::string origin_of(std::string_view uri) {
  Parts parts;
  if (!take_apart(uri, parts)) return {};
  if (!parts.has_authority || (parts.scheme != "https" && parts.scheme != "http"))
    return std::string(parts.scheme) + ':';
  std::string out = std::string(parts.scheme) + "://" + std::string(parts.host);
  const bool own_port = parts.port == (parts.scheme == "https" ? "443" : "80");
  if (!parts.port.empty() && !own_port) out += ':' + std::string(parts.port);
  return out;
}

std::string host_of(std::string_view uri) {
  Parts parts;
  return take_apart(uri, parts) ? std::string(parts.host) : std::string();
}

std::string form_source_of(std::string_view uri) {
  Parts parts;
  if (take_apart(uri, parts) && parts.host.starts_with('[')) return std::string(parts.scheme) + ':';
  return origin_of(uri);
}

namespace {
std::string appended(std::string_view uri, std::string_view separator,
                     const std::vector<std::pair<std::string, std::string>>& params) {
  std::string out(uri);
  for (const auto& [name, value] : params) {
    if (value.empty()) continue;
    ((out += separator) += form::encode(name)) += '=' + form::encode(value);
    separator = "&";
  }
  return out;
}
}  // namespace

std::string with_params(std::string_view uri, const std::vector<std::pair<std::string, std::string>>& params) {
  if (uri.ends_with('?') || uri.ends_with('&')) return appended(uri, "", params);
  return appended(uri, uri.find('?') == std::string_view::npos ? "?" : "&", params);
}

std::string with_fragment(std::string_view uri, const std::vector<std::pair<std::string, std::string>>& params) {
  return appended(uri, "#", params);
}

}  // namespace tessera::issuer
