// The claims of a token to be made, from a file and from arguments, each said once. Shared by `jwt sign`, `jwt
// encrypt`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "tessera/jwt.hpp"

namespace tessera::cli {

struct ClaimOptions {
  std::optional<std::string> claims_file;
  std::vector<std::string> claims, aud;
  std::optional<std::string> iss, sub, expires_in, not_before, id, typ, now;
};
void declare_claims(Args& args, ClaimOptions& options);

Outcome<Draft> read_draft(const ClaimOptions& options);

// Why a draft was not signed.
std::unexpected<Failure> unsigned_draft(Error error);

}  // namespace tessera::cli
