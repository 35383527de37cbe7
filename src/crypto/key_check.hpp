// What makes a key's numbers a good key, beyond what OpenSSL checks when it imports them. Only crypto/'s sources
// include this.
#pragma once

#include "crypto/pkey.hpp"
#include "crypto/ptr.hpp"

namespace tessera::crypto {

// Null when the key has no such number.
Ptr<BIGNUM> number_of(const EVP_PKEY* pkey, const char* name);

// Size, exponent, the ROCA pattern; with the private half, that every number follows from the primes.
// Errors: bad_key, weak_key, too_large, unsupported (a private key without its primes).
Result<void> check_rsa(const EVP_PKEY* pkey, bool has_private);

// Whether the encoded public key (RFC 8032 sections 5.1.2, 5.2.2) is a point of the curve that a key pair can have.
bool good_ed25519_point(BytesView encoded);
bool good_ed448_point(BytesView encoded);

// Starts libsodium, once; aborts when it does not start.
void need_sodium();

}  // namespace tessera::crypto
