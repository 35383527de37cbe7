// A client's own public keys: those of its registration, or those that stand at its jwks_uri.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "issuer/ctx.hpp"
#include "issuer/step.hpp"

namespace tessera::issuer {

// The `kid` that a JWS of the client names, "" when it names none. Without trust: it only says what is sought.
std::string kid_of(std::string_view jws);

// The client's keys, among them, if it has it, the one named `kid` ("": any). None where its jwks_uri gives none. The
// keys live as long as the pointer and the snapshot. Refusal: temporarily_unavailable.
Step<std::shared_ptr<const Keys>> keys_of(const Client& client, const std::string& kid, Ctx& ctx);

// What the keys may sign with: the algorithm that was registered for it, by both names where it has two, or each.
std::vector<Alg> algs_of_keys(std::optional<Alg> registered);

}  // namespace tessera::issuer
