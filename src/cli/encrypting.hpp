// Whom to encrypt for, and what may open: the options that the `jwe` commands and the nested `jwt` commands share.
// Where the signature has a key and an algorithm too, these have names of their own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "tessera/jwe.hpp"

namespace tessera::cli {

struct EncryptionFlags {
  const char* key;         // "--to", "--key", "--decrypt-key"
  const char* alg;         // "--alg", "--key-alg"
  const char* layer = "";  // "envelope.", where the token inside has places of the same names
};

// ── encrypting ──

struct RecipientOptions {
  std::vector<std::string> to;
  std::optional<std::string> password, alg, enc, p2c;
};
enum class Recipience { one, several };
void declare_recipients(Args& args, RecipientOptions& options, EncryptionFlags flags, Recipience how_many);

struct Recipients {
  std::vector<jwe::Recipient> to;  // at least one
  Enc enc{};                       // what was asked for, else what a key of `dir` says, else A256GCM
  std::uint32_t p2c{};
};
Outcome<Recipients> read_recipients(const RecipientOptions& options, EncryptionFlags flags);

// Why nothing was encrypted; `content` is what was to be.
std::unexpected<Failure> unencrypted(Error error, const RecipientOptions& options, EncryptionFlags flags,
                                     const std::string& content);

// ── decrypting ──

struct OpenerOptions {
  std::optional<std::string> key, password, max_p2c, max_inflated;
  std::vector<std::string> algs, encs;
};
void declare_opener(Args& args, OpenerOptions& options, EncryptionFlags flags);

Outcome<jwe::Keyring> read_keyring(const OpenerOptions& options, EncryptionFlags flags);
// An empty list of algs or encs is one that --unchecked names.
Outcome<jwe::Policy> read_envelope(const OpenerOptions& options, EncryptionFlags flags);

// Why a message was not opened.
std::unexpected<Failure> unopened(Error error, std::string_view message, const OpenerOptions& options,
                                  EncryptionFlags flags);

}  // namespace tessera::cli
