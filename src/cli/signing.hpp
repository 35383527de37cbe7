// The key that signs: --key or --secret, --alg, --kid. Shared by `jws sign` and `jwt sign`.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "cli/command.hpp"
#include "tessera/keys.hpp"

namespace tessera::cli {

struct SignerOptions {
  std::optional<std::string> key, secret, alg, kid;
};
void declare_signer(Args& args, SignerOptions& options);

// A key that names its algorithm.
using Signer = std::variant<PrivateKey, SecretKey>;
Outcome<Signer> read_signer(const SignerOptions& options);

}  // namespace tessera::cli
