// Requests to clients' URLs, from a node to a live site on this machine.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/wipe.hpp"
#include "house.hpp"
#include "support/certificate.hpp"
#include "support/served.hpp"
#include "tessera/jws.hpp"

namespace tessera::server::test {
namespace {

std::string url_of(const Served& site, std::string_view path, std::string_view host = "127.0.0.1") {
  return "https://" + std::string(host) + ":" + std::to_string(site.port()) + std::string(path);
}

const PrivateKey& key_named(const std::string& kid) {
  static std::map<std::string, PrivateKey> keys;
  if (!keys.contains(kid)) keys.emplace(kid, *PrivateKey::generate(Alg::ES256, {.kid = kid, .alg = Alg::ES256}));
  return keys.at(kid);
}

// A client's site, and a node that may reach it.
struct Outgoing : testing::Test {
  ::Certificate certificate;
  std::atomic<int> requests{0};
  std::mutex mutex;
  std::string body = jwks(std::vector{key_named("a").public_key()});
  http::Response answer{200, {}, ""};
  std::vector<http::Respond> held;
  bool hold = false;

  std::unique_ptr<Served> site = [this] {
    http::Options options;
    options.tls = std::make_unique<http::Tls>(http::Tls{certificate.file(), certificate.key()});
    return std::make_unique<Served>(std::move(options), [this](http::Request, http::Respond respond) {
      ++requests;
      const std::lock_guard lock(mutex);
      if (hold) return held.push_back(std::move(respond));
      http::Response response = answer;
      if (response.body.empty()) response.body = body;
      respond(std::move(response));
    });
  }();
  std::string jwks_uri = url_of(*site, "/jwks");
  Outbound outbound = [this] {
    Outbound made{.ca_file = certificate.file()};
    made.reachable.add("127.0.0.1");
    return made;
  }();
  std::unique_ptr<House> house;

  void TearDown() override {
    release();
    site->stop(1ms);
  }
  void release() {
    const std::lock_guard lock(mutex);
    hold = false;
    for (auto& respond : held) respond({200, {}, body});
    held.clear();
  }
  void serve(const std::string& text) {
    const std::lock_guard lock(mutex);
    body = text;
  }
  void open() {
    house = std::make_unique<House>([this](Config& config) {
      config.settings.outbound = std::move(outbound);
      for (int i = 0; i < 3; ++i) {
        issuer::Client client;
        client.id = issuer::ClientId("signer" + std::to_string(i));
        client.auth = issuer::ClientAuth::private_key_jwt;
        client.jwks_uri = jwks_uri + (i ? "/" + std::to_string(i) : "");
        client.grant_types = {issuer::GrantType::client_credentials};
        config.declaration.realms[0].clients.push_back({std::move(client), {}});
      }
    });
  }
  std::string asking(const std::string& signer = "a", const std::string& kid = "=", int client = 0) {
    if (!house) open();
    const auto id = "signer" + std::to_string(client);
    const auto claims = R"({"iss":")" + id + R"(","sub":")" + id + R"(","aud":"http://localhost:8080","jti":")" +
                        std::to_string(++next) + R"(","exp":)" + std::to_string(unix_seconds(house->now.load()) + 60) +
                        "}";
    const auto key = *key_named(signer).with({.kid = kid == "=" ? signer : kid, .alg = Alg::ES256});
    return form::print({{"grant_type", "client_credentials"},
                        {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                        {"client_assertion", *jws::sign(bytes_of(claims), {key})}});
  }
  // The status, and the error if there is one.
  std::string outcome(const std::string& form) {
    const auto response = house->ask(post("/token", form));
    return std::to_string(response.status) + " " + member(response.body, "error");
  }
  std::atomic<int> next = 0;
};

TEST_F(Outgoing, oidcc_registration_jwks_uri_a_client_is_proved_by_the_keys_at_its_url) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(outcome(asking()), "200 ");
  EXPECT_EQ(requests, 1);
}

TEST_F(Outgoing, oidcc_refresh_token_rp_key_rotation_mirrored_a_new_key_is_taken_at_once) {
  EXPECT_EQ(outcome(asking()), "200 ");
  serve(jwks(std::vector{key_named("b").public_key()}));
  EXPECT_EQ(outcome(asking("b")), "200 ");
  EXPECT_EQ(outcome(asking("a")), "401 invalid_client");
}

TEST_F(Outgoing, keys_land_though_somebody_asks_for_their_url_for_another_purpose) {
  Fetcher fetcher(outbound, [](const std::string&) {});
  hold = true;
  std::atomic<int> done = 0;
  std::string landed;
  Fetcher::Errand other{.url = jwks_uri, .done = [&](const Fetcher::Body&) { ++done; }};
  EXPECT_TRUE(fetcher.try_get(other));
  while (requests < 1) std::this_thread::sleep_for(1ms);
  Fetcher::Errand keys{.url = jwks_uri,
                       .wanted = [] { return true; },
                       .landed = [&](const Fetcher::Body& got) { landed = got.value_or("nothing"); },
                       .done = [&](const Fetcher::Body&) { ++done; }};
  EXPECT_TRUE(fetcher.try_get(keys));
  while (requests < 2) std::this_thread::sleep_for(1ms);
  release();
  while (done < 2) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(landed, body);
}

// A site that keeps everybody waiting, asked by so many paths and for such a purpose.
struct Crowd {
  Outgoing& out;
  Fetcher fetcher{out.outbound, [](const std::string&) {}};
  std::atomic<int> done = 0;
  int asked = 0;

