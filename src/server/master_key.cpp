#include "server/master_key.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <set>

#include "base/base64url.hpp"
#include "base/ct.hpp"
#include "base/try.hpp"
#include "base/wipe.hpp"
#include "crypto/crypto.hpp"
#include "issuer/model/codec.hpp"
#include "server/keys.hpp"

namespace tessera::server {

namespace {

constexpr std::size_t kKeyOctets = 32;
constexpr const char* kCheckSetting = "master_key_check";
constexpr const char* kPreviousSetting = "master_key_check previous";
constexpr const char* kGenerationSetting = "master_key_generation";  // none: the first, 'a'

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
  // Whoever reads it opens everything that is sealed. A group may: that is how secrets are mounted for a service.
  struct stat info{};
  constexpr mode_t kOthers = S_IWGRP | S_IRWXO;
  if (fstat(file.descriptor, &info) == 0 && (info.st_mode & kOthers) != 0)
    return cannot_start(
        fmt::format("The master key {0} has the mode {1:04o}, which lets others at it; run chmod 600 {0}.", path,
                    static_cast<unsigned>(info.st_mode & 07777)));
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

std::vector<issuer::SealKeys::Master> MasterKeys::masters() const {
  std::vector<issuer::SealKeys::Master> list{{generation, &newest}};
  if (previous) list.push_back({before(generation), &*previous});
  return list;
}

namespace {

// Nothing when the variable is not set.
Started<std::optional<Secret>> key_of_variable(const char* name) {
  const char* text = std::getenv(name);
  if (!text) return std::optional<Secret>();
  auto key = parse_key(text);
  if (!key) return cannot_start(fmt::format("{} holds no master key: expected 32 octets as base64url.", name));
  return key;
}

Started<Secret> newest_key(issuer::Store& store, const std::string& path) {
  if (auto key = TRY(key_of_variable(kMasterKeyVariable))) return std::move(*key);
  if (auto key = TRY(read_key_file(path))) return std::move(*key);
  if (TRY(stored_check(store)))
    return cannot_start(
        fmt::format("The master key of this store is missing: expected it in {} or in {}; restore it from a backup.",
                    path, kMasterKeyVariable));
  Secret key = new_master_key();
  const WipedString text(base64url::encode(key.expose("written to the key file")) + "\n");
  if (!write_private_file(path, text.text()))
    return cannot_start(fmt::format("The master key cannot be written to {}: {}.", path, std::strerror(errno)));
  return key;
}

Started<std::optional<Secret>> previous_key(const std::string& path) {
  auto key = TRY(key_of_variable(kPreviousMasterKeyVariable));
  if (key || path.empty()) return key;
  key = TRY(read_key_file(path));
  if (!key) return cannot_start(fmt::format("The previous master key {} is missing; restore it from a backup.", path));
  return key;
}

enum class Match { newest, previous, neither };

// False: there is none.
Result<bool> reseal_secret(issuer::Client& client, const issuer::SealKeys& seals) {
  if (client.sealed_secret.empty()) return false;
  const WipedString secret(TRY(seals.open(issuer::SealKind::client_secret, client.sealed_secret)));
  client.sealed_secret = seals.seal(issuer::SealKind::client_secret, secret.text());
  return true;
}

Result<void> reseal_client_secrets(issuer::Tx& tx, const MasterKeys& keys, const issuer::RealmId& realm) {
  const issuer::SealKeys seals(realm, keys.masters());
  for (auto& row : TRY(tx.config(realm))) {
    if (row.kind != issuer::ConfigKind::client) continue;
    auto client = TRY(issuer::parse_client(row.body));
    if (!TRY(reseal_secret(client, seals))) continue;
    row.body = issuer::print(client);
    TRY_VOID(tx.put_config(realm, row));
    TRY_VOID(tx.bump_config_version(realm));
  }
  return {};
}

// Held, because a node that still runs may take a change of one. What no key opens stays as it is, and proves nothing.
Result<void> reseal_registered_secrets(issuer::Tx& tx, const MasterKeys& keys) {
  for (const auto& [realm, id, consents] : TRY(tx.every_registered())) {
    auto one = TRY(tx.hold_registered(realm, id));
    if (one && reseal_secret(one->client, issuer::SealKeys(realm, keys.masters())).value_or(false))
      TRY_VOID(tx.replace_registered(realm, *one));
  }
  return {};
}

// What this store was made with, or changed to last; changes it when that is the previous one.
Result<Match> match(issuer::Tx& tx, MasterKeys& keys) {
  const std::string mine = check_value(keys.newest), before = keys.previous ? check_value(*keys.previous) : "";
  const std::string check =
      TRY(tx.insert_setting(kCheckSetting, mine)) ? mine : TRY(tx.setting(kCheckSetting)).value_or("");
  const auto letter = TRY(tx.setting(kGenerationSetting)).value_or("a");
  keys.generation = letter.empty() ? 'a' : letter.front();
  if (ct::equal(check, mine))
    return before.empty() || ct::equal(TRY(tx.setting(kPreviousSetting)).value_or(""), before) ? Match::newest
                                                                                               : Match::neither;
  if (before.empty() || !ct::equal(check, before)) return Match::neither;
  keys.generation = MasterKeys::after(keys.generation);
  TRY_VOID(tx.put_setting(kCheckSetting, mine));
  TRY_VOID(tx.put_setting(kPreviousSetting, before));
  TRY_VOID(tx.put_setting(kGenerationSetting, std::string(1, keys.generation)));
  TRY_VOID(reseal_registered_secrets(tx, keys));  // first: the realms' counters are locked last
  const auto signing = TRY(tx.every_signing_key());
  for (const auto& [realm, key] : signing) {
    const issuer::SealKeys seals(realm, keys.masters());
    const WipedString jwk(TRY(seals.open(issuer::SealKind::signing_key, key.sealed_jwk)));
    TRY_VOID(tx.reseal_signing_key(realm, key.kid, seals.seal(issuer::SealKind::signing_key, jwk.text())));
    TRY_VOID(tx.bump_config_version(realm));
  }
  for (const auto& realm : TRY(tx.realms())) TRY_VOID(reseal_client_secrets(tx, keys, realm));
  // Of every realm that ever was, by its keys: one that is declared again knows its people by the same names.
  std::set<issuer::RealmId> ever;
  for (const auto& [realm, key] : signing) ever.insert(realm);
  for (const auto& realm : ever) TRY_VOID(reseal_salt(tx, realm, issuer::SealKeys(realm, keys.masters())));
  return Match::previous;
}

}  // namespace

Started<MasterKeys> load_master_keys(issuer::Store& store, const std::string& path, const std::string& previous_path) {
  auto newest = TRY(newest_key(store, path));
  auto previous = TRY(previous_key(previous_path));
  return check_master_keys(store, std::move(newest), std::move(previous),
                           std::getenv(kMasterKeyVariable) ? kMasterKeyVariable : path);
}

Started<MasterKeys> check_master_keys(issuer::Store& store, Secret newest, std::optional<Secret> previous,
                                      const std::string& source) {
  MasterKeys keys{.generation = 'a', .newest = std::move(newest), .previous = std::move(previous)};
  Result<Match> found = Match::neither;
  const auto wrote = store.write_now([&](issuer::Tx& tx) {
    found = match(tx, keys);
    return found ? issuer::Outcome::commit : issuer::Outcome::roll_back;
  });
  if (!wrote || !found) return cannot_start("The store cannot be written; check its folder and its disk.");
  if (*found == Match::neither)
    return cannot_start(
        keys.previous
            ? fmt::format("The master key in {} and the previous one are not the last two of this store.", source)
            : fmt::format("The master key in {} is not the one that this store was made with.", source));
  return keys;
}

}  // namespace tessera::server
