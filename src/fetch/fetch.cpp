#include "fetch/fetch.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/try.hpp"
#include "fetch/address.hpp"

namespace tessera::fetch {

namespace {

constexpr std::size_t kMaxHeadBytes = 64 * 1024;
constexpr std::size_t kMaxShown = 200;

struct Freed {
  void operator()(CURL* it) const { curl_easy_cleanup(it); }
  void operator()(CURLU* it) const { curl_url_cleanup(it); }
  void operator()(curl_slist* it) const { curl_slist_free_all(it); }
};
template <class T>
using Owned = std::unique_ptr<T, Freed>;

std::unexpected<Failure> failed(Err code, const char* at, std::string message) {
  return std::unexpected(Failure{{code, at}, std::move(message)});
}

// For messages: a query and a user's part may hold secrets.
std::string shown(const std::string& url) {
  if (url.contains('@')) return "that URL";
  return url.substr(0, std::min(url.find_first_of("?#"), kMaxShown));
}

struct Url {
  std::string scheme, host, port;
};

// As libcurl itself reads it, so that what is checked is what is connected to.
std::expected<Url, Failure> take_apart(const std::string& text) {
  const Owned<CURLU> url(curl_url());
  const auto part = [&](CURLUPart which) {
    char* value = nullptr;
    if (curl_url_get(url.get(), which, &value, CURLU_DEFAULT_PORT) != CURLUE_OK) return std::string();
    std::string out(value);
    curl_free(value);
    return out;
  };
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK || text.contains('\0'))
    return failed(Err::unsupported, "url", "not a URL: " + shown(text));
  if (!part(CURLUPART_USER).empty() || !part(CURLUPART_PASSWORD).empty())
    return failed(Err::unsupported, "url", "a URL with a user in it is not fetched");
  Url out{part(CURLUPART_SCHEME), part(CURLUPART_HOST), part(CURLUPART_PORT)};
  std::ranges::transform(out.host, out.host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

bool is_local_name(const std::string& host) { return host == "localhost" || host.ends_with(".localhost"); }

bool is_local(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  return is_local_name(host) || host == "[::1]";
}

struct Transfer {
  const Options& options;
  Url url;
  std::string body{};
  std::size_t head_bytes = 0;
  bool too_large = false, refused_address = false;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.too_large |= transfer.body.size() + size * count > transfer.options.max_bytes;
  if (transfer.too_large) return 0;
  transfer.body.append(data, size * count);
  return size * count;
}

std::size_t on_head(char*, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.head_bytes += size * count;
  transfer.too_large |= transfer.head_bytes > kMaxHeadBytes;
  return transfer.too_large ? 0 : size * count;
}

bool strangers_may_reach(const sockaddr& address, const Options& options) {
  return is_public(address) || options.reachable.contain(printed(address));
}

curl_socket_t on_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(user);
  const bool allowed = transfer.options.trust == Trust::strangers ? strangers_may_reach(address->addr, transfer.options)
                       : transfer.url.scheme == "http"            ? is_loopback(address->addr)
                                                                  : true;
  if (!allowed) {
    transfer.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void set_limits(CURL* handle, const Options& options) {
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  // libcurl asks for a name on a thread, which nothing can interrupt while a name server keeps silent, and waits for
  // that thread unless told so: it ends by itself when the resolver gives up.
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options.max_bytes));
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "tessera");
  if (!options.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
}

void set_callbacks(CURL* handle, Transfer& transfer) {
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_head);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, on_socket);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &transfer);
}

// `form` is null for a GET.
std::expected<Response, Failure> fetch(const std::string& url, const std::string* form, const Options& options) {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  const Owned<CURL> curl(ready ? curl_easy_init() : nullptr);
  if (!curl) return failed(Err::unavailable, "fetch", "libcurl does not start");
  CURL* handle = curl.get();
  auto parts = TRY(take_apart(url));
  Transfer transfer{options, std::move(parts)};
  const Url& to = transfer.url;
  const bool http_allowed =
      is_local(to.host) && (options.trust == Trust::operators || options.reachable.contain("127.0.0.1"));
  if (to.scheme != "https" && !(to.scheme == "http" && http_allowed))
    return failed(Err::unsupported, "url", "only https is fetched (and http from this machine), not " + shown(url));
  // A TLS handshake may still be read as a line by what listens there: mail, a printer.
  if (options.trust == Trust::strangers && std::stoi(to.port) < 1024 && to.port != "443")
    return failed(Err::unsupported, "url", "of the ports below 1024 only 443 is asked, not " + shown(url));

  std::array<char, CURL_ERROR_SIZE> message{};
  const std::string resolved = to.host + ":" + to.port + ":127.0.0.1,[::1]";
  const Owned<curl_slist> names(is_local_name(to.host) ? curl_slist_append(nullptr, resolved.c_str()) : nullptr);
  if (names) curl_easy_setopt(handle, CURLOPT_RESOLVE, names.get());
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, message.data());
  set_limits(handle, options);
  set_callbacks(handle, transfer);
  if (form != nullptr) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(form->size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, form->c_str());
  }

  const CURLcode code = curl_easy_perform(handle);
  if (transfer.too_large || code == CURLE_FILESIZE_EXCEEDED)
    return failed(Err::too_large, "body",
                  "the answer of " + shown(url) + " is larger than " + std::to_string(options.max_bytes) + " octets");
  if (code != CURLE_OK && transfer.refused_address)
    return failed(Err::unavailable, "address", "the address behind " + shown(url) + " is not one that may be asked");
  if (code != CURLE_OK)
    return failed(
        Err::unavailable, "fetch",
        "no answer from " + shown(url) + ": " + (message[0] != '\0' ? message.data() : curl_easy_strerror(code)));
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return Response{static_cast<int>(status), std::move(transfer.body)};
}

}  // namespace

std::string host_of(const std::string& url) {
  const auto parts = take_apart(url);
  std::string host = parts ? parts->host : "";
  if (host.ends_with('.')) host.pop_back();  // the same host
  return host;
}

std::expected<Response, Failure> get(const std::string& url, const Options& options) {
  return fetch(url, nullptr, options);
}

std::expected<Response, Failure> post(const std::string& url, const std::vector<form::Pair>& fields,
                                      const Options& options) {
  const std::string form = form::print(fields);
  return fetch(url, &form, options);
}

}  // namespace tessera::fetch
