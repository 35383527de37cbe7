#include "fetch/fetch.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "support/certificate.hpp"
#include "support/served.hpp"

using namespace tessera;

// What the name rebinds.example resolves to, and who asks for tarpit.example, whose name server says nothing until the
// test lets it: libcurl finds this function instead of libc's.
using Addresses = std::vector<std::string>;
static Addresses resolves_to;
static std::atomic<bool> silent = false;
static std::atomic<int> asking = 0;

extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* node, const char* service,
                                                                  const addrinfo* hints, addrinfo** out) {
  using Function = decltype(&getaddrinfo);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (node != nullptr && std::string_view(node) == "tarpit.example") {
    ++asking;
    for (int i = 0; i < 300 && silent; ++i) std::this_thread::sleep_for(10ms);
    --asking;
    return EAI_AGAIN;
  }
  if (node == nullptr || std::string_view(node) != "rebinds.example") return real(node, service, hints, out);
  addrinfo* list = nullptr;
  for (auto address = resolves_to.rbegin(); address != resolves_to.rend(); ++address) {
    addrinfo numeric{};
    numeric.ai_flags = AI_NUMERICHOST;
    numeric.ai_socktype = SOCK_STREAM;
    addrinfo* one = nullptr;
    if (real(address->c_str(), service, &numeric, &one) != 0) return EAI_FAIL;
    one->ai_next = list;
    list = one;
  }
  *out = list;
  return 0;
}

