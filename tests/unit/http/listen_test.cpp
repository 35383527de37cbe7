// Starting and ending.
#include <mutex>

#include "support/certificate.hpp"
#include "wire.hpp"

namespace {

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string why_not(http::Options options) {
  const auto server = http::Server::listen(std::move(options), echo);
  return server ? "" : server.error();
}

// Runs it as a shell does; gives what it prints.
std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  for (std::size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, got);
  pclose(pipe);
  return out;
}

http::Options with_tls(const std::string& certificate, const std::string& key) {
  http::Options options;
  options.tls = std::make_unique<http::Tls>(http::Tls{certificate, key});
  return options;
}

// A server whose answers wait until they are released.
struct Holding {
  std::mutex mutex;
  std::vector<http::Respond> held;
  http::Handler handler = [this](http::Request, http::Respond respond) {
    const std::lock_guard lock(mutex);
    held.push_back(std::move(respond));
  };
  bool has(std::size_t count) {
    return soon([&] {
      const std::lock_guard lock(mutex);
      return held.size() == count;
    });
  }
};

}  // namespace

TEST(Listen, says_why_it_cannot) {
  Served served(echo);
  http::Options taken;
  taken.port = served.port();
  EXPECT_EQ(why_not(std::move(taken)), "cannot listen on 127.0.0.1 port " + std::to_string(served.port()) +
                                           ": Address already in use; stop what uses the port, or choose another");
  http::Options nonsense;
  nonsense.address = "nonsense";
  EXPECT_TRUE(why_not(std::move(nonsense)).starts_with("cannot listen on nonsense port 0: "));
  http::Options foreign;
  foreign.address = "192.0.2.1";
  EXPECT_EQ(why_not(std::move(foreign)),
            "cannot listen on 192.0.2.1 port 0: Cannot assign requested address; give an address of this machine and a "
            "port that this user may open");
}

TEST(Stop, ends_idle_and_half_sent_connections_at_once) {
  Served served(echo, {}, 2);
  Client idle(served.port()), used(served.port()), half(served.port()), body(served.port()), chunk(served.port());
  EXPECT_EQ(used.ask(kGet).status, 200);
  half.send("GET / HT");
  body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  chunk.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha");
  std::this_thread::sleep_for(20ms);
  const auto begin = std::chrono::steady_clock::now();
  served.stop(10s);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_TRUE(idle.ends());
  EXPECT_TRUE(used.ends());
  EXPECT_TRUE(half.ends());
  EXPECT_TRUE(body.ends());
  EXPECT_TRUE(chunk.ends());
}

TEST(Stop, lets_what_is_being_answered_finish_and_takes_nothing_new) {
  Holding holding;
  Served served(holding.handler);
  const auto port = served.port();
  Client client(port);
  client.send(kGet);
  ASSERT_TRUE(holding.has(1));
  served.server().stop(10s);
  EXPECT_TRUE(soon([&] { return !Client(port).connected(); }));
  holding.held[0]({200, {}, "finished"});
  const auto reply = client.read();
  EXPECT_EQ(reply.body, "finished");
  EXPECT_TRUE(reply.has("Connection: close"));
  EXPECT_TRUE(client.ends());
}

TEST(Stop, waits_no_longer_than_it_was_told) {
  Holding holding;
  Served served(holding.handler);
  Client client(served.port());
  client.send(kGet);
  ASSERT_TRUE(holding.has(1));
  const auto begin = std::chrono::steady_clock::now();
  served.stop(50ms);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 50ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST(Stop, an_answer_may_come_after_the_server_is_gone) {
  for (const bool called : {true, false}) {
    Holding holding;
    Served served(holding.handler);
    Client one(served.port()), two(served.port());
    one.send(kGet);
    two.send(kGet);
    ASSERT_TRUE(holding.has(2));
    served.stop(1ms);
    served.destroy();
    for (auto& respond : holding.held)
      if (called) respond({200, {}, "late"});
    holding.held.clear();
    EXPECT_EQ(one.read().status, 0);
    EXPECT_TRUE(one.ends());
    EXPECT_TRUE(two.ends());
  }
}

TEST(Stop, before_and_twice_is_no_harm) {
  auto server = http::Server::listen({}, echo);
  ASSERT_TRUE(server);
  (*server)->stop(1s);
  (*server)->stop(1s);
  (*server)->run();
  EXPECT_FALSE(Client((*server)->port()).connected());
}

TEST(Tls, serves_with_a_certificate_that_a_client_can_check) {
  const Certificate certificate;
  Served served(with_tls(certificate.file(), certificate.key()), echo);
  const std::string connect =
      "openssl s_client -quiet -verify_return_error -verify_hostname localhost -connect 127.0.0.1:" +
      std::to_string(served.port()) + " -CAfile " + certificate.file() + " 2>&1";
  const auto out = output_of(
      "printf 'GET /one HTTP/1.1\\r\\nHost: a\\r\\n\\r\\nGET /two HTTP/1.1\\r\\nHost: a\\r\\nConnection: "
      "close\\r\\n\\r\\n' | " +
      connect);
  EXPECT_NE(out.find("GET /one "), std::string::npos) << out;
  EXPECT_NE(out.find("GET /two "), std::string::npos) << out;
  // The end is said, not cut: a client could not tell a cut from an attack.
  EXPECT_EQ(out.find("unexpected eof"), std::string::npos) << out;
  const auto refused = output_of("printf 'nonsense\\n' | " + connect);
  EXPECT_NE(refused.find("HTTP/1.1 400 Bad Request"), std::string::npos) << refused;
}

TEST(Tls, is_1_2_or_later) {
  const Certificate certificate;
  Served served(with_tls(certificate.file(), certificate.key()), echo);
  const auto with = [&](const std::string& version) {
    return output_of("openssl s_client -" + version + " -cipher 'ALL:@SECLEVEL=0' -connect 127.0.0.1:" +
                     std::to_string(served.port()) + " </dev/null 2>&1");
  };
  EXPECT_NE(with("tls1_2").find("Protocol  : TLSv1.2"), std::string::npos);
  EXPECT_EQ(with("tls1_1").find("BEGIN CERTIFICATE"), std::string::npos);
}

TEST(Tls, a_client_without_it_is_left) {
  const Certificate certificate;
  Served served(with_tls(certificate.file(), certificate.key()), echo);
  EXPECT_EQ(Client(served.port()).ask(kGet).status, 0);
}

TEST(Tls, says_which_file_it_cannot_use_and_why) {
  const Certificate one, other;
  EXPECT_EQ(
      why_not(with_tls("/nowhere/certificate.pem", one.key())),
      "cannot use the TLS certificate /nowhere/certificate.pem: No such file or directory; give a PEM file with the "
      "certificate and its chain");
  EXPECT_EQ(why_not(with_tls(one.file(), other.key())),
            "cannot use the TLS key " + other.key() +
                ": key values mismatch; give the unencrypted PEM key of the certificate " + one.file());
  EXPECT_TRUE(why_not(with_tls(one.file(), one.locked_key())).starts_with("cannot use the TLS key "));
  EXPECT_TRUE(why_not(with_tls(one.key(), one.key())).starts_with("cannot use the TLS certificate "));
}