  bool ask(std::string_view host, std::function<void(const Fetcher::Body&)> landed = {}) {
    Fetcher::Errand errand{.url = url_of(*out.site, "/" + std::to_string(asked), host),
                           .landed = std::move(landed),
                           .done = [this](const Fetcher::Body&) { ++done; }};
    return fetcher.try_get(errand) && ++asked > 0;
  }
  bool arrive(int count) {
    for (int i = 0; i < 2000 && out.requests < count; ++i) std::this_thread::sleep_for(1ms);
    return out.requests == count;
  }
  ~Crowd() {
    out.release();
    while (done < asked) std::this_thread::sleep_for(1ms);
  }
};

TEST_F(Outgoing, R26_a_host_that_is_slow_leaves_threads_and_places_to_others) {
  hold = true;
  outbound.waiting = 4;
  Crowd crowd{*this};
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(crowd.ask("127.0.0.1"));
  EXPECT_TRUE(crowd.arrive(2));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(crowd.ask("127.0.0.1"));
  EXPECT_FALSE(crowd.ask("127.0.0.1"));
  EXPECT_TRUE(crowd.ask("localhost"));
  EXPECT_TRUE(crowd.arrive(3));
}

TEST_F(Outgoing, R26_keys_are_fetched_while_everything_else_is_slow) {
  hold = true;
  Crowd crowd{*this};
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(crowd.ask(i % 2 ? "127.0.0.1" : "localhost"));
  EXPECT_TRUE(crowd.arrive(4));
  EXPECT_TRUE(crowd.ask("127.0.0.1", [](const Fetcher::Body&) {}));
  EXPECT_TRUE(crowd.arrive(5));
}

TEST_F(Outgoing, R26_a_flood_of_unknown_kids_is_one_fetch) {
  EXPECT_EQ(outcome(asking()), "200 ");
  std::vector<std::string> forms;
  for (int i = 0; i < 200; ++i) forms.push_back(asking("a", "unknown" + std::to_string(i)));
  std::vector<std::thread> threads;
  std::atomic<std::size_t> at = 0;
  std::atomic<int> refused = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (std::size_t mine; (mine = at++) < forms.size();) refused += outcome(forms[mine]) == "401 invalid_client";
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(refused, 200);
  EXPECT_EQ(requests, 2);
  EXPECT_EQ(outcome(asking()), "200 ");
}

TEST_F(Outgoing, R26_many_who_wait_for_one_url_make_one_request) {
  hold = true;
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 20; ++i) threads.emplace_back([&, form = asking()] { good += outcome(form) == "200 "; });
  for (int i = 0; i < 200 && requests == 0; ++i) std::this_thread::sleep_for(10ms);
  std::this_thread::sleep_for(100ms);  // the others come to wait
  EXPECT_EQ(good, 0);
  release();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 20);
  EXPECT_EQ(requests, 1);
}

TEST_F(Outgoing, R26_the_old_keys_serve_while_the_site_is_down_but_not_for_ever) {
  EXPECT_EQ(outcome(asking()), "200 ");
  answer.status = 500;
  house->now = house->now.load() + minutes(11);
  EXPECT_EQ(outcome(asking()), "200 ");
  EXPECT_EQ(outcome(asking()), "200 ");
  EXPECT_EQ(requests, 2) << "what failed is not repeated at once";
  EXPECT_NE(house->lines.text().find("has the status 500"), std::string::npos);
  house->now = house->now.load() + minutes(50);
  EXPECT_EQ(outcome(asking()), "401 invalid_client");
}