namespace {

// A server that says `begin` to whoever connects, and then `again` for as long as it is listened to.
class Talker {
 public:
  Talker(const std::string& begin, const std::string& again, std::chrono::milliseconds pause)
      : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 1) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no socket");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, begin, again, pause] {
      const int peer = accept(listener_, nullptr, nullptr);
      bool open = send(peer, begin.data(), begin.size(), MSG_NOSIGNAL) >= 0;
      while (open && !ending_) {
        open = again.empty() || send(peer, again.data(), again.size(), MSG_NOSIGNAL) > 0;
        std::this_thread::sleep_for(pause);
      }
      close(peer);
    });
  }
  ~Talker() {
    ending_ = true;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  std::uint16_t port() const { return port_; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

class Fetch : public testing::Test {
 protected:
  std::atomic<int> requests{0};
  http::Handler handler = [this](http::Request request, http::Respond respond) {
    ++requests;
    if (request.path == "/redirect")
      return respond({302, {{"Location", "http://127.0.0.1:" + std::string(request.query) + "/target"}}, ""});
    if (request.path == "/large") return respond({200, {}, std::string(5000, 'x')});
    if (request.path == "/heads") {
      http::Response response;
      for (int i = 0; i < 20; ++i) response.headers.push_back({"X", std::string(4000, 'x')});
      return respond(std::move(response));
    }
    if (request.path == "/never") return held.push_back(std::move(respond));
    if (request.path == "/type") return respond({200, {}, std::string(request.header("content-type"))});
    if (request.path == "/host") return respond({200, {}, std::string(request.header("host"))});
    echo(std::move(request), std::move(respond));
  };
  std::vector<http::Respond> held;

  static std::string at(const Served& served, std::string_view path, std::string_view start = "http://127.0.0.1") {
    return std::string(start) + ":" + std::to_string(served.port()) + std::string(path);
  }
  static http::Options with_tls(const Certificate& certificate) {
    http::Options options;
    options.tls = std::make_unique<http::Tls>(http::Tls{certificate.file(), certificate.key()});
    return options;
  }
  static std::string outcome(const std::expected<fetch::Response, fetch::Failure>& result) {
    if (result) return std::to_string(result->status) + " " + result->body;
    return std::string(error_name(result.error().error.code)) + " " + result.error().error.at;
  }
};

}  // namespace

TEST_F(Fetch, gets_and_posts) {
  Served served(handler);
  EXPECT_EQ(outcome(fetch::get(at(served, "/a?b=c"))), "200 GET /a?b=c ");
  EXPECT_EQ(outcome(fetch::post(at(served, "/a"), {{"b", "c d"}, {"b", "&"}})), "200 POST /a b=c%20d&b=%26");
  EXPECT_EQ(outcome(fetch::post(at(served, "/a"), {})), "200 POST /a ");
  EXPECT_EQ(outcome(fetch::post(at(served, "/type"), {})), "200 application/x-www-form-urlencoded");
}

TEST_F(Fetch, knows_every_name_of_this_machine) {
  Served served(handler);
  for (const char* host : {"127.0.0.1", "localhost", "LOCALHOST", "a.localhost", "a.b.LocalHost"})
    EXPECT_TRUE(outcome(fetch::get(at(served, "/host", "http://" + std::string(host)))).starts_with("200 ")) << host;
  http::Options elsewhere;
  elsewhere.address = "127.1.2.3";
  Served other(std::move(elsewhere), handler);
  EXPECT_EQ(outcome(fetch::get(at(other, "/a", "http://127.1.2.3"))), "200 GET /a ");
}

TEST_F(Fetch, R25_takes_https_and_plain_http_from_this_machine_only) {
  for (const char* url :
       {"http://example.com/", "http://localhost.example.com/", "http://127.0.0.1.example.com/", "http://10.0.0.1/",
        "http://notlocalhost/", "http://[::2]/", "http://[::ffff:127.0.0.1]/", "ftp://127.0.0.1/", "file:///etc/passwd",
        "gopher://127.0.0.1/", "127.0.0.1/", "", "https://", "nonsense", "https://a b/", "http://user@127.0.0.1/",
        "https://user:password@example.com/", "http://:password@127.0.0.1/"})
    EXPECT_EQ(outcome(fetch::get(url)), "unsupported url") << url;
  EXPECT_EQ(outcome(fetch::get(std::string("http://127.0.0.1/\0x", 19))), "unsupported url");
}

TEST_F(Fetch, R25_follows_no_redirect) {
  Served served(handler), other(handler);
  EXPECT_EQ(outcome(fetch::get(at(served, "/redirect?" + std::to_string(served.port())))), "302 ");
  EXPECT_EQ(outcome(fetch::get(at(served, "/redirect?" + std::to_string(other.port())))), "302 ");
  EXPECT_EQ(requests, 2);
}

TEST_F(Fetch, R25_stops_at_the_size_it_was_given) {
  Served served(handler);
  EXPECT_EQ(outcome(fetch::get(at(served, "/large"), {.max_bytes = 5000})), "200 " + std::string(5000, 'x'));
  EXPECT_EQ(outcome(fetch::get(at(served, "/large"), {.max_bytes = 4999})), "too_large body");
  EXPECT_EQ(outcome(fetch::get(at(served, "/heads"))), "too_large body");
}

TEST_F(Fetch, R25_stops_at_the_time_it_was_given) {
  Served served(handler);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(outcome(fetch::get(at(served, "/never"), {.timeout = 50ms})), "unavailable fetch");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  served.stop(1ms);
  held.clear();
}

TEST_F(Fetch, says_who_does_not_answer_and_shows_no_secret_of_the_url) {
  std::uint16_t port;
  {
    Served gone(handler);
    port = gone.port();
  }
  const auto refused = fetch::get("http://127.0.0.1:" + std::to_string(port) + "/a?token=secret");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.code, Err::unavailable);
  EXPECT_TRUE(refused.error().message.starts_with("no answer from http://127.0.0.1:" + std::to_string(port) + "/a: "))
      << refused.error().message;
  for (const char* url :
       {"https://user:secret@example.com/", "ftp://user:secret@example.com/", "http://example.com/?secret"})
    EXPECT_EQ(fetch::get(url).error().message.find("secret"), std::string::npos);
}

TEST_F(Fetch, ignores_the_proxy_variables_of_the_environment) {
  Served served(handler);
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"})
    setenv(name, "http://127.0.0.1:1", 1);
  EXPECT_EQ(outcome(fetch::get(at(served, "/a"))), "200 GET /a ");
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) unsetenv(name);
}

