#include "server/master_key.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/base64url.hpp"
#include "base/ct.hpp"
#include "base/try.hpp"
#include "base/wipe.hpp"
#include "crypto/crypto.hpp"

namespace tessera::server {

namespace {

constexpr std::size_t kKeyOctets = 32;
constexpr const char* kCheckSetting = "master_key_check";

std::string check_value(const Secret& key) {
  const Secret derived = crypto::derive(key, "tessera master key check");
  return base64url::encode(crypto::hmac_sha256(derived.expose("makes the check value"), bytes_of("tessera")));
}

// Nothing when the text is not 32 octets in base64url.
std::optional<Secret> parse_key(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  auto octets = base64url::decode(text);
  if (!octets) return {};
  std::optional<Secret> key;
  if (octets->size() == kKeyOctets) key = Secret(BytesView(*octets));
  wipe(octets->data(), octets->size());
  return key;
}

struct File {
  int descriptor;
  explicit File(int opened) : descriptor(opened) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor >= 0) close(descriptor);
  }
};

bool write_whole(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(descriptor) == 0;
}

// The name of a new file is on disk only once its folder is.
bool sync_folder(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
  const File file(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return file.descriptor >= 0 && fsync(file.descriptor) == 0;
}

Started<std::optional<Secret>> read_key_file(const std::string& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.descriptor < 0) {
    if (errno == ENOENT) return std::optional<Secret>();
    return cannot_start(fmt::format("The master key {} cannot be read: {}.", path, std::strerror(errno)));
  }
  std::string text(256, '\0');
  const auto size = read(file.descriptor, text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  const WipedString wiped(std::move(text));
  auto key = parse_key(wiped.text());
  if (!key) return cannot_start(fmt::format("{} holds no master key: expected 32 octets as base64url.", path));
  return std::optional<Secret>(std::move(*key));
}

Started<std::optional<std::string>> stored_check(issuer::Store& store) {
  std::optional<std::string> check;
  Result<void> inner;
  const auto outer = store.read_now([&](issuer::Tx& tx) {
    auto found = tx.setting(kCheckSetting);
    inner = {};
    if (found)
      check = *found;
    else
      inner = std::unexpected(found.error());
    return issuer::Outcome::roll_back;
  });
  if (!outer || !inner) return cannot_start("The store cannot be read; the log says why.");
  return check;
}

}  // namespace

Secret new_master_key() {
  Secret key = Secret::of_size(kKeyOctets);
  crypto::random(key.writable());
  return key;
}

// Whole under another name first: a start that is cut leaves no half of a key under its own.
bool write_private_file(const std::string& path, std::string_view text) {
  const std::string temporary = path + ".tmp." + std::to_string(getpid());
  bool good = false;
  unlink(temporary.c_str());  // of a start that was cut
  {
    const File file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (file.descriptor < 0) return false;
    good = write_whole(file.descriptor, text) && link(temporary.c_str(), path.c_str()) == 0;
  }
  const int error = errno;
  unlink(temporary.c_str());
  errno = error;
  return good && sync_folder(path);
}

Started<Secret> load_master_key(issuer::Store& store, const std::string& path) {
  if (const char* text = std::getenv(kMasterKeyVariable)) {
    auto key = parse_key(text);
    if (!key)
      return cannot_start(fmt::format("{} holds no master key: expected 32 octets as base64url.", kMasterKeyVariable));
    TRY_VOID(check_master_key(store, *key, kMasterKeyVariable));
    return std::move(*key);
  }
  auto found = TRY(read_key_file(path));
  if (!found) {
    if (TRY(stored_check(store)))
      return cannot_start(
          fmt::format("The master key of this store is missing: expected it in {} or in {}; restore it from a backup.",
                      path, kMasterKeyVariable));
    Secret key = new_master_key();
    const WipedString text(base64url::encode(key.expose("written to the key file")) + "\n");
    if (!write_private_file(path, text.text()))
      return cannot_start(fmt::format("The master key cannot be written to {}: {}.", path, std::strerror(errno)));
    found = std::move(key);
  }
  TRY_VOID(check_master_key(store, *found, path));
  return std::move(*found);
}

Started<void> check_master_key(issuer::Store& store, const Secret& key, const std::string& source) {
  const std::string mine = check_value(key);
  std::string theirs;
  Result<void> inner;
  const auto outer = store.write_now([&](issuer::Tx& tx) {
    const auto work = [&]() -> Result<void> {
      if (TRY(tx.insert_setting(kCheckSetting, mine)))
        theirs = mine;
      else
        theirs = TRY(tx.setting(kCheckSetting)).value_or("");
      return {};
    };
    inner = work();
    return inner ? issuer::Outcome::commit : issuer::Outcome::roll_back;
  });
  if (!outer || !inner) return cannot_start("The store cannot be written; check its folder and its disk.");
  if (!ct::equal(mine, theirs))
    return cannot_start(fmt::format("The master key in {} is not the one that this store was made with.", source));
  return {};
}

}  // namespace tessera::server