TEST_F(Outgoing, when_too_many_are_being_asked_the_client_is_to_try_again) {
  outbound.threads = 1;
  outbound.waiting = 1;
  hold = true;
  open();
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, form = asking("a", "=", i)] { good += outcome(form) == "200 "; });
    for (int wait = 0; i == 0 && wait < 200 && requests == 0; ++wait) std::this_thread::sleep_for(10ms);
  }
  std::this_thread::sleep_for(100ms);  // the second waits in the queue
  EXPECT_EQ(outcome(asking("a", "=", 2)), "503 temporarily_unavailable");
  release();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 2);
  EXPECT_EQ(outcome(asking("a", "=", 2)), "200 ");
}

TEST_F(Outgoing, S16_this_machine_is_reached_only_where_the_operator_lists_it) {
  outbound.reachable = {};
  EXPECT_EQ(outcome(asking()), "401 invalid_client");
  EXPECT_EQ(requests, 0);
  EXPECT_NE(house->lines.text().find("not one that may be asked"), std::string::npos);
}

TEST_F(Outgoing, S16_for_development_this_machine_is_listed) {
  DevSecrets secrets;
  const auto dev = dev_house(8080, secrets, [](std::span<std::byte> out) { crypto::random(out); });
  const auto& reachable = dev.config.settings.outbound.reachable;
  EXPECT_TRUE(reachable.contain("127.0.0.1") && reachable.contain("::1"));
  EXPECT_FALSE(reachable.contain("10.0.0.1") || reachable.contain("192.168.0.1") || reachable.contain("0.0.0.0"));
  outbound.reachable = reachable;
  EXPECT_EQ(outcome(asking()), "200 ");
}

// Each way to be led elsewhere, or to be kept busy: the client proves nothing, and the node goes on.
struct Trick {
  const char* name;
  std::function<void(Outgoing&)> play;
};
class outgoing : public Outgoing, public testing::WithParamInterface<Trick> {};

TEST_P(outgoing, S16_a_trick_gets_nothing) {
  GetParam().play(*this);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(outcome(asking()), "401 invalid_client");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_EQ(house->ask(get("/jwks")).status, 200);
}

INSTANTIATE_TEST_SUITE_P(
    each, outgoing,
    testing::Values(
        Trick{"a_redirect", [](Outgoing& o) { o.answer = {302, {{"Location", o.jwks_uri + "/elsewhere"}}, "x"}; }},
        Trick{"an_endless_body", [](Outgoing& o) { o.body = std::string((64 << 10) + 1, ' ') + o.body; }},
        Trick{"a_huge_head",
              [](Outgoing& o) {
                for (int i = 0; i < 40; ++i) o.answer.headers.push_back({"X", std::string(4000, 'x')});
              }},
        Trick{"a_slow_answer",
              [](Outgoing& o) {
                o.outbound.timeout = 200ms;
                o.hold = true;
              }},
        Trick{"a_compressed_bomb", [](Outgoing& o) { o.answer = {200, {{"Content-Encoding", "gzip"}}, "\x1f\x8b"}; }},
        Trick{"another_certificate", [](Outgoing& o) { o.outbound.ca_file.clear(); }},
        Trick{"another_name", [](Outgoing& o) { o.jwks_uri = url_of(*o.site, "/jwks", "b.localhost"); }},
        Trick{"an_unlisted_spelling", [](Outgoing& o) { o.jwks_uri = url_of(*o.site, "/jwks", "0.0.0.0"); }},
        Trick{"a_decimal_address",
              [](Outgoing& o) {
                o.outbound.reachable = {};
                o.jwks_uri = url_of(*o.site, "/jwks", "2130706433");
              }},
        Trick{"a_mapped_address",
              [](Outgoing& o) {
                o.outbound.reachable = {};
                o.jwks_uri = url_of(*o.site, "/jwks", "[::ffff:127.0.0.1]");
              }},
        Trick{"a_user_in_the_url", [](Outgoing& o) { o.jwks_uri = url_of(*o.site, "/jwks", "user@127.0.0.1"); }},
        Trick{"another_scheme", [](Outgoing& o) { o.jwks_uri = "http" + o.jwks_uri.substr(5); }},
        Trick{"a_file", [](Outgoing& o) { o.jwks_uri = "file:///etc/hostname"; }},
        Trick{"a_private_key",
              [](Outgoing& o) {
                o.body = "{\"keys\":[" + std::string(key_named("a").jwk().expose_text("a test")) + "]}";
              }},
        Trick{"an_error_page", [](Outgoing& o) { o.answer = {404, {}, o.body}; }}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace tessera::server::test
