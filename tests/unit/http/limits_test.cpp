// What is too much, too slow or not HTTP is answered and ends, without a call of the handler.
#include <atomic>

#include "wire.hpp"

namespace {

class Limits : public testing::Test {
 protected:
  std::atomic<int> calls{0};
  http::Handler counting = [this](http::Request request, http::Respond respond) {
    ++calls;
    echo(std::move(request), std::move(respond));
  };

  // The answer is this refusal, and the connection ends with it.
  void expect_refusal(Client& client, int status, std::string_view body) {
    const auto reply = client.read();
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.body, body);
    EXPECT_TRUE(reply.has("Connection: close"));
    EXPECT_TRUE(reply.has("Content-Type: application/json"));
    EXPECT_TRUE(client.ends());
    EXPECT_EQ(calls, 0);
  }
};

}  // namespace

TEST_F(Limits, a_head_of_32_KiB_is_read_and_a_longer_one_is_431) {
  Served served(counting);
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ", end = "\r\n\r\n";
  Client good(served.port());
  EXPECT_EQ(good.ask(start + std::string(32 * 1024 - start.size() - end.size(), 'x') + end).status, 200);
  calls = 0;
  Client over(served.port());
  over.send(start + std::string(32 * 1024 - start.size() - end.size() + 1, 'x') + end);
  expect_refusal(over, 431, R"({"error":"request_header_fields_too_large"})");
  Client endless(served.port());
  endless.send(start + std::string(40'000, 'x'));
  expect_refusal(endless, 431, R"({"error":"request_header_fields_too_large"})");
}

TEST_F(Limits, a_body_over_the_limit_of_its_path_is_413_before_it_is_sent) {
  http::Options options;
  options.body_limit = [](std::string_view method, std::string_view path) {
    return method == "PUT" && path == "/big" ? 2000u : 1000u;
  };
  Served served(std::move(options), counting);
  Client big(served.port());
  EXPECT_EQ(big.ask("PUT /big?x HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'x')).status,
            200);
  Client exact(served.port());
  EXPECT_EQ(exact.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x')).status,
            200);
  calls = 0;
  Client over(served.port());
  over.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
  expect_refusal(over, 413, R"({"error":"payload_too_large"})");
  Client waiting(served.port());
  waiting.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
  expect_refusal(waiting, 413, R"({"error":"payload_too_large"})");
}

TEST_F(Limits, without_a_limit_function_there_is_no_body) {
  http::Options options;
  auto server = http::Server::listen(std::move(options), counting);
  ASSERT_TRUE(server);
  std::thread thread([&] { (*server)->run(); });
  Client client((*server)->port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  expect_refusal(client, 413, R"({"error":"payload_too_large"})");
  (*server)->stop(1s);
  thread.join();
}

TEST_F(Limits, chunks_are_counted_while_they_arrive) {
  Served served(counting);
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  Client exact(served.port());
  EXPECT_EQ(exact
                .ask(head + "1f4\r\n" + std::string(500, 'x') + "\r\n1F4;name=value\r\n" + std::string(500, 'x') +
                     "\r\n0\r\nTrailer: x\r\n\r\n")
                .body,
            "POST / " + std::string(1000, 'x'));
  calls = 0;
  Client over(served.port());
  over.send(head + "1f4\r\n" + std::string(500, 'x') + "\r\n1f5\r\n" + std::string(500, 'x'));
  expect_refusal(over, 413, R"({"error":"payload_too_large"})");
}

TEST_F(Limits, broken_chunks_are_400) {
  Served served(counting);
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* body : {"x\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "-5\r\nhello\r\n",
                           "0x5\r\n\r\n", "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n", "5x\r\nhello\r\n",
                           " 5\r\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "ffffffffffffffffff\r\n", "\r\n"}) {
    SCOPED_TRACE(body);
    Client client(served.port());
    client.send(head + body);
    expect_refusal(client, 400, R"({"error":"bad_request"})");
  }
}

TEST_F(Limits, a_chunk_with_an_endless_extension_is_400) {
  Served served(counting);
  Client client(served.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;" + std::string(100'000, 'x'));
  expect_refusal(client, 400, R"({"error":"bad_request"})");
}

TEST_F(Limits, a_slow_head_is_408) {
  Served served(counting, {.head_time = 60ms});
  Client client(served.port());
  client.send("GET / HTTP/1.1\r\n");
  expect_refusal(client, 408, R"({"error":"request_timeout"})");
}

TEST_F(Limits, dripping_a_head_does_not_win_time) {
  Served served(counting, {.head_time = 60ms});
  for (const char* drop : {"X", "\r\n"}) {
    Client client(served.port());
    const auto begin = std::chrono::steady_clock::now();
    while (client.send(drop).silent_for(10ms) && std::chrono::steady_clock::now() < begin + 2s) {
    }
    EXPECT_LT(std::chrono::steady_clock::now(), begin + 1s);
    EXPECT_EQ(client.read().status, 408);
  }
}

TEST_F(Limits, a_slow_body_is_408) {
  Served served(counting, {.body_time = 60ms});
  Client client(served.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
  expect_refusal(client, 408, R"({"error":"request_timeout"})");
  Client chunked(served.port());
  chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
  expect_refusal(chunked, 408, R"({"error":"request_timeout"})");
}

TEST_F(Limits, a_client_that_does_not_read_is_left) {
  Served served(
      [](http::Request request, http::Respond respond) {
        respond({200, {}, std::string(request.path == "/large" ? 32 << 20 : 1, 'x')});
      },
      {.max_connections = 1, .write_time = 60ms});
  Client client(served.port(), 4096);
  client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  // Its place is free again.
  EXPECT_TRUE(soon([&] { return Client(served.port()).ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 200; }));
  EXPECT_LT(client.read().body.size(), std::size_t{32} << 20);
}

TEST_F(Limits, an_idle_connection_ends_without_a_word) {
  Served served(counting, {.idle = 40ms});
  Client used(served.port());
  EXPECT_EQ(used.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
  EXPECT_TRUE(used.ends());
}

TEST_F(Limits, a_connection_that_never_asks_ends_as_soon_as_a_slow_head) {
  Served served(counting, {.idle = 60s, .head_time = 40ms});
  Client silent(served.port());
  EXPECT_TRUE(silent.ends());
}

TEST_F(Limits, what_is_not_http_is_400_at_once) {
  Served served(counting);
  for (const char* octets :
       {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "\x16\x03\x01\x02", "\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n folded\r\n\r\n"}) {
    SCOPED_TRACE(octets);
    Client client(served.port());
    client.send(octets);
    expect_refusal(client, 400, R"({"error":"bad_request"})");
  }
}

TEST_F(Limits, what_it_does_not_know_it_says) {
  Served served(counting);
  Client coding(served.port());
  coding.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
  expect_refusal(coding, 501, R"({"error":"not_implemented"})");
  Client version(served.port());
  version.send("GET / HTTP/2.0\r\nHost: a\r\n\r\n");
  expect_refusal(version, 505, R"({"error":"http_version_not_supported"})");
}

TEST_F(Limits, half_a_request_never_reaches_the_handler) {
  Served served(counting);
  for (const char* half : {"", "\r\n", "GET / HT", "GET / HTTP/1.1\r\nHost: a\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel",
                           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    Client client(served.port());
    client.send(half).finish();
    EXPECT_TRUE(client.ends()) << half;
  }
  EXPECT_EQ(calls, 0);
}

TEST_F(Limits, connections_over_the_most_are_closed_and_the_others_go_on) {
  Served served(counting, {.max_connections = 3});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(served.port()));
    EXPECT_EQ(clients.back()->ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
  }
  Client over(served.port());
  EXPECT_EQ(over.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 0);
  EXPECT_EQ(clients[0]->ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
  clients.pop_back();
  EXPECT_TRUE(soon([&] { return Client(served.port()).ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 200; }));
}

TEST_F(Limits, one_address_has_a_share_of_the_connections_unless_it_is_a_proxy) {
  constexpr std::string_view kAsk = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  http::Options options;
  options.limits.max_per_address = 2;
  std::atomic<bool> proxy = false;
  options.uncounted = [&](std::string_view address) { return proxy && address == "127.0.0.1"; };
  Served served(std::move(options), counting);
  auto one = std::make_unique<Client>(served.port());
  Client two(served.port());
  EXPECT_EQ(one->ask(kAsk).status, 200);
  EXPECT_EQ(two.ask(kAsk).status, 200);
  EXPECT_EQ(Client(served.port()).ask(kAsk).status, 0);
  proxy = true;
  EXPECT_EQ(Client(served.port()).ask(kAsk).status, 200);
  proxy = false;
  one.reset();
  EXPECT_TRUE(soon([&] { return Client(served.port()).ask(kAsk).status == 200; }));
}
