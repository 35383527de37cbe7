#include "cli/io.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace tessera::cli {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  // Whether closing succeeded, which is where some file systems report a full disk.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

std::unexpected<Failure> unreadable(std::string_view argument, Source source, int error) {
  const Err code = error == ENOENT ? Err::not_found : Err::io;
  return summed_up("a file cannot be read",
                   environment(code, std::string(source.what), "a file that can be read, or - for standard input",
                               fmt::format("{}: {}", shown_source(argument), std::strerror(error)),
                               source.what == "token" ? "check the path; a token given as text starts with eyJ"
                                                      : "check the path and its permissions"));
}

std::unexpected<Failure> oversized(std::string_view name, Source source) {
  return refused(Error{Err::too_large, ""}, fmt::format("at most {} octets of {}", source.limit, source.what),
                 fmt::format("{}: more", name), "check that this is the right file");
}

Outcome<int> open_source(std::string_view argument, Source source) {
  if (argument == "-") return STDIN_FILENO;
  const int fd = ::open(std::string(argument).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return unreadable(argument, source, errno);
  return fd;
}

// Octets into `buffer`, as far as it goes; or errno's value in the error.
std::expected<std::size_t, int> read_into(int fd, std::span<std::byte> buffer) {
  std::size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t got = ::read(fd, buffer.data() + size, buffer.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  return size;
}

// A long argument that is no file is rather a pasted token or key than a name.
Outcome<void> check_name(std::string_view argument, Source source) {
  if (argument.empty()) {
    return misuse("an argument is empty", {std::string(source.what), "a file, or - for standard input", "an empty text",
                                           "check the quoting, or the variable that it came from"});
  }
  if (argument.starts_with('{') || argument.starts_with("-----BEGIN")) {
    return misuse("a key is not given as an argument, where others can read it",
                  {std::string(source.what), "a file, or - for standard input", "text that starts like a key",
                   "put it into a file, or send it through standard input"});
  }
  return {};
}

}  // namespace

std::string shown_source(std::string_view argument) {
  constexpr std::size_t kMaxName = 255;
  if (argument == "-") return "standard input";
  if (argument.starts_with("eyJ")) return "the argument";
  if (argument.size() > kMaxName) return fmt::format("an argument of {} octets", argument.size());
  return std::string(argument);
}

Outcome<std::uint32_t> parse_count(const char* flag, std::string_view text, std::uint32_t least, std::uint32_t most,
                                   std::string hint) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= least && value <= most) return value;
  return misuse("this number is out of its range",
                {flag, fmt::format("a whole number from {} to {}", least, most), std::string(text), std::move(hint)});
}

Outcome<std::string> read_text(std::string_view argument, Source source) {
  TRY_VOID(check_name(argument, source));
  const Descriptor fd(TRY(open_source(argument, source)));
  std::string text;
  while (text.size() <= source.limit) {
    const std::size_t before = text.size();
    text.resize(std::min(source.limit + 1, before + (64 << 10)));
    const auto room = std::as_writable_bytes(std::span(text).subspan(before));
    const auto got = read_into(fd.get(), room);
    if (!got) return unreadable(argument, source, got.error());
    text.resize(before + *got);
    if (*got < room.size()) return text;
  }
  return oversized(shown_source(argument), source);
}

Outcome<Secret> read_secret_text(std::string_view argument, Source source) {
  TRY_VOID(check_name(argument, source));
  const Descriptor fd(TRY(open_source(argument, source)));
  Secret buffer = Secret::of_size(source.limit + 1);
  const auto got = read_into(fd.get(), buffer.writable());
  if (!got) return unreadable(argument, source, got.error());
  if (*got > source.limit) return oversized(shown_source(argument), source);
  return Secret(buffer.expose("cut to what was read").first(*got));
}

Outcome<std::string> read_token(std::string_view argument) {
  constexpr Source kToken{"token", kMaxTokenFile};
  if (argument.starts_with("eyJ")) return std::string(argument);
  std::string text = TRY(read_text(argument, kToken));
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

namespace {

// A file, "-" or "env:NAME".
Outcome<Secret> read_raw_secret(std::string_view argument, const char* flag) {
  const Source source{flag, kMaxSecret};
  const std::string_view hint = "a secret is never an argument: give a file, - or env:NAME";
  if (argument.starts_with("env:")) {
    const char* value = std::getenv(std::string(argument.substr(4)).c_str());
    if (value == nullptr) {
      return summed_up("the environment holds no such secret",
                       environment(Err::not_found, flag, "an environment variable that is set",
                                   fmt::format("{} is not set", argument.substr(4)), "export it for this command"));
    }
    return Secret(std::string_view(value));
  }
  auto secret = read_secret_text(argument, source);
  if (secret || argument == "-") return secret;
  Failure failure = std::move(secret).error();
  if (failure.code == "usage" || failure.exit == Exit::refused) return std::unexpected(std::move(failure));
  failure.actual = "it cannot be read (its name is not shown: it could be the secret)";
  failure.hint = hint;
  return std::unexpected(std::move(failure));
}

}  // namespace

Outcome<Secret> read_mac_key(std::string_view argument) { return read_raw_secret(argument, "--secret"); }

Outcome<Secret> read_password(std::string_view argument, const char* flag) {
  const Secret read = TRY(read_raw_secret(argument, flag));
  std::string_view text = read.expose_text("a password, less its line end");
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (!text.empty()) return Secret(text);
  return misuse("the password is empty", {flag, "at least one character", "nothing", "write it into the file"});
}

Secret joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  Secret whole = Secret::of_size(size);
  auto out = whole.writable().begin();
  for (const std::string_view part : parts) out = std::ranges::copy(bytes_of(part), out).out;
  return whole;
}

std::string octets_of(const Secret& secret) { return fmt::format("--secret: {} octets", secret.size()); }

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(descriptor, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

namespace {

std::unexpected<Failure> unwritable(const std::string& path, int error) {
  if (error == EEXIST) {
    return summed_up("the file exists", environment(Err::conflict, "--out", "a file that does not exist yet", path,
                                                    "choose another name, or say --force to replace it"));
  }
  return summed_up("the file cannot be written", environment(Err::io, "--out", "a file that can be written",
                                                             fmt::format("{}: {}", path, std::strerror(error)),
                                                             "check the folder and its permissions"));
}

// A file that did not exist, on the disk when this returns 0; else errno's value, and no file.
int write_new(const std::string& path, std::string_view text, mode_t mode) {
  Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (fd.get() < 0) return errno;
  if (write_all(fd.get(), text) && ::fsync(fd.get()) == 0 && fd.close()) return 0;
  const int error = errno;
  ::unlink(path.c_str());
  return error;
}

// link() refuses what stands there already, a link to nowhere too.
int move_into_place(const std::string& beside, const std::string& path, Existing existing) {
  if (existing == Existing::replace && ::rename(beside.c_str(), path.c_str()) == 0) return 0;
  const int error = existing == Existing::keep && ::link(beside.c_str(), path.c_str()) == 0 ? 0 : errno;
  ::unlink(beside.c_str());
  return error;
}

}  // namespace

// Written beside its place and moved there whole, so that a crash leaves the old or the new, never a part.
Outcome<void> write_file(const std::string& path, std::string_view text, Readers readers, Existing existing) {
  const mode_t mode = readers == Readers::owner ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
  const std::string beside = fmt::format("{}.{}.new", path, ::getpid());
  int error = write_new(beside, text, mode);
  if (error == 0) error = move_into_place(beside, path, existing);
  if (error != 0) return unwritable(path, error);
  return {};
}

}  // namespace tessera::cli
