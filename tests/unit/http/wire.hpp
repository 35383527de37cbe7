// A client that writes exactly the octets it is told to.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/served.hpp"

struct Reply {
  int status = 0;  // 0: the connection ended before a head was whole
  std::string head, body;

  bool has(std::string_view field) const { return head.contains("\r\n" + std::string(field) + "\r\n"); }
};

class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer != 0) setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }

  bool connected() const { return connected_; }

  Client& send(std::string_view octets) {
    while (!octets.empty()) {
      const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;  // the server has had enough
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }
  void finish() { ::shutdown(socket_, SHUT_WR); }

  Reply read(std::string_view method = "GET") {
    Reply reply;
    std::size_t end;
    while ((end = seen_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return reply;
    reply.head = seen_.substr(0, end + 2);
    seen_.erase(0, end + 4);
    reply.status = std::stoi(reply.head.substr(9, 3));
    const auto field = reply.head.find("\r\nContent-Length: ");
    if (method == "HEAD" || field == std::string::npos) return reply;
    const auto size = std::stoul(reply.head.substr(field + 18));
    while (seen_.size() < size)
      if (!more()) break;
    reply.body = seen_.substr(0, size);
    seen_.erase(0, size);
    return reply;
  }
  Reply ask(std::string_view octets) { return send(octets).read(); }

  // Whether the server ends the connection, with nothing more to say.
  bool ends() {
    while (more()) {
    }
    return seen_.empty() && ended_;
  }
  bool silent_for(std::chrono::milliseconds time) {
    pollfd p{socket_, POLLIN, 0};
    return seen_.empty() && ::poll(&p, 1, static_cast<int>(time.count())) == 0;
  }

 private:
  bool more() {
    pollfd p{socket_, POLLIN, 0};
    if (::poll(&p, 1, 5000) <= 0) return false;
    char buffer[65536];
    const auto got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) {
      ended_ = true;
      return false;
    }
    seen_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  bool connected_ = false, ended_ = false;
  std::string seen_;
};

// Waits, some seconds at most, for what another thread brings about.
template <class Condition>
bool soon(Condition condition) {
  for (int i = 0; i < 5000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(1ms);
  }
  return condition();
}
