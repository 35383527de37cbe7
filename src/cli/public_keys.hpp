// The keys of commands that know no shared secret: an issuer's or a holder's own key, an issuer's public ones.
#pragma once

#include "cli/signing.hpp"
#include "cli/verifying.hpp"

namespace tessera::cli {

struct PrivateKeyOptions {
  std::optional<std::string> key, alg, kid;
};
void declare_private_key(Args& args, PrivateKeyOptions& options, std::string_view key_help);
Outcome<PrivateKey> read_private_key(const PrivateKeyOptions& options);

// The public keys among keys that verify. Err::wrong_kind for a secret.
Outcome<Keys> public_keys(const VerifierKey& key);

// --key, --alg, --unchecked.
void declare_public_verifier(Args& args, VerifierOptions& options, std::string_view unchecked_help,
                             std::vector<std::string> checkable);
Outcome<Keys> read_public_keys(const VerifierOptions& options, std::span<const Alg> algs);

}  // namespace tessera::cli
