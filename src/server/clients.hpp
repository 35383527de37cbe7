// What an operator does about clients that registered themselves, in the store that the settings name. An
// SQLite file must be there; the schema is brought up to date as by a start. The nodes that run on it feel it within a
// second.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "issuer/store.hpp"
#include "server/config.hpp"
#include "server/failure.hpp"

namespace tessera::server {

struct ListedClient {
  issuer::RealmId realm;
  issuer::ClientId id;
  std::string name;
  Instant created{};
  std::vector<std::string> redirect_hosts;  // each once; of a native app its scheme: "com.example.app:"
  std::int64_t consents = 0;                // of so many people
};

// Every realm's, the oldest of each first.
Started<std::vector<ListedClient>> list_registered(const Settings& settings);

// In whichever realm it is. False: none of this id has registered itself.
Started<bool> remove_registered(const Settings& settings, const issuer::ClientId& id, Instant now);

}  // namespace tessera::server