TEST_F(Fetch, R25_waits_no_longer_for_a_name_server_that_says_nothing) {
  silent = true;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(outcome(fetch::get("https://tarpit.example/", {.timeout = 200ms})), "unavailable fetch");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_EQ(asking, 1);
  silent = false;
  while (asking > 0) std::this_thread::sleep_for(1ms);
}

TEST_F(Fetch, knows_the_host_of_a_url_as_a_request_does) {
  for (const char* url :
       {"https://Example.com", "HTTPS://example.COM:8443/a?b#c", "https://example.com:443/", "https://example.com./"})
    EXPECT_EQ(fetch::host_of(url), "example.com") << url;
  EXPECT_EQ(fetch::host_of("https://2130706433/"), "127.0.0.1");
  for (const char* url : {"", "nonsense://", "https://user@example.com/", "https://a b/"})
    EXPECT_EQ(fetch::host_of(url), "") << url;
}

TEST_F(Fetch, R25_checks_the_certificate) {
  const Certificate certificate, other;
  Served served(with_tls(certificate), handler);
  const std::string https = "https://127.0.0.1";
  EXPECT_EQ(outcome(fetch::get(at(served, "/a", https), {.ca_file = certificate.file()})), "200 GET /a ");
  EXPECT_EQ(outcome(fetch::get(at(served, "/a", "https://a.localhost"), {.ca_file = certificate.file()})),
            "200 GET /a ");
  EXPECT_EQ(outcome(fetch::get(at(served, "/a", "https://b.localhost"), {.ca_file = certificate.file()})),
            "unavailable fetch");
  EXPECT_EQ(outcome(fetch::get(at(served, "/a", https), {.ca_file = other.file()})), "unavailable fetch");
  EXPECT_EQ(outcome(fetch::get(at(served, "/a", https))), "unavailable fetch");
}

TEST_F(Fetch, S16_a_strangers_url_does_not_reach_this_machine) {
  const Certificate certificate;
  Served served(with_tls(certificate), handler);
  for (const char* host : {"127.0.0.1", "localhost", "a.localhost", "0.0.0.0", "2130706433", "0x7f.1"})
    EXPECT_EQ(outcome(fetch::get(at(served, "/a", "https://" + std::string(host)),
                                 {.trust = fetch::Trust::strangers, .ca_file = certificate.file()})),
              "unavailable address")
        << host;
  for (const char* host : {"[::ffff:127.0.0.1]", "[::1]", "[64:ff9b::7f00:1]"})
    EXPECT_EQ(outcome(fetch::get(at(served, "/a", "https://" + std::string(host)), {.trust = fetch::Trust::strangers})),
              "unavailable address")
        << host;
  Served plain(handler);
  EXPECT_EQ(outcome(fetch::get(at(plain, "/a"), {.trust = fetch::Trust::strangers})), "unsupported url");
  EXPECT_EQ(requests, 0);
}

TEST_F(Fetch, S16_every_spelling_of_this_machine_is_this_machine) {
  const Certificate certificate;
  Served served(with_tls(certificate), handler);
  const fetch::Options strangers{.trust = fetch::Trust::strangers, .ca_file = certificate.file()};
  for (const char* host : {"127.0.0.1",
                           "127.1",
                           "127.0.1",
                           "127.255.255.254",
                           "2130706433",
                           "017700000001",
                           "0177.0.0.1",
                           "0x7f000001",
                           "0x7f.0.0.1",
                           "0x7F.0x0.0x0.0x1",
                           "0",
                           "0.0.0.0",
                           "localhost",
                           "LOCALHOST",
                           "localhost.",
                           "a.localhost",
                           "[::1]",
                           "[::]",
                           "[0:0:0:0:0:0:0:1]",
                           "[::ffff:127.0.0.1]",
                           "[::ffff:7f00:1]",
                           "[::127.0.0.1]",
                           "[64:ff9b::127.0.0.1]",
                           "[64:ff9b::7f00:1]",
                           "[2002:7f00:1::1]",
                           "[2001:0:7f00:1::]",
                           "10.0.0.1",
                           "012.0.0.1",
                           "167772161",
                           "192.168.0.1",
                           "172.16.0.1",
                           "169.254.169.254",
                           "[::ffff:169.254.169.254]",
                           "0xA9FEA9FE",
                           "[fe80::1]",
                           "[fc00::1]"})
    EXPECT_FALSE(fetch::get(at(served, "/a", "https://" + std::string(host)), strangers)) << host;
  EXPECT_EQ(requests, 0);
}

