#include "web.hpp"

#include <httplib.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <boost/json/src.hpp>

namespace example {

namespace {

std::string base64url(const unsigned char* octets, std::size_t size) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  for (std::size_t i = 0; i < size; i += 3) {
    const std::size_t rest = std::min<std::size_t>(3, size - i);
    unsigned group = static_cast<unsigned>(octets[i]) << 16;
    if (rest > 1) group |= static_cast<unsigned>(octets[i + 1]) << 8;
    if (rest > 2) group |= octets[i + 2];
    for (std::size_t k = 0; k <= rest; ++k) out += kAlphabet[group >> (18 - 6 * k) & 63];
  }
  return out;
}

// "https://id.example.com:8443/token" → "https://id.example.com:8443" and "/token".
std::pair<std::string, std::string> split_url(const std::string& url) {
  const auto path = url.find('/', url.find("://") + 3);
  return path == std::string::npos ? std::pair{url, std::string("/")}
                                   : std::pair{url.substr(0, path), url.substr(path)};
}

httplib::Client client_for(const std::string& origin, const std::string& ca_file) {
  httplib::Client client(origin);
  if (!ca_file.empty()) client.set_ca_cert_path(ca_file.c_str());
  const auto begin = origin.find("://") + 3;
  const auto host = origin.substr(begin, origin.find(':', begin) - begin);
  if (host == "localhost" || host.ends_with(".localhost")) client.set_hostname_addr_map({{host, "127.0.0.1"}});
  client.set_connection_timeout(5);
  client.set_read_timeout(10);
  return client;
}

HttpReply reply_of(const httplib::Result& result) {
  return result ? HttpReply{result->status, result->body} : HttpReply{};
}

const boost::json::value* member(const boost::json::value& json, const std::string& name) {
  return json.is_object() ? json.as_object().if_contains(name) : nullptr;
}

boost::json::value parsed(const std::string& json) {
  boost::json::error_code error;
  auto value = boost::json::parse(json, error);
  return error ? boost::json::value() : value;
}

}  // namespace

std::string random_text() {
  std::array<unsigned char, 32> octets;
  if (getentropy(octets.data(), octets.size()) != 0) std::abort();
  return base64url(octets.data(), octets.size());
}

std::string sha256_base64url(std::string_view text) {
  std::array<unsigned char, 32> digest;
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return base64url(digest.data(), digest.size());
}

std::string url_encode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
      out += static_cast<char>(c);
    else
      (out += '%') += {kHex[c >> 4], kHex[c & 15]};
  }
  return out;
}

std::string html_escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

HttpReply http_get(const std::string& url, const std::string& ca_file, const std::string& bearer) {
  const auto [origin, path] = split_url(url);
  auto client = client_for(origin, ca_file);
  if (!bearer.empty()) client.set_bearer_token_auth(bearer);
  return reply_of(client.Get(path));
}

HttpReply http_post_form(const std::string& url, const std::string& ca_file,
                         const std::vector<std::pair<std::string, std::string>>& form, const std::string& user,
                         const std::string& password, const std::string& bearer) {
  const auto [origin, path] = split_url(url);
  auto client = client_for(origin, ca_file);
  if (bearer.empty())
    client.set_basic_auth(url_encode(user), url_encode(password));
  else
    client.set_bearer_token_auth(bearer);
  std::string body;
  for (const auto& [name, value] : form) body += (body.empty() ? "" : "&") + url_encode(name) + '=' + url_encode(value);
  return reply_of(client.Post(path, body, "application/x-www-form-urlencoded"));
}

std::optional<std::string> json_string(const std::string& json, const std::string& name) {
  const auto value = parsed(json);
  const auto* found = member(value, name);
  if (!found || !found->is_string()) return std::nullopt;
  return std::string(found->as_string());
}

std::vector<std::string> json_strings(const std::string& json, const std::string& name) {
  std::vector<std::string> out;
  const auto value = parsed(json);
  const auto* found = member(value, name);
  if (!found || !found->is_array()) return out;
  for (const auto& item : found->as_array())
    if (item.is_string()) out.emplace_back(item.as_string());
  return out;
}

std::int64_t json_integer(const std::string& json, const std::string& name) {
  const auto value = parsed(json);
  const auto* found = member(value, name);
  return found && found->is_int64() ? found->as_int64() : 0;
}

std::map<std::string, std::string> arguments(int argc, char** argv) {
  std::map<std::string, std::string> out;
  for (int i = 1; i + 1 < argc; i += 2)
    if (const std::string_view name = argv[i]; name.starts_with("--")) out[std::string(name.substr(2))] = argv[i + 1];
  return out;
}

}  // namespace example
