#include "fetch/fetch.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <span>

namespace tessera::fetch {

namespace {

using Octets = std::span<const unsigned char>;

struct Block {
  std::array<unsigned char, 16> prefix;
  int bits;
};

bool inside(Octets address, const Block& block) {
  for (int bit = 0; bit < block.bits; ++bit) {
    const auto i = static_cast<std::size_t>(bit / 8);
    const int shift = 7 - bit % 8;
    if (((address[i] ^ block.prefix[i]) >> shift & 1) != 0) return false;
  }
  return true;
}

// The special-purpose registries of IANA (RFC 6890 and after).
constexpr Block kSpecial4[] = {
    {{0}, 8},           {{10}, 8},          {{100, 64}, 10},     {{127}, 8},          {{169, 254}, 16},   {{172, 16}, 12},
    {{192, 0, 0}, 24},  {{192, 0, 2}, 24},  {{192, 88, 99}, 24}, {{192, 168}, 16},    {{198, 18}, 15},    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24}, {{224}, 4},        {{240}, 4}};
constexpr Block kGlobal6 = {{0x20}, 3};  // 2000::/3; everything else is special
constexpr Block kSpecial6[] = {{{0x20, 0x01, 0x00}, 23},        // IETF assignments, Teredo
                               {{0x20, 0x01, 0x0D, 0xB8}, 32},  // documentation
                               {{0x20, 0x02}, 16},              // 6to4
                               {{0x3F, 0xFF, 0x00}, 20}};       // documentation

bool is_public4(Octets address) {
  for (const auto& block : kSpecial4)
    if (inside(address, block)) return false;
  return true;
}

bool is_public6(Octets address) {
  // Mapped, NAT64 and the like lie outside 2000::/3, and are refused with it.
  if (!inside(address, kGlobal6)) return false;
  for (const auto& block : kSpecial6)
    if (inside(address, block)) return false;
  return true;
}

bool is_public(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(address);
    return is_public4({reinterpret_cast<const unsigned char*>(&in->sin_addr), 4});
  }
  if (address->sa_family == AF_INET6) {
    const auto* in = reinterpret_cast<const sockaddr_in6*>(address);
    return is_public6({in->sin6_addr.s6_addr, 16});
  }
  return false;
}

struct Transfer {
  const Options& options;
  std::string body;
  bool too_large = false, refused_address = false;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.body.size() + size * count > transfer.options.max_bytes) {
    transfer.too_large = true;
    return 0;
  }
  transfer.body.append(data, size * count);
  return size * count;
}

curl_socket_t on_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.options.trust == Trust::strangers && !is_public(&address->addr)) {
    transfer.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

struct Url {
  std::string scheme, host, port;
};

std::expected<Url, Failure> take_apart(const std::string& text) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
  const auto part = [&](CURLUPart which) {
    char* value = nullptr;
    if (curl_url_get(url.get(), which, &value, which == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0) != CURLUE_OK)
      return std::string();
    std::string out(value);
    curl_free(value);
    return out;
  };
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK || !part(CURLUPART_USER).empty())
    return std::unexpected(Failure{{Err::unsupported, "url"}, "not a URL that can be fetched: " + text.substr(0, 200)});
  return Url{part(CURLUPART_SCHEME), part(CURLUPART_HOST), part(CURLUPART_PORT)};
}

bool on_this_machine(const std::string& host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]";
}

}  // namespace

bool is_public_address(const std::string& address) {
  std::array<unsigned char, 16> octets{};
  if (inet_pton(AF_INET, address.c_str(), octets.data()) == 1) return is_public4(Octets(octets).first(4));
  return inet_pton(AF_INET6, address.c_str(), octets.data()) == 1 && is_public6(octets);
}

std::expected<Response, Failure> get(const std::string& url, const Options& options) {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(ready ? curl_easy_init() : nullptr, curl_easy_cleanup);
  if (!curl) return std::unexpected(Failure{{Err::unavailable, "fetch"}, "libcurl does not start"});
  const auto parts = take_apart(url);
  if (!parts) return std::unexpected(parts.error());
  const bool local = on_this_machine(parts->host);
  if (parts->scheme != "https" && !(parts->scheme == "http" && local && options.trust == Trust::operators))
    return std::unexpected(
        Failure{{Err::unsupported, "url"}, "only https is fetched (and http from this machine), not " + url.substr(0, 200)});

  Transfer transfer{options, {}};
  std::array<char, CURL_ERROR_SIZE> message{};
  const std::string resolve = parts->host + ":" + parts->port + ":127.0.0.1";
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> names(
      local && parts->host.ends_with(".localhost") ? curl_slist_append(nullptr, resolve.c_str()) : nullptr,
      curl_slist_free_all);
  CURL* handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, on_socket);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, message.data());
  if (names) curl_easy_setopt(handle, CURLOPT_RESOLVE, names.get());
  if (!options.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());

  const CURLcode code = curl_easy_perform(handle);
  if (transfer.too_large)
    return std::unexpected(Failure{{Err::too_large, "body"}, "the answer of " + url.substr(0, 200) + " is larger than " +
                                                                std::to_string(options.max_bytes) + " octets"});
  if (transfer.refused_address)
    return std::unexpected(
        Failure{{Err::unavailable, "address"}, "the address behind " + url.substr(0, 200) + " is not a public one"});
  if (code != CURLE_OK)
    return std::unexpected(Failure{{Err::unavailable, "fetch"},
                                   "no answer from " + url.substr(0, 200) + ": " +
                                       (message[0] != '\0' ? message.data() : curl_easy_strerror(code))});
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return Response{static_cast<int>(status), std::move(transfer.body)};
}

}  // namespace tessera::fetch
