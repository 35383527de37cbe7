// What a good client sees.
#include <mutex>
#include <set>
#include <vector>

#include "wire.hpp"

namespace {
std::string get(std::string_view path, std::string_view lines = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n";
}
}  // namespace

TEST(Connection, brings_the_whole_request) {
  Served served([](http::Request request, http::Respond respond) {
    respond({201,
             {},
             request.peer + " " + request.path + " " + request.query + " " + std::string(request.header("x-one")) +
                 " " + request.body});
  });
  Client client(served.port());
  const auto reply = client.ask("POST /p?q=%20 HTTP/1.1\r\nhost: a\r\nX-ONE: 1\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body, "127.0.0.1 /p q=%20 1 body");
}

TEST(Connection, answers_with_length_and_date_and_no_server_name) {
  Served served(echo);
  Client client(served.port());
  const auto reply = client.ask(get("/"));
  EXPECT_TRUE(reply.head.starts_with("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_TRUE(reply.has("Content-Length: 6"));
  EXPECT_TRUE(reply.has("Content-Type: text/plain"));
  EXPECT_FALSE(reply.head.contains("Server:"));
  EXPECT_FALSE(reply.head.contains("Connection:"));
}

TEST(Connection, stays_open_and_ends_when_asked) {
  Served served(echo);
  Client client(served.port());
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(client.ask(get("/" + std::to_string(i))).body, "GET /" + std::to_string(i) + " ");
  const auto last = client.ask(get("/", "Connection: close\r\n"));
  EXPECT_TRUE(last.has("Connection: close"));
  EXPECT_TRUE(client.ends());
}

TEST(Connection, of_http_1_0_ends_unless_asked_to_stay) {
  Served served(echo);
  Client client(served.port());
  const auto kept = client.ask("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(kept.has("Connection: keep-alive"));
  const auto last = client.ask("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_EQ(last.status, 200);
  EXPECT_TRUE(client.ends());
}

TEST(Connection, takes_a_request_in_pieces_of_one_octet) {
  Served served(echo);
  Client client(served.port());
  for (const char octet : std::string("\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"))
    client.send(std::string_view(&octet, 1));
  EXPECT_EQ(client.read().body, "POST / hi");
}

TEST(Connection, answers_pipelined_requests_in_order_whoever_is_ready_first) {
  std::mutex mutex;
  std::vector<std::thread> threads;
  Served served([&](http::Request request, http::Respond respond) {
    const std::lock_guard lock(mutex);
    if (request.path == "/now") return respond({200, {}, "now"});
    threads.emplace_back([respond = std::move(respond)]() mutable {
      std::this_thread::sleep_for(20ms);
      respond({200, {}, "late"});
    });
  });
  Client client(served.port());
  client.send(get("/late") + get("/now") + "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" +
              get("/late") + "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n" +
              get("/late"));
  for (const char* expected : {"late", "now", "now", "late", "now", "late"}) EXPECT_EQ(client.read().body, expected);
  served.stop(1s);
  for (auto& thread : threads) thread.join();
}

TEST(Connection, answers_head_with_a_length_and_no_body) {
  Served served(echo);
  Client client(served.port());
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get("/next"));
  const auto reply = client.read("HEAD");
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.has("Content-Length: 7"));
  EXPECT_EQ(client.read().body, "GET /next ");
}

TEST(Connection, sends_no_body_with_204_and_304) {
  Served served([](http::Request request, http::Respond respond) {
    respond({request.path == "/204" ? 204 : 304, {}, "not to be seen"});
  });
  Client client(served.port());
  for (const int status : {204, 304}) {
    const auto reply = client.ask(get("/" + std::to_string(status)));
    EXPECT_EQ(reply.status, status);
    EXPECT_FALSE(reply.head.contains("Content-Length"));
    EXPECT_TRUE(client.silent_for(10ms));
  }
}

TEST(Connection, tells_a_waiting_client_to_continue) {
  Served served(echo);
  Client client(served.port());
  EXPECT_EQ(client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n").status, 100);
  EXPECT_EQ(client.ask("hi").body, "POST / hi");
}

TEST(Connection, delivers_large_answers_whole) {
  const std::string large(8 << 20, 'x');
  Served served([&](http::Request, http::Respond respond) { respond({200, {}, large}); });
  Client client(served.port());
  client.send(get("/") + get("/"));
  EXPECT_TRUE(client.read().body == large);
  EXPECT_TRUE(client.read().body == large);
}

TEST(Connection, a_dropped_answer_and_a_handler_that_throws_are_500) {
  std::vector<std::thread> threads;
  Served served([&](http::Request request, http::Respond respond) {
    if (request.path == "/throw") throw std::runtime_error("x");
    if (request.path == "/later") threads.emplace_back([dropped = std::move(respond)] {});
  });
  Client client(served.port());
  for (const char* path : {"/throw", "/drop", "/later"}) {
    const auto reply = client.ask(get(path));
    EXPECT_EQ(reply.status, 500) << path;
    EXPECT_EQ(reply.body, R"({"error":"internal_server_error"})");
  }
  for (auto& thread : threads) thread.join();
}

TEST(Connection, a_client_that_leaves_while_it_waits_harms_nobody) {
  std::mutex mutex;
  std::vector<http::Respond> held;
  Served served([&](http::Request request, http::Respond respond) {
    if (request.path == "/now") return respond({});
    const std::lock_guard lock(mutex);
    held.push_back(std::move(respond));
  });
  for (int i = 0; i < 3; ++i) Client(served.port()).send(get("/held"));
  EXPECT_TRUE(soon([&] {
    const std::lock_guard lock(mutex);
    return held.size() == 3;
  }));
  for (auto& respond : held) respond({200, {}, std::string(1 << 20, 'x')});
  EXPECT_EQ(Client(served.port()).ask(get("/now")).status, 200);
}

TEST(Connection, hundreds_at_once_are_served_by_two_threads) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  Served served(
      [&](http::Request request, http::Respond respond) {
        {
          const std::lock_guard lock(mutex);
          threads.insert(std::this_thread::get_id());
        }
        echo(std::move(request), std::move(respond));
      },
      {}, 2);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 400; ++i) clients.push_back(std::make_unique<Client>(served.port()));
  for (int round = 0; round < 3; ++round) {
    for (auto& client : clients) client->send(get("/x"));
    for (auto& client : clients) ASSERT_EQ(client->read().body, "GET /x ");
  }
  EXPECT_EQ(threads.size(), 2u);
}

TEST(Connection, says_an_address_of_ipv4_the_same_on_a_socket_of_ipv6) {
  http::Options options;
  options.address = "::ffff:127.0.0.1";
  Served served(std::move(options),
                [](http::Request request, http::Respond respond) { respond({200, {}, request.peer}); });
  EXPECT_EQ(Client(served.port()).ask(get("/")).body, "127.0.0.1");
}

TEST(ConnectionDeathTest, a_response_that_would_split_is_our_fault) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(
      {
        Served served(
            [](http::Request, http::Respond respond) { respond({200, {{"Location", "/\r\nSet-Cookie: x"}}, ""}); });
        Client(served.port()).ask(get("/"));
      },
      "line break");
}
