#include "issuer/steps/redirect_uri.hpp"

#include <gtest/gtest.h>

namespace tessera::issuer {
namespace {

constexpr auto kWeb = ClientAuth::client_secret_basic;
constexpr auto kNative = ClientAuth::none;

TEST(RedirectUri, S01_is_equal_octet_by_octet) {
  const std::vector<std::string> registered{"https://app.example.com/cb", "https://app.example.com/cb?tenant=a.b"};
  for (const auto& one : registered) EXPECT_TRUE(is_registered(registered, one, kWeb)) << one;
  for (const char* other : {"https://app.example.com/cb/",
                            "https://app.example.com/cb?",
                            "https://app.example.com/c",
                            "https://app.example.com/cb2",
                            "https://app.example.com/cb/..",
                            "https://app.example.com/cb?tenant=a.c",
                            "https://app.example.com/cb?tenant=aXb",
                            "https://app.example.com/cb?tenant=a.b&x=1",
                            "https://app.example.com:443/cb",
                            "https://app.example.com:8443/cb",
                            "http://app.example.com/cb",
                            "https://app.example.com./cb",
                            "https://appXexample.com/cb",
                            "https://evil.example/https://app.example.com/cb",
                            "https://app.example.com.evil.example/cb",
                            "https://sub.app.example.com/cb",
                            "https://app.example.com/CB",
                            "HTTPS://app.example.com/cb",
                            "https://APP.example.com/cb",
                            "https://app.example.com/%63b",
                            " https://app.example.com/cb",
                            "https://app.example.com/cb ",
                            "https://*.example.com/cb",
                            "*",
                            ""})
    for (const auto auth : {kWeb, kNative}) EXPECT_FALSE(is_registered(registered, other, auth)) << other;
  EXPECT_FALSE(is_registered({}, "https://app.example.com/cb", kWeb));
}

TEST(RedirectUri, S01_only_the_port_of_a_loopback_address_is_free_and_only_for_native_clients) {
  const std::vector<std::string> registered{"http://127.0.0.1/cb", "http://[::1]/cb?x=1", "http://localhost:7000/cb",
                                            "https://127.0.0.1/cb"};
  for (const char* good : {"http://127.0.0.1/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb",
                           "http://[::1]:8080/cb?x=1", "http://[::1]/cb?x=1"})
    EXPECT_TRUE(is_registered(registered, good, kNative)) << good;
  for (const char* good : {"http://127.0.0.1:8080/cb", "http://[::1]:8080/cb?x=1"})
    EXPECT_FALSE(is_registered(registered, good, kWeb)) << good;
  for (const char* bad : {"http://127.0.0.1:8080/cb2",  "http://127.0.0.1:8080/",
                          "http://127.0.0.1:8080/cb?",  "http://[::1]:8080/cb",
                          "http://[::1]:8080/cb?x=2",   "http://localhost:7001/cb",
                          "http://localhost/cb",        "https://127.0.0.1:8080/cb",
                          "http://127.0.0.1:/cb",       "http://127.0.0.1:0/cb",
                          "http://127.0.0.1:080/cb",    "http://127.0.0.1:65536/cb",
                          "http://127.0.0.1:123456/cb", "http://127.0.0.1:8080@evil.example/cb",
                          "http://127.0.0.1:evil/cb",   "http://127.0.0.1:8080:9/cb",
                          "http://127.0.0.2:8080/cb",   "http://127.0.0.1.evil.example:80/cb",
                          "http://[::2]:8080/cb?x=1",   "http://[::1].evil.example:8080/cb?x=1",
                          "http://[::1]x:8080/cb?x=1",  "http://evil.example:8080/cb"})
    EXPECT_FALSE(is_registered(registered, bad, kNative)) << bad;
}

TEST(RedirectUri, S02_what_can_be_read_in_two_ways_is_refused_at_registration_and_in_the_request) {
  for (const std::string bad : {"https://user@app.example.com/cb",
                                "https://user:pw@app.example.com/cb",
                                "https://app.example.com@evil.example/",
                                "https://app.example.com/@evil",
                                "https://app.example.com/cb?x=@",
                                "https://app.example.com/../cb",
                                "https://app.example.com/a/..",
                                "https://app.example.com/./cb",
                                "https://app.example.com/a/.",
                                "https://app.example.com/%2e%2e/cb",
                                "https://app.example.com/%2E./cb",
                                "https://app.example.com/a%2fb",
                                "https://app.example.com/a%2Fb",
                                "https://app.example.com/a%5cb",
                                "https://app.example.com/%252e%252e/",
                                "https://app.example.com/a%252fb",
                                "https://app.example.com/cb?x=%252f",
                                "https://app.example.com/cb?x=%5c",
                                "https://app.example.com/cb?x=%0d%0aSet-Cookie:",
                                "https://app.example.com/cb?x=%00",
                                "https://app.example.com/cb?x=/../y",
                                "https://app.example.com/cb?x=%2e%2e/y",
                                "https://app.example.com/cb?x/..",
                                "https://app.example.com/cb?x=%zz",
                                "https://app.example.com/cb;x=1",
                                "https://app.example.com/cb?a=1;b=2",
                                "https://app.example.com\\@evil.example/",
                                "https:\\\\app.example.com/cb",
                                "https://app.example.com/a\\b",
                                "https://app.example.com/\tcb",
                                "\thttps://app.example.com/cb",
                                "https://app.exam\tple.com/cb",
                                "https://app.example.com/cb#",
                                "https://app.example.com/cb#x",
                                "https://app.example.com#@evil.example/",
                                "https://app.example.com/c b",
                                "https://app.example.com/cb\n",
                                "https://app.example.com/cb\r\nX: y",
                                "https://app.example.com/\x7F",
                                "https://app.example.com/\xC3\xA9",
                                "https://\xD0\xB0pp.example.com/cb",
                                "HTTPS://app.example.com/cb",
                                "Https://app.example.com/cb",
                                "https://App.example.com/cb",
                                "javascript:alert(1)",
                                "JavaScript:alert(1)",
                                "javascript://app.example.com/%0aalert(1)",
                                "data:text/html,x",
                                "vbscript:x",
                                "file:///etc/passwd",
                                "blob:https://app.example.com/x",
                                "about:blank",
                                "ftp://app.example.com/cb",
                                "ws://app.example.com/cb",
                                "http://app.example.com/cb",
                                "http://localhost.evil.example/cb",
                                "http://127.0.0.1.evil.example/cb",
                                "http://evillocalhost/cb",
                                "http://0.0.0.0/cb",
                                "http://10.0.0.1/cb",
                                "http://[::]/cb",
                                "http://localhost./cb",
                                "https:///cb",
                                "https://",
                                "https:",
                                "https:/app.example.com/cb",
                                "https:app.example.com/cb",
                                "//app.example.com/cb",
                                "/cb",
                                "cb",
                                "",
                                ":",
                                "://",
                                "?",
                                "https://app.example.com//evil.example/",
                                "https://.example.com/cb",
                                "https://app..example.com/cb",
                                "https://app.example.com:/cb",
                                "https://app.example.com:0443/cb",
                                "https://app.example.com:99999/cb",
                                "https://app.example.com:x/cb",
                                "https://*.example.com/cb",
                                "https://app.example.com/<script>",
                                "https://app.example.com/\"x",
                                "https://app.example.com?x=1#y",
                                "https://app_example.com/cb"})
    for (const auto auth : {kWeb, kNative}) {
      EXPECT_FALSE(registrable_redirect_uri(bad, auth)) << bad;
      // somebody wrote it into the store all the same
      EXPECT_FALSE(is_registered({bad}, bad, auth)) << bad;
    }
  const std::string with_nul("https://app.example.com/cb\0.evil.example", 40);
  EXPECT_FALSE(registrable_redirect_uri(with_nul, kWeb));
  EXPECT_FALSE(registrable_redirect_uri("https://app.example.com/" + std::string(489, 'a'), kWeb));
  EXPECT_TRUE(registrable_redirect_uri("https://app.example.com/" + std::string(488, 'a'), kWeb));
}

TEST(RedirectUri, S03_our_answers_cannot_be_seeded_in_its_query) {
  for (const char* name :
       {"code", "state", "iss", "error", "error_description", "error_uri", "response", "id_token", "access_token",
        "token_type", "expires_in", "session_state", "c%6fde", "Code", "STATE", "code[]", "code%5B%5D", "state[0]"})
    for (const char* form : {"=x", "=", ""}) {
      const std::string one = std::string(name) + form;
      EXPECT_FALSE(registrable_redirect_uri("https://app.example.com/cb?" + one, kWeb)) << one;
      EXPECT_FALSE(registrable_redirect_uri("https://app.example.com/cb?a=1&" + one + "&b=2", kWeb)) << one;
    }
  for (const char* good : {"tenant=code", "encode=1", "a=b%20c", "a=/next?x", "a=b+c", "a=1&a=2", "statement=x"})
    EXPECT_TRUE(registrable_redirect_uri(std::string("https://app.example.com/cb?") + good, kWeb)) << good;
}

TEST(RedirectUri, what_applications_really_use_can_be_registered) {
  for (const char* good :
       {"https://app.example.com/cb", "https://app.example.com", "https://app.example.com/", "https://a.b.c:8443/x/y.z",
        "https://xn--bcher-kva.example/cb", "https://app.example.com/Signin-OIDC", "https://10.0.0.1/cb",
        "https://intranet/cb", "http://localhost/cb", "http://localhost:5001/cb", "http://orders.localhost:5001/cb",
        "http://127.0.0.1:80/cb", "http://[::1]:8080/cb", "https://app.example.com/a...b",
        "https://app.example.com/~u"})
    for (const auto auth : {kWeb, kNative}) EXPECT_TRUE(registrable_redirect_uri(good, auth)) << good;
  for (const char* native : {"com.example.app:/cb", "com.example.app://cb", "com.example.app://host/cb?x=1"}) {
    EXPECT_TRUE(registrable_redirect_uri(native, kNative)) << native;
    EXPECT_FALSE(registrable_redirect_uri(native, kWeb)) << native;
  }
  for (const char* bad : {"myapp:/cb", "com.example.app:cb", "com.example.app:", "Com.example.app:/cb", ".app:/cb",
                          "1.app:/cb", "com.example.app:/cb#x", "com.example.app://user@host/cb", "com.ex ample:/cb",
                          "com..example:/cb", "com.:/cb", "https.:/cb"})
    EXPECT_FALSE(registrable_redirect_uri(bad, kNative)) << bad;
}

TEST(RedirectUri, origin_is_as_browsers_write_it) {
  EXPECT_EQ(origin_of("https://app.example.com:8443/cb?x=1"), "https://app.example.com:8443");
  EXPECT_EQ(origin_of("https://app.example.com?x=//y"), "https://app.example.com");
  EXPECT_EQ(origin_of("https://app.example.com:443/cb"), "https://app.example.com");
  EXPECT_EQ(origin_of("http://localhost:80"), "http://localhost");
  EXPECT_EQ(origin_of("http://localhost:443"), "http://localhost:443");
  EXPECT_EQ(origin_of("http://[::1]:8080/cb"), "http://[::1]:8080");
  EXPECT_EQ(origin_of("com.example.app:/cb"), "com.example.app:");
  EXPECT_EQ(origin_of("com.example.app://host/cb"), "com.example.app:");
  EXPECT_EQ(origin_of(""), "");
  EXPECT_EQ(origin_of("no uri"), "");
}

TEST(RedirectUri, a_form_source_is_the_origin_but_for_an_ipv6_address_which_csp_cannot_spell) {
  for (const char* uri : {"https://app.example.com:8443/cb", "http://127.0.0.1:4711/cb", "com.example.app:/cb", ""})
    EXPECT_EQ(form_source_of(uri), origin_of(uri)) << uri;
  EXPECT_EQ(form_source_of("http://[::1]:8080/cb"), "http:");
  EXPECT_EQ(form_source_of("http://[::1]/cb"), "http:");
}

TEST(RedirectUri, parameters_are_appended_and_what_was_there_stays) {
  EXPECT_EQ(with_params("https://a/cb", {{"code", "x y&z"}, {"state", ""}, {"iss", "i"}}),
            "https://a/cb?code=x%20y%26z&iss=i");
  EXPECT_EQ(with_params("https://a/cb?t=1", {{"code", "x"}}), "https://a/cb?t=1&code=x");
  EXPECT_EQ(with_params("https://a/cb?", {{"code", "x"}, {"iss", "i"}}), "https://a/cb?code=x&iss=i");
  EXPECT_EQ(with_params("https://a/cb?t=1&", {{"code", "x"}}), "https://a/cb?t=1&code=x");
  EXPECT_EQ(with_params("com.example.app:/cb", {{"code", "x"}}), "com.example.app:/cb?code=x");
  EXPECT_EQ(with_params("https://a/cb", {{"state", "a\r\nb#\"<>"}}), "https://a/cb?state=a%0D%0Ab%23%22%3C%3E");
}

TEST(RedirectUri, the_operator_reads_what_came_and_what_is_registered) {
  EXPECT_EQ(received_and_registered("https://b/", {"https://a/", "https://c/"}),
            "received https://b/, registered https://a/, https://c/");
  EXPECT_EQ(received_and_registered("x", {}), "received x, registered none");
  EXPECT_LT(received_and_registered(std::string(5000, 'x'), {}).size(), 600u);
}

}  // namespace
}  // namespace tessera::issuer
