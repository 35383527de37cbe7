// Writes what a configuration file declares into the store.
//
// What is declared is owned by the file: it is replaced whole. A declared password or secret sets the first value only.
// A digest of the declaration decides whether anything is written at all, so that a second node, or a second start,
// changes nothing. What vanished from the file is reported, and removed only when asked; a person is disabled, never
// removed, because ids must not be given again. What a change takes away ends the tokens that still say it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "issuer/seal.hpp"
#include "issuer/store.hpp"
#include "server/config.hpp"
#include "server/failure.hpp"

namespace tessera::server {

enum class Vanished : std::uint8_t { keep, prune };
// changes: whatever differs from what was applied last. first: only into a store that holds no declaration yet.
enum class Apply : std::uint8_t { changes, first };

struct Declared {
  enum class Outcome : std::uint8_t { same, written, differs } outcome = Outcome::same;  // differs: nothing was written
  std::vector<std::string> kept{};  // what is no longer declared and still there: "client \"old\""
  std::vector<std::string> pruned{};
};

struct DeclareOptions {
  Vanished vanished = Vanished::keep;
  Apply apply = Apply::changes;
  crypto::PasswordCost password_cost{};
  Instant now{};
  std::function<void(std::span<std::byte>)> random{};
  std::vector<issuer::SealKeys::Master> masters{};  // newest first: what they seal is stored
};

// In one transaction; hashes of new passwords are made before it.
Started<Declared> declare(issuer::Store& store, const Declaration& declaration, const DeclareOptions& options);

// base64url(SHA-256) of all that is declared, less the values of secrets.
std::string digest_of(const Declaration& declaration);

}  // namespace tessera::server