TEST_F(Fetch, S16_reaches_what_the_operator_lists_and_nothing_beside_it) {
  const Certificate certificate;
  Served served(with_tls(certificate), handler);
  fetch::Options options{.trust = fetch::Trust::strangers, .ca_file = certificate.file()};
  ASSERT_TRUE(options.reachable.add("127.0.0.1/32"));
  EXPECT_EQ(outcome(fetch::get(at(served, "/a", "https://127.0.0.1"), options)), "200 GET /a ");
  EXPECT_EQ(outcome(fetch::get(at(served, "/a", "https://a.localhost"), options)), "200 GET /a ");
  for (const char* host : {"127.0.0.2", "0.0.0.0", "10.0.0.1"})
    EXPECT_EQ(outcome(fetch::get(at(served, "/a", "https://" + std::string(host)), options)), "unavailable address")
        << host;
  EXPECT_EQ(outcome(fetch::get(at(served, "/a", "http://10.0.0.1"), options)), "unsupported url");
}

TEST_F(Fetch, S16_plain_http_reaches_this_machine_alone_and_only_where_the_operator_lists_it) {
  Served served(handler);
  fetch::Options options{.trust = fetch::Trust::strangers};
  ASSERT_TRUE(options.reachable.add("10.0.0.0/8"));
  for (const char* host : {"http://127.0.0.1", "http://localhost", "http://10.0.0.1"})
    EXPECT_EQ(outcome(fetch::get(at(served, "/a", host), options)), "unsupported url") << host;
  ASSERT_TRUE(options.reachable.add("127.0.0.1/32"));
  EXPECT_EQ(outcome(fetch::get(at(served, "/a"), options)), "200 GET /a ");
  EXPECT_EQ(outcome(fetch::get(at(served, "/a", "http://a.localhost"), options)), "200 GET /a ");
  EXPECT_EQ(outcome(fetch::get(at(served, "/a", "http://127.0.0.2"), options)), "unavailable address");
  for (const char* host : {"http://10.0.0.1", "http://example.com"})
    EXPECT_EQ(outcome(fetch::get(at(served, "/a", host), options)), "unsupported url") << host;
}

TEST_F(Fetch, S16_takes_no_other_scheme_user_or_port_of_others) {
  const fetch::Options strangers{.trust = fetch::Trust::strangers, .timeout = 50ms};
  for (const char* url :
       {"http://1.1.1.1/", "ftp://1.1.1.1/", "gopher://1.1.1.1/", "file:///etc/passwd", "dict://1.1.1.1:11211/",
        "ldap://1.1.1.1/", "//1.1.1.1/", "https://user@1.1.1.1/", "https://user:password@1.1.1.1/",
        "https://1.1.1.1@127.0.0.1/", "https://1.1.1.1:22/", "https://1.1.1.1:25/", "https://1.1.1.1:80/",
        "https://1.1.1.1:0080/", "https://1.1.1.1:1023/", "https://1.1.1.1:99999/", "https://[1.1.1.1]/"})
    EXPECT_EQ(outcome(fetch::get(url, strangers)), "unsupported url") << url;
  for (const char* url : {"https://10.0.0.1/", "https://10.0.0.1:443/", "https://10.0.0.1:1024/"})
    EXPECT_EQ(outcome(fetch::get(url, strangers)), "unavailable address") << url;
}

