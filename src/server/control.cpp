#include "server/control.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "json/json.hpp"

namespace tessera::server {

namespace {

constexpr std::size_t kMaxLine = 16 << 10;
constexpr timeval kPatience{2, 0};

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

int new_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

bool address_of(const std::string& path, sockaddr_un& address) {
  address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return true;
}

bool connects(int fd, const sockaddr_un& address) {
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

void be_patient(int fd) {
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
}

// Up to the end of a line or of what comes; "" when it is too long or too slow.
std::string read_line(int fd) {
  std::string line;
  char buffer[1024];
  while (line.size() <= kMaxLine) {
    const auto count = ::recv(fd, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return {};
    line.append(buffer, static_cast<std::size_t>(count));
    if (const auto end = line.find('\n'); end != line.npos) return line.substr(0, end);
    if (count == 0) return line;
  }
  return {};
}

void send_line(int fd, std::string line) {
  line += '\n';
  for (std::string_view rest = line; !rest.empty();) {
    const auto count = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string id_asked(std::string_view line) {
  json::Document document;
  const auto question = document.parse_object(line);
  const auto id = question ? question->find("explain") : std::nullopt;
  return std::string(id ? id->string().value_or("") : "");
}

}  // namespace

struct ControlSocket::Impl {
  std::string path;
  Descriptor listening;
  Descriptor wake[2];  // the far end closed or written: stop
  std::thread thread{};

  void run(const Answer& answer) {
    pollfd waits[] = {{listening.get(), POLLIN, 0}, {wake[0].get(), POLLIN, 0}};
    while (true) {
      if (::poll(waits, 2, -1) < 0) {
        if (errno == EINTR) continue;
        return;
      }
      if (waits[1].revents != 0) return;
      if (waits[0].revents == 0) continue;
      const Descriptor one(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (one.get() < 0) {  // out of descriptors, most likely
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        continue;
      }
      be_patient(one.get());
      send_line(one.get(), answer(id_asked(read_line(one.get()))));
    }
  }
};

ControlSocket::ControlSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ControlSocket::~ControlSocket() {
  if (impl_->thread.joinable()) {
    const char stop = 0;
    (void)!::write(impl_->wake[1].get(), &stop, 1);
    impl_->thread.join();
  }
  ::unlink(impl_->path.c_str());
}

Started<std::unique_ptr<ControlSocket>> ControlSocket::open(const std::string& path) {
  const auto cannot = [&](const std::string& why, const char* what_to_do) {
    return cannot_start(fmt::format("cannot open the control socket {}: {}; {}", path, why, what_to_do));
  };
  sockaddr_un address{};
  if (!address_of(path, address))
    return cannot("the path is too long", "give control_socket a path below 108 characters");
  if (const Descriptor probe(new_socket()); connects(probe.get(), address))
    return cannot("another server answers there", "stop it, or give this one another control_socket");
  struct stat found{};
  if (::lstat(path.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode))
      return cannot("it is no socket", "move that file away, or name another control_socket");
    ::unlink(path.c_str());
  }
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return cannot(std::strerror(errno), "end other programs");
  std::unique_ptr<Impl> impl(new Impl{path, Descriptor(new_socket()), {Descriptor(ends[0]), Descriptor(ends[1])}});
  const int fd = impl->listening.get();
  // No moment in which others could open it: the mode is the socket's before it has a name.
  if (::fchmod(fd, S_IRUSR | S_IWUSR) != 0 ||
      ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 16) != 0)
    return cannot(std::strerror(errno), "give a folder that this user may write to");
  return std::unique_ptr<ControlSocket>(new ControlSocket(std::move(impl)));
}

void ControlSocket::serve(Answer answer) {
  impl_->thread = std::thread([this, answer = std::move(answer)] { impl_->run(answer); });
}

std::expected<std::string, std::string> ask_control(const std::string& path, std::string_view id) {
  const auto cannot = [&](const std::string& why) {
    return std::unexpected(
        fmt::format("cannot ask the server at {}: {}; name its control_socket, as the owner of that file", path, why));
  };
  sockaddr_un address{};
  if (!address_of(path, address)) return cannot("the path is too long");
  const Descriptor socket(new_socket());
  if (!connects(socket.get(), address)) return cannot(std::strerror(errno));
  be_patient(socket.get());
  json::Writer w;
  send_line(socket.get(), w.begin_object().member("explain", id).end_object().take());
  auto line = read_line(socket.get());
  if (line.empty()) return cannot("no answer");
  return line;
}

}  // namespace tessera::server
