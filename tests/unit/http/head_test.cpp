#include "http/head.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace tessera::http;

namespace {

int status_of(std::string_view text) {
  Head head;
  return parse_head(text, head);
}

// Of a head with these lines between request line and Host.
int status_with(std::string_view lines) {
  return status_of("GET / HTTP/1.1\r\n" + std::string(lines) + "Host: a\r\n\r\n");
}

Head read(std::string_view text) {
  Head head;
  EXPECT_EQ(parse_head(text, head), 0) << text;
  return head;
}

}  // namespace

TEST(Head, keeps_what_was_sent) {
  const auto head =
      read("POST /a%20b?x=1?y HTTP/1.1\r\nHost: a.example:8080\r\nX-Two:  1 \t\r\nx-two:2\r\nX-Empty:\r\n\r\n");
  EXPECT_EQ(head.request.method, "POST");
  EXPECT_EQ(head.request.target, "/a%20b?x=1?y");
  EXPECT_EQ(head.request.path, "/a%20b");
  EXPECT_EQ(head.request.query, "x=1?y");
  ASSERT_EQ(head.request.headers.size(), 4u);
  EXPECT_EQ(head.request.headers[1].name, "x-two");
  EXPECT_EQ(head.request.headers[1].value, "1");
  EXPECT_EQ(head.request.headers[2].value, "2");
  EXPECT_EQ(head.request.header("x-two"), "1");
  EXPECT_EQ(head.request.header("x-empty"), "");
  EXPECT_EQ(head.request.header("absent"), "");
}

TEST(Head, needs_exactly_one_valid_host) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), 0);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  for (const char* host : {"a/b", "a b", "a@b", "a\"b", "a<b", "a,b\\", "\xC3\xA9"})
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 400) << host;
}

TEST(Head, takes_a_path_as_target_and_nothing_else) {
  const auto with = [](std::string_view target) {
    return status_of("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  };
  for (const char* good : {"/", "/?", "/a//b/../c", "/a?b=/c?d", "/%00", "/{a}|b^"}) EXPECT_EQ(with(good), 0) << good;
  for (const char* bad :
       {"", "*", "a", "http://a/", "a:80", "?x", "/a b", "/a#b", "/\x01", "/\x7F", "/\xC3\xA9", "/\"", "/<"})
    EXPECT_EQ(with(bad), 400) << bad;
}

TEST(Head, refuses_a_broken_request_line) {
  for (const char* line : {"GET", "GET /", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1",
                           "G(T / HTTP/1.1", "GET\t/ HTTP/1.1", "GET / http/1.1", "GET / HTTP/1.11", "GET / HTTP/x.y",
                           "GET / HTTPS/1.1", "/ HTTP/1.1", "ABCDEFGHIJKLMNOPQ / HTTP/1.1"})
    EXPECT_EQ(status_of(std::string(line) + "\r\nHost: a\r\n\r\n"), 400) << line;
  for (const char* version : {"HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/3.0"})
    EXPECT_EQ(status_of("GET / " + std::string(version) + "\r\nHost: a\r\n\r\n"), 505) << version;
}

TEST(Head, refuses_a_broken_field) {
  using std::string_view_literals::operator""sv;
  for (const auto lines :
       {"X : 1\r\n"sv, ": 1\r\n"sv, "X\r\n"sv, "X-\xC3\xA9: 1\r\n"sv, "X y: 1\r\n"sv, "X: a\0b\r\n"sv, "X: a\x01\r\n"sv,
        "X: a\x7F\r\n"sv, "X: a\rb\r\n"sv, "X: a\nY: b\r\n"sv, "X\0: a\r\n"sv})
    EXPECT_EQ(status_with(lines), 400) << lines;
  EXPECT_EQ(status_with("X: \xC3\xA9\ttab\r\n"), 0);
}

TEST(Head, refuses_folded_lines) {
  EXPECT_EQ(status_with("X: a\r\n b\r\n"), 400);
  EXPECT_EQ(status_with("X: a\r\n\tb: c\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n"), 400);
}

TEST(Head, refuses_a_message_whose_end_two_readers_could_see_differently) {
  EXPECT_EQ(status_with("Content-Length: 5\r\n"), 0);
  EXPECT_EQ(status_with("Transfer-Encoding: Chunked\r\n"), 0);
  for (const char* lines :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5, 5\r\n", "Content-Length: +5\r\n", "Content-Length: -1\r\n", "Content-Length: 0x5\r\n",
        "Content-Length:\r\n", "Content-Length: 5 5\r\n", "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"})
    EXPECT_EQ(status_with(lines), 400) << lines;
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(Head, knows_no_other_transfer_coding_and_no_other_expectation) {
  for (const char* coding :
       {"gzip", "gzip, chunked", "chunked, chunked", "identity", "xchunked", "chunked;x", "\"chunked\"", ""})
    EXPECT_EQ(status_with("Transfer-Encoding: " + std::string(coding) + "\r\n"), 501) << coding;
  EXPECT_EQ(status_with("Expect: more\r\n"), 417);
}

TEST(Head, has_a_hundred_fields_at_most) {
  std::string lines;
  for (int i = 0; i < 99; ++i) lines += "X: 1\r\n";
  EXPECT_EQ(status_with(lines), 0);
  EXPECT_EQ(status_with(lines + "X: 1\r\n"), 431);
}

TEST(Head, keeps_the_connection_as_version_and_field_say) {
  const auto kept = [](std::string_view version, std::string_view lines) {
    return read("GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n" + std::string(lines) + "\r\n").keep_alive;
  };
  EXPECT_TRUE(kept("1.1", ""));
  EXPECT_FALSE(kept("1.1", "Connection: close\r\n"));
  EXPECT_FALSE(kept("1.1", "Connection: x , CLOSE\r\n"));
  EXPECT_FALSE(kept("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_TRUE(kept("1.1", "Connection: closed\r\n"));
  EXPECT_FALSE(kept("1.0", ""));
  EXPECT_TRUE(kept("1.0", "Connection: Keep-Alive\r\n"));
  EXPECT_FALSE(kept("1.0", "Connection: keep-alive, close\r\n"));
}

TEST(Head, ends_at_its_empty_line) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(head_size(head + "GET /next", 0), head.size());
  for (std::size_t size = 0; size < head.size(); ++size)
    EXPECT_EQ(head_size(head.substr(0, size), 0), kUnfinished) << size;
}

TEST(Head, is_broken_as_soon_as_it_is) {
  for (const char* begun : {"GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: a\n", "GET / HTTP/1.1\r\nHost: a\r\n\n", "\n",
                            " GET", "\x16\x03\x01", "\r\n\r\n"})
    EXPECT_EQ(head_size(begun, 0), kBroken) << begun;
}
