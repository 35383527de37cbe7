#include "server/adapter.hpp"

#include <gtest/gtest.h>

#include "house.hpp"
#include "tessera/dpop.hpp"

namespace tessera::server {
namespace {

using test::get;
using test::header;
using test::House;
using test::post;

TEST(adapter, places) {
  const auto is = [](std::string_view path, std::string_view realm, std::string_view rest) {
    const auto place = place_of(path);
    return place.realm == realm && place.path == rest;
  };
  EXPECT_TRUE(is("/token", "", "/token"));
  EXPECT_TRUE(is("/r/shop/token", "shop", "/token"));
  EXPECT_TRUE(is("/r/shop", "shop", ""));
  EXPECT_TRUE(is("/.well-known/oauth-authorization-server/r/shop", "shop", "/.well-known/oauth-authorization-server"));
  EXPECT_TRUE(is("/.well-known/oauth-authorization-server", "", "/.well-known/oauth-authorization-server"));
  EXPECT_FALSE(is("/r//token", "", "/token"));  // no other spelling of the default realm
}

http::Request from(std::string peer, std::vector<std::string> forwarded) {
  auto request = get("/");
  request.peer = std::move(peer);
  for (auto& one : forwarded) request.headers.push_back({"x-forwarded-for", std::move(one)});
  return request;
}

TEST(adapter, S26_only_listed_proxies_are_believed) {
  Proxies proxies;
  ASSERT_TRUE(proxies.add("10.0.0.0/8"));
  ASSERT_TRUE(proxies.add("fd00::/8"));
  EXPECT_EQ(proxies.client_of(from("192.0.2.1", {"198.51.100.7"})), "192.0.2.1");
  EXPECT_EQ(proxies.client_of(from("10.1.1.1", {"198.51.100.7"})), "198.51.100.7");
  EXPECT_EQ(proxies.client_of(from("::ffff:10.1.1.1", {"198.51.100.7"})), "198.51.100.7");
  // The left end is whatever the client wrote.
  EXPECT_EQ(proxies.client_of(from("10.1.1.1", {"203.0.113.9, 198.51.100.7, 10.2.2.2"})), "198.51.100.7");
  EXPECT_EQ(proxies.client_of(from("10.1.1.1", {"203.0.113.9", "198.51.100.7"})), "198.51.100.7");
  EXPECT_EQ(proxies.client_of(from("10.1.1.1", {"198.51.100.7, nonsense"})), "10.1.1.1");
  EXPECT_EQ(proxies.client_of(from("fd00::1", {"2001:db8::1"})), "2001:db8::1");
  EXPECT_EQ(proxies.client_of(from("11.0.0.1", {"198.51.100.7"})), "11.0.0.1");
  for (const auto* bad : {"", "10.0.0.0/33", "10.0.0.0/x", "ten", "fd00::/129", "/8"})
    EXPECT_FALSE(proxies.add(bad)) << bad;
}

TEST(adapter, what_no_route_takes) {
  House house;
  EXPECT_EQ(house.ask(get("/nothing")).status, 404);
  EXPECT_EQ(house.ask(get("/r/nowhere/token")).status, 404);
  EXPECT_EQ(house.ask(get("/r//token")).status, 404);
  const auto wrong_method = house.ask(get("/token"));
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(header(wrong_method, "Allow"), "POST, OPTIONS");
  auto deleting = get("/jwks");
  deleting.method = "DELETE";
  EXPECT_EQ(house.ask(deleting).status, 405);
  EXPECT_EQ(house.ask(post("/token", "{}", {{"content-type", "application/json"}})).status, 415);
  EXPECT_EQ(house.ask(post("/token", std::string(17 * 1024, 'a'))).status, 413);
  EXPECT_EQ(house.ask(post("/token", "a=%zz")).status, 400);
  EXPECT_EQ(test::member(house.ask(post("/token", "a=%zz")).body, "error"), "invalid_request");
  EXPECT_EQ(house.ask(get("/authorize?client_id=%zz")).status, 400);
}

TEST(adapter, S32_every_answer_carries_the_security_headers) {
  House house;
  for (const auto* target : {"/nothing", "/jwks", "/authorize?client_id=nobody", "/healthz"}) {
    const auto response = house.ask(get(target));
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff") << target;
    EXPECT_EQ(header(response, "Referrer-Policy"), "same-origin") << target;
    EXPECT_EQ(header(response, "X-Frame-Options"), "DENY") << target;
    EXPECT_EQ(header(response, "Cross-Origin-Opener-Policy"), "same-origin") << target;
    EXPECT_NE(header(response, "Content-Security-Policy").find("frame-ancestors 'none'"), std::string::npos) << target;
    EXPECT_EQ(header(response, "X-Request-Id").size(), 16u) << target;
    EXPECT_EQ(header(response, "Strict-Transport-Security"), "") << target;
  }
}

TEST(adapter, request_ids_are_ours) {
  House house;
  const auto one = house.ask(get("/jwks", {{"x-request-id", "theirs"}}));
  EXPECT_NE(header(one, "X-Request-Id"), "theirs");
  EXPECT_NE(header(one, "X-Request-Id"), header(house.ask(get("/jwks")), "X-Request-Id"));
}

TEST(adapter, caching) {
  House house;
  EXPECT_EQ(header(house.ask(get("/jwks")), "Cache-Control"), "public, max-age=300");
  EXPECT_EQ(header(house.ask(get("/.well-known/openid-configuration")), "Cache-Control"), "public, max-age=300");
  EXPECT_TRUE(header(house.ask(post("/token", "grant_type=x")), "Cache-Control").starts_with("no-store"));
}

TEST(adapter, S26_the_host_field_changes_nothing) {
  House house;
  const auto plain = house.ask(get("/.well-known/openid-configuration"));
  const auto evil = house.ask(
      get("/.well-known/openid-configuration",
          {{"host", "evil.example"}, {"x-forwarded-host", "evil.example"}, {"forwarded", "host=evil.example"}}));
  EXPECT_EQ(plain.body, evil.body);
  EXPECT_EQ(test::member(evil.body, "issuer"), "http://localhost:8080");
}

TEST(adapter, every_dpop_field_reaches_the_engine_and_its_nonce_the_client) {
  House house;
  const auto asked = [&](std::vector<http::Header> headers) {
    return house.ask(post("/token", "grant_type=client_credentials", std::move(headers)));
  };
  const auto none = asked({});
  EXPECT_EQ(test::member(none.body, "error"), "invalid_client");
  EXPECT_EQ(header(none, "DPoP-Nonce"), "");
  const auto two = asked({{"dpop", "x"}, {"dpop", "x"}});
  EXPECT_EQ(test::member(two.body, "error"), "invalid_dpop_proof");
  EXPECT_EQ(two.status, 400);
  const auto key = *PrivateKey::generate(Alg::ES256, {.alg = Alg::ES256});
  const auto proof = *dpop::issue(
      {.method = "POST", .uri = "http://localhost:8080/token", .issued_at = whole_seconds(house.now.load())}, key);
  const auto sent_back = asked({{"dpop", proof}, {"host", "evil.example"}});
  EXPECT_EQ(test::member(sent_back.body, "error"), "use_dpop_nonce");
  EXPECT_NE(header(sent_back, "DPoP-Nonce"), "");
  EXPECT_TRUE(header(sent_back, "Cache-Control").starts_with("no-store"));
}

TEST(adapter, discovery_of_a_realm_stands_where_RFC8414_puts_it) {
  House house([](Config& config) {
    DeclaredRealm shop;
    shop.realm.id = issuer::RealmId("shop");
    config.declaration.realms.push_back(std::move(shop));
  });
  for (const auto* target :
       {"/.well-known/oauth-authorization-server/r/shop", "/r/shop/.well-known/openid-configuration"})
    EXPECT_EQ(test::member(house.ask(get(target)).body, "issuer"), "http://localhost:8080/r/shop") << target;
  EXPECT_NE(house.ask(get("/jwks")).body, house.ask(get("/r/shop/jwks")).body);
}

constexpr std::string_view kOurs = "http://orders.localhost:8081", kOther = "http://reports.localhost:8082";

http::Response preflight(House& house, std::string_view path, std::string_view origin) {
  auto request = get(path, {{"origin", std::string(origin)}, {"access-control-request-method", "POST"}});
  request.method = "OPTIONS";
  return house.ask(std::move(request));
}

TEST(adapter, preflight_is_for_registered_origins) {
  House house;
  const auto good = preflight(house, "/token", kOurs);
  EXPECT_EQ(good.status, 204);
  EXPECT_EQ(header(preflight(house, "/par", kOurs), "Access-Control-Allow-Origin"), kOurs);
  EXPECT_EQ(header(preflight(house, "/par", "https://evil.example"), "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header(good, "Access-Control-Allow-Origin"), kOurs);
  EXPECT_EQ(header(good, "Access-Control-Allow-Credentials"), "");
  EXPECT_EQ(header(preflight(house, "/token", "https://evil.example"), "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header(preflight(house, "/token", "null"), "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header(preflight(house, "/jwks", "https://evil.example"), "Access-Control-Allow-Origin"), "*");
  for (const auto* none : {"/authorize", "/login", "/introspect", "/logout"})
    EXPECT_EQ(preflight(house, none, kOurs).status, 405) << none;
}

TEST(adapter, only_the_calling_client_reads_its_answer) {
  House house;
  const auto ask = [&](std::string_view origin) {
    return house.ask(post("/token", "grant_type=refresh_token&refresh_token=x",
                          {house.basic("orders"), {"origin", std::string(origin)}}));
  };
  EXPECT_EQ(header(ask(kOurs), "Access-Control-Allow-Origin"), kOurs);
  EXPECT_NE(header(ask(kOurs), "Access-Control-Expose-Headers").find("WWW-Authenticate"), std::string::npos);
  EXPECT_EQ(header(ask(kOther), "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header(ask(kOther), "Vary"), "Origin");
  // Whoever an assertion says it is: the payload is {"iss":"orders"}.
  const auto asserted =
      post("/token", "client_assertion=e30.eyJpc3MiOiJvcmRlcnMifQ.", {{"origin", std::string(kOurs)}});
  EXPECT_EQ(header(house.ask(asserted), "Access-Control-Allow-Origin"), kOurs);
  EXPECT_EQ(header(house.ask(post("/token", "client_assertion=x", {{"origin", std::string(kOurs)}})),
                   "Access-Control-Allow-Origin"),
            "");
  const auto push = [&](std::string_view origin) {
    return house.ask(post("/par", "response_type=code", {house.basic("orders"), {"origin", std::string(origin)}}));
  };
  EXPECT_EQ(header(push(kOurs), "Access-Control-Allow-Origin"), kOurs);
  EXPECT_EQ(header(push(kOther), "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header(house.ask(get("/authorize?client_id=orders", {{"origin", std::string(kOurs)}})),
                   "Access-Control-Allow-Origin"),
            "");
}

TEST(adapter, cookies_are_prefixed_over_https_and_named_for_their_realm) {
  const auto cookie_of = [](std::string_view base) {
    House house([&](Config& config) { config.settings.issuer = base; });
    const auto response =
        house.ask(get("/authorize?response_type=code&client_id=orders&redirect_uri=http%3A%2F%2Forders."
                      "localhost%3A8081%2Fcallback&scope=openid&state=s&code_challenge="
                      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"));
    EXPECT_EQ(response.status, 200);
    return header(response, "Set-Cookie");
  };
  const auto https = cookie_of("https://id.example.com");
  EXPECT_TRUE(https.starts_with("__Host-tessera-browser=")) << https;
  EXPECT_TRUE(https.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure")) << https;
  const auto http = cookie_of("http://localhost:8080");
  EXPECT_TRUE(http.starts_with("tessera-browser=")) << http;
  EXPECT_TRUE(http.ends_with("; Path=/; HttpOnly; SameSite=Lax")) << http;
}

TEST(adapter, a_device_cookie_outlives_the_browsers_run_and_a_session_does_not) {
  House house([](Config& config) { config.settings.issuer = "https://id.example.com"; });
  const auto now = live(house.node->snapshot(""));
  const Asked asked{issuer::find_route("/login"), now.get(), "", "id", "", {}};
  issuer::Reply reply{issuer::Empty{}};
  reply.cookies = {{issuer::Cookie::Which::session, "s"},
                   {issuer::Cookie::Which::device, "d", std::chrono::hours(1)},
                   {issuer::Cookie::Which::session, ""}};
  const auto response = to_http(reply, {}, asked);
  std::vector<std::string> cookies;
  for (const auto& one : response.headers)
    if (one.name == "Set-Cookie") cookies.push_back(one.value);
  EXPECT_EQ(cookies,
            (std::vector<std::string>{"__Host-tessera-session=s; Path=/; HttpOnly; SameSite=Lax; Secure",
                                      "__Host-tessera-device=d; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=3600",
                                      "__Host-tessera-session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"}));
}

TEST(adapter, S24_limits_go_by_64_or_48_bits_of_an_ipv6_address) {
  House house;
  const auto read_of = [&](std::string address) {
    const auto read = to_engine(get("/jwks"), *issuer::find_route("/jwks"), *house.node->snapshot(""), address, "id");
    EXPECT_EQ(std::get<issuer::Request>(read).address, address);
    return std::get<issuer::Request>(read);
  };
  const auto network_of = [&](std::string address) { return read_of(std::move(address)).network; };
  const auto site_of = [&](std::string address) { return read_of(std::move(address)).site; };
  EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_of("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(network_of("2001:db8:1:2::9"), "2001:db8:1:2::");
  EXPECT_EQ(network_of("2001:db8:1:3::9"), "2001:db8:1:3::");
  EXPECT_EQ(network_of("nonsense"), "nonsense");
  EXPECT_EQ(site_of("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(site_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1::");
}

TEST(adapter, hsts_over_https) {
  House house([](Config& config) { config.settings.issuer = "https://id.example.com"; });
  EXPECT_TRUE(header(house.ask(get("/jwks")), "Strict-Transport-Security").starts_with("max-age="));
}

TEST(adapter, an_unprefixed_cookie_is_nobody_over_https) {
  House house([](Config& config) { config.settings.issuer = "https://id.example.com"; });
  const auto snapshot = house.node->snapshot("");
  const auto request = get(
      "/logout",
      {{"cookie",
        "tessera-session=planted; __Host-tessera-session=real; __Host-tessera-browser=a; __Host-tessera-browser=b"}});
  const auto read = to_engine(request, *issuer::find_route("/logout"), *snapshot, "127.0.0.1", "id");
  const auto& seen = std::get<issuer::Request>(read).headers;
  EXPECT_EQ(seen.cookie("session"), "real");
  EXPECT_EQ(seen.cookie("browser"), "");  // sent twice
}

TEST(adapter, a_field_that_would_break_the_response_is_left_out) {
  using namespace std::string_literals;
  http::Response response{200, {{"A", "x\0y"s}, {"B", "x\r\ny"}, {"C", "x"}}, ""};
  finish(response, "id", true);
  EXPECT_EQ(header(response, "A") + header(response, "B") + header(response, "C"), "x");
}

}  // namespace
}  // namespace tessera::server