// A name that is public when it is looked at and this machine when it is connected to: there is one look-up, and what
// counts is the address of the socket.
TEST_F(Fetch, S16_a_name_that_resolves_elsewhere_a_moment_later_reaches_nothing) {
  const Certificate certificate;
  Served served(with_tls(certificate), handler);
  const fetch::Options strangers{.trust = fetch::Trust::strangers, .timeout = 300ms, .ca_file = certificate.file()};
  const auto to = at(served, "/a", "https://rebinds.example");
  for (const auto& addresses : {Addresses{"127.0.0.1"}, Addresses{"192.0.2.1", "127.0.0.1"}, Addresses{"10.0.0.1"},
                                Addresses{"::1"}, Addresses{"::ffff:127.0.0.1"}}) {
    resolves_to = addresses;
    EXPECT_EQ(outcome(fetch::get(to, strangers)), "unavailable address");
  }
  EXPECT_EQ(requests, 0);
  resolves_to = {"127.0.0.1"};
  fetch::Options listed = strangers;
  listed.reachable.add("127.0.0.1");
  EXPECT_EQ(outcome(fetch::get(to, listed)), "unavailable fetch") << "it was reached, and its certificate is another's";
}

TEST_F(Fetch, S16_follows_no_redirect_of_strangers) {
  const Certificate certificate;
  Served served(with_tls(certificate), handler), target(handler);
  fetch::Options options{.trust = fetch::Trust::strangers, .ca_file = certificate.file()};
  options.reachable.add("127.0.0.1");
  EXPECT_EQ(outcome(fetch::get(at(served, "/redirect?" + std::to_string(target.port()), "https://127.0.0.1"), options)),
            "302 ");
  EXPECT_EQ(requests, 1);
}

TEST_F(Fetch, S16_what_is_compressed_stays_as_small_as_it_came) {
  Served served([](http::Request, http::Respond respond) {
    respond({200, {{"Content-Encoding", "gzip"}}, std::string(1000, '\x1f')});
  });
  EXPECT_EQ(outcome(fetch::get(at(served, "/a"), {.max_bytes = 1000})), "200 " + std::string(1000, '\x1f'));
}

// Sends what it is told as long as somebody listens.
TEST_F(Fetch, S16_a_body_that_never_ends_or_comes_drop_by_drop_is_given_up) {
  const auto outcome_of = [](const std::string& begin, const std::string& again, std::chrono::milliseconds pause) {
    Talker talker(begin, again, pause);
    const auto start = std::chrono::steady_clock::now();
    const auto result =
        fetch::get("http://127.0.0.1:" + std::to_string(talker.port()) + "/", {.max_bytes = 10'000, .timeout = 300ms});
    EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
    return outcome(result);
  };
  const std::string head = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(outcome_of(head + "\r\n", std::string(1000, 'x'), 0ms), "too_large body");
  EXPECT_EQ(outcome_of(head + "Transfer-Encoding: chunked\r\n\r\n", "3e8\r\n" + std::string(1000, 'x') + "\r\n", 0ms),
            "too_large body");
  EXPECT_EQ(outcome_of(head + "Content-Length: 20000\r\n\r\n", "x", 0ms), "too_large body");
  EXPECT_EQ(outcome_of(head + "Content-Length: 9000\r\n\r\n", "x", 20ms), "unavailable fetch");
  EXPECT_EQ(outcome_of(head, "X: " + std::string(1000, 'x') + "\r\n", 0ms), "too_large body");
  EXPECT_EQ(outcome_of(head, "X", 20ms), "unavailable fetch");
  EXPECT_EQ(outcome_of("", "", 20ms), "unavailable fetch");
}

TEST(Address, S16_only_public_ones_are_public) {
  for (const char* address :
       {"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.0.1.1", "198.17.0.1",
        "198.20.0.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450::1", "2001:200::1", "2003::1"})
    EXPECT_TRUE(fetch::is_public_address(address)) << address;
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.1",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.1",
                              "203.0.113.1",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:8.8.8.8",
                              "::ffff:127.0.0.1",
                              "::8.8.8.8",
                              "64:ff9b::8.8.8.8",
                              "64:ff9b:1::1",
                              "100::1",
                              "2001::1",
                              "2001:1ff::1",
                              "2001:db8::1",
                              "2002:7f00:1::",
                              "3fff::1",
                              "5f00::1",
                              "fc00::1",
                              "fd00::1",
                              "fe80::1",
                              "fec0::1",
                              "ff02::1",
                              "nonsense",
                              "",
                              "127.1",
                              "1.1.1.1 "})
    EXPECT_FALSE(fetch::is_public_address(address)) << address;
}
