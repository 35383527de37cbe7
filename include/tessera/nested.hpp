// Nested JWTs (RFC 7519 section 11.2): claims that are signed, and then encrypted to one recipient, so that nobody else
// learns who says what.
//
//   const auto token = sign_and_encrypt(draft, my_key, recipient, Enc::A256GCM);
//   const auto claims = decrypt_and_verify(*token, private_key, envelope, verifier, now);
//
// Not the other way round: a signature around what its reader cannot see says little of who wrote it (RFC 7519 section
// 11.2 gives the same advice).
#pragma once

#include <string>
#include <string_view>

#include "tessera/jwe.hpp"
#include "tessera/jwt.hpp"

namespace tessera {

// The envelope's `cty` says "JWT"; `envelope` may say the rest of its header (jwe::Header::cty is not looked at).
// Errors: those of sign and of jwe::encrypt.
Result<std::string> sign_and_encrypt(const Draft& draft, const PrivateKey& signer, const jwe::Recipient& to, Enc enc,
                                     jwe::Header envelope = {});
Result<std::string> sign_and_encrypt(const Draft& draft, const SecretKey& signer, const jwe::Recipient& to, Enc enc,
                                     jwe::Header envelope = {});

// Opens the envelope and verifies the signature inside, which must be there: what is only encrypted may come from
// anybody (CVE-2026-29000 is a reader that took such claims for signed ones). The claims own their octets.
// Errors: those of jwe::decrypt, wrong_kind (at "cty": no JWT inside; at "JWE": another envelope inside), and those of
// Verifier::verify.
Result<Claims> decrypt_and_verify(std::string_view token, const jwe::Keyring& keys, const jwe::Policy& envelope,
                                  const Verifier& verifier, sys_seconds now);

}  // namespace tessera
