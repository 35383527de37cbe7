// The keys that sign: --key or --secret, --alg, --kid. Shared by `jws sign` and `jwt sign`.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/command.hpp"
#include "tessera/keys.hpp"

namespace tessera::cli {

struct SignerOptions {
  std::vector<std::string> keys;
  std::optional<std::string> secret, alg, kid;
};
enum class Signers { one, several };
void declare_signers(Args& args, SignerOptions& options, Signers how_many);

// A key that names its algorithm.
using Signer = std::variant<PrivateKey, SecretKey>;
Outcome<Signer> read_signer(const SignerOptions& options);                // exactly one
Outcome<std::vector<Signer>> read_signers(const SignerOptions& options);  // one or more

}  // namespace tessera::cli
