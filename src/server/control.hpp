// The socket by which whoever runs the server asks it something on the same machine: a file that only its owner can
// open. One line of JSON in, one out, and the connection ends:
//
//   {"explain":"REQUEST-ID"}  →  what print(RefusalRecord) gives, or {"unknown":true}
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/failure.hpp"

namespace tessera::server {

class ControlSocket {
 public:
  using Answer = std::function<std::string(std::string_view id)>;  // to `explain`; on a thread of the socket's own

  // A file that is there because a server was killed is taken over; one that is answered is somebody's, and a failure.
  static Started<std::unique_ptr<ControlSocket>> open(const std::string& path);
  ~ControlSocket();  // removes the file
  void serve(Answer answer);

 private:
  struct Impl;
  explicit ControlSocket(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Asks the server behind `path`. The error is one sentence: what, what the system said, what to do.
std::expected<std::string, std::string> ask_control(const std::string& path, std::string_view id);

}  // namespace tessera::server
