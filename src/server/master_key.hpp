// The master key: 32 octets in a file of mode 0600 or in the environment, never in the store. The store holds a check
// value, so that a wrong or missing key stops the start instead of failing at every request.
#pragma once

#include <string>

#include "issuer/store.hpp"
#include "server/failure.hpp"
#include "tessera/secret.hpp"

namespace tessera::server {

inline constexpr const char* kMasterKeyVariable = "TESSERA_MASTER_KEY";

// The key of this store: from the environment, else from `path`; made there when the store is new and there is no file.
Started<Secret> load_master_key(issuer::Store& store, const std::string& path);
// Whether `key` is the one that this store was made with; a new store remembers it.
Started<void> check_master_key(issuer::Store& store, const Secret& key, const std::string& source);

Secret new_master_key();

// A file that only its owner may read, on disk when this returns; refuses to replace one. False: errno says why.
bool write_private_file(const std::string& path, std::string_view text);

}  // namespace tessera::server
