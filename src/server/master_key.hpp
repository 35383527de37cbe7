// The master key: 32 octets in a file of mode 0600 or in the environment, never in the store. The store holds a check
// value, so that a wrong or missing key stops the start instead of failing at every request.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "issuer/seal.hpp"
#include "issuer/store.hpp"
#include "server/failure.hpp"
#include "tessera/secret.hpp"

namespace tessera::server {

inline constexpr const char* kMasterKeyVariable = "TESSERA_MASTER_KEY";
inline constexpr const char* kPreviousMasterKeyVariable = "TESSERA_PREVIOUS_MASTER_KEY";

struct MasterKeys {
  char generation = 'a';  // of the newest; what is sealed names it
  Secret newest{};
  std::optional<Secret> previous{};  // of the letter before: opens what was sealed earlier
  static char before(char generation) { return generation == 'a' ? 'z' : static_cast<char>(generation - 1); }
  static char after(char generation) { return generation == 'z' ? 'a' : static_cast<char>(generation + 1); }
  std::vector<issuer::SealKeys::Master> masters() const;  // newest first; views this
};

// The keys of this store: each from the environment, else from its file; the newest is made there when the store is new
// and there is no file. `previous_path` may be "".
Started<MasterKeys> load_master_keys(issuer::Store& store, const std::string& path, const std::string& previous_path);
// Whether they are the ones of this store. A new store remembers them. One whose key is the previous one now is changed
// to the newest: its signing keys and clients' secrets are sealed anew, at once or not at all.
Started<MasterKeys> check_master_keys(issuer::Store& store, Secret newest, std::optional<Secret> previous,
                                      const std::string& source);

Secret new_master_key();

// A file that only its owner may read, on disk when this returns; refuses to replace one. False: errno says why.
bool write_private_file(const std::string& path, std::string_view text);

}  // namespace tessera::server
