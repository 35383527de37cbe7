// Opening a JWE: what its serializations share.
#pragma once

#include <string>
#include <string_view>

#include "jose/jwe_header.hpp"
#include "jose/key_data.hpp"
#include "tessera/jwe.hpp"

namespace tessera::jose {

inline constexpr std::size_t kMaxRecipients = 16;

//= RFC7516#5.1
// Let the Additional Authenticated Data encryption parameter be ASCII(Encoded Protected Header). However, if a JWE AAD
// value is present, instead let it be ASCII(Encoded Protected Header || '.' || BASE64URL(JWE AAD)).
std::string associated_data(std::string_view protected_header, std::string_view encoded_aad);

// The parts of one message that all its recipients share, decoded; and their lengths are those of `enc`.
struct SealedContent {
  Bytes iv, ciphertext, tag;
  std::string associated;
};

// Whether the policy lets this header be read. Errors: alg_not_allowed.
Result<void> check_allowed(const JweHeader& header, const jwe::Policy& policy);

// The one key of `keys` that the header means. Errors: no_keys, key_not_found, alg_key_mismatch, ambiguous_key.
Result<const detail::KeyData*> choose_key(const jwe::Keyring& keys, const JweHeader& header);

// The plaintext. Errors: malformed_jwe, those of unwrap_content_key, decrypt_failed, inflate_limit.
Result<Secret> open_content(const detail::KeyData& key, const JweHeader& header, BytesView encrypted_key,
                            const SealedContent& content, const jwe::Policy& policy);

}  // namespace tessera::jose
