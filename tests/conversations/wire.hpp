// One request to a live server over a socket, and its response.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "http/server.hpp"

inline tessera::http::Response ask_over_http(std::uint16_t port, const tessera::http::Request& request) {
  std::string text = request.method + " " + request.target + " HTTP/1.1\r\nConnection: close\r\n";
  for (const auto& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  if (!request.body.empty() || request.method == "POST")
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  text += "\r\n" + request.body;

  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      send(socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size())) {
    char buffer[8192];
    for (ssize_t got; (got = recv(socket, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(got));
  }
  close(socket);

  tessera::http::Response response;
  response.status = answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
  const auto end = answer.find("\r\n\r\n");
  if (end == std::string::npos) return response;
  response.body = answer.substr(end + 4);
  for (auto at = answer.find("\r\n") + 2; at < end;) {
    const auto stop = answer.find("\r\n", at);
    const auto colon = answer.find(": ", at);
    response.headers.push_back({answer.substr(at, colon - at), answer.substr(colon + 2, stop - colon - 2)});
    at = stop + 2;
  }
  return response;
}
