// What a Pkey holds. Only crypto/'s sources include this.
#pragma once

#include <array>

#include "crypto/pkey.hpp"
#include "crypto/ptr.hpp"

namespace tessera::crypto {

struct Pkey::Impl {
  PkeyType type{};
  bool has_private = false;
  std::uint64_t id = next_key_id();
  unsigned bits = 0;
  std::size_t signature_size = 0;  // as JOSE writes it
  Ptr<EVP_PKEY> pkey;
  std::array<std::byte, 32> ed25519_public{};
  Secret ed25519_secret;  // seed and public key, as libsodium keeps them; empty in a public key
};

}  // namespace tessera::crypto
