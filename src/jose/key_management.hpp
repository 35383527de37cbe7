// How the content encryption key gets to the recipient and out again: one case a key management algorithm (RFC 7518
// section 4).
#pragma once

#include "jose/jwe_header.hpp"
#include "jose/key_data.hpp"
#include "tessera/jwe.hpp"

namespace tessera::jose {

// Whether `alg` settles the content encryption key by itself, so that it can serve one recipient only.
bool settles_content_key(KeyAlg alg);

// A new content encryption key.
Secret new_content_key(Enc enc);

// The key that `dir` and ECDH-ES settle. Writes what the recipient needs into the open object `header`.
// Errors: bad_key, unavailable.
Result<Secret> settle_content_key(const detail::KeyData& key, KeyAlg alg, Enc enc, const jwe::Header& given,
                                  json::Writer& header);
// `content_key` for a recipient whose algorithm does not settle it. Errors: bad_key, bad_policy (p2c), unavailable.
Result<Bytes> wrap_content_key(const detail::KeyData& key, KeyAlg alg, const Secret& content_key,
                               const jwe::Header& given, json::Writer& header);

// The content encryption key; a random one where the given one does not unwrap, so that whoever sent it does not learn
// whether it did (RFC 7516 section 11.5). Errors tell nothing secret: bad_base64, malformed_header, malformed_jwe,
// bad_key, p2c_limit, alg_not_allowed (no `passwords`), unavailable.
Result<Secret> unwrap_content_key(const detail::KeyData& key, const JweHeader& header, BytesView encrypted_key,
                                  const std::optional<jwe::PasswordRounds>& passwords);

}  // namespace tessera::jose
